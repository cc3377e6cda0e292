"""What an export is about: the records that were asked for and may leave the house, with their versions.

A query chooses records, not versions. What is restricted stays out, and so does what its server asked
nobody to keep or to mine (``noarchive``, TDM reservations); both are counted by reason.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, func, select

from model.edtf import utc_text
from model.export import Which
from model.record import Scope
from storage import tables
from storage.known import ReadAs, looks_of, read_as
from storage.missing import Missing, lost_members, missing_of, refuse
from storage.moments import latest_of, until
from storage.restrictions import hidden
from storage.search import matching_records
from storage.timeline import Look, Run, is_withdrawn, runs
from storage.totals import lost_records, refuse_lost_ledger

_WISHES = frozenset({"robots: noarchive", "robots: nocache", "robots: noai", "robots: noimageai"})


class Reason(StrEnum):
    """Why something stayed out."""

    RESTRICTED = "restricted"  # records that a person restricted
    NOT_SEARCHED = "not_searched"  # records with restricted content: a match would tell what they say
    RESERVED = "reserved"  # captures whose server asked not to archive or mine them
    NOT_SEEN = "not_seen"  # records that nobody had looked at by the moment asked for


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for. ``query`` is the language of ``storage.search``, ``None`` means everything; ``as_of`` a
    moment after which nothing that was captured counts; ``reserved`` lets out what is reserved."""

    query: str | None = None
    which: Which = Which.ALL
    as_of: datetime | None = None
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """One version that goes out: as now read, the facts of its capture as kept, and when it was in force.

    ``latest`` is the last by capture time (up to the moment asked for); ``runs`` are the times that it was the
    publisher's state, empty for a copy beside, ``seen`` the looks that showed it.
    """

    number: int
    strand: str
    basis: str
    read: ReadAs
    reading: int
    facts: Mapping[str, Any]
    latest: bool
    runs: tuple[Run, ...]
    seen: tuple[str, ...]

    @property
    def first_seen(self) -> str | None:
        """The first look that showed it (UTC text); ``None`` where nobody knows when."""
        return min(self.seen, default=None)

    @property
    def last_seen(self) -> str | None:
        """The last such look."""
        return max(self.seen, default=None)


@dataclass(frozen=True, slots=True)
class Piece:
    """One record that goes out, with its versions in the order of their numbers; at least one."""

    record: str
    url: str | None
    aliases: tuple[str, ...]
    withdrawn: bool
    issues: tuple[Issue, ...]


@dataclass
class Chosen:
    """The records of one export, read one after another inside one transaction. ``left_out`` is complete when
    ``pieces`` has come to its end. ``with_members``: records of the WARC files go along.

    Raises ``Damaged`` where the ledger is gone, or rows by which is chosen what may leave.
    """

    tx: Connection
    selection: Selection
    now: datetime
    with_members: bool = False
    left_out: Counter[Reason] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        refuse_lost_ledger(self.tx)
        self.closed: Set[str] = hidden(self.tx, self.now, Scope.EXPORT)
        self._moment = utc_text(self.selection.as_of) if self.selection.as_of else None
        self.records: Sequence[str] = self._records()

    @cached_property
    def lost(self) -> Sequence[Missing]:
        """What the database lacks of what should go out, looked for before anything does. No record goes out of which the whole
        is not sure, and no version that lacks a row."""
        gone = missing_of(self.tx, [record for record in lost_records(self.tx) if record not in self.closed])
        return [*gone, *missing_of(self.tx, self.records), *lost_members(self.tx, self.records if self.with_members else ())]

    def pieces(self) -> Iterator[Piece]:
        """The records in the order of their ids."""
        unsure = {x.record for x in self.lost if x.version is None}
        for record in (record for record in self.records if record not in unsure):
            piece = self._piece(record)
            if piece is not None:
                yield piece

    def is_in_time(self, at: str | None) -> bool:
        """Whether something captured at a time (UTC text) counts at the moment asked for."""
        return self._moment is None or (at is not None and at <= self._moment)

    def may_leave(self, facts: Mapping[str, Any]) -> bool:
        """Whether a capture's own server lets it out, or somebody said that it goes out all the same."""
        return self.selection.reserved or not is_reserved(facts["signals"])

    def state_at(self) -> str:
        """When the archive last changed (UTC text): the date of what is made of it, so that the same makes the same."""
        last = self.tx.execute(select(func.max(tables.ledger.c.at))).scalar_one()
        if last is None:
            refuse([Missing("", "the whole ledger")])
        return str(last)

    def _records(self) -> list[str]:
        query = self.selection.query
        if query is None:
            found = list(self.tx.execute(select(tables.records.c.id).order_by(tables.records.c.id)).scalars())
        else:
            silent = hidden(self.tx, self.now)
            found = [r for r in matching_records(self.tx, query) if r not in silent]
            self._count(Reason.NOT_SEARCHED, len(silent))
        self._count(Reason.RESTRICTED, sum(r in self.closed for r in found))
        return [r for r in found if r not in self.closed]

    def _piece(self, record: str) -> Piece | None:
        looks = until(looks_of(self.tx, record), self._moment)
        latest = latest_of(looks)
        if latest is None:
            self._count(Reason.NOT_SEEN, 1)
            return None
        r, a = tables.records.c, tables.aliases.c
        issues = tuple(self._issues(record, looks, latest))
        if not issues:
            return None
        url = self.tx.execute(select(r.url).where(r.id == record)).scalar_one()
        aliases = self.tx.execute(select(a.url).where(a.record == record).order_by(a.id)).scalars()
        return Piece(record, url, tuple(aliases), is_withdrawn(looks), issues)

    def _issues(self, record: str, looks: Sequence[Look], latest: int) -> Iterator[Issue]:
        states = runs(looks)
        shown = {x.what.version for x in looks if x.what.version is not None}
        wanted = {latest} if self.selection.which is Which.LATEST else shown
        v, c, r = tables.versions.c, tables.captures.c, tables.readings.c
        query = select(v.number, v.strand, v.basis, c.facts).join_from(tables.versions, tables.captures, v.capture == c.id)
        wanted -= self._lost_versions.get(record, set())
        for row in self.tx.execute(query.where(v.record == record, v.number.in_(wanted)).order_by(v.number)).all():
            facts = json.loads(row.facts)
            if not self.may_leave(facts):
                self._count(Reason.RESERVED, 1)
                continue
            read = read_as(self.tx, record, row.number)
            assert read is not None  # nothing of it is missing
            last = select(func.max(r.number)).where(r.record == record, r.version == row.number)
            mine = tuple(x for x in states if x.version == row.number)
            seen = [x.what.observed_at for run in mine for x in run.looks]
            seen = seen or [x.what.observed_at for x in looks if x.what.version == row.number]
            times = tuple(t for t in seen if t)
            reading = int(self.tx.execute(last).scalar_one())
            yield Issue(row.number, row.strand, row.basis, read, reading, facts, row.number == latest, mine, times)

    @cached_property
    def _lost_versions(self) -> Mapping[str, set[int]]:
        found: defaultdict[str, set[int]] = defaultdict(set)
        for missing in self.lost:
            if missing.version is not None:
                found[missing.record].add(missing.version)
        return found

    def _count(self, reason: Reason, many: int) -> None:
        if many:
            self.left_out[reason] += many


def is_reserved(signals: Sequence[str]) -> bool:
    """Whether a server asked that its page be not archived (``noarchive``, ``nocache``) or not mined
    (``tdm-reservation`` other than 0, ``noai``, ``noimageai``)."""
    for signal in signals:
        name, _, value = signal.lower().partition(":")
        if signal.lower() in _WISHES or (name == "tdm-reservation" and value.strip() != "0"):
            return True
    return False
