"""The database: opened with the settings that keep a ledger safe, created, version-checked.

SQLite is the default. Its triggers, like the connection settings, are part of the promise
that the ledger is insert-only: ``recursive_triggers`` keeps ``INSERT OR REPLACE`` from
slipping past the delete trigger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, exc

from model.errors import Damaged, NewerFormat, PressmarkError, StorageUnavailable
from storage import tables

WAIT_SECONDS = 30


class Database:
    """An open database. One engine; short transactions; foreign exceptions translated here."""

    def __init__(self, url: str, *, wait: float = WAIT_SECONDS) -> None:
        self._engine = _engine(url, wait)

    @staticmethod
    def at(path: Path, *, wait: float = WAIT_SECONDS) -> Database:
        """The SQLite database at a path."""
        return Database(f"sqlite:///{path}", wait=wait)

    def create(self, archive_id: str) -> None:
        """Makes the tables, triggers and search index of an empty database; harmless if done."""
        with self.transaction() as tx:
            if sqlalchemy.inspect(tx).has_table("settings"):
                return
            tables.metadata.create_all(tx)
            for statement in tables.SQLITE_DDL:
                tx.exec_driver_sql(statement)
            values = [{"key": "schema", "value": str(tables.SCHEMA_VERSION)}, {"key": "archive", "value": archive_id}]
            tx.execute(tables.settings.insert(), values)

    def check(self, archive_id: str) -> None:
        """Raises ``NewerFormat`` for a later schema, ``Damaged`` for another archive's database
        or one without tables."""
        with self.reading() as tx:
            if not sqlalchemy.inspect(tx).has_table("settings"):
                raise Damaged("the database of this archive is missing or empty: run `pressmark rebuild`")
            found = dict(tx.execute(sqlalchemy.select(tables.settings.c.key, tables.settings.c.value)).tuples().all())
        said = found.get("schema", "")
        if not said.isdecimal():
            raise Damaged("the database does not say what it is: run `pressmark rebuild` to make it anew from the WARCs")
        version = int(said)
        if version > tables.SCHEMA_VERSION:
            raise NewerFormat("this archive's database was written by a newer Pressmark: open it with that release, or rebuild")
        if version < tables.SCHEMA_VERSION:
            raise Damaged("the database is of an older Pressmark: run `pressmark rebuild` to make it anew from the WARCs")
        if found.get("archive") != archive_id:
            raise Damaged("the database belongs to another archive: check PRESSMARK_DATABASE_URL or run `pressmark rebuild`")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction, committed at the end, rolled back on any error."""
        with self._translated(), self._engine.begin() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that changes nothing."""
        with self._translated(), self._engine.execution_options(pressmark_reading=True).connect() as tx:
            yield tx

    def close(self) -> None:
        """Lets all connections go; the last one leaves a single file behind."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PressmarkError:
            raise
        except exc.DBAPIError as error:
            raise translate(error) from error


def translate(error: exc.DBAPIError) -> PressmarkError:
    """The error of a database in our words."""
    said = str(error.orig).lower()
    if "locked" in said or "busy" in said:
        return StorageUnavailable("the database is locked by another process: wait for it to end, then run the command again")
    if "full" in said:
        return StorageUnavailable("the disk is full: free some space and run the same command again")
    if "readonly" in said or "unable to open" in said or "permission" in said:
        return StorageUnavailable(f"the database cannot be written ({error.orig}): check the folder's permissions")
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return Damaged("the database file is damaged: move it away and run `pressmark rebuild`")
    if "insert-only" in said:
        return Damaged("something tried to change the ledger; nothing was changed")
    return StorageUnavailable(f"the database refused: {error.orig}")


def _engine(url: str, wait: float) -> Engine:
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": wait} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # the driver would begin transactions late, after reads that the writer relies on
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("pressmark_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
