"""Where archives are, on one of the engines, and what befalls their databases."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from model.verification import Finding
from storage import Archive, rebuild, tables
from storage.engines.postgresql import gate


@dataclass(frozen=True)
class House:
    """Opens archives with the database of this test."""

    where: Path
    url: str | None

    def create(self, where: Path | None = None, **how: Any) -> Archive:
        return Archive.create(where or self.where, database_url=self.url, **how)

    def open(self, where: Path | None = None, **how: Any) -> Archive:
        return Archive.open(where or self.where, database_url=self.url, **how)

    def rebuild(self, where: Path | None = None, **how: Any) -> dict[str, int]:
        return rebuild(where or self.where, database_url=self.url, **how)

    def findings(self) -> tuple[Finding, ...]:
        """What a check of the archive finds."""
        with self.open() as archive:
            return archive.verify().findings

    def blob(self, data: bytes) -> str:
        """Bytes as a statement has them."""
        return f"X'{data.hex()}'" if self.url is None else f"'\\x{data.hex()}'::bytea"

    def lose(self) -> None:
        """The database goes, and nothing else."""
        if self.url is None:
            for file in self.where.glob("pressmark.db*"):
                file.unlink()
        else:
            self.run(*(f"DROP SCHEMA {name} CASCADE" for name in self.schemas()), "DELETE FROM pressmark.archives")

    def keep(self) -> str:
        """Remembers the database as it is now, open or not: a backup, by its name."""
        name = f"kept_{uuid.uuid4().hex[:8]}"
        if self.url is None:
            with closing(self._file()) as db, closing(sqlite3.connect(self.where.parent / name)) as backup:
                db.backup(backup)
            return name
        copies = (f'CREATE TABLE {name}."{table}" AS TABLE "{table}"' for table in self.tables())
        self.run(f"CREATE SCHEMA {name}", *copies)
        return name

    def put_back(self, kept: str) -> None:
        """Restores a backup over the database that is there, as its keeper would; what numbers rows goes on, as behind a
        transaction that was rolled back."""
        if self.url is None:
            for file in self.where.glob("pressmark.db*"):
                file.unlink()
            shutil.copy(self.where.parent / kept, self.where / "pressmark.db")
            return
        names = [f'"{table}"' for table in self.tables()]
        rows = (f"INSERT INTO {name} SELECT * FROM {kept}.{name}" for name in names)
        guarded = "ALTER TABLE ledger ENABLE TRIGGER USER"
        self.run("SET session_replication_role = replica", f"TRUNCATE {', '.join(names)}", *rows, guarded)

    def tables(self) -> list[str]:
        """On a server: the tables of the only archive."""
        return [name for (name,) in self.run("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else has the database for himself."""
        if self.url is None:
            with closing(self._file()) as db:
                db.execute("BEGIN IMMEDIATE")
                yield
            return
        archive = json.loads((self.where / "pressmark-archive.json").read_bytes())["archive"]
        with psycopg.connect(self.url) as server:
            server.execute(f"SELECT pg_advisory_xact_lock({gate(archive)})")
            yield

    @contextmanager
    def held(self, segment: Path | None = None) -> Iterator[None]:
        """Another writer has a WARC file, by default the only one, so that the next one writes into another."""
        with (segment or self.segment).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def change(self, *statements: str) -> None:
        """Changes rows, each statement at least one, where the guards of the ledger are gone."""
        if self.url is None:
            with closing(self._file()) as db:
                for trigger in ("ledger_no_update", "ledger_no_delete"):
                    db.execute(f"DROP TRIGGER IF EXISTS {trigger}")
                for statement in statements:
                    assert db.execute(statement).rowcount > 0, statement
            return
        schema = self.run("SELECT current_schema()")[0][0]
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(f"SET search_path TO {schema}")
            server.execute("ALTER TABLE ledger DISABLE TRIGGER USER")
            for statement in statements:
                assert server.execute(statement).rowcount > 0, statement

    def _file(self) -> sqlite3.Connection:
        return sqlite3.connect(self.where / "pressmark.db", isolation_level=None)

    @property
    def segment(self) -> Path:
        """The archive's only WARC file."""
        (only,) = (self.where / "warc").iterdir()
        return only

    def schemas(self) -> list[str]:
        """On a server: the schemas of its archives."""
        return [name for (name,) in self.run(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pressmark\_%'")]

    def rows(self) -> dict[str, list[Any]]:
        """All rows of all tables, in an order of their own; what only numbers them left out, articles unpacked."""
        found: dict[str, list[Any]] = {}
        for name, table in tables.metadata.tables.items():
            told = [c.name for c in table.columns if c.name != "id" or name in {"records", "captures", "lost"}]
            columns = ", ".join(f'"{column}"' for column in told)
            rows = self.run(f'SELECT {columns} FROM "{name}"')
            if name == "readings":
                at = told.index("article")
                rows = [(*row[:at], zlib.decompress(row[at]), *row[at + 1 :]) for row in rows]
            found[name] = sorted(rows, key=repr)
        found["search_text"] = sorted(self.run("SELECT words FROM search_text"), key=repr)
        return found

    def run(self, *statements: str) -> list[Any]:
        """Does something to the database of the only archive, behind the software's back."""
        if self.url is None:
            with closing(self._file()) as db:
                return [row for statement in statements for row in db.execute(statement)]
        with psycopg.connect(self.url, autocommit=True) as server:
            (schema,) = server.execute("SELECT schema FROM pressmark.archives").fetchone() or ("",)
            server.execute(f"SET search_path TO {schema or 'public'}")
            cursors = [server.execute(statement) for statement in statements]
            return [row for cursor in cursors if cursor.description for row in cursor]
