"""Extraction in processes of its own: one bad page never stops a run.

A page that takes more processor time or memory than it may is stopped in its worker and comes
back as an error that a person understands; the worker is replaced and the others go on.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

from flows.worker import DEFAULT_LIMITS, Extraction, Job, Limits, Worker
from model.capture import Capture


class ExtractionPool:
    """Worker processes that read pages. ``run`` may be called from several threads at once.

    Workers start with the first jobs, so a pool that is never used costs nothing.
    """

    def __init__(self, workers: int | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.size = workers or os.cpu_count() or 1
        self.limits = limits
        self._idle: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(self.size):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def run(self, job: Job) -> Extraction:
        """Reads one page in a worker and waits for it; raises nothing for what the page does.

        Raises ``Stop`` where no worker can be started.
        """
        worker = self._idle.get()
        try:
            worker = worker or Worker(self.limits)
            result = worker.run(job)
            if not worker.usable:
                worker.stop()
                worker = None
            return result
        finally:
            self._idle.put(worker)

    def run_many(self, jobs: Iterable[Job]) -> Iterator[Extraction]:
        """Reads all pages, results in order of completion; takes jobs only as fast as they are read."""
        with ThreadPoolExecutor(self.size, thread_name_prefix="extraction") as threads:
            pending: set[Future[Extraction]] = set()
            for job in jobs:
                pending.add(threads.submit(self.run, job))
                if len(pending) > 2 * self.size:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (f.result() for f in done)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (f.result() for f in done)

    def close(self) -> None:
        """Stops all workers, waiting for the ones at work."""
        for _ in range(self.size):
            worker = self._idle.get()
            if worker is not None:
                worker.stop()
        for _ in range(self.size):
            self._idle.put(None)


class Reader:
    """Reads captures in a pool: hand some in, ask now and then which are finished.

    For one thread. ``processes`` is how many pages are read at once; default: one a core.
    """

    def __init__(self, processes: int | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        self._pool = ExtractionPool(processes, limits)
        self._threads = ThreadPoolExecutor(self._pool.size, thread_name_prefix="extraction")
        self._pending: set[Future[Extraction]] = set()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._pool.close()

    @property
    def has_room(self) -> bool:
        """Whether another capture can be handed in without piling up memory."""
        return len(self._pending) < 2 * self._pool.size

    def submit(self, capture: Capture, *, prepare: bool = False) -> int:
        """Hands a capture in; the number is the ``key`` of its ``Extraction``. ``prepare`` what is likely to be kept."""
        job = self._job(capture, prepare=prepare)
        self._pending.add(self._threads.submit(self._pool.run, job))
        return job.key

    def finished(self, timeout: float = 0) -> list[Extraction]:
        """What is finished by now, in order of completion as far as known; waits ``timeout`` seconds for a first one."""
        done, self._pending = wait(self._pending, timeout, FIRST_COMPLETED)
        return [future.result() for future in done]

    def read_one(self, capture: Capture) -> Extraction:
        """Reads one capture and waits for it."""
        return self._pool.run(self._job(capture))

    def _job(self, capture: Capture, *, prepare: bool = False) -> Job:
        self._count += 1
        url, context = capture.final_url or capture.url, capture.context or None
        return Job(self._count, capture.entity, url, capture.headers, capture.at, context, prepare)
