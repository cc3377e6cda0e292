"""A bounded queue from the tasks of an event loop, and from threads beside it, to one thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

_TICK = 0.2

T = TypeVar("T")


class Handover(Generic[T]):
    """Who hands over waits while ``size`` items are waiting already, until the taker has stopped."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._queue: Queue[T] = Queue(size)
        self._stop = threading.Event()
        self._stopped = asyncio.Event()  # the same for the loop
        self._door = asyncio.Lock()
        self._room = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_stopped(self) -> bool:
        """True once the taker has had enough."""
        return self._stop.is_set()

    def runs_low(self) -> bool:
        """Whether the taker will soon have nothing to take."""
        return self._queue.qsize() <= self._size // 2

    def begin(self) -> None:
        """Called in the loop whose tasks will hand over."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """The taker has had enough: nobody waits any more."""
        self._stop.set()
        self.call(self._stopped.set)
        self.call(self._room.set)

    async def until_stopped(self) -> None:
        """Waits until the taker has had enough."""
        await self._stopped.wait()

    def call(self, function: Callable[[], object]) -> None:
        """Has the loop call something soon, if there is one."""
        with suppress(RuntimeError):  # the loop has ended
            if self._loop is not None:
                self._loop.call_soon_threadsafe(function)

    def take(self, wait: float) -> T | None:
        """The next item within ``wait`` seconds, or ``None``. For the taker's thread."""
        try:
            item = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
        except Empty:
            return None
        if self._door.locked() and self.runs_low():  # waking a loop costs more than handing over
            self.call(self._room.set)
        return item

    def put(self, item: T) -> bool:
        """Hands an item over from a thread; false where the taker has stopped."""
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_TICK)
            except Full:
                continue
            return True
        return False

    async def hand(self, item: T) -> None:
        """Hands an item over from a task, in the order of coming; other tasks go on meanwhile."""
        async with self._door:
            while not self._stop.is_set():
                self._room.clear()
                try:
                    self._queue.put_nowait(item)
                except Full:
                    await self._room.wait()
                else:
                    return
