"""When pieces are looked at again: operational, made anew from looks and changes where it is lost, never in the WARCs.

A piece is planned once a server was asked for it and it has a version; which looks it gets is for the flows to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, select, update

from model.capture import Basis
from model.edtf import parse_utc, utc_text
from model.record import Strand
from model.revisit import Planned, Standing
from model.revisit import Revisits as Counted
from storage import tables
from storage.database import Database

_AT_ONCE = 400
_SKEW = timedelta(minutes=10)


class Revisits:
    """Reads and writes the plan of next looks. One thread writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newcomers(self, since: str) -> list[Standing]:
        """Pieces first seen since a moment (UTC text) that have no plan yet."""
        r, v = tables.records.c, tables.revisits.c
        query = _standing().where(r.first_seen >= since, ~exists().where(v.record == r.id))
        with self._database.reading() as tx:
            return [standing for row in tx.execute(query) if (standing := _as_standing(row)) is not None]

    def due(self, now: str, most: int) -> list[tuple[Standing, str]]:
        """Pieces whose next look is due by now, longest overdue first, each with when it was last looked at by plan."""
        v = tables.revisits.c
        query = select(v.record, v.looked_at, v.sick).where(_is_due(now)).order_by(v.due).limit(most)
        with self._database.reading() as tx:
            rows = tx.execute(query).all()
            found = {x.record: x for x in _standings(tx, [row.record for row in rows])}
        return [(found[row.record], row.looked_at) for row in rows if row.record in found]

    def standings(self, records: Sequence[str]) -> dict[str, Standing]:
        """Some pieces as they stand now."""
        with self._database.reading() as tx:
            return {x.record: x for x in _standings(tx, records)}

    def plan(self, planned: Sequence[Planned]) -> None:
        """Keeps the next looks of some pieces."""
        if not planned:
            return
        t = tables.revisits
        rows = {x.standing.record: _row(x) for x in planned}
        with self._database.transaction() as tx:
            there = set(_asked(tx, list(rows)))
            fresh = [{"record": record, **row} for record, row in rows.items() if record not in there]
            changed = [{"of": record, **row} for record, row in rows.items() if record in there]
            if fresh:
                tx.execute(t.insert(), fresh)
            if changed:
                tx.execute(update(t).where(t.c.record == bindparam("of")), changed)

    def count(self, now: str) -> Counted:
        """How revisits are at a moment (UTC text)."""
        v = tables.revisits.c
        total = select(func.count(), func.count(v.due), func.min(v.due))
        with self._database.reading() as tx:
            every, planned, first = tx.execute(total).one()
            due = tx.execute(select(func.count()).where(_is_due(now))).scalar_one()
            sick = tx.execute(select(func.count()).where(v.sick > 0, v.due.is_not(None))).scalar_one()
            given_up = tx.execute(select(func.count()).where(v.given_up, v.sick > 0)).scalar_one()
        return Counted(planned, due, sick, given_up, every - planned - given_up, first)

    def sick(self, limit: int = 100) -> list[Planned]:
        """Pieces whose last look failed, those given up last; the longest sick first."""
        v = tables.revisits.c
        query = select(tables.revisits).where(v.sick > 0).order_by(v.given_up, v.sick.desc(), v.record).limit(limit)
        with self._database.reading() as tx:
            rows = tx.execute(query).all()
        return [
            Planned(
                Standing(x.record, x.url, x.looked_at, x.looked_at, x.looked_at, sick=x.sick),
                x.due,
                x.outcome,
                x.reason,
                x.given_up,
            )
            for x in rows
        ]

    def try_again(self, now: str) -> int:
        """Lets what was given up be looked at again by now (UTC text), as if never tried; how many."""
        v = tables.revisits.c
        again = {"due": now, "sick": 0, "given_up": False}
        with self._database.transaction() as tx:
            return tx.execute(update(tables.revisits).where(v.given_up, v.sick > 0).values(again)).rowcount

    def dues(self) -> list[tuple[str, str, str]]:
        """Address, last look and next look of all that is planned."""
        v = tables.revisits.c
        with self._database.reading() as tx:
            return [
                (row.url, row.looked_at, row.due)
                for row in tx.execute(select(v.url, v.looked_at, v.due).where(v.due.is_not(None)))
            ]


def _is_due(now: str) -> ColumnElement[bool]:
    """Of pieces with a next look. One that was looked at in what is the future now was put off by a clock that had jumped."""
    v = tables.revisits.c
    return (v.due <= now) | (v.due.is_not(None) & (v.looked_at > utc_text(parse_utc(now) + _SKEW)))


def _standing() -> Select[Any]:
    """Records that were fetched, with the address, the last look and the latest change of each."""
    r, c, o, ch = tables.records.c, tables.captures.c, tables.observations.c, tables.changes.c
    # by way of its looks: image files of a piece are captures of it, too
    fetched = (o.record == r.id, c.id == o.capture, c.basis == Basis.FETCHED.value, c.url.is_not(None))
    url = select(c.url).where(*fetched).order_by(o.observed_at.desc(), o.id.desc()).limit(1).scalar_subquery()
    seen = (o.record == r.id, o.strand == Strand.PUBLISHER.value, o.observed_at.is_not(None))
    looked = select(o.observed_at).where(*seen).order_by(o.observed_at.desc()).limit(1).scalar_subquery()
    kind = select(o.kind).where(*seen).order_by(o.observed_at.desc(), o.id.desc()).limit(1).scalar_subquery()
    changed = select(func.max(ch.seen_at)).where(ch.record == r.id).scalar_subquery()
    count = select(func.count()).where(ch.record == r.id).scalar_subquery()
    told = (count.label("changes"), url.label("url"), looked.label("looked_at"), kind.label("kind"), changed.label("changed_at"))
    return select(r.id, r.first_seen, r.withdrawn, *told).where(exists().where(*fetched))


def _standings(tx: Connection, records: Sequence[str]) -> Iterator[Standing]:
    v = tables.revisits.c
    for at in range(0, len(records), _AT_ONCE):
        some = records[at : at + _AT_ONCE]
        told = {row.record: row for row in tx.execute(select(v.record, v.looked_at, v.sick).where(v.record.in_(some)))}
        for row in tx.execute(_standing().where(tables.records.c.id.in_(some))):
            known = told.get(row.id)
            found = _as_standing(row, known.looked_at if known else "", known.sick if known else 0)
            if found is not None:
                yield found


def _as_standing(row: Row[Any], looked: str = "", sick: int = 0) -> Standing | None:
    if row.url is None or row.first_seen is None:
        return None
    last = max(row.looked_at or "", looked)
    absent = row.kind in {"absence", "withdrawal"} and not row.withdrawn
    changed = max(row.changed_at or "", row.first_seen)
    return Standing(row.id, row.url, last, changed, row.first_seen, row.changes, absent, bool(row.withdrawn), sick)


def _row(x: Planned) -> dict[str, Any]:
    s = x.standing
    told = {"url": s.url, "looked_at": s.looked_at, "due": x.due, "outcome": x.outcome, "reason": x.reason}
    return told | {"sick": s.sick, "given_up": x.given_up}


def _asked(tx: Connection, records: Sequence[str]) -> Iterator[str]:
    v = tables.revisits.c
    for at in range(0, len(records), _AT_ONCE):
        yield from tx.execute(select(v.record).where(v.record.in_(records[at : at + _AT_ONCE]))).scalars()
