"""An open database: short transactions, foreign exceptions translated, created and version-checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, Engine, exc

from model.errors import Damaged, NewerFormat, PressmarkError
from storage import engines, tables
from storage.advice import VERIFY_FIRST
from storage.engines import ALONE, ANY_TEXT, READING, Dialect, sqlite

WAIT_SECONDS = 30


class Database:
    """One engine, to which everything is asked in short transactions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dialect = engines.named(engine.dialect.name)

    @property
    def shares(self) -> bool:
        """Whether several writing transactions may run at once, from several folders too."""
        return self._dialect.shares

    @staticmethod
    def at(path: Path, *, wait: float = WAIT_SECONDS) -> Database:
        """The SQLite database at a path."""
        return Database(sqlite.connect(path, wait))

    @staticmethod
    def as_it_lies(path: Path, *, wait: float = WAIT_SECONDS) -> Database:
        """The same for reading only, so that not a byte of the file changes, whoever it belongs to."""
        return Database(sqlite.connect(path, wait, untouched=True))

    def create(self, archive_id: str) -> None:
        """Makes the tables, triggers and search index of an empty database; harmless if done."""
        with self.transaction(alone=True) as tx:
            if sqlalchemy.inspect(tx).has_table("settings"):
                return
            tables.metadata.create_all(tx)
            self._dialect.guard(tx)
            values = [{"key": "schema", "value": str(tables.SCHEMA_VERSION)}, {"key": "archive", "value": archive_id}]
            tx.execute(tables.settings.insert(), values)

    def version(self, archive_id: str) -> int:
        """The schema it has. Raises ``NewerFormat`` for a later one than this release's, ``Damaged`` for another
        archive's database or one without tables."""
        with self.reading() as tx:
            if not sqlalchemy.inspect(tx).has_table("settings"):
                raise Damaged("the database of this archive is missing or empty: run `pressmark rebuild`")
            found = dict(tx.execute(sqlalchemy.select(tables.settings.c.key, tables.settings.c.value)).tuples().all())
        said = found.get("schema", "")
        if not said.isdecimal() or said == "0":
            raise Damaged("the database does not say what it is: run `pressmark rebuild` to make it anew from the WARCs")
        version = int(said)
        if version > tables.SCHEMA_VERSION:
            raise NewerFormat("this archive's database was written by a newer Pressmark: open it with that release, or rebuild")
        if found.get("archive") != archive_id:
            raise Damaged("the database belongs to another archive: check the setting database_url or run `pressmark rebuild`")
        return version

    def check(self, archive_id: str) -> None:
        """Raises as ``version`` does, and ``Damaged`` for an older schema too."""
        version = self.version(archive_id)
        if version < tables.SCHEMA_VERSION:
            raise Damaged(
                f"the database is of an older Pressmark (schema {version}, this one reads {tables.SCHEMA_VERSION}): "
                "run `pressmark migrate` to bring it up to date"
            )

    @contextmanager
    def transaction(self, *, alone: bool = False) -> Iterator[Connection]:
        """A writing transaction, committed at the end, rolled back on any error; ``alone`` where none of the
        archive's other writers may be in one meanwhile."""
        engine = self._engine.execution_options(**{ALONE: True}) if alone else self._engine
        with translated(self._dialect), engine.begin() as tx:
            yield tx

    @contextmanager
    def reading(self, *, any_text: bool = False) -> Iterator[Connection]:
        """A consistent view that changes nothing. Raises ``DamagedText`` for text that is no UTF-8 any more; with ``any_text``
        its wrong bytes are spelt out instead, at the price of slow reads."""
        with translated(self._dialect), self._engine.execution_options(**{READING: True, ANY_TEXT: any_text}).connect() as tx:
            yield tx

    def close(self) -> None:
        """Lets all connections go; the last one leaves a single file behind."""
        self._engine.dispose()


@contextmanager
def translated(dialect: Dialect) -> Iterator[None]:
    """Errors of SQLAlchemy in our words."""
    try:
        yield
    except PressmarkError:
        raise
    except exc.NoResultFound as error:
        raise Damaged(f"the database has lost a row that must be there: {VERIFY_FIRST}", lost=True) from error
    except exc.DBAPIError as error:
        raise dialect.translate(error) from error
