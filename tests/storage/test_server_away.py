"""A server that nobody can reach any more while it is at work on a question: whoever breaks that off hears of no other error."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

import psycopg
import pytest
import sqlalchemy

from storage import Archive, engines
from storage.engines import postgresql
from storage.engines.breaking import Breaks

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@dataclass(frozen=True)
class Wire:
    """A way to a server over loopback: what it carries goes on when it is cut, and nobody else gets through."""

    url: str
    listener: socket.socket

    def cut(self) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(1 << 16):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


def _take(listener: socket.socket, to: str) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(to)
            for ends in ((near, far), (far, near)):
                Thread(target=_carry, args=ends, daemon=True).start()


@pytest.fixture
def database_url(emptied_server: str) -> str:
    return emptied_server


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    url = sqlalchemy.make_url(database_url)
    folder = url.query.get("host")
    if not isinstance(folder, str):
        pytest.skip("the server is not behind a socket in a folder")
    listener = socket.create_server(("127.0.0.1", 0))
    Thread(target=_take, args=(listener, f"{folder}/.s.PGSQL.5432"), daemon=True).start()
    over = url.difference_update_query(["host"]).set(host="127.0.0.1", port=listener.getsockname()[1])
    made = Wire(over.set(drivername="postgresql+psycopg").render_as_string(hide_password=False), listener)
    yield made
    made.cut()


def test_a_question_that_cannot_be_broken_off_goes_on_and_says_nothing_of_that(filled: Archive, house: Any, wire: Wire) -> None:
    breaks = Breaks()
    (schema,) = house.schemas()
    engine = postgresql.connect(sqlalchemy.make_url(wire.url), filled.id, 60)
    with (
        closing(psycopg.connect(house.url)) as other,
        engine.connect() as tx,
        ThreadPoolExecutor(1) as threads,
    ):
        other.execute(f"LOCK TABLE {schema}.search_text IN ACCESS EXCLUSIVE MODE")
        asked = threads.submit(lambda: list(engines.of(tx).problems(tx, breaks)))
        while house.run(WAITING) == [(0,)] and not asked.done():
            time.sleep(0.05)
        wire.cut()
        breaks.off()
        assert not asked.done()
        other.rollback()
        assert asked.result(60) == []
    engine.dispose()
