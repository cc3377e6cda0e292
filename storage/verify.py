"""Checks an archive against itself: files, catalogue, chains, ledger against WARC, projections.

Finds a single flipped bit in a WARC or in a row of ledger, captures, versions and readings:
every member's compressed bytes have a SHA-256 in the catalogue, every block one in its
record, every record of a capture one in its facts, the facts one in the ledger, every ledger
row one in the entry that follows and in the WARC; what the database holds of an article is
compared with its content record. What else it holds (records, aliases, looks, people,
changes, search) is only looked at for damage of the file: ``rebuild`` makes it anew.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from model.capture import digest_of
from model.errors import PressmarkError
from model.ledger import Entry, Kind, decode, genesis
from model.verification import Finding, Verification
from storage import engines, tables
from storage.capture_records import is_facts, parse_facts
from storage.catalogue import copy_of
from storage.chain import ledger_rows
from storage.recovery import LEDGER
from storage.segments import Place, SegmentFolder
from storage.stated import REBUILD, Stated, says_its_facts
from storage.warc import Break, Member, read_member, walk

Progress = Callable[[int, int], None]

_RESTORE = "restore the segment from a copy"
# entries whose content is in no row of a reading
_SAID = frozenset({Kind.NOTE, Kind.COLLECTION, Kind.RESTRICTION})


class Checker:
    """One run over an archive; findings in the order of the checks."""

    def __init__(self, tx: Connection, folder: SegmentFolder, progress: Progress) -> None:
        self._tx = tx
        self._folder = folder
        # before the transaction's first look: what a writer begins afterwards is none of its business
        self._held = folder.held()
        self._names = folder.names()
        self._progress = progress
        self._entries: dict[str, str] = {}
        self._facts: dict[str, tuple[str, Place]] = {}
        self._stated = Stated()
        self._blocks: dict[str, str] = {}
        # blocks of the captures' records, until the facts come that name them
        self._recent: dict[str, str] = {}
        self._committed: dict[str, set[str]] = {}
        self._void: set[str] = set()
        self._counts = {"segments": 0, "records": 0, "bytes": 0}

    def run(self) -> Verification:
        """Everything, in full."""
        checks = (self._file, self._segments, self._ledger, self._captures, self._readings)
        findings = [finding for check in checks for finding in check()]
        findings += self._stated.findings(self._tx)
        ledger, captures = self._size(tables.ledger), self._size(tables.captures)
        return Verification(**self._counts, entries=ledger, captures=captures, findings=tuple(findings))

    def _file(self) -> Iterator[Finding]:
        engine = engines.of(self._tx)
        for problem in engine.problems(self._tx):
            yield Finding("database", problem, REBUILD)
        for guard in engine.unguarded(self._tx):
            yield Finding("database", f"{guard} is missing or changed: what keeps the ledger insert-only, or search", REBUILD)

    def _segments(self) -> Iterator[Finding]:
        t = tables.segments
        known = {row.name: row for row in self._tx.execute(select(t))}
        paths = {name: self._folder.path(name) for name in self._names if name in known or name not in self._held}
        for name in self._folder.foreign():
            yield Finding(f"warc/{name}", "it is not a segment of this archive", "move it to another folder")
        for name in sorted(known.keys() - paths.keys()):
            yield Finding(f"warc/{name}", "the segment is missing", _RESTORE)
        total, done = sum(p.stat().st_size for p in paths.values()), 0
        for name, path in paths.items():
            row = known.get(name)
            size = path.stat().st_size
            if row is None and not _holds_nothing(path):
                yield self._unknown(name, path)
            if row is not None and size < row.committed:
                yield Finding(f"warc/{name}", f"the segment ends at byte {size}, {row.committed} are committed", _RESTORE)
            self._counts["segments"] += 1
            self._recent.clear()
            yield from self._members(path, row.id if row else None, row.committed if row else size, done, total)
            done += size
            self._counts["bytes"] += size

    def _unknown(self, name: str, path: Path) -> Finding:
        first = next((found.id for found in walk(path) if isinstance(found, Member)), "")
        original = copy_of(self._tx, name, first)
        if original is not None and path.with_name(original).is_file():
            return Finding(f"warc/{name}", f"it is a copy of {original}", "move it to another folder")
        if original is not None:
            return Finding(f"warc/{name}", f"it seems to be {original} renamed", "give it its name back")
        return Finding(f"warc/{name}", "the database does not know this segment", REBUILD)

    def _members(self, path: Path, segment: int | None, committed: int, done: int, total: int) -> Iterator[Finding]:
        m = tables.members.c
        rows = self._tx.execute(select(tables.members).where(m.segment == segment)) if segment is not None else ()
        catalogue = {row.offset: row for row in rows}
        with path.open("rb") as file:
            for found in walk(path):
                if found.offset >= committed:
                    break  # a writer is at work, or recovery will settle it
                self._progress(done + found.offset + found.length, total)
                place = f"warc/{path.name}:{found.offset}"
                if isinstance(found, Break):
                    yield Finding(place, found.problem, _RESTORE)
                    continue
                row = catalogue.pop(found.offset, None)
                self._counts["records"] += 1
                file.seek(found.offset)
                digest = hashlib.sha256(file.read(found.length)).digest()
                yield from _member_problems(found, row, digest, place, segment is not None)
                yield from self._note(found, Place(path.name, found.offset, found.length))
        for row in catalogue.values():
            if row.offset < path.stat().st_size:
                yield Finding(f"warc/{path.name}:{row.offset}", f"the {row.type} record {row.record_id} is not there", _RESTORE)

    def _note(self, member: Member, place: Place) -> Iterator[Finding]:
        uri = member.headers.get("warc-target-uri", "")
        digest = digest_of(member.block)
        if uri.startswith(LEDGER):
            self._entries[member.id] = digest
            try:
                entry = decode(member.block)
            except PressmarkError:
                return  # its digest differs from the ledger's: told there
            if entry.kind is Kind.VOID:
                self._void |= {x["id"] for x in entry.body["entries"]}
        elif is_facts(member):
            capture = uri.rpartition(":")[2]
            self._facts[capture] = (digest, place)
            yield from self._records_of(capture, member.block)
            self._recent.clear()
        else:
            self._recent[member.id] = digest
            if member.type in {"conversion", "resource"}:
                self._blocks[member.id] = digest

    def _records_of(self, capture: str, facts: bytes) -> Iterator[Finding]:
        """A capture's records, which lie right before its facts, are those that its facts name."""
        try:
            named = {r["id"]: r["digest"] for r in parse_facts(facts)["records"]}
        except (PressmarkError, KeyError, TypeError):
            return  # the facts' own digest tells
        for record, digest in named.items():
            held = self._recent.get(record)
            if held != digest:
                problem = "is missing" if held is None else "is not what was taken in"
                yield Finding(f"capture {capture}", f"its WARC record {record} {problem}", _RESTORE)

    def _ledger(self) -> Iterator[Finding]:
        heads: dict[str, tuple[int, str]] = {}
        seen: set[str] = set()
        for row in ledger_rows(self._tx):
            place = f"ledger {row.chain}:{row.seq}"
            seq, previous = heads.get(row.chain, (0, genesis(row.chain)))
            heads[row.chain] = (row.seq, digest_of(row.bytes))
            seen.add(row.entry)
            problem = _row_problem(row, seq, previous)
            if isinstance(problem, Entry):
                self._stated.note(problem)
                note = problem.body.get("payload") if problem.kind in _SAID else None
                if note and self._blocks.get(note["id"]) != note["digest"]:
                    yield Finding(place, f"its content record {note['id']} is missing or differs", _RESTORE)
                capture = problem.body.get("capture")
                if capture:
                    self._committed.setdefault(capture["id"], set()).add(capture["digest"])
            else:
                yield Finding(place, problem, REBUILD)
            in_warc = self._entries.get(row.entry)
            if in_warc is None:
                yield Finding(place, f"its WARC record {row.entry} is not there", _RESTORE)
            elif in_warc != digest_of(row.bytes):
                yield Finding(place, f"the row and its WARC record {row.entry} differ", REBUILD)
        for entry in sorted(self._entries.keys() - seen - self._void):
            yield Finding(f"ledger entry {entry}", "it is in a WARC, not in the database, and not void", REBUILD)

    def _captures(self) -> Iterator[Finding]:
        left = dict(self._facts)
        keys: set[str] = set()
        for row in self._tx.execute(select(tables.captures)):
            keys.add(row.origin_key)
            in_warc = left.pop(row.id, None)
            problem = _capture_problem(row)
            if problem is not None:
                yield Finding(f"capture {row.id}", problem, REBUILD)
            elif self._committed.get(row.id, {row.digest}) != {row.digest}:
                yield Finding(f"capture {row.id}", "its facts are not those that the ledger names", _RESTORE)
            if in_warc is None:
                yield Finding(f"capture {row.id}", "its facts are in no WARC", _RESTORE)
            elif in_warc[0] != row.digest:
                yield Finding(f"capture {row.id}", "the row and its WARC record differ", REBUILD)
        for capture, (_, place) in left.items():
            # of two copies with one origin key, kept by two processes at once, one has a row
            member = read_member(self._folder.path(place.segment), place.offset, place.length)
            if parse_facts(member.block)["origin_key"] not in keys:
                yield Finding(f"capture {capture}", "it is in a WARC, not in the database", REBUILD)

    def _readings(self) -> Iterator[Finding]:
        r = tables.readings.c
        for row in self._tx.execute(select(r.record, r.version, r.number, r.payload, r.digest, r.article)):
            place = f"reading {row.record}@{row.version}.{row.number}"
            try:
                held = digest_of(zlib.decompress(row.article))
            except (zlib.error, TypeError):  # damaged bytes, or no bytes at all
                held = ""
            if held != row.digest:
                yield Finding(place, "the article in the database is damaged", REBUILD)
            if self._blocks.get(row.payload) != row.digest:
                yield Finding(place, f"its content record {row.payload} is missing or differs", _RESTORE)

    def _size(self, table: Table) -> int:
        return self._tx.execute(select(func.count()).select_from(table)).scalar_one()


def _holds_nothing(path: Path) -> bool:
    """True for a segment that a process began and was killed before it kept anything in it."""
    return all(isinstance(found, Member) and found.type == "warcinfo" for found in walk(path))


def _capture_problem(row: Row[Any]) -> str | None:
    try:
        if row.digest != digest_of(row.facts):
            return "the row does not have its own digest"
        says = says_its_facts(row, parse_facts(row.facts))
    except (PressmarkError, KeyError, TypeError):
        return "the row's facts cannot be read"
    return None if says else "the row's columns are not what its facts say"


def _member_problems(found: Member, row: object, digest: bytes, place: str, known: bool) -> Iterator[Finding]:
    problem = found.digest_problem
    if problem is not None:
        yield Finding(place, problem, _RESTORE)
    elif row is None:
        if known:
            yield Finding(place, f"the {found.type} record {found.id} is not in the catalogue", REBUILD)
    elif getattr(row, "sha256", None) != digest or getattr(row, "record_id", None) != found.id:
        yield Finding(place, f"the bytes of the {found.type} record {found.id} are not those that were written", _RESTORE)


def _row_problem(row: object, seq: int, previous: str) -> str | Entry:
    """What is wrong with a row of the ledger, or its entry."""
    data = getattr(row, "bytes", b"")
    try:
        entry = decode(data)
    except PressmarkError as error:
        return str(error)
    stated = (entry.id, entry.chain, entry.seq, entry.previous, entry.kind.value, entry.at, digest_of(data))
    columns = tuple(getattr(row, k) for k in ("entry", "chain", "seq", "previous", "kind", "at", "digest"))
    if stated != columns:
        return "the row's columns are not what its entry says"
    if entry.seq != seq + 1:
        return f"the chain has a hole: entry {seq + 1} is missing"
    return entry if entry.previous == previous else "the entry does not follow the one before it"
