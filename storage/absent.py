"""A piece that is not there: 404, 410 and pages that say so, each at its time.

What an absence comes to is derived (``storage.timeline``), so that looks learnt of out of
order, as from another archive's files, come to the same as those learnt of in order. One
that came before anybody knew of a piece at its address is put into the piece's history as
soon as there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from model.capture import Basis
from model.identity import alias_key
from model.ledger import Kind
from model.record import Observation, Strand
from storage import tables
from storage.capture_records import parse_facts
from storage.known import looks_of
from storage.timeline import Look, around, in_time, is_withdrawn

Write = Callable[[Kind, str, Mapping[str, Any]], None]

NOT_THERE = (404, 410)
"""Statuses that say that there is no such page."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What one came to: whether the piece counted as withdrawn at its time, the how manieth look since it
    was last seen this is, and the version it was last seen as.
    """

    withdrawn: bool
    count: int
    version: int | None


def observe(tx: Connection, write: Write, record: str, capture: Mapping[str, Any], at: str, status: int | None) -> Absence:
    """Writes one absence from the publisher's own server into a record's chain. ``capture`` is ``{id, digest}``."""
    looks = looks_of(tx, record)
    this = Look(len(looks), Strand.PUBLISHER, Observation(Kind.ABSENCE, None, at, at, capture["id"], status))
    until = [x for x in in_time([*looks, this]) if (x.what.observed_at or "") <= at]
    absences = 0
    for look in until:
        absences = 0 if look.shows else absences + 1
    was = is_withdrawn([x for x in until if x.order != this.order])
    withdrawn = is_withdrawn(until)
    body = {"capture": capture, "observed_at": at, "strand": Strand.PUBLISHER, "status": status}
    if withdrawn and not was:
        write(Kind.WITHDRAWAL, record, body | {"absences": absences})
    else:
        write(Kind.ABSENCE, record, body)
    last = around(looks, at)[0]
    return Absence(withdrawn, absences, last.what.version if last else None)


def adopt(tx: Connection, write: Write, record: str, urls: Iterable[str]) -> None:
    """Puts the absences of addresses that nobody knew a piece at into the history of the record that has them now."""
    c = tables.captures.c
    keys = {alias_key(url) for url in urls}
    if not keys:
        return
    query = select(c.id, c.digest, c.at, c.status, c.facts).where(c.url_key.in_(keys), unknown_absence()).order_by(c.at, c.id)
    for row in tx.execute(query).all():
        imported = parse_facts(row.facts)["imported"]
        if imported is None or imported["fidelity"] != "rewritten":
            observe(tx, write, record, {"id": row.id, "digest": row.digest}, row.at, row.status)


def unknown_absence() -> ColumnElement[bool]:
    """The captures that said, when nobody knew of a piece there, that there is none."""
    c = tables.captures.c
    of_server = c.basis.in_((Basis.FETCHED.value, Basis.IMPORTED.value))
    return and_(c.status.in_(NOT_THERE), c.record.is_(None), c.at.is_not(None), c.entry.is_not(None), of_server)
