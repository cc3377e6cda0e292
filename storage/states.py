"""The states of a record with what is derived about them, from its looks and readings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, select

from model.article import Article
from model.capture import Basis, Import
from model.change import Change, compare
from model.record import ReadingInfo, State, Strand
from storage import tables
from storage.capture_records import import_of, parse_facts
from storage.known import STATED, ReadAs, article_of, read_as
from storage.marks import Seen, Step, alternations, announcements
from storage.timeline import Look, Run, runs


class Readings:
    """The readings of one record, all or those known at a moment; every article is unpacked once."""

    def __init__(self, tx: Connection, record: str, known_at: str | None = None) -> None:
        self._tx = tx
        self._record = record
        self._known_at = known_at
        self._now: dict[int, ReadAs | None] = {}
        self._by: dict[tuple[int, str], Article | None] = {}

    @cached_property
    def rows(self) -> list[Row[Any]]:
        """By version and number, without the articles."""
        r = tables.readings.c
        columns = (r.version, r.number, r.agent, r.release, r.release_facts, r.recorded_at, r.digest, r.signature, r.capture)
        query = select(*columns).where(r.record == self._record)
        if self._known_at is not None:
            query = query.where(r.recorded_at <= self._known_at)
        return list(self._tx.execute(query.order_by(r.version, r.number)))

    def infos(self) -> tuple[ReadingInfo, ...]:
        """The same for people."""
        return tuple(_info(x) for x in self.rows)

    def now(self, version: int) -> ReadAs | None:
        """A version as read, persons' values over the last release's."""
        if version not in self._now:
            self._now[version] = read_as(self._tx, self._record, version, known_at=self._known_at)
        return self._now[version]

    def like(self, one: int, other: int) -> tuple[Article, Article] | None:
        """Two versions as read by one release, the newest that read both."""
        release = self._common(one, other)
        if release is None:
            return None
        a, b = self._read_by(one, release), self._read_by(other, release)
        return (a, b) if a and b else None

    def same(self, one: int, other: int) -> bool | None:
        """Whether two versions are one state, as the newest release says that read both; ``None`` without one."""
        release = self._common(one, other)
        return None if release is None else self._signatures[one][release] == self._signatures[other][release]

    @cached_property
    def _signatures(self) -> dict[int, dict[str, str]]:
        """By version, the releases that read it, oldest first, each with what it makes of the version."""
        found: dict[int, dict[str, str]] = {}
        for row in sorted(self.rows, key=lambda x: (x.recorded_at, x.number)):
            if row.release != STATED:
                known = found.setdefault(row.version, {})
                known.pop(row.release, None)
                known[row.release] = row.signature
        return found

    def _common(self, one: int, other: int) -> str | None:
        theirs = self._signatures.get(other, {})
        return next((release for release in reversed(self._signatures.get(one, {})) if release in theirs), None)

    def _read_by(self, version: int, release: str) -> Article | None:
        key = (version, release)
        if key not in self._by:
            self._by[key] = article_of(self._tx, self._record, version, release)
        return self._by[key]


def states_of(tx: Connection, record: str, looks: Sequence[Look], read: Readings) -> list[State]:
    """The publisher's states in order of time, then the copies beside."""
    v = tables.versions.c
    rows = {x.number: x for x in tx.execute(select(tables.versions).where(v.record == record))}
    found = runs(looks)
    published = list(_published(rows, found, read))
    shown = {run.version for run in found}
    numbers = sorted({x.what.version for x in looks if x.what.version is not None} - shown)
    beside = [_beside(rows[n], looks, _headline(read, n)) for n in numbers]
    made = _makers(tx, [row.capture for row in rows.values() if row.basis != Basis.FETCHED.value])
    states = published + sorted(beside, key=lambda state: (state.first_seen or "", state.version))
    states = [replace(x, lost=True) if (now := read.now(x.version)) is not None and now.is_lost else x for x in states]
    return [
        replace(x, maker=made[x.capture].archive, fidelity=made[x.capture].fidelity) if x.capture in made else x for x in states
    ]


def _makers(tx: Connection, captures: Sequence[str]) -> dict[str, Import]:
    """Where the copies among some captures come from that another archive had."""
    c = tables.captures.c
    held = tx.execute(select(c.id, c.facts).where(c.id.in_(captures))).tuples() if captures else ()
    made = {capture: import_of(parse_facts(data)) for capture, data in held}
    return {capture: found for capture, found in made.items() if found is not None}


def alternating(states: Sequence[State]) -> Iterator[Any]:
    """Headlines of the publisher that took turns; see ``storage.marks``."""
    published = [s for s in states if s.strand is Strand.PUBLISHER]
    yield from alternations(Seen(s.version, s.headline, s.first_seen, s.last_seen) for s in published)


def _published(rows: dict[int, Row[Any]], found: Sequence[Run], read: Readings) -> Iterator[State]:
    steps: list[Step] = []
    previous: Run | None = None
    for run in found:
        pair = read.like(previous.version, run.version) if previous else None
        change = compare(*pair) if pair else None
        steps.append(Step(run.version, pair[0] if pair else None, pair[1] if pair else None, change))
        previous = run
    told = announcements(steps)
    for place, (run, step) in enumerate(zip(found, steps, strict=True)):
        row = rows[run.version]
        state = _state(row, run, step.change, _headline(read, run.version))
        never = step.change is not None and step.change.same
        earlier = None if never else next((r.version for r in found[:place] if read.same(r.version, run.version)), None)
        yield replace(state, reverts_to=earlier, announcement=told.get(run.version), same_as_before=never)


def _state(row: Row[Any], run: Run, change: Change | None, headline: str | None) -> State:
    return State(
        version=run.version,
        strand=Strand(row.strand),
        basis=row.basis,
        capture=row.capture,
        first_seen=run.first,
        last_seen=run.last,
        not_seen_before=run.before.what.observed_at if run.before else None,
        checks=len(run.looks) - 1,
        gap=run.gap,
        reverts_to=None,
        withdrawn_at=run.withdrawals[-1].withdrawn_at if run.withdrawals else None,
        restored_at=run.withdrawals[-1].restored_at if run.withdrawals else None,
        change=change,
        received_at=row.received_at,
        headline=headline,
        withdrawals=run.withdrawals,
    )


def _beside(row: Row[Any], looks: Sequence[Look], headline: str | None) -> State:
    seen = [x for x in looks if x.what.version == row.number]
    times = sorted(x.what.observed_at for x in seen if x.what.observed_at)
    return State(
        version=row.number,
        strand=Strand(row.strand),
        basis=row.basis,
        capture=row.capture,
        first_seen=times[0] if times else None,
        last_seen=times[-1] if times else None,
        not_seen_before=None,
        checks=max(0, len(seen) - 1),
        gap=0,
        reverts_to=None,
        withdrawn_at=None,
        restored_at=None,
        change=None,
        received_at=row.received_at,
        headline=headline,
    )


def _headline(read: Readings, version: int) -> str | None:
    now = read.now(version)
    return now.article.headline if now else None


def _info(row: Row[Any]) -> ReadingInfo:
    facts = json.loads(row.release_facts) if row.release_facts else None
    return ReadingInfo(row.version, row.number, json.loads(row.agent), facts, row.recorded_at, row.digest)
