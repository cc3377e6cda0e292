"""The schedule that runs for an archive, as others find it: who runs it, and where its Prefect server is. No Prefect."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from model.errors import Busy, NotFound

_FILE = "running.json"
_LOG = "schedule.log"


@dataclass(frozen=True, slots=True)
class Running:
    """``process`` is its id on this machine, ``api`` the Prefect server's address, ``since`` UTC text."""

    process: int
    api: str
    since: str

    @property
    def page(self) -> str:
        """Where people watch the runs."""
        return self.api.removesuffix("/").removesuffix("/api")


def log_of(home: Path) -> Path:
    """Where a detached schedule writes what it says."""
    return home / _LOG


@contextmanager
def told(home: Path, running: Running) -> Iterator[None]:
    """Lets others find a schedule for as long as the context lasts."""
    path = home / _FILE
    path.write_text(json.dumps(asdict(running)), "utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find_running(home: Path) -> Running | None:
    """The schedule that runs with its state in ``home``; ``None`` where none does, or none that has come up yet."""
    try:
        with (home / "lock").open("r") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return Running(**json.loads((home / _FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return None


def need_running(home: Path) -> Running:
    """The schedule that runs. Raises ``NotFound`` where none does."""
    found = find_running(home)
    if found is None:
        raise NotFound("no schedule runs for this archive: pressmark schedule up starts one")
    return found


def stop(running: Running, home: Path, seconds: float = 150.0) -> None:
    """Ends a schedule as Ctrl-C does, and waits until it has ended. Raises ``Busy`` where that takes too long."""
    with suppress(ProcessLookupError):
        os.kill(running.process, signal.SIGTERM)
    until = time.monotonic() + seconds
    while find_running(home) is not None or _is_held(home):
        if time.monotonic() > until:
            raise Busy(
                f"the schedule (process {running.process}) has not ended within {seconds:.0f} s; {log_of(home)} may say why"
            )
        time.sleep(0.2)


def _is_held(home: Path) -> bool:
    try:
        with (home / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
