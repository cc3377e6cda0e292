"""One process that reads pages under limits, and the side of the pipe that feeds it.

The kernel holds the limits (``RLIMIT_CPU``, ``RLIMIT_AS``), because a parser written in C
listens to nobody else; a wall-clock limit above them catches what merely sleeps.
"""

from __future__ import annotations

import resource
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from model.article import Article
from model.errors import Skip, Stop
from model.prepared import Prepared, prepare
from model.processes import start

RECYCLED_AFTER = 500
_READY = "ready"
_START_S = 60.0
_OUT_OF_MEMORY = "the page needs more memory than a page may have"
_MB = 1024 * 1024
_MEMORY_EXIT = 77


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost: processor seconds, megabytes over an idle worker, seconds by the clock."""

    cpu_s: int = 10
    memory_mb: int = 1_000
    wall_s: float = 120.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Job:
    """One page to be read: the arguments of ``extractors.extract`` and a number to know it by. With ``prepare``, what an
    archive derives from the article is worked out, too.
    """

    key: int
    body: bytes
    url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    captured_at: datetime | None = None
    context: Mapping[str, object] | None = None
    prepare: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """What became of a job: an article, or ``problem``, one line that says why there is none.

    ``kind`` is ``article``, ``unreadable`` (no page, or over a limit of the extractors),
    ``stopped`` (over a limit of the pool) or ``defect`` (the extractors failed, or what is kept of the article could not be
    worked out: ours to mend).
    ``prepared`` is of ``article``, where that was asked for. ``cpu_s`` is the processor time of the extraction in seconds,
    0 where it was stopped.
    """

    key: int
    article: Article | None
    kind: str = "article"
    problem: str | None = None
    cpu_s: float = 0.0
    prepared: Prepared | None = None


def extract_here(job: Job) -> Extraction:
    """Reads one page in this process, without limits. Raises nothing for what a page does."""
    from extractors import extract

    begun = time.process_time()
    failing = "the extractors failed on this page"
    try:
        article = extract(job.body, job.url, headers=job.headers, captured_at=job.captured_at, context=job.context)
        spent = time.process_time() - begun
        failing = "what is kept of the article could not be worked out"
        prepared = prepare(article).worked_out() if job.prepare else None
    except Skip as error:
        return Extraction(job.key, None, "unreadable", str(error), time.process_time() - begun)
    except MemoryError:
        return Extraction(job.key, None, "stopped", _OUT_OF_MEMORY, time.process_time() - begun)
    except Exception as error:  # noqa: BLE001 - one page's trouble must not become the run's
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return Extraction(job.key, None, "defect", f"{failing} ({said})", time.process_time() - begun)
    if prepared is not None:
        article = prepared.article
    return Extraction(job.key, article, cpu_s=spent, prepared=prepared)


class Worker:
    """One process, and this side of the pipe to it. Raises ``Stop`` where it cannot be started."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process, self._pipe = start(_work, limits, name="extraction", preload="extractors.warm")
        self._done = 0
        self._wait_until_ready()

    @property
    def usable(self) -> bool:
        """True while it can be given another page."""
        return self._process.is_alive() and self._done < RECYCLED_AFTER

    def _wait_until_ready(self) -> None:
        try:
            if self._pipe.poll(_START_S) and self._pipe.recv() == _READY:
                return
        except (EOFError, OSError) as error:
            code = self._process.exitcode
            raise Stop(
                f"the processes that read pages cannot start (exit code {code}): check memory and the installation"
            ) from error
        self.stop()
        raise Stop(f"the processes that read pages did not start within {_START_S:g} s: the machine may be short of memory")

    def run(self, job: Job) -> Extraction:
        """Reads one page and waits for it; raises nothing for what the page does."""
        self._done += 1
        try:
            self._pipe.send(job)
            if self._pipe.poll(self._limits.wall_s):
                result: Extraction = self._pipe.recv()
                if result.kind == "stopped":  # its peak would be held against the pages after it
                    self._done = RECYCLED_AFTER
                return result
        except (EOFError, OSError):
            self._process.join(10)
            return Extraction(job.key, None, "stopped", self._epitaph())
        self._process.kill()
        self._process.join()
        seconds = f"{self._limits.wall_s:g}"
        return Extraction(job.key, None, "stopped", f"reading the page took over {seconds} s and was stopped")

    def stop(self) -> None:
        """Ends the process, at once if it does not end by itself."""
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _epitaph(self) -> str:
        code = self._process.exitcode
        if code == -signal.SIGXCPU:
            return f"reading the page took over {self._limits.cpu_s} s of processor time and was stopped"
        if code == _MEMORY_EXIT:
            return _OUT_OF_MEMORY
        if code == -signal.SIGKILL:
            return "the process reading the page was killed, most likely for want of memory"
        return f"the process reading the page ended by itself (exit code {code}): a parser crashed on it"


def _work(pipe: Connection, limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted run ends by its pipes closing
    from extractors import warm  # noqa: F401 - read already by the server that forked us, where there is one

    ceiling = _limit_memory(limits.memory_mb)
    pipe.send(_READY)
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        except MemoryError:
            sys.exit(_MEMORY_EXIT)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        # the kernel counts whole seconds of the process's whole life
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_s, hard))
        result = extract_here(job)
        if result.article is None and ceiling is not None and _peak() > ceiling * 0.97:
            # parsers in C tell of memory in words of their own, or not at all
            result = replace(result, kind="stopped", problem=_OUT_OF_MEMORY)
        pipe.send(result)


def _limit_memory(megabytes: int) -> int | None:
    """Limits the address space; the ceiling in bytes, or ``None`` where it cannot be measured (not Linux)."""
    now = _status("VmSize")
    if now is None:
        return None
    ceiling = now + megabytes * _MB
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, resource.getrlimit(resource.RLIMIT_AS)[1]))
    return ceiling


def _peak() -> int:
    return _status("VmPeak") or 0


def _status(name: str) -> int | None:
    try:
        text = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = next((line for line in text.splitlines() if line.startswith(name + ":")), None)
    return int(found.split()[1]) * 1024 if found else None
