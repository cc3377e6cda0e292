"""Where an archive's database is: a file in its folder, or a schema on a PostgreSQL server.

A home makes the database, opens it, and puts one made anew in its place, so that nothing else
in ``storage`` knows which of them it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy
from sqlalchemy import URL, exc, text

from model.errors import BadCall, Damaged, StorageUnavailable
from storage import chain, engines
from storage.database import Database
from storage.engines import postgresql
from storage.engines.postgresql import CONTROL
from storage.folder import DATABASE, DESCRIPTOR, remove_database
from storage.segments import sync_folder


class Home(Protocol):
    """The home of one archive's database. ``away`` says how a person puts the database away by hand."""

    archive: str
    away: str

    def create(self) -> None:
        """Makes an empty database, instead of what a broken-off creation left."""

    def refuse_filled(self) -> None:
        """Raises ``BadCall`` where an archive has its database here that ``create`` would put away."""

    def open(self) -> Database:
        """The database. Raises ``Damaged`` where there is none, ``StorageUnavailable``."""

    def has_database(self) -> bool:
        """Whether there is one at all."""

    @contextmanager
    def beside(self) -> Iterator[Database]:
        """An empty database beside the one in force; gone afterwards unless it was put in its place."""
        yield from ()

    def replace(self) -> None:
        """Puts the one that was made beside in the place of the one in force, which goes. The former is closed."""


def home_of(folder: Path, archive: str, url: str | None, wait: float) -> Home:
    """The home of an archive's database: its folder, or where ``url`` says. Raises ``BadCall`` for a wrong one."""
    return ServerHome(folder, archive, _parsed(url), wait) if url else FolderHome(folder, archive, wait)


def _parsed(url: str) -> URL:
    form = "such as postgresql://USER@HOST/DATABASE; unset it for SQLite in the archive's folder"
    try:
        parsed = sqlalchemy.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise BadCall(f"database_url is no address of a database: give one {form}") from None
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise BadCall(f"database_url names {parsed.drivername[:40]}, which is not known here: give one {form}")
    return parsed.set(drivername="postgresql+psycopg")


class FolderHome:
    """``pressmark.db`` in the archive's folder."""

    away = f"move {DATABASE} away"

    def __init__(self, folder: Path, archive: str, wait: float) -> None:
        self.archive = archive
        self._folder = folder
        self._path = folder / DATABASE
        self._fresh = folder / f"{DATABASE}.new"
        self._wait = wait

    def create(self) -> None:
        """A broken-off creation's file is taken away first."""
        remove_database(self._path)
        with closing(Database.at(self._path, wait=self._wait)) as database:
            database.create(self.archive)

    def refuse_filled(self) -> None:
        """What lies in the folder was looked at before (``storage.leftover``)."""

    def open(self) -> Database:
        """Raises ``Damaged`` where there is no file."""
        if not self.has_database():
            raise Damaged(
                f"the database of {self._folder} is missing: run `pressmark rebuild` to make it anew from the WARCs, "
                "or say where it is, if it is on a server (PRESSMARK_DATABASE_URL, or database_url in pressmark.toml)"
            )
        return Database.at(self._path, wait=self._wait)

    def has_database(self) -> bool:
        """Whether the file is there."""
        return self._path.is_file()

    @contextmanager
    def beside(self) -> Iterator[Database]:
        """``pressmark.db.new``."""
        remove_database(self._fresh)
        try:
            with closing(Database.at(self._fresh, wait=self._wait)) as database:
                database.create(self.archive)
                yield database
        except BaseException:
            remove_database(self._fresh)
            raise

    def replace(self) -> None:
        """A rename, after which the folder is synced."""
        try:
            remove_database(self._path)
            self._fresh.rename(self._path)
            sync_folder(self._folder)
        finally:
            remove_database(self._fresh)


class ServerHome:
    """A schema of its own on a server; ``pressmark.archives`` there says which one is in force."""

    def __init__(self, folder: Path, archive: str, url: URL, wait: float) -> None:
        self.archive = archive
        self._folder = folder
        self._url = url
        self._wait = wait
        self._fresh: str | None = None
        self.away = f"delete {archive} from {CONTROL}.archives"

    def create(self) -> None:
        """The schema and its name in ``pressmark.archives``. Schemas of a creation of this archive that was broken off go."""
        schema = self._make()
        self._point_to(schema)
        self._sweep()

    def refuse_filled(self) -> None:
        """Of a creation that was broken off no entry is in the ledger yet."""
        if not self.has_database():
            return
        with closing(self.open()) as database, database.reading() as tx:
            filled = chain.count(tx) > 0
        if filled:
            raise BadCall(
                f"the database at {self._shown} holds the archive {self.archive}, whose {DESCRIPTOR} is missing from "
                f"{self._folder}: restore that file from a copy, or name another place for the new archive"
            )

    def open(self) -> Database:
        """Raises ``Damaged`` where the server has nothing of this archive."""
        others = self._known()
        if self.archive not in others:
            holds = f"other archives ({', '.join(sorted(others)[:3])})" if others else "no archive"
            use = "check the setting database_url"
            if (self._folder / DATABASE).is_file():
                use = f"unset the setting database_url to use {DATABASE} in the folder"
            raise Damaged(
                f"the database at {self._shown} holds {holds}, not {self.archive} of {self._folder}: "
                f"{use}, or run `pressmark rebuild` to make it there from the WARCs"
            )
        return Database(postgresql.connect(self._url, self.archive, self._wait))

    def has_database(self) -> bool:
        """Whether the server knows this archive."""
        return self.archive in self._known()

    @contextmanager
    def beside(self) -> Iterator[Database]:
        """A schema with a name of its own; what a broken-off rebuild left goes first."""
        self._sweep()
        self._fresh = self._make()
        try:
            with closing(Database(postgresql.connect(self._url, self.archive, self._wait, self._fresh))) as database:
                yield database
        except BaseException:
            self._sweep()
            raise

    def replace(self) -> None:
        """One commit; what was in force goes when nobody reads it any more."""
        assert self._fresh is not None  # made by ``beside``
        self._point_to(self._fresh)
        self._sweep()

    @property
    def _shown(self) -> str:
        """The address without what is secret."""
        host = self._url.host or self._url.query.get("host") or "localhost"
        return f"{host if isinstance(host, str) else ', '.join(host)}/{self._url.database or ''}"

    def _known(self) -> dict[str, str]:
        with self._server() as database, database.reading() as tx:
            if not sqlalchemy.inspect(tx).has_table("archives", schema=CONTROL):
                return {}
            return dict(tx.execute(text(f"SELECT archive, schema FROM {CONTROL}.archives")).tuples().all())

    def _make(self) -> str:
        """A new schema with an empty database in it, which nothing points to."""
        schema = f"{CONTROL}_{self.archive}_{secrets.token_hex(4)}"
        with self._server() as database, database.transaction() as tx:
            engines.of(tx).hold(tx, [CONTROL])  # IF NOT EXISTS is no lock
            tx.execute(text(f"CREATE SCHEMA IF NOT EXISTS {CONTROL}"))
            tx.execute(text(f"CREATE TABLE IF NOT EXISTS {CONTROL}.archives (archive text PRIMARY KEY, schema text NOT NULL)"))
            tx.execute(text(f"CREATE SCHEMA {schema}"))
        with closing(Database(postgresql.connect(self._url, self.archive, self._wait, schema))) as database:
            database.create(self.archive)
        return schema

    def _point_to(self, schema: str) -> None:
        say = (
            f"INSERT INTO {CONTROL}.archives (archive, schema) VALUES (:archive, :schema) "
            "ON CONFLICT (archive) DO UPDATE SET schema = excluded.schema"
        )
        with self._server(self.archive) as database, database.transaction(alone=True) as tx:
            tx.execute(text(say), {"archive": self.archive, "schema": schema})

    def _sweep(self) -> None:
        """Drops this archive's schemas that nothing points to; those still read are left for the next time."""
        with self._server() as database, database.transaction() as tx:
            find = (
                "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :mine) "
                f"AND nspname NOT IN (SELECT schema FROM {CONTROL}.archives)"
            )
            there = sqlalchemy.inspect(tx).has_table("archives", schema=CONTROL)
            left = tx.execute(text(find), {"mine": f"{CONTROL}_{self.archive}_"}).scalars().all() if there else []
            if left and postgresql.nobody_reads(tx, self.archive):
                for schema in left:
                    tx.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))

    @contextmanager
    def _server(self, archive: str = "") -> Iterator[Database]:
        """The server itself, outside every archive."""
        try:
            with closing(Database(postgresql.connect(self._url, archive, self._wait, "public"))) as database:
                yield database
        except StorageUnavailable as error:
            raise StorageUnavailable(f"{error} (the setting database_url names {self._shown})") from error
