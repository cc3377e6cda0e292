"""An archive: a folder with WARC segments, a descriptor, and a database that can be lost.

pressmark-archive.json   what this is, its id, the format; never changed
README.txt               how to read it without this software
warc/*.warc.gz           captures and ledger: the truth
pressmark.db             projections (SQLite), made anew by ``rebuild``
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from model.article import Article
from model.capture import Capture
from model.edtf import utc_text
from model.errors import BadCall, Damaged, NewerFormat, NotFound, StorageUnavailable
from model.ids import is_archive_id, mint_archive_id
from model.ledger import Agent, AgentType, Kind
from model.record import ChangeLine, EventLine, History, RecordLine, SearchHit, Verification, VersionView
from storage import queries, tables
from storage.capture_records import parse_facts, restore_capture
from storage.database import WAIT_SECONDS, Database
from storage.decide import Kept
from storage.deposit import Deposit, Settled
from storage.readme import README
from storage.rebuild import rebuild_into
from storage.recovery import recover
from storage.search import search
from storage.segments import LIMIT, Segment, SegmentFolder, sync_folder
from storage.verify import Checker
from storage.warc import Member, read_member
from storage.writer import Settings, Staged, Undecided, Writer

FORMAT = 1
DESCRIPTOR = "pressmark-archive.json"
DATABASE = "pressmark.db"
FOLDER = "warc"

Progress = Callable[[int, int], None]


def _quiet(_done: int, _all: int) -> None:
    """Progress that nobody watches."""


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


class Archive:
    """One open archive. Reading needs no lock; one process may write through many threads of
    fetching and extracting, but only one thread calls the writing methods.
    """

    def __init__(
        self,
        where: Path,
        descriptor: Mapping[str, Any],
        database: Database,
        *,
        write: bool,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        segment_limit: int,
        operator: str,
        institution: str,
    ) -> None:
        self.where = where
        self.id: str = descriptor["archive"]
        self._database = database
        self._new_id = new_id
        tag = mint_archive_id()
        self._folder = SegmentFolder(where / FOLDER, self.id, now, tag, segment_limit)
        software = f"pressmark/{version('pressmark')}"
        settings = Settings(self.id, software, operator, institution)
        self._writer = Writer(database, self._folder, settings, now, new_id, self._recover)
        if write:
            self._recover_all()

    @staticmethod
    def exists(where: str | Path) -> bool:
        """True where an archive is."""
        return (Path(where) / DESCRIPTOR).is_file()

    @staticmethod
    def create(
        where: str | Path,
        *,
        institution: str = "",
        operator: str = "",
        now: Callable[[], datetime] = _now,
        new_id: Callable[[], str] = _new_id,
        segment_limit: int = LIMIT,
        wait: float = WAIT_SECONDS,
    ) -> Archive:
        """Makes a new archive and opens it for writing.

        Raises ``BadCall`` where one is already or the folder holds other things, and
        ``StorageUnavailable`` where it cannot be written.
        """
        path = Path(where)
        if Archive.exists(path):
            raise BadCall(f"there is already an archive at {where}")
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise BadCall(f"{where} is not an empty folder: name another place for the archive")
        archive_id = mint_archive_id()
        descriptor = {"pressmark": FORMAT, "archive": archive_id, "created": utc_text(now())}
        try:
            (path / FOLDER).mkdir(parents=True, exist_ok=True)
            _write_durably(path / "README.txt", README.format(archive=archive_id).encode())
            database = Database.at(path / DATABASE, wait=wait)
            database.create(archive_id)
            # the descriptor comes last: without it there is no archive, and creating it can be tried again
            _write_durably(path / DESCRIPTOR, (json.dumps(descriptor, indent=1) + "\n").encode())
        except OSError as error:
            raise StorageUnavailable(f"no archive can be made at {where}: {error.strerror}") from error
        made = Archive(
            path,
            descriptor,
            database,
            write=True,
            now=now,
            new_id=new_id,
            segment_limit=segment_limit,
            operator=operator,
            institution=institution,
        )
        made._writer.record_event(Kind.ARCHIVE, {"created": descriptor["created"], "format": FORMAT})
        return made

    @staticmethod
    def open(
        where: str | Path,
        *,
        write: bool = False,
        institution: str = "",
        operator: str = "",
        now: Callable[[], datetime] = _now,
        new_id: Callable[[], str] = _new_id,
        segment_limit: int = LIMIT,
        wait: float = WAIT_SECONDS,
    ) -> Archive:
        """Opens an archive; for writing, what an earlier process left half done is settled first.

        Raises ``NotFound`` where there is none, ``NewerFormat`` for a later format, and
        ``Damaged`` where the database is missing, older or another archive's.
        """
        path = Path(where)
        descriptor = _descriptor(path)
        if not (path / DATABASE).is_file():
            raise Damaged(f"the database of {where} is missing: run `pressmark rebuild` to make it anew from the WARCs")
        database = Database.at(path / DATABASE, wait=wait)
        database.check(descriptor["archive"])
        return Archive(
            path,
            descriptor,
            database,
            write=write,
            now=now,
            new_id=new_id,
            segment_limit=segment_limit,
            operator=operator,
            institution=institution,
        )

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets the segment's lock and the database go."""
        self._writer.close()
        self._database.close()

    # reading

    def find(self, text: str) -> str:
        """The record that an id, an unambiguous prefix or a URL names. Raises ``NotFound``, ``Ambiguous``."""
        with self._database.reading() as tx:
            return queries.find(tx, text)

    def list(self, limit: int | None = 50) -> Iterator[RecordLine]:
        """Records, newest received first."""
        with self._database.reading() as tx:
            yield from queries.record_lines(tx, limit)

    def history(self, record: str) -> History:
        """A record through time."""
        with self._database.reading() as tx:
            return queries.history(tx, record)

    def show(self, record: str, version: int | None = None, reading: int | None = None) -> VersionView:
        """One version (bare: the latest by capture time) as now read, or as one reading had it."""
        with self._database.reading() as tx:
            return queries.show(tx, record, version, reading)

    def search(self, query: str, limit: int = 20) -> Sequence[SearchHit]:
        """Records that match, newest first; the language is described in ``storage.search``."""
        with self._database.reading() as tx:
            return search(tx, query, limit)

    def changes(self, since: datetime, limit: int | None = None) -> Iterator[ChangeLine]:
        """What publishers changed since a moment, newest first."""
        with self._database.reading() as tx:
            yield from queries.changes(tx, since, limit)

    def stats(self) -> dict[str, Any]:
        """Counts and sizes (bytes) of what is held."""
        with self._database.reading() as tx:
            counts = queries.stats(tx)
        warcs = sum(self._folder.path(n).stat().st_size for n in self._folder.names())
        database = sum(p.stat().st_size for p in self.where.glob(f"{DATABASE}*"))
        return {"archive": self.id, **counts, "warc_bytes": warcs, "database_bytes": database}

    def events(self, record: str | None = None, limit: int | None = 100) -> Iterator[EventLine]:
        """Ledger entries as PREMIS events, newest first; of one record, or of everything."""
        with self._database.reading() as tx:
            yield from queries.events(tx, record, limit)

    def load_capture(self, capture: str) -> Capture:
        """A capture as it was taken in, read from the WARCs. Raises ``NotFound``, ``Damaged``."""
        with self._database.reading() as tx:
            c = tables.captures.c
            data = tx.execute(select(c.facts).where(c.id == capture)).scalar_one_or_none()
            if data is None:
                raise NotFound(f"no capture {capture} in this archive")
            return restore_capture(parse_facts(data), lambda record_id: self._member(tx, record_id))

    def capture_bytes(self, capture: str) -> bytes:
        """A capture's payload as kept (still content-encoded where it was fetched)."""
        return self.load_capture(capture).entity

    def verify(self, progress: Progress = _quiet) -> Verification:
        """Checks everything held against itself; see ``storage.verify``."""
        with self._database.reading() as tx:
            return Checker(tx, self._folder.folder, progress).run()

    # writing

    def stage(self, deposits: Sequence[Deposit]) -> Sequence[Staged]:
        """Keeps the captures of deposits; see ``storage.writer``."""
        return self._writer.stage(deposits)

    def settle(self, staged: Sequence[Staged]) -> Sequence[Settled]:
        """Decides what is staged: a ``Result`` each, or a ``Reread``; see ``storage.writer``."""
        return self._writer.settle(staged)

    def stage_again(self, staged: Staged, rereadings: Mapping[str, Article]) -> Staged:
        """What was answered with ``Reread``, together with the articles it asked for."""
        return self._writer.stage_again(staged, rereadings)

    def undecided(self) -> Iterator[Undecided]:
        """Captures that were kept and never decided, because a process was killed in between.

        To be read and settled like new ones, with ``Undecided.staged``.
        """
        c = tables.captures.c
        with self._database.reading() as tx:
            rows = tx.execute(select(c.id, c.digest, c.facts).where(c.entry.is_(None)).order_by(c.received_at)).all()
            for row in rows:
                facts = parse_facts(row.facts)
                capture = restore_capture(facts, lambda record_id: self._member(tx, record_id))
                yield Undecided(capture, Kept(row.id, row.digest), row.facts)

    def record_event(self, type_: str, detail: Mapping[str, Any], *, outcome: str = "success", person: str | None = None) -> None:
        """A PREMIS event in the archive's own chain."""
        agent = Agent(AgentType.PERSON, person) if person else None
        self._writer.record_event(Kind.EVENT, {"type": type_, "outcome": outcome, "detail": dict(detail)}, agent)

    def _member(self, tx: Connection, record_id: str) -> Member:
        m, s = tables.members.c, tables.segments.c
        query = select(s.name, m.offset, m.length).join_from(tables.members, tables.segments).where(m.record_id == record_id)
        row = tx.execute(query).one_or_none()
        if row is None:
            raise Damaged(f"the WARC record {record_id} is not in the catalogue: run `pressmark verify`")
        return read_member(self._folder.path(row.name), row.offset, row.length)

    def _recover_all(self) -> None:
        for segment in self._folder.lock_free():
            try:
                self._recover(segment)
            finally:
                segment.close()

    def _recover(self, segment: Segment) -> None:
        done = recover(self._database, segment, self._new_id)
        if done.void:
            entries = [{"id": entry, "digest": digest} for entry, digest in done.void]
            self._writer.record_void(segment, entries, "written before a process ended, never in force")


def rebuild(
    where: str | Path, *, progress: Progress = _quiet, new_id: Callable[[], str] = _new_id, wait: float = WAIT_SECONDS
) -> dict[str, int]:
    """Makes the database anew beside the old one and puts it in its place; counts of what came back.

    Raises ``NotFound``, ``NewerFormat``, ``StorageUnavailable`` while a writer holds a segment,
    and ``Damaged`` where the ledger has a hole; the old database is then untouched.
    """
    path = Path(where)
    descriptor = _descriptor(path)
    folder = SegmentFolder(path / FOLDER, descriptor["archive"], _now, "", LIMIT)
    names = folder.names()
    held = list(folder.lock_free())
    try:
        if len(held) < len(names):
            raise StorageUnavailable("another process is writing to this archive: wait for it to end, then rebuild")
        fresh = path / f"{DATABASE}.new"
        _remove(fresh)
        database = Database.at(fresh, wait=wait)
        database.create(descriptor["archive"])
        counts = rebuild_into(database, [folder.path(n) for n in names], new_id, progress)
        database.close()
        _remove(path / DATABASE)
        fresh.rename(path / DATABASE)
        sync_folder(path)
        return counts
    finally:
        for segment in held:
            segment.close()


def _descriptor(path: Path) -> dict[str, Any]:
    try:
        data = (path / DESCRIPTOR).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no archive at {path}: `pressmark ingest` makes one, --archive names another place") from None
    except OSError as error:
        raise StorageUnavailable(f"the archive at {path} cannot be read: {error.strerror}") from error
    try:
        found: dict[str, Any] = json.loads(data)
        newer = found["pressmark"] > FORMAT
        sound = is_archive_id(found["archive"])
    except (ValueError, KeyError, TypeError):
        sound = newer = False
    if newer:
        raise NewerFormat(f"the archive at {path} was written by a newer Pressmark: open it with that release")
    if not sound:
        raise Damaged(f"{path / DESCRIPTOR} is damaged: restore it from a copy")
    return found


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _remove(database: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            database.with_name(database.name + suffix).unlink()
