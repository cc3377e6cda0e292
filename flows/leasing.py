"""This process as one of those that ask hosts: what it may ask, kept up while it works, given back after it.

Whoever asks a host has its lease (``storage.leases``): the rounds of a schedule, a worker of a pool, a call by hand.
A thread beats for this process and watches the beats of the others; who stands still for ``seconds`` is dead, and
what it held is free.
"""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from types import TracebackType
from typing import Self

from flows.held_hosts import HeldHosts, Others
from model.errors import Busy, RetryLater, StorageUnavailable
from storage.leases import Leases, Lost, Share

SECONDS = 60.0
"""How long a process may stand still before others take it for dead."""
_BEATS = 6
_STALE = 0.75
_WAIT_SECONDS = 1_800.0
LOOKS = (0.25, 1.0)
"""Seconds between two looks of who waits for a host, at first and at most."""
_LONGEST_NAME = 253


def _seconds_awake_or_not() -> float:
    """Seconds that go on while the machine sleeps, where it has such a clock; nothing sets it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Leasing:
    """The leases of one process; entered as often as it is needed, and left with the last one who leaves it.

    ``seconds`` is how long a process may stand still, the same for all of an archive. ``tell`` hears, once a host, that
    it is waited for. Any thread may call.
    """

    def __init__(
        self,
        leases: Leases,
        *,
        seconds: float = SECONDS,
        wait: float = _WAIT_SECONDS,
        tell: Callable[[str], None] = lambda _line: None,
        now: Callable[[], float] = _seconds_awake_or_not,
    ) -> None:
        self._leases = leases
        self._now = now
        self._seconds = seconds
        self._wait = wait
        self._tell = tell
        self._lock = threading.RLock()  # over what is known here
        self._moves = threading.Lock()  # over taking and giving back, with the database meanwhile
        self._entered = 0
        self._sharing = 0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._worker = ""
        self._beaten = 0.0
        self._held = HeldHosts(now)
        self._others = Others()

    @property
    def seconds(self) -> float:
        """How long a process may stand still."""
        return self._seconds

    @property
    def worker(self) -> str:
        """The name of this process among the workers; another one once it was taken for dead."""
        return self._worker

    def __enter__(self) -> Self:
        with self._lock:
            if self._entered == 0:
                self._begin()
                self._ending = threading.Event()
                self._thread = threading.Thread(target=self._live, args=(self._ending,), name="leases", daemon=True)
                self._thread.start()
            self._entered += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            self._entered -= 1
            if self._entered:
                return
            thread, self._thread = self._thread, None
            worker, rests = self._worker, self._held.rests()
            self._ending.set()
            self._forget()
        if thread is not None:
            thread.join()
        try:
            self._leases.leave(worker, rests)
        except StorageUnavailable:
            if error is None:
                raise

    # for those who ask a host now and then: the fetcher's claims

    def begin(self) -> None:
        """Before the first request."""
        self.__enter__()

    def end(self) -> None:
        """After the last one."""
        self.__exit__(None, None, None)

    async def claim(self, host: str) -> float:
        """Waits until this process may ask a host: the seconds that the host is still owed. ``release`` follows.

        Raises ``Busy`` where others ask it for longer than anybody would wait, ``StorageUnavailable`` where that cannot
        be found out.
        """
        name = _named(host)
        with self._lock:
            self._held.ask(name)
        if self.may_ask(name):
            return 0.0
        try:
            return await self._wait_for(name)
        except BaseException:
            self.release(host, 0.0)
            raise

    def may_ask(self, host: str) -> bool:
        """Whether a host is this process's to ask at this moment."""
        with self._lock:
            return _named(host) in self._held and self._is_awake()

    def release(self, host: str, rest: float) -> None:
        """A host was asked, or is not after all; it is owed so many seconds from now on."""
        with self._lock:
            self._held.asked(_named(host), rest)

    # for work that is shared out

    def share(self, taking_part: bool) -> None:
        """Whether this process takes part in work that is shared out: others then leave their part to it."""
        with self._lock:
            self._sharing += 1 if taking_part else -1
            is_new = self._sharing == 1 and taking_part
        if is_new:
            self._beat()

    def pin(self, hosts: Sequence[str], share: Share) -> tuple[str, dict[str, float]]:
        """Takes of some hosts what falls to this process, and does not rest, until it unpins them; see ``Leases.take``.

        Gives the worker's name they were taken under, too: they are lost when that changes.
        """
        worker = self._worker
        try:
            return worker, self._take(worker, hosts, share=share, skip_resting=self._seconds, pinned=True)
        except Lost:
            self._begin_again(worker)
            return worker, {}

    def unpin(self, hosts: Iterable[str]) -> None:
        """Gives hosts back that were pinned; those that somebody here still asks a little later."""
        names = [_named(host) for host in hosts]
        with self._lock:
            self._held.unpin(names)
        self._give_back(names)

    # inside

    async def _wait_for(self, name: str) -> float:
        until, pause, told = self._now() + self._wait, LOOKS[0], False
        while True:
            if not self._is_awake():
                await asyncio.to_thread(self._wake)
            with self._lock:
                worker = self._worker
            try:
                taken = await asyncio.to_thread(self._take, worker, [name])
            except Lost:
                await asyncio.to_thread(self._begin_again, worker)
                continue
            if name in taken:
                return taken[name]
            if self._now() > until:
                raise Busy(f"another process has been asking {name} for over {self._wait:.0f} s: try again later", host=name)
            if not told:
                self._tell(f"another process asks {name}; this one waits for its turn")
            told = True
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LOOKS[1])

    def _take(
        self, worker: str, hosts: Sequence[str], *, share: Share | None = None, skip_resting: float = 0.0, pinned: bool = False
    ) -> dict[str, float]:
        with self._moves:
            names = [_named(host) for host in hosts]
            taken = self._leases.take(worker, names, share=share, skip_resting=skip_resting)
            with self._lock:
                return self._held.take(taken, pinned=pinned) if worker == self._worker else {}

    def _give_back(self, names: Collection[str]) -> None:
        with self._moves:
            with self._lock:
                worker, rests = self._worker, self._held.give_up(names)
            if rests:
                self._leases.give_back(worker, rests)

    def _begin(self) -> None:
        worker = uuid.uuid4().hex
        self._leases.enter(worker, shares=self._sharing > 0)
        self._worker, self._beaten = worker, self._now()

    def _begin_again(self, lost: str) -> None:
        with self._lock:
            if self._worker == lost and self._entered:
                self._forget()
                self._begin()

    def _forget(self) -> None:
        self._held.forget()
        self._others.forget()

    def _is_awake(self) -> bool:
        return self._now() - self._beaten < self._seconds * _STALE

    def _wake(self) -> None:
        """After a sleep the next beat may be a while away, and nothing may be asked before it."""
        with self._moves:
            if not self._is_awake():
                self._beat()

    def _live(self, ending: threading.Event) -> None:
        while not ending.wait(self._seconds / _BEATS):
            try:
                self._beat()
                with self._lock:
                    idle = self._held.idle(self._seconds / _BEATS)
                self._give_back(idle)
            except RetryLater:
                continue  # a database that is away: asking stops by itself (may_ask), and the writer tells why

    def _beat(self) -> None:
        """Says that this process lives, and looks who else does."""
        with self._lock:
            worker = self._worker
            long = self._held.rests(above=self._seconds / 2)
            sharing = self._sharing > 0
        began = self._now()
        try:
            beats = self._leases.beat(worker, shares=sharing, rests=long)
        except Lost:
            self._begin_again(worker)
            return
        with self._lock:
            if worker == self._worker:
                self._beaten = began
            self._others.see({other: count for other, count in beats.items() if other != worker}, self._now())
            dead = self._others.dead(self._now(), self._seconds)
        for other, count in dead:
            self._leases.bury(other, count)


def _named(host: str) -> str:
    return host.rstrip(".").lower()[:_LONGEST_NAME]
