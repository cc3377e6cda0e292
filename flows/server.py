"""A Prefect server of our own on loopback, for those who do not run one. Does not import Prefect.

It ends with whoever started it, however that ends (``flows.keeper``).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from flows.heartbeats import SECONDS
from flows.keeper import kept, python
from model.errors import BadCall, StorageUnavailable, Unreachable

PORT = 4280
START_SECONDS = 90.0
_HOST = "127.0.0.1"
_TRIES = 3
_NEIGHBOURS = 100
_LAST_WORDS = 300
_LONGEST_LOOK = 12.0
_CLOSED = frozenset({401, 403})


def server_environ(home: Path, port: int) -> dict[str, str]:
    """What a server and its clients are told: quiet, on this machine only, with a home of its own.

    Task runs are recorded in batches, and old events and runs are swept out: both are what
    keeps a server that runs for years small. Leases are kept in files: those in memory are
    lost with the server, and what they held would be held for ever.
    """
    api = f"http://{_HOST}:{port}/api"
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_UI_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(SECONDS),
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    }


def free_port(wanted: int = PORT) -> int:
    """``wanted``, above zero, where nobody has it, else the next that is free, else one that the system picks.

    One that the system picks may belong to any outgoing connection before a server, which takes seconds
    to start, has bound it: those near ``wanted`` are given to nobody but who asks for them.
    """
    for port in (*range(wanted, wanted + _NEIGHBOURS), 0):
        with socket.socket() as tried, suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((_HOST, port))
            chosen: int = tried.getsockname()[1]
            return chosen
    raise Unreachable("no port is free on this machine for a Prefect server")


def check_port(port: int) -> None:
    """Raises ``BadCall`` where something listens on a port that was asked for, or we may not."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((_HOST, port))
        except OSError as error:
            raise BadCall(f"port {port} cannot be had ({error.strerror}): name another --port, or none") from error


@contextmanager
def locked_home(home: Path) -> Iterator[Path]:
    """A folder for a scheduler's state, made where there is none, and held by this process alone.

    Raises ``BadCall`` where another process holds it, ``StorageUnavailable`` where it cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "lock").open("a+")
    except OSError as error:
        raise StorageUnavailable(f"{home} cannot be written ({error.strerror}): the schedule is kept there") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            who = lock.read().strip()
            of = f" (process {who})" if who else ""  # one that has only just begun has not said yet
            raise BadCall(f"this archive has a schedule running already{of}: end that one first") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield home


@contextmanager
def running_server(home: Path, port: int | None, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A server that answers, for as long as the context lasts; yields the environment for its clients.

    ``home`` is a folder that holds its database and ``server.log``. ``None`` is a port that is free, and the
    next one, tried twice, where the server ends while it starts, as when somebody else took the port first.
    Raises ``Unreachable`` where it does not come up.
    """
    with (home / "server.log").open("wb") as log, ExitStack() as stack:
        chosen = PORT - 1
        for left in reversed(range(_TRIES)):
            chosen = port or free_port(chosen + 1)
            settings = server_environ(home, chosen)
            command = python("prefect", "server", "start", "--host", _HOST, "--port", str(chosen))
            server = stack.enter_context(kept(command, environ={**environ, **settings}, cwd=home, output=log))
            try:
                _wait_until_healthy(server, settings["PREFECT_API_URL"], home)
            except Unreachable:
                if port or not left or server.poll() is None:
                    raise
            else:
                break
        yield settings


def _wait_until_healthy(server: subprocess.Popen[bytes], api: str, home: Path) -> None:
    log = home / "server.log"
    waited = 0.0
    while waited < START_SECONDS:
        begun = time.monotonic()
        if server.poll() is not None:
            raise Unreachable(f"the Prefect server ended while starting{_last_words(log)}; all that it said is in {log}")
        with suppress(urllib.error.URLError, OSError, ValueError, LookupError, TypeError):  # not up yet, or somebody else
            if _has_home(api, home):
                return
        time.sleep(0.2)
        waited += min(time.monotonic() - begun, _LONGEST_LOOK)  # a machine that stood still gave the server no time, either
    raise Unreachable(f"the Prefect server did not start within {START_SECONDS:.0f} s; why may be at the end of {log}")


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_bytes()[-_LAST_WORDS:].decode(errors="replace").splitlines() if line.strip()]
    return f" ({lines[-1]})" if lines else ""


def _has_home(api: str, home: Path) -> bool:
    """Whether what answers there is the server of this folder, and healthy: of two that begin at once one gets the port."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{api}/health", timeout=5) as answer:
        if answer.status != 200:
            return False
    try:
        with direct.open(f"{api}/admin/settings", timeout=5) as answer:
            return Path(json.load(answer)["home"]).resolve() == home.resolve()
    except urllib.error.HTTPError as error:
        return error.code in _CLOSED  # it asks for a key, as our environment told it
