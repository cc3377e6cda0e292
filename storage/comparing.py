"""Work that needs no database, done here or in processes of their own: the same results, whoever does it.

Spans of segments are read and lots are compared by whoever is free. The one that was called reads rows for the next lots
meanwhile.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, cast

from model.errors import PressmarkError, StorageUnavailable
from model.processes import can_copy, copy, start
from storage.replay import Replay

_RARELY = 100_000  # objects between two searches for cycles

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Piece(Protocol[T_co]):
    """A piece of work that carries all it needs."""

    def done(self, replay: Replay) -> T_co:
        """Does it; ``replay`` are tables in memory to work in."""


class Workers(Protocol):
    """Somebody who does pieces of work, ``count`` of them at a time."""

    count: int

    @property
    def has_room(self) -> bool:
        """False where one that was given to be done ``soon`` waits, so that another one would only take up memory."""

    def soon(self, piece: Piece[T]) -> Future[T]:
        """Has a piece done as soon as somebody is free."""

    def sometime(self, piece: Piece[T]) -> Future[T]:
        """The same where nothing is to be done soon: for work that leaves Python's lock alone. It may be cancelled."""

    def result(self, given: Future[T]) -> T:
        """What came of a piece, when it is done. Raises what it raised."""

    def wait(self) -> None:
        """Until somebody has done something."""


class Here:
    """Work done in this process; what may be done ``sometime`` on several threads."""

    has_room = True

    def __init__(self, replay: Replay) -> None:
        self.count = min(4, os.cpu_count() or 1)
        self._replay = replay

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)

    def soon(self, piece: Piece[T]) -> Future[T]:
        """Does it at once."""
        given: Future[T] = Future()
        given.set_result(piece.done(self._replay))
        return given

    def sometime(self, piece: Piece[T]) -> Future[T]:
        """Leaves it to a thread."""
        return self._threads.submit(piece.done, self._replay)

    def result(self, given: Future[T]) -> T:
        """Waits for a thread."""
        return given.result()

    def wait(self) -> None:
        """Nothing is ever waited for."""

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.count, thread_name_prefix="verify")


class Beside:
    """Work done by so many processes, one piece in each at a time, so that no more of them are in memory.

    While something is waited for, ``meanwhile`` is called again and again until it says that it cannot go on now. Raises
    ``StorageUnavailable`` where a process cannot be started or was killed: nothing that is missing is taken for checked.
    """

    def __init__(self, processes: int) -> None:
        self.count = processes
        self.meanwhile: Callable[[], bool] = lambda: False
        self._all: list[tuple[BaseProcess, Connection]] = []
        self._problem: Exception | None = None
        self._idle: list[Connection] = []
        self._at_work: dict[Connection, Future[Any]] = {}
        self._soon: deque[tuple[Piece[Any], Future[Any]]] = deque()
        self._sometime: deque[tuple[Piece[Any], Future[Any]]] = deque()
        self._starting: Thread | None = None

    def __enter__(self) -> Self:
        if can_copy():
            self._start()
        else:  # reads modules, beside whatever comes before the first piece
            self._starting = Thread(target=self._start, name="verify processes", daemon=True)
            self._starting.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._started()
        for _, pipe in self._all:
            pipe.close()
        for process, _ in self._all:
            process.join(5 if _kind is None else 0.5)
            if process.is_alive():
                process.kill()
                process.join()

    @property
    def has_room(self) -> bool:
        """See ``Workers``."""
        return not self._soon

    def soon(self, piece: Piece[T]) -> Future[T]:
        """Hands it to a process, or has it wait for one."""
        return self._given(piece, self._soon)

    def sometime(self, piece: Piece[T]) -> Future[T]:
        """The same, behind those of ``soon``."""
        return self._given(piece, self._sometime)

    def result(self, given: Future[T]) -> T:
        """Goes on with other work until it is there."""
        while not given.done():
            self._take(0)
            if not given.done() and not self.meanwhile():
                self._take(None)
        return given.result()

    def wait(self) -> None:
        """Until one piece at least is done."""
        self._take(None)

    def _given(self, piece: Piece[T], waiting: deque[tuple[Piece[Any], Future[Any]]]) -> Future[T]:
        given: Future[T] = Future()
        waiting.append((piece, given))
        self._hand_out()
        return given

    def _hand_out(self) -> None:
        if self._starting is not None and self._starting.is_alive():
            return
        self._started()
        if self._problem is not None:
            said = f"no process to check with can be started ({self._problem}): check memory, or use one process"
            raise StorageUnavailable(said) from self._problem
        while self._idle and (self._soon or self._sometime):
            piece, given = (self._soon or self._sometime).popleft()
            if not given.set_running_or_notify_cancel():
                continue
            pipe = self._idle.pop()
            try:
                pipe.send_bytes(pickle.dumps(piece, pickle.HIGHEST_PROTOCOL))
            except OSError as error:
                raise self._ended(pipe) from error
            self._at_work[pipe] = given

    def _take(self, seconds: float | None) -> None:
        """What was done by now, or within a time; more work is handed out for it."""
        if seconds is None:
            self._started()
        self._hand_out()
        for ready in cast("list[Connection]", wait(list(self._at_work), seconds)):
            try:
                outcome = ready.recv()
            except (EOFError, OSError) as error:
                raise self._ended(ready) from error
            given = self._at_work.pop(ready)
            self._idle.append(ready)
            if isinstance(outcome, OSError):
                given.set_exception(outcome)
            else:
                given.set_result(outcome)
        self._hand_out()

    def _ended(self, pipe: Connection) -> PressmarkError:
        process = next(process for process, of in self._all if of is pipe)
        process.join(5)
        code = process.exitcode
        how = "was killed, most likely for want of memory" if code == -signal.SIGKILL else f"ended by itself (exit code {code})"
        return StorageUnavailable(f"a process that checks {how}: run the same command again, or with one process")

    def _start(self) -> None:
        try:
            for _ in range(self.count):
                self._all.append(copy(_work, name="verify") if can_copy() else start(_work, name="verify", preload=__name__))
        except Exception as error:  # noqa: BLE001 - told by the thread that waits for them
            self._problem = error
        self._idle = [pipe for _, pipe in self._all]

    def _started(self) -> None:
        if self._starting is not None:
            self._starting.join()
            self._starting = None


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Cycles are looked for rarely, and not among what was there before: lots are held for a while, and would be looked through
    again and again. To be entered before processes are copied.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_RARELY, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted check ends by its pipes closing
    gc.freeze()
    gc.disable()  # what pieces leave in cycles goes between them: looking for it within one takes longer than the work
    replay = Replay()
    while True:
        try:
            piece: Piece[object] = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        try:
            outcome = piece.done(replay)
        except OSError as error:
            outcome = error
        try:
            pipe.send(outcome)
        except OSError:
            return
        del piece, outcome
        gc.collect()
