"""What a check has found in the WARCs and the ledger so far, on disk where it is much.

A private SQLite file that its owner alone sees and that goes with it: small ones never leave memory, those
of large archives cost a few tens of megabytes of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any

_TABLES = """
CREATE TABLE entry (id TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID;
CREATE TABLE block (id TEXT PRIMARY KEY, digest TEXT, segment TEXT, offset INTEGER, length INTEGER) WITHOUT ROWID;
CREATE TABLE facts (id TEXT PRIMARY KEY, digest TEXT, segment TEXT, offset INTEGER, length INTEGER) WITHOUT ROWID;
CREATE TABLE row (entry TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE stated (entry TEXT, n INTEGER, batch INTEGER, chain TEXT, seq INTEGER, digest TEXT,
                     PRIMARY KEY (entry, n)) WITHOUT ROWID;
CREATE TABLE content (id TEXT, n INTEGER, batch INTEGER, place TEXT, digest TEXT, PRIMARY KEY (id, n)) WITHOUT ROWID;
CREATE TABLE taken (capture TEXT, lot INTEGER, digest TEXT, PRIMARY KEY (capture, lot)) WITHOUT ROWID;
CREATE TABLE lot (chain TEXT PRIMARY KEY, n INTEGER);
CREATE TABLE void (entry TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE named (capture TEXT, n INTEGER, digest TEXT, entry TEXT, record TEXT, version INTEGER, how TEXT,
                    PRIMARY KEY (capture, n)) WITHOUT ROWID;
CREATE TABLE gone (id TEXT PRIMARY KEY, edge INTEGER) WITHOUT ROWID;
CREATE TABLE beyond (entry TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_AT_ONCE = 500
_WAITING = 2000


class Notebook:
    """Rows by table; what was noted is seen by the next question."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; {_TABLES}")
        self._db.execute("BEGIN")
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def note(self, table: str, *values: Any) -> None:
        """One row; of two with one key, the later one is kept."""
        waiting = self._waiting.setdefault(table, [])
        waiting.append(values)
        if len(waiting) >= _WAITING:
            self._write(table)

    def of(self, table: str, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        """Rows by their first column."""
        return {row[0]: row[1:] for row in self.rows(table, ids)}

    def rows(self, table: str, ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """All rows with these in their first column, in order of the key."""
        self._write(table)
        first = "capture" if table == "named" else "id"
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), _AT_ONCE):
            some: Sequence[str] = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            yield from self._db.execute(f"SELECT * FROM {table} WHERE {first} IN ({marks}) ORDER BY 1, 2", some)

    def ids(self, table: str) -> list[str]:
        """The first columns of all rows."""
        self._write(table)
        return [row[0] for row in self._db.execute(f"SELECT id FROM {table} ORDER BY 1")]

    def unclaimed(self, table: str, *others: str) -> Iterator[tuple[Any, ...]]:
        """Rows that none of some other tables (``row``, ``stated``, ``void``, ``beyond``) name."""
        for name in (table, *others):
            self._write(name)
        without = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {other} WHERE {other}.entry = {table}.id)" for other in others)
        with closing(self._db.execute(f"SELECT * FROM {table} WHERE {without} ORDER BY 1")) as found:
            yield from found

    def nowhere(self) -> list[str]:
        """Captures that ledger entries name, and that neither a row nor a WARC has."""
        for table in ("named", "row", "facts"):
            self._write(table)
        without = "NOT EXISTS (SELECT 1 FROM row WHERE entry = capture) AND NOT EXISTS (SELECT 1 FROM facts WHERE id = capture)"
        return [row[0] for row in self._db.execute(f"SELECT DISTINCT capture FROM named WHERE {without} ORDER BY 1")]

    def otherwise(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Rows of the ledger (``stated``) or content that it names (``content``), in order, of which the WARCs have another
        digest, or none; that digest is the last value. Not what is ``gone`` with a file.
        """
        record, key = {"stated": ("entry", "entry"), "content": ("block", "id")}[table]
        self._write(table)
        self._write(record)
        self._write("gone")
        differing = f"SELECT x.*, y.digest FROM {table} x LEFT JOIN {record} y ON y.id = x.{key} WHERE y.digest IS NOT x.digest"
        gone = f"y.digest IS NULL AND EXISTS (SELECT 1 FROM gone WHERE gone.id = x.{key} AND NOT edge)"
        with closing(self._db.execute(f"{differing} AND NOT ({gone}) ORDER BY x.n")) as found:
            yield from found

    def lots_of_other_facts(self) -> list[int]:
        """Lots that took facts of a capture to be others than the WARCs have."""
        for table in ("taken", "facts"):
            self._write(table)
        differing = "SELECT DISTINCT lot FROM taken JOIN facts ON id = capture WHERE facts.digest IS NOT taken.digest ORDER BY 1"
        return [row[0] for row in self._db.execute(differing)]

    def lots_with(self, chains: Iterable[str]) -> list[int]:
        """The lots that some chains are in."""
        self._write("lot")
        asked = (self._db.execute("SELECT n FROM lot WHERE chain = ?", (chain,)).fetchone() for chain in chains)
        return sorted({row[0] for row in asked if row is not None})

    def chains_of(self, lot: int) -> list[str]:
        """The chains of a lot, in their order."""
        self._write("lot")
        return [row[0] for row in self._db.execute("SELECT chain FROM lot WHERE n = ? ORDER BY rowid", (lot,))]

    def _write(self, table: str) -> None:
        waiting = self._waiting.pop(table, [])
        if waiting:
            marks = ",".join("?" * len(waiting[0]))
            self._db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", waiting)
