"""Lots compared here or in processes of their own: the same differences, in the same order."""

from __future__ import annotations

import pickle
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from types import TracebackType
from typing import Protocol, Self, cast

from model.errors import PressmarkError, StorageUnavailable
from model.processes import start
from storage.lots import Lot
from storage.replay import Difference, Replay


class Comparing(Protocol):
    """Somebody who compares lots. What is given is told in the order of the lots, sooner or later."""

    def give(self, lot: Lot) -> Iterator[Difference]:
        """Hands a lot in; what is known by now."""

    def rest(self) -> Iterator[Difference]:
        """What was not told yet, when no more lots come."""


class Here:
    """Lots compared in this process, one after the other."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def give(self, lot: Lot) -> Iterator[Difference]:
        """All that is different in it."""
        return self._replay.differences(lot)

    def rest(self) -> Iterator[Difference]:
        """Nothing: all was told."""
        return iter(())


class Beside:
    """Lots compared by so many processes, one lot in each at a time, so that no more of them are in memory.

    They start on a thread of their own, beside whatever comes before the first lot. Raises ``StorageUnavailable``
    where one cannot be started or was killed: nothing that is missing is taken for checked.
    """

    def __init__(self, processes: int) -> None:
        self._wanted = processes
        self._all: list[tuple[BaseProcess, Connection]] = []
        self._problem: Exception | None = None
        self._idle: list[Connection] = []
        self._at_work: dict[Connection, int] = {}
        # a place for each lot that was given and not told of
        self._results: deque[list[Difference] | None] = deque()
        self._told = 0
        self._starting: Thread | None = Thread(target=self._start, name="verify processes", daemon=True)
        self._starting.start()

    def __enter__(self) -> Self:
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

    def give(self, lot: Lot) -> Iterator[Difference]:
        """Hands a lot to a process that has none, waiting for one."""
        self._started()
        if self._problem is not None:
            said = f"no process to check with can be started ({self._problem}): check memory, or use one process"
            raise StorageUnavailable(said) from self._problem
        while not self._idle:
            self._take()
        pipe = self._idle.pop()
        try:
            pipe.send_bytes(pickle.dumps(lot, pickle.HIGHEST_PROTOCOL))
        except OSError as error:
            raise self._ended(pipe) from error
        self._at_work[pipe] = self._told + len(self._results)
        self._results.append(None)
        return self._known()

    def rest(self) -> Iterator[Difference]:
        """Waits for all that are at work."""
        while self._at_work:
            self._take()
        return self._known()

    def _known(self) -> Iterator[Difference]:
        while self._results and self._results[0] is not None:
            self._told += 1
            yield from self._results.popleft() or ()

    def _take(self) -> None:
        """Waits until one lot at least is compared."""
        for ready in cast("list[Connection]", wait(list(self._at_work))):
            try:
                found: list[Difference] = ready.recv()
            except (EOFError, OSError) as error:
                raise self._ended(ready) from error
            self._results[self._at_work.pop(ready) - self._told] = found
            self._idle.append(ready)

    def _ended(self, pipe: Connection) -> PressmarkError:
        process = next(process for process, of in self._all if of is pipe)
        process.join(5)
        code = process.exitcode
        how = "was killed, most likely for want of memory" if code == -signal.SIGKILL else f"ended by itself (exit code {code})"
        return StorageUnavailable(f"a process that checks {how}: run the same command again, or with one process")

    def _start(self) -> None:
        try:
            for _ in range(self._wanted):
                self._all.append(start(_work, name="verify", preload=__name__))
        except Exception as error:  # noqa: BLE001 - told by the thread that waits for them
            self._problem = error
        self._idle = [pipe for _, pipe in self._all]

    def _started(self) -> None:
        if self._starting is not None:
            self._starting.join()
            self._starting = None


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted check ends by its pipes closing
    replay = Replay()
    while True:
        try:
            lot: Lot = pickle.loads(pipe.recv_bytes())
            found: Sequence[Difference] = list(replay.differences(lot))
            pipe.send(found)
        except (EOFError, OSError):
            return
