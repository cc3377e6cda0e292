"""WARC: captures and ledger of the records that go out, their members byte for byte as they are stored.

A file that stands by itself: what a revisit refers to is in it, too, and so are the ``warcinfo`` records that its
members name. The ledger of a record goes out whole (it holds decisions and digests, never content); of what stays in
neither pages nor articles, statements or images are there; why somebody restricted a record stays in the house.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from model.errors import Damaged
from model.export import Which
from model.ledger import Entry, Kind, decode
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.content import payload_of
from storage.export.chosen import Chosen, Issue, Piece, Reason
from storage.export.job import Export, Made
from storage.export.output import Counted, Sink, new_file
from storage.segments import SegmentFolder
from storage.warc import Draft, Member, compress, member_of
from storage.writer import CONFORMS_TO

_NEAR = 64
"""How far behind a capture's main record its facts are looked for, in members: they are the next."""
_NAMES = uuid.UUID("a5d6e7d2-8e0c-5d3b-9f0e-5b8f3f0c7a11")


@dataclass(frozen=True, slots=True)
class Placed:
    """A record as it stands in the file that is written: its compressed bytes, and where they begin."""

    data: bytes
    offset: int

    @property
    def member(self) -> Member:
        """The record itself."""
        return member_of(self.data, "the export", self.offset)


def write(job: Export, path: Path) -> Made:
    """One file, a gzip member a record; by record, its captures as they came, then its ledger."""
    with new_file(path) as file:
        out = Counted(file)
        stream = Members(job, out)
        stream.begin()
        for piece in job.pieces():
            for _ in stream.put(piece):
                pass
    return Made(1, out.size, out.sha256, stream.captures)


class Members:
    """The members of an export, one after another into a sink."""

    def __init__(self, job: Export, out: Sink) -> None:
        self._out = out
        self.size = 0
        self._chosen: Chosen = job.chosen
        self._tx: Connection = job.chosen.tx
        self._folder: SegmentFolder = job.folder
        self._job = job
        self._written: set[int] = set()  # ids as numbers: a third of their text's size
        self._segments: set[int] = set()
        self.captures = 0

    def begin(self, about: str | None = None) -> None:
        """The ``warcinfo`` that says what this is: ``about``, by default what the whole export is about."""
        at = self._chosen.state_at()
        said = {
            "software": self._job.software,
            "format": "WARC File Format 1.1",
            "conformsTo": CONFORMS_TO,
            "isPartOf": f"urn:pressmark:{self._job.archive}",
            "publisher": self._job.institution,
            "description": f"export of {about or self._job.about}, from the archive as it was {at}",
        }
        block = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in said.items() if value).encode()
        identity = str(uuid.uuid5(_NAMES, hashlib.sha256(block).hexdigest()))
        self._append(compress(Draft("warcinfo", identity, at, block, "application/warc-fields"), None))

    def put(self, piece: Piece) -> Iterator[Placed]:
        """All of a record, and where each member of it lies."""
        numbers = {issue.number for issue in piece.issues}
        for facts in self._captures(piece, numbers):
            yield from self._capture(facts)
        for entry in self._entries(piece.record):
            yield from self._members([entry.id])
            payload = payload_of(entry)
            told = entry.kind is not Kind.RESTRICTION and _version_of(entry) in {None, *numbers}
            if payload is not None and told:
                yield from self._members([payload["id"]])

    def put_issue(self, record: str, issue: Issue) -> Iterator[Placed]:
        """One version alone: its capture and image files, the entries that tell of it and of its readings, its articles."""
        c, i = tables.captures.c, tables.images.c
        pictures = select(i.capture).where(i.record == record, i.version == issue.number)
        query = select(c.facts).where((c.id == issue.facts["id"]) | c.id.in_(pictures)).order_by(c.received_at, c.id)
        for data in self._tx.execute(query).scalars().all():
            facts = json.loads(data)
            if self._may_leave(facts):
                yield from self._capture(facts)
        for entry in self._entries(record):
            if entry.kind in {Kind.VERSION, Kind.READING} and _version_of(entry) == issue.number:
                payload = payload_of(entry)
                yield from self._members([entry.id, *([payload["id"]] if payload else [])])

    def _captures(self, piece: Piece, numbers: set[int]) -> Iterator[Mapping[str, Any]]:
        """Facts of a record's captures that may leave, as they came; image files of its versions among them."""
        c, i, v = tables.captures.c, tables.images.c, tables.versions.c
        shown = {issue.facts["id"] for issue in piece.issues}
        pictures = select(i.capture).where(i.record == piece.record, i.version.in_(numbers))
        mine = c.id.in_(shown) if self._chosen.selection.which is Which.LATEST else c.record == piece.record
        others = set(self._tx.execute(select(v.capture).where(v.record == piece.record)).scalars()) - shown
        query = select(c.facts).where(mine | c.id.in_(pictures)).order_by(c.received_at, c.id)
        for data in self._tx.execute(query).scalars().all():
            facts = json.loads(data)
            if facts["id"] in others or (facts["id"] not in shown and not self._chosen.is_in_time(facts["at"])):
                continue
            if self._may_leave(facts):
                yield facts

    def _may_leave(self, facts: Mapping[str, Any]) -> bool:
        """Whether a capture may, and what it refers to as well; what may not is counted."""
        reason = None if self._chosen.may_leave(facts) else Reason.RESERVED
        if reason is None and facts["payload_record"] != facts["id"]:
            original = self._row(facts["payload_record"])
            i = tables.images.c
            owners = {original.record, *self._tx.execute(select(i.record).where(i.capture == original.id)).scalars()} - {None}
            if owners and owners <= self._chosen.closed:
                reason = Reason.RESTRICTED
            elif not self._chosen.may_leave(json.loads(original.facts)):
                reason = Reason.RESERVED
        if reason is not None:
            self._chosen.left_out[reason] += 1
        return reason is None

    def _capture(self, facts: Mapping[str, Any]) -> Iterator[Placed]:
        """What a revisit refers to, the records of a capture, its facts, and what was decided outside of its record."""
        if facts["payload_record"] != facts["id"]:
            yield from self._members([facts["payload_record"]])
        yield from self._members([x["id"] for x in facts["records"]])
        yield from self._members([self._facts_record(facts["id"])])
        row = self._row(facts["id"])
        if row.entry is not None:
            t = tables.ledger.c
            apart = select(t.entry).where(t.entry == row.entry, t.chain == self._job.archive)
            yield from self._members(self._tx.execute(apart).scalars().all())
        self.captures += 1

    def _facts_record(self, capture: str) -> str:
        """The record that holds a capture's facts: the first ``metadata`` behind its main one."""
        m = tables.members.c
        main = self._tx.execute(select(m.segment, m.offset).where(m.record_id == capture)).one_or_none()
        if main is None:
            raise _missing(capture)
        behind = select(m.record_id).where(m.segment == main.segment, m.offset > main.offset, m.type == "metadata")
        for record in self._tx.execute(behind.order_by(m.offset).limit(_NEAR)).scalars():
            if self._read(self._place(record)).headers.get("warc-target-uri") == f"urn:pressmark:capture:{capture}":
                return str(record)
        raise _missing(capture)

    def _entries(self, record: str) -> Iterator[Entry]:
        t = tables.ledger.c
        for data in self._tx.execute(select(t.bytes).where(t.chain == record).order_by(t.seq)).scalars().all():
            yield decode(data)

    def _members(self, records: Sequence[str]) -> Iterator[Placed]:
        """Records by their ids, each once, behind the ``warcinfo`` records of their segment."""
        for record in records:
            key = uuid.UUID(record).int
            if key in self._written:
                continue
            self._written.add(key)
            row = self._place(record)
            if row.segment not in self._segments:
                self._segments.add(row.segment)
                m = tables.members.c
                infos = select(m.record_id).where(m.segment == row.segment, m.type == "warcinfo").order_by(m.offset)
                yield from self._members(self._tx.execute(infos).scalars().all())
            yield self._append(self._bytes(row))

    def _append(self, data: bytes) -> Placed:
        placed = Placed(data, self.size)
        self._out.write(data)
        self.size += len(data)
        return placed

    def _place(self, record: str) -> Row[Any]:
        m, s = tables.members.c, tables.segments.c
        query = select(m.segment, s.name, m.offset, m.length, m.sha256).join_from(tables.members, tables.segments)
        row = self._tx.execute(query.where(m.record_id == record)).one_or_none()
        if row is None:
            raise _missing(record)
        return row

    def _bytes(self, row: Row[Any]) -> bytes:
        data = self._folder.read(row.name, row.offset, row.length)
        if hashlib.sha256(data).digest() != row.sha256:
            place = f"warc/{row.name}:{row.offset}"
            raise Damaged(f"{place} is damaged, so nothing was exported: run `pressmark repair`", place=place)
        return data

    def _read(self, row: Row[Any]) -> Member:
        return member_of(self._bytes(row), row.name, row.offset)

    def _row(self, capture: str) -> Row[Any]:
        c = tables.captures.c
        row = self._tx.execute(select(c.id, c.record, c.entry, c.facts).where(c.id == capture)).one_or_none()
        if row is None:
            raise _missing(capture)
        return row


def _missing(record: str) -> Damaged:
    return Damaged(f"the WARC record {record} is not in the catalogue, so nothing was exported: {VERIFY_FIRST}", lost=True)


def _version_of(entry: Entry) -> int | None:
    """The version whose content an entry names; ``None`` for what is about the whole record."""
    number = entry.body.get("number") if entry.kind is Kind.VERSION else entry.body.get("version")
    return int(number) if number is not None else None
