"""What people ask of the archive, answered from the projections as plain values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from model.errors import NotFound
from model.ledger import AgentType
from model.record import AsOf, Certainty, History, State, VersionView
from model.said import say_lost, say_second
from storage import tables
from storage.holes import lost_in
from storage.images import kept_images
from storage.knowledge import known_of, main_address
from storage.known import read_as
from storage.missing import refuse_missing
from storage.moments import EVER, When, at_moment, latest_of, until
from storage.restrictions import is_hidden, refuse, restrictions_of
from storage.states import Readings, alternating, states_of
from storage.timeline import Look, is_withdrawn
from storage.totals import entries_by_kind, refuse_lost_members, refuse_lost_versions, refuse_lost_words


def history(tx: Connection, record: str, now: datetime, when: When = EVER, *, shown: bool = False) -> History:
    """A record through time; see ``model.record.History``. Raises ``NotFound`` for a time before it, ``Damaged`` where rows
    of it are missing.

    What restricted content says is left out unless ``shown``.
    """
    refuse_missing(tx, record)
    known = known_of(tx, record, when.known_at)
    looks = until(known.looks, when.as_of)
    if latest_of(looks) is None:
        raise _unknown_yet(tx, record, known.looks, when)
    read = Readings(tx, record, when.known_at)
    restrictions = restrictions_of(tx, record, now)
    states = tuple(states_of(tx, record, looks, read))
    numbers = {s.version for s in states}
    told = History(
        record=record,
        url=main_address(known.aliases),
        aliases=tuple(known.aliases),
        states=states,
        observations=tuple(x.what for x in sorted(looks, key=lambda x: (x.what.observed_at or x.what.recorded_at, x.order))),
        readings=tuple(x for x in read.infos() if x.version in numbers),
        labels=tuple(known.labels),
        relations=tuple(known.relations),
        withdrawn=is_withdrawn(looks),
        alternations=tuple(alternating(states)),
        restrictions=restrictions,
        lost_entries=_lost_entries(tx, record),
    )
    return _without_content(told) if is_hidden(restrictions) and not shown else told


def show(
    tx: Connection,
    record: str,
    version: int | None,
    reading: int | None,
    now: datetime,
    when: When = EVER,
    *,
    shown: bool = False,
) -> VersionView:
    """One version as now read, as its readings up to one had it, or the one in force at a moment.

    Raises ``NotFound``, ``Restricted`` for restricted content unless ``shown``, and ``Damaged`` where rows are missing.
    """
    refuse_missing(tx, record)
    known = known_of(tx, record, when.known_at)
    restrictions = restrictions_of(tx, record, now)
    if not shown:
        refuse(record, restrictions)
    latest = latest_of(known.looks)
    if latest is None:
        raise _unknown_yet(tx, record, known.looks, When(None, when.known_at))
    as_of: AsOf | None = None
    number = latest if version is None else version
    if when.as_of is not None:
        try:
            number, as_of = at_moment(known.looks, when.as_of)
        except NotFound as error:
            raise _as_kept(tx, record, str(error)) from None
    read = Readings(tx, record, when.known_at)
    states = states_of(tx, record, known.looks, read)
    state = next((s for s in states if s.version == number), None)
    if state is None:
        raise _as_kept(tx, record, f"{record} has no version {number}; it has {_numbers(states)}")
    infos = [x for x in read.infos() if x.version == number]
    if reading is not None and reading not in {x.number for x in infos}:
        raise NotFound(f"{record}@{number} has no reading {reading}; it has {', '.join(str(x.number) for x in infos)}")
    upto = infos[-1].number if reading is None else reading
    now_read = read_as(tx, record, number, upto, when.known_at)
    assert now_read is not None  # nothing is missing, and a first reading is no person's
    reader = next(x for x in reversed(infos) if x.number <= upto and x.agent["type"] != AgentType.PERSON)
    c = tables.captures.c
    capture = next(x.capture for x in read.rows if (x.version, x.number) == (number, reader.number))
    return VersionView(
        record=record,
        version=number,
        reading=upto,
        state=state,
        article=now_read.article,
        read=now_read.read,
        reader=reader,
        capture=json.loads(tx.execute(select(c.facts).where(c.id == capture)).scalar_one()),
        aliases=tuple(known.aliases),
        latest=number == latest,
        withdrawn=as_of.certainty is Certainty.WITHDRAWN if as_of else is_withdrawn(known.looks),
        images_kept=kept_images(tx, record, number),
        stated=now_read.stated,
        as_of=as_of,
        relations=tuple(known.relations),
        restrictions=restrictions,
    )


def collections(tx: Connection) -> dict[str, int]:
    """The names of all collections, each with how many records it has. Raises ``Damaged`` where one lost members."""
    refuse_lost_members(tx)
    t = tables.labels.c
    query = select(t.text, func.count(t.record.distinct())).where(t.kind == "collection").group_by(t.text).order_by(t.text)
    return dict(tx.execute(query).tuples().all())


def stats(tx: Connection) -> dict[str, Any]:
    """Counts of what is held; sizes are added by the archive, which knows the files. Raises ``Damaged`` where the ledger
    states more than there is."""
    entries = entries_by_kind(tx)
    refuse_lost_versions(tx, entries)
    refuse_lost_words(tx)
    c = tables.captures.c
    t = tables
    by_basis = {basis: n for basis, n in tx.execute(select(c.basis, func.count()).group_by(c.basis).order_by(c.basis))}
    r = tables.records.c
    publishers = tx.execute(
        select(func.min(r.publisher), func.count())
        .where(r.publisher.is_not(None))
        .group_by(r.publisher_key)
        .order_by(func.count().desc())
        .limit(20)
    )
    return {
        "records": _count(tx, t.records),
        "withdrawn": tx.execute(select(func.count()).where(r.withdrawn)).scalar_one(),
        "versions": _count(tx, t.versions),
        "readings": _count(tx, t.readings),
        "captures": _count(tx, t.captures),
        "captures_by_basis": by_basis,
        "undecided": tx.execute(select(func.count()).where(c.entry.is_(None))).scalar_one(),
        "ledger_entries": entries,
        "publishers": {name: n for name, n in publishers},
        "segments": _count(tx, t.segments),
    }


def _without_content(told: History) -> History:
    """A history that says when and how much, and nothing of what the piece says; a note can quote it."""
    states = tuple(
        replace(s, headline=None, announcement=replace(s.announcement, texts=(), names=()) if s.announcement else None)
        for s in told.states
    )
    turns = tuple(replace(a, headlines=("", "")) for a in told.alternations)
    return replace(told, states=states, alternations=turns, labels=tuple(x for x in told.labels if x["kind"] != "note"))


def _unknown_yet(tx: Connection, record: str, looks: Sequence[Look], when: When) -> NotFound:
    if latest_of(looks) is None:
        r = tables.records.c
        since = tx.execute(select(r.received_at).where(r.id == record)).scalar_one()
        return NotFound(f"the archive did not know {record} then: it first learnt of it {say_second(since)}")
    times = [x.what.observed_at for x in looks if x.shows and x.what.observed_at]
    first = say_second(min(times)) if times else "at an unknown time"
    return _as_kept(tx, record, f"nobody had looked at {record} by then: it was first seen {first}")


def _as_kept(tx: Connection, record: str, said: str) -> NotFound:
    """What was not found, and whether it may be among what is lost."""
    lost = _lost_entries(tx, record)
    if not lost:
        return NotFound(said)
    return NotFound(f"as far as is kept, {said}; {say_lost(lost)}, and may have told of it: `pressmark events --kind loss`")


def _lost_entries(tx: Connection, record: str) -> int:
    return int(tx.execute(select(lost_in(record))).scalar_one())


def _numbers(states: Sequence[State]) -> str:
    numbers = sorted({s.version for s in states})
    return f"versions {', '.join(map(str, numbers))}" if len(numbers) > 1 else f"version {numbers[0]} only"


def _count(tx: Connection, table: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())
