"""The segments of an archive, read again and held to the catalogue; what they say is noted for later checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from model.errors import PressmarkError
from model.ledger import Kind, decode
from model.verification import Finding
from storage import tables
from storage.advice import LOST, REBUILD, RESTORE
from storage.capture_records import is_facts_uri, parse_facts
from storage.catalogue import copy_of, imprint_in
from storage.comparing import Workers
from storage.content import is_content_record
from storage.held_files import Files, lost_file, lost_within
from storage.holes import lost_ids
from storage.members_of import members_of
from storage.notebook import Notebook
from storage.reread import VOID, Lost, Place, Rows, Seen, reread, seen_at
from storage.segments import SegmentFolder
from storage.shrunk import still
from storage.warc import Break, Member, walk
from storage.whole import LEDGER

Progress = Callable[[int, int], None]
_AT_ONCE = 1000
_SOME = 200
_FEW = 3  # records that are not there, which are told one by one


class _Follows(NamedTuple):
    """A finding that may merely follow from a record that is not there: one ``at`` a place, or a ``record`` that a
    ``capture`` has."""

    finding: Finding
    at: int = -1
    record: str = ""
    capture: str = ""


class Warcs:
    """One pass over segments. ``checked`` are those that were read, with the bytes that are settled of each."""

    def __init__(
        self, tx: Connection, folder: SegmentFolder, notebook: Notebook, files: Files, progress: Progress, workers: Workers
    ) -> None:
        self._tx = tx
        self._workers = workers
        self._folder = folder
        self._notebook = notebook
        self._files = files
        self._progress = progress
        # blocks of the captures' records, until the facts come that name them
        self._recent: dict[str, str] = {}
        self.checked: dict[str, int] = {}
        self.records = 0
        self.bytes = 0
        self.unnamed = 0
        self._is_beyond = False

    def check(self, only: Collection[str] | None = None) -> Iterator[Finding]:
        """All segments, or only those of some names."""
        known = {row.name: row for row in self._tx.execute(select(tables.segments).order_by(tables.segments.c.name))}
        unknown = [name for name in self._files.names if name not in known and name not in self._files.held]
        if only is None:
            for name in self._folder.foreign():
                yield Finding(f"warc/{name}", "it is not a segment of this archive", "move it to another folder")
            for name, most in still(lost_ids(self._tx), {name: row.committed for name, row in known.items()}):
                yield Finding(f"warc/{name}", f"a rebuild found some of its {most:,} bytes lost, and went on without", LOST)
        else:
            known = {name: row for name, row in known.items() if name in only}
        total = sum(row.committed for row in known.values())
        for name, row in known.items():
            with self._folder.at_hand(name) as path:
                size = path.stat().st_size if path.is_file() else None
                gone = self._files.gone(row, size)
                if gone is not None:
                    yield lost_file(gone, row.committed, size)
                elif size is None and row.committed:
                    yield Finding(f"warc/{name}", "the segment is missing", RESTORE)
                elif size is not None and size < row.committed:
                    yield Finding(f"warc/{name}", f"the segment ends at byte {size}, {row.committed} are committed", RESTORE)
                if size is None:
                    continue
                end = self._end(row.id)
                if row.committed < end:
                    said = f"{row.committed} bytes are said to be committed, {end} are in the catalogue"
                    yield Finding(f"warc/{name}", said, REBUILD)
                yield from self._members(path, row, min(size, row.committed) if gone is None else gone.start, total)
                beyond = self._files.beyond(name, row.committed) if row.committed >= end else None
                if beyond is not None and beyond.finding is not None:
                    yield beyond.finding
        if only is None:
            for name in unknown:
                yield from self._unknown(name, total)
        self._progress(self.bytes, self.bytes)

    def check_records(self, records: Sequence[str]) -> Iterator[Finding]:
        """Only what belongs to some records: their entries, captures and content, read where the catalogue says."""
        lacking: dict[str, float] = {}
        for start in range(0, len(records), _SOME):
            for row in members_of(self._tx, records[start : start + _SOME]):
                if row.name not in lacking:
                    lacking[row.name] = yield from self._lacking(row.name)
                if row.offset >= lacking[row.name]:
                    continue
                place = f"warc/{row.name}:{row.offset}"
                found = seen_at(self._folder.read(row.name, row.offset, row.length), Place(*row[: len(Place._fields)]))
                if isinstance(found, Lost):
                    yield Finding(place, f"the {found.type} record {found.id} is not there", RESTORE)
                    continue
                self.records += 1
                self.bytes += row.length
                if found.problem is not None:
                    yield Finding(place, found.problem, RESTORE)
                yield from (one.finding for one in self._note(found, row.name))
            self._recent.clear()

    def _lacking(self, name: str) -> Generator[Finding, None, float]:
        """Tells of what a segment lacks; from which offset on."""
        row = self._tx.execute(select(tables.segments).where(tables.segments.c.name == name)).one()
        size = self._folder.size(name)
        gone = self._files.gone(row, size)
        if gone is None:
            return inf
        yield lost_file(gone, row.committed, size)
        return gone.start

    def _end(self, segment: int) -> int:
        """Where the last member of a segment ends, as the catalogue has it."""
        m = tables.members.c
        last = select(m.offset + m.length).where(m.segment == segment).order_by(m.offset.desc()).limit(1)
        return self._tx.execute(last).scalar() or 0

    def _unknown(self, name: str, total: int) -> Iterator[Finding]:
        """What is wrong with a segment that the database does not know; what is in it follows from that."""
        path = self._folder.path(name)
        end = path.stat().st_size
        if _holds_nothing(path):
            return
        first = next((found.id for found in walk(path) if isinstance(found, Member)), "")
        original = copy_of(self._tx, name, first)
        if original is not None and path.with_name(original).is_file():
            yield Finding(f"warc/{name}", f"it is a copy of {original}", "move it to another folder")
        elif original is not None:
            yield Finding(f"warc/{name}", f"it seems to be {original} renamed", "give it its name back")
        elif (beyond := self._files.beyond(name, 0)) is not None:
            if beyond.finding is not None:
                yield beyond.finding
            end, self._is_beyond = beyond.end, True
        else:
            return  # a writer has it in hand, or somebody took it in meanwhile
        yield from self._members(path, None, end, total)
        self._is_beyond = False

    def _members(self, path: Path, row: Row[Any] | None, size: int, total: int) -> Iterator[Finding]:
        name, done = path.name, self.bytes
        self._recent.clear()
        imprint: str | None = None
        rows = (lambda start: self._rows(row.id, start)) if row is not None else None
        lost, follow = list[Lost](), list[_Follows]()
        for found in reread(path, size, rows, self._workers):
            place = f"warc/{name}:{found.offset}"
            if isinstance(found, Break):
                follow.append(_Follows(Finding(place, found.problem, RESTORE), at=found.offset))
            elif isinstance(found, Lost):
                if found.offset < size:
                    lost.append(found)
                    said = f"the {found.type} record {found.id} is not there"
                    follow.append(_Follows(Finding(place, said, RESTORE), at=found.offset))
                elif row is not None and found.offset >= row.committed:
                    yield Finding(place, f"the {found.type} record {found.id} lies behind what is committed", REBUILD)
            else:
                self.records += 1
                self._progress(min(done + found.offset + found.length, total), total)
                if found.problem is not None:
                    yield Finding(place, found.problem, RESTORE if found.catalogued or found.damaged else REBUILD)
                if found.type == "warcinfo":
                    imprint = imprint_in(found.id, found.block or b"")
                follow += self._note(found, name)
        if row is not None and len(lost) > _FEW:
            yield from self._lost_within(row, lost, follow)
        else:
            yield from (one.finding for one in follow)
        if row is not None and imprint != row.warcinfo and not self._files.is_gone((row.warcinfo or "").partition(" ")[0]):
            yield Finding(f"warc/{name}", "the database does not name its last warcinfo record", REBUILD)
        self.unnamed += len(self._recent)
        self._recent.clear()
        if row is not None:
            self.checked[name] = size
        self.bytes += size

    def _lost_within(self, row: Row[Any], lost: Sequence[Lost], follow: Sequence[_Follows]) -> Iterator[Finding]:
        """One finding for many records that are not there, then what does not merely follow from that."""
        ids, starts = {one.id for one in lost}, {one.offset for one in lost}
        yield lost_within(self._files.scattered(row, lost, {one.capture for one in follow if one.record in ids}))
        yield from (one.finding for one in follow if one.record not in ids and one.at not in starts)

    def _rows(self, segment: int, start: int) -> Rows:
        m = tables.members.c
        query = select(m.record_id, m.offset, m.length, m.type, m.sha256)
        wanted = query.where(m.segment == segment, m.offset >= start).order_by(m.offset)
        rows = map(Place._make, self._tx.execute(wanted, execution_options={"yield_per": _AT_ONCE}))
        # SQLite gives what is there: a length that is no number is none of any record
        return (row if isinstance(row.length, int) else row._replace(length=0) for row in rows if isinstance(row.offset, int))

    def _note(self, found: Seen, segment: str) -> Iterator[_Follows]:
        place = (segment, found.offset, found.length)
        if found.uri.startswith(LEDGER):
            self._notebook.note("entry", found.id, found.digest)
            if self._is_beyond:
                self._notebook.note("beyond", found.id)
            if VOID not in (found.block or b""):
                return
            try:
                entry = decode(found.block or b"")
            except PressmarkError:
                return  # its digest differs from the ledger's: told there
            if entry.kind is Kind.VOID:
                for void in entry.body["entries"]:
                    self._notebook.note("void", void["id"])
        elif is_facts_uri(found.type, found.uri):
            capture = found.uri.rpartition(":")[2]
            self._notebook.note("facts", capture, found.digest, *place)
            if self._is_beyond:
                self._notebook.note("beyond", capture)
            yield from self._records_of(capture, found.block or b"")
            self.unnamed += len(self._recent)
            self._recent.clear()
        elif is_content_record(found.type, found.uri):
            self._notebook.note("block", found.id, found.digest, *place)
        elif found.type != "warcinfo":
            self._recent[found.id] = found.digest

    def _records_of(self, capture: str, facts: bytes) -> Iterator[_Follows]:
        """A capture's records, which lie right before its facts, are those that its facts name."""
        try:
            named = {r["id"]: r["digest"] for r in parse_facts(facts)["records"]}
        except (PressmarkError, KeyError, TypeError):
            return  # the facts' own digest tells
        for record, digest in named.items():
            held = self._recent.pop(record, None)
            if held != digest:
                problem = "is missing" if held is None else "is not what was taken in"
                finding = Finding(f"capture {capture}", f"its WARC record {record} {problem}", RESTORE)
                yield _Follows(finding, record=record if held is None else "", capture=capture)


def _holds_nothing(path: Path) -> bool:
    """True for a segment that a process began and was killed before it kept anything in it."""
    return all(isinstance(found, Member) and found.type == "warcinfo" for found in walk(path))
