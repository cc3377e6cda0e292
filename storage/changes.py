"""What publishers changed, newest first, from the projections: nothing is compared anew to find it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, and_, exists, or_, select

from model.change import Change
from model.changes import ChangeLine, ChangesWanted
from model.edtf import utc_text
from model.record import Announced, Announcement
from storage import tables
from storage.known import article_of, looks_of
from storage.lost_changes import refuse_lost_changes
from storage.marks import Step, announcements, is_edit
from storage.portions import portions
from storage.record_line import change_from_json
from storage.states import Readings
from storage.timeline import runs

ALL = ChangesWanted()
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class _Found:
    """A line before anything of its record is looked up."""

    seen_at: str
    record: str
    version: int
    kind: str
    before: int | None = None
    not_seen_before: str | None = None
    change: Change | None = None


def changes(
    tx: Connection, since: datetime, limit: int | None, closed: Set[str] = frozenset(), wanted: ChangesWanted = ALL
) -> Iterator[ChangeLine]:
    """What the publishers changed, newest first: by when the archive saw it, not before ``since``.

    Never copies kept beside, never what a newer reading made of an old state. What those in ``closed`` say
    (headlines, words of corrections) is left out. Raises ``Damaged`` where the database lost some of it.
    """
    start = utc_text(since)
    refuse_lost_changes(tx, start)
    found: list[_Found] = []
    if wanted.has_kind("changed"):
        found += _changed(tx, start, wanted)
    if wanted.has_kind("gone") or wanted.has_kind("restored"):
        found += (x for x in _gone(tx, start) if wanted.has_kind(x.kind))
    if wanted.has_kind("new"):
        found += _new(tx, start)
    found.sort(key=lambda x: (x.seen_at, x.record, x.version), reverse=True)
    yield from _told(tx, found[:limit], closed)


def _changed(tx: Connection, start: str, wanted: ChangesWanted) -> Iterator[_Found]:
    c, f = tables.changes.c, tables.changed_fields.c
    query = select(tables.changes).where(c.seen_at >= start)
    if wanted.substantive and not wanted.fields:
        query = query.where(c.substantive)
    if wanted.fields:
        named = and_(f.record == c.record, f.version == c.version, f.field.in_(sorted(wanted.fields)))
        query = query.where(exists().where(named))
    for x in tx.execute(query):
        change = change_from_json(json.loads(x.fields))
        if wanted.has_change(change):
            yield _Found(x.seen_at, x.record, x.version, "changed", x.before, x.not_seen_before, change)


def _gone(tx: Connection, start: str) -> Iterator[_Found]:
    """What was found gone, and what came back: both are seen in a look since ``start``."""
    o, r = tables.observations.c, tables.records.c
    absent = o.kind.in_(("withdrawal", "absence"))
    lately = or_(o.observed_at >= start, r.last_seen >= start)
    query = select(o.record).join(tables.records, r.id == o.record).where(absent, lately).distinct()
    for record in tx.execute(query).scalars().all():
        for run in runs(looks_of(tx, record)):
            for gone in run.withdrawals:
                for moment, kind in ((gone.withdrawn_at, "gone"), (gone.restored_at, "restored")):
                    if moment and moment >= start:
                        yield _Found(moment, record, run.version, kind)


def _new(tx: Connection, start: str) -> Iterator[_Found]:
    r = tables.records.c
    query = select(r.id, r.first_seen, r.versions, r.latest_version).where(r.first_seen >= start)
    for x in tx.execute(query).all():
        # a record of one version was first seen in it
        version = x.latest_version if x.versions == 1 else runs(looks_of(tx, x.id))[0].version
        yield _Found(x.first_seen, x.id, version, "new")


def _told(tx: Connection, found: Sequence[_Found], closed: Set[str]) -> Iterator[ChangeLine]:
    """The lines with what stands in their records, some hundreds at a time."""
    r, f = tables.records.c, tables.changed_fields.c
    for some in portions(found, _AT_ONCE):
        records = sorted({x.record for x in some})
        query = select(r.id, r.url, r.headline, r.latest_version).where(r.id.in_(records))
        held = {x.id: x for x in tx.execute(query)}
        corrected = select(f.record).where(f.record.in_(records), f.field == "corrections").distinct()
        announced = {record: _announcements(tx, record) for record in tx.execute(corrected).scalars().all()}
        for x in some:
            row, headline = held.get(x.record), None
            if row is not None and x.record not in closed:
                headline = row.headline if row.latest_version == x.version else _headline(tx, x.record, x.version)
            said: Announcement | None = None
            if x.kind == "changed" and x.record in announced:
                said = announced[x.record].get(x.version)
            elif is_edit(x.change):
                said = Announcement(Announced.NOT)  # the piece never had a correction that came later than its beginning
            if said is not None and x.record in closed:
                said = replace(said, texts=(), names=())
            url = row.url if row is not None else None
            yield ChangeLine(x.record, url, headline, x.version, x.before, x.seen_at, x.not_seen_before, x.kind, x.change, said)


def _announcements(tx: Connection, record: str) -> dict[int, Announcement]:
    """As ``storage.states`` has them; what changed is taken from the projection, because comparing is what costs."""
    c = tables.changes.c
    rows = tx.execute(select(c.version, c.fields).where(c.record == record)).tuples()
    held = {version: change_from_json(json.loads(fields)) for version, fields in rows}
    read = Readings(tx, record)
    steps: list[Step] = []
    for before, after in pairwise(runs(looks_of(tx, record))):
        old, new = read.like(before.version, after.version) or (None, None)
        steps.append(Step(after.version, old, new, held.get(after.version)))
    return announcements(steps)


def _headline(tx: Connection, record: str, version: int) -> str | None:
    article = article_of(tx, record, version)
    return article.headline if article else None
