"""An archive with a clock and a mint of the test's own, and captures made by hand."""

from __future__ import annotations

import fcntl
import itertools
import json
import shutil
import sqlite3
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from model.article import Article, Author, Block, BlockKind, Image
from model.capture import Basis, Capture, Exchange, digest_of
from model.edtf import utc_text
from model.record import Result
from model.verification import Finding
from storage import Archive, Deposit, Person, Release, Verdict, rebuild, tables
from storage.engines.postgresql import gate

START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
RELEASE = Release({"pressmark": "test", "rules": "one"})


def article(headline: str, *paragraphs: str, **fields: object) -> Article:
    body = tuple(Block(BlockKind.PARAGRAPH, p) for p in paragraphs)
    made = Article(headline=headline, body=body, authors=(Author("Mara Quill"),), publisher="Harbour Ledger")
    return Article(**{**{f: getattr(made, f) for f in ("headline", "body", "authors", "publisher")}, **fields})


@dataclass
class Desk:
    """Deposits things into an archive and answers what it asks to be read again."""

    archive: Archive
    articles: dict[str, Article] = field(default_factory=dict)

    def fetched(self, url: str, body: bytes, hours: float, status: int = 200) -> Capture:
        at = START + timedelta(hours=hours)
        head = b"HTTP/1.1 %d X\r\nContent-Type: text/html\r\n\r\n" % status
        hop = Exchange(url, b"GET / HTTP/1.1\r\nHost: paper.example\r\n\r\n", head, body, status, at, "127.0.0.1")
        key = f"fetch:{uuid.uuid4()}"
        return Capture(Basis.FETCHED, key, at, at, url, url, (hop,), media_type="text/html")

    def supplied(self, body: bytes, url: str | None = None, hours: float | None = None) -> Capture:
        at = None if hours is None else START + timedelta(hours=hours)
        key = f"file:{digest_of(body)}|{url or ''}|{utc_text(at) if at else ''}"
        return Capture(Basis.SUPPLIED, key, START, at, url, url, (), body, "text/html", "copy.html")

    def take(self, capture: Capture, read: Article, release: Release = RELEASE) -> Result:
        return self.settle(Deposit(capture.url or "copy", capture, Verdict.ARTICLE, release, read))

    def absent(self, capture: Capture) -> Result:
        reason = f"the server answered {capture.status}"
        return self.settle(Deposit(capture.url or "", capture, Verdict.ABSENT, RELEASE, reason=reason, code="http-404"))

    def held(self, capture: Capture, reason: str = "a PDF document") -> Result:
        return self.settle(Deposit(capture.url or "", capture, Verdict.HELD, RELEASE, reason=reason, code="pdf"))

    def settle(self, deposit: Deposit) -> Result:
        if deposit.article is not None:
            self.articles[deposit.capture.origin_key] = deposit.article
        staged = list(self.archive.stage([deposit]))
        for _ in range(4):
            answer = self.archive.settle(staged)[0]
            if isinstance(answer, Result):
                return answer
            staged = [self.archive.stage_again(staged[0], {c: self.reread(c) for c in answer.captures})]
        raise AssertionError("never settled")

    def settle_undecided(self, read: Callable[[Capture], Article]) -> list[Result]:
        """What the pipeline does at its start: decides captures that nobody decided."""
        found = list(self.archive.undecided())
        deposits = [Deposit(x.capture.url or "", x.capture, Verdict.ARTICLE, RELEASE, read(x.capture)) for x in found]
        answers = [self.archive.settle([x.staged(deposit)])[0] for x, deposit in zip(found, deposits, strict=True)]
        return [answer for answer in answers if isinstance(answer, Result)]

    def reread(self, capture: str) -> Article:
        return self.articles[self.archive.load_capture(capture).origin_key]


@pytest.fixture
def clock() -> Callable[[], datetime]:
    ticks = itertools.count()
    return lambda: START + timedelta(days=30, seconds=next(ticks))


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_engines"):
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the test's archives have their database: in their folder, or on a server that the wheel brings."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    yield request.getfixturevalue("emptied_server")


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
    def held(self) -> Iterator[None]:
        """Another writer has the only WARC file, so that the next one begins a file of its own."""
        with self.segment.open("rb") as file:
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
            told = [c.name for c in table.columns if c.name != "id" or name in {"records", "captures"}]
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


@pytest.fixture
def house(where: Path, database_url: str | None) -> House:
    return House(where, database_url)


@pytest.fixture
def archive(house: House, clock: Callable[[], datetime]) -> Iterator[Archive]:
    with house.create(now=clock) as made:
        yield made


@pytest.fixture
def desk(archive: Archive) -> Desk:
    return Desk(archive)


@pytest.fixture
def make_article() -> Callable[..., Article]:
    return article


def fill(desk: Desk) -> None:
    """Something of everything that an archive can hold, in no good order."""
    quay, ferry, pier = (f"http://paper.example/news/{n}" for n in ("quay", "ferry", "pier"))
    newer = Release({"pressmark": "test", "rules": "two"})
    # states out of order, one found between two equal looks, a return to old words
    desk.take(desk.fetched(quay, b"late" * 50, 9), article("Quay reopens", "third words of the quay"))
    desk.take(desk.fetched(quay, b"early" * 50, 1), article("Quay closed", "first words of the quay"))
    desk.take(desk.fetched(quay, b"later" * 50, 12), article("Quay reopens", "third words of the quay"))
    desk.take(desk.fetched(quay, b"between" * 50, 10), article("Quay closed", "first words of the quay"))
    # copies beside, with and without an address, read twice
    desk.take(desk.supplied(b"a copy", quay, 5), article("Quay closed", "words that somebody typed"))
    desk.take(desk.supplied(b"a text"), article("Harbour notes", "words of a text", date_published="XXXX-12-18"))
    desk.take(desk.supplied(b"a text", "http://paper.example/notes"), article("Harbour notes", "words of a text"))
    # the very same bytes again (a revisit), then gone, then back, then gone for good after three looks
    desk.take(desk.fetched(ferry, b"ferry" * 50, 2), article("Ferries sail", "words of the ferry"))
    desk.take(desk.fetched(ferry, b"ferry" * 50, 3), article("Ferries sail", "words of the ferry"))
    desk.absent(desk.fetched(ferry, b"gone", 4, 410))
    desk.take(desk.fetched(ferry, b"ferry!" * 50, 5), article("Ferries sail", "words of the ferry"))
    for hours in (6, 7, 40):
        desk.absent(desk.fetched(ferry, b"no such page", hours, 404))
    # a newer release reads an old state again; a person labels it
    desk.take(desk.fetched(pier, b"pier 1", 2), article("Pier painted", "words of the pier"))
    desk.articles = {k: replace(a, section="Local") for k, a in desk.articles.items()}
    desk.take(desk.fetched(pier, b"pier 2", 8), article("Pier painted blue", "words of the blue pier", section="Local"), newer)
    labelled = desk.fetched(pier, b"pier 3", 9)
    read = article("Pier painted blue", "words of the blue pier", section="Local")
    labels = {"person": Person("Ada"), "collection": "harbour", "note": "seen from the boat", "override_reason": "for the record"}
    desk.settle(Deposit(pier, labelled, Verdict.ARTICLE, newer, read, **labels))  # type: ignore[arg-type]
    desk.held(desk.fetched("http://paper.example/report", b"%PDF-1.7", 3))


def tell(archive: Archive) -> dict[str, Any]:
    """Everything that an archive says of itself, sizes of files left out."""
    lines = list(archive.list(None))
    stats = archive.stats()
    versions = [
        archive.show(line.record, reading.version, reading.number)
        for line in lines
        for reading in archive.history(line.record).readings
    ]
    return {
        "list": lines,
        "histories": {line.record: archive.history(line.record) for line in lines},
        "versions": [replace(v, capture={k: v.capture[k] for k in v.capture}) for v in versions],
        "changes": list(archive.changes(datetime(2000, 1, 1, tzinfo=UTC))),
        "events": list(archive.events(limit=None)),
        "events of records": {line.record: list(archive.events(line.record, None)) for line in lines},
        "found": [archive.search(q) for q in ("words", "author:quill", "collection:harbour", "quay -third")],
        "stats": {k: v for k, v in stats.items() if not k.endswith("_bytes")},
    }


@pytest.fixture
def filled(desk: Desk) -> Archive:
    """An archive with something of everything."""
    fill(desk)
    return desk.archive


@pytest.fixture
def closed(filled: Archive, house: House) -> House:
    """Where that archive is, once nobody has it open."""
    filled.close()
    return house


@pytest.fixture
def make_desk() -> type[Desk]:
    return Desk


@pytest.fixture
def fill_desk() -> Callable[[Desk], None]:
    return fill


@pytest.fixture
def telling() -> Callable[[Archive], dict[str, Any]]:
    return tell


@pytest.fixture
def pictured() -> Article:
    images = (
        Image(caption="The quay at dawn.", credit_line="Photo: Ilse Brandt/NPA", creators=("Ilse Brandt",), agencies=("NPA",)),
    )
    return article("Quay reopens", "The quay reopened on Monday after a year of work.", images=images)
