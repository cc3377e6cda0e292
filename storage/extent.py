"""How much of an archive a check is about, and when what was last checked.

Checks leave ``fixity`` entries (PREMIS: fixity check) in the archive's chain, so that it is known, also after a
rebuild, how old the last check of every segment is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from model.edtf import parse_utc, utc_text
from model.errors import BadCall
from model.ledger import Entry, Kind, decode
from model.verification import Verification
from storage import tables
from storage.portions import portions

FULL, SAMPLE, OLDER = "full", "sample", "older than"
_TOLD = 100  # findings that an entry holds; it says how many there were
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Extent:
    """Everything; or so many records (or per cent of them) drawn by ``seed``; or the segments whose last check is
    older than a time, never checked ones first of all. Raises ``BadCall`` for what cannot be meant.
    """

    records: int | None = None
    percent: float | None = None
    older_than: timedelta | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if sum(x is not None for x in (self.records, self.percent, self.older_than)) > 1:
            raise BadCall("a check is of a sample or of what was last checked long ago: give one of the two")
        if (self.records is not None and self.records < 1) or (self.percent is not None and not 0 < self.percent <= 100):
            raise BadCall("a sample is a number of records, or more than 0% and at most 100% of them")

    @property
    def kind(self) -> str:
        """``full``, ``sample`` or ``older than``."""
        if self.older_than is not None:
            return OLDER
        return FULL if self.records is None and self.percent is None else SAMPLE


EVERYTHING = Extent()


@dataclass(frozen=True, slots=True)
class Part:
    """What is checked of an archive: whole segments, and records with their captures."""

    segments: Sequence[str]
    records: Sequence[str]
    captures: Sequence[str]


@dataclass(frozen=True, slots=True)
class LastChecks:
    """When checks were last made (UTC text): of everything, of a sample, and of each segment that ever was."""

    full: str | None
    sample: str | None
    segments: Mapping[str, str]
    findings: int | None

    def to_json(self, segments: Sequence[str]) -> dict[str, Any]:
        """For ``stats``: ``{full, sample, oldest, never, findings}``; ``oldest`` is the segment whose last check is
        longest ago, ``never`` how many were never checked, ``findings`` of the last check.
        """
        known = [self.segments[name] for name in segments if name in self.segments]
        never = len(segments) - len(known)
        oldest = min(known, default=None)
        return {"full": self.full, "sample": self.sample, "oldest": oldest, "never": never, "findings": self.findings}


def chosen(tx: Connection, archive: str, extent: Extent, now: str) -> Part | None:
    """The part that is meant; ``None`` for everything."""
    if extent.kind == FULL:
        return None
    segments = _due(tx, archive, extent.older_than, now) if extent.older_than is not None else []
    records = _sample(tx, extent) if extent.kind == SAMPLE else list(_begun_in(tx, archive, segments))
    c = tables.captures.c
    captures = [
        capture
        for some in portions(records, _AT_ONCE)
        for capture in tx.execute(select(c.id).where(c.record.in_(some))).scalars()
    ]
    return Part(segments, records, captures)


def last_checks(tx: Connection, archive: str) -> LastChecks:
    """What the archive's chain says."""
    when: dict[str, str | None] = {FULL: None, SAMPLE: None, OLDER: None}
    segments: dict[str, str] = {}
    findings: int | None = None
    for entry in _entries(tx, archive):
        scope = entry.body["scope"]
        when[scope["extent"]] = entry.at
        segments |= {name: entry.at for name, _ in scope["segments"]}
        findings = entry.body["checked"]["findings"]
    return LastChecks(when[FULL], when[SAMPLE], segments, findings)


def fixity(found: Verification) -> dict[str, Any]:
    """The body of the entry that says what was checked and found."""
    scope = {"extent": found.extent, "segments": [list(x) for x in found.checked], "records": found.checked_records}
    counts = {"records": found.records, "bytes": found.bytes, "entries": found.entries, "captures": found.captures}
    told = [{"place": x.place, "problem": x.problem} for x in found.findings[:_TOLD]]
    return {"scope": scope, "checked": counts | {"findings": len(found.findings)}, "findings": told}


def _entries(tx: Connection, archive: str) -> Iterator[Entry]:
    t = tables.ledger.c
    query = select(t.bytes).where(t.chain == archive, t.kind == Kind.FIXITY.value).order_by(t.seq)
    yield from (decode(data) for data in tx.execute(query).scalars())


def _due(tx: Connection, archive: str, older_than: timedelta, now: str) -> list[str]:
    limit = utc_text(parse_utc(now) - older_than)
    last = last_checks(tx, archive).segments
    s = tables.segments.c
    names = tx.execute(select(s.name).where(s.committed > 0).order_by(s.name)).scalars().all()
    return [name for name in names if last.get(name, "") <= limit]


def _sample(tx: Connection, extent: Extent) -> list[str]:
    r = tables.records.c
    records = list(tx.execute(select(r.id).order_by(r.id)).scalars())
    wanted = extent.records if extent.records is not None else max(1, round(len(records) * (extent.percent or 0) / 100))
    return sorted(random.Random(extent.seed).sample(records, min(wanted, len(records))))


def _begun_in(tx: Connection, archive: str, segments: Sequence[str]) -> Iterator[str]:
    """The records whose first entry lies in some segments: the first that is left, where a rebuild went on without others."""
    t, m, s, of = tables.ledger.c, tables.members.c, tables.segments.c, tables.ledger.alias().c
    first = select(func.min(of.seq)).where(of.chain == t.chain).scalar_subquery()
    query = (
        select(t.chain).join_from(tables.ledger, tables.members, m.record_id == t.entry).join(tables.segments, s.id == m.segment)
    )
    for name in segments:
        yield from tx.execute(query.where(t.seq == first, t.chain != archive, s.name == name).order_by(t.chain)).scalars()
