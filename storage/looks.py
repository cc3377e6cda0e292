"""What looks at watches left behind: operational, made anew by looking again, never in the WARCs.

Only what is listed, waits or was given up is kept of an address; an archive knows by its
aliases what it has, so that losing all this costs requests and no double pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from model.canonical import canonical_json
from model.edtf import parse_utc, utc_text
from model.errors import BadCall
from model.ledger import Kind
from model.watch import (
    Gap,
    GivenUp,
    ItemState,
    Listed,
    Look,
    LookOutcome,
    Page,
    Plan,
    Tried,
    Waiting,
    Watch,
    WatchKind,
    WatchStatus,
)
from storage import engines, tables
from storage.database import Database
from storage.decide import Hands
from storage.portions import portions
from storage.writer import Writer

KEPT = timedelta(days=90)
"""How long an address is remembered after it was last listed."""

LONGEST_REST = timedelta(days=7)
"""No address waits for longer: one that does was put off by a clock that had jumped."""

_AT_ONCE = 400  # values in one IN, far below what any engine takes
_DONE = (ItemState.TAKEN.value, ItemState.KNOWN.value, ItemState.PASSED.value)


class Looks:
    """Reads and writes what looks left behind. One thread writes."""

    def __init__(self, database: Database, writer: Writer | None) -> None:
        self._database = database
        self._writer = writer

    def statuses(self, *, due: str | None = None) -> list[WatchStatus]:
        """How all watches are, by when they were added; with ``due`` (UTC text), only those whose next look is due by then."""
        w, s, i = tables.watches.c, tables.watch_states.c, tables.watch_items.c
        joined = tables.watches.outerjoin(tables.watch_states, w.url == s.url)
        query = select(tables.watches, *(c for c in s if c.name != "url")).select_from(joined).order_by(w.since, w.url)
        if due is not None:
            # one that was looked at in what is the future now: a clock had jumped, and is right again
            query = query.where(s.due.is_(None) | (s.due <= due) | (s.looked_at > due))
        counted = (ItemState.WAITING.value, ItemState.GIVEN_UP.value)
        counts = select(i.watch, i.state, func.count()).where(i.state.in_(counted)).group_by(i.watch, i.state)
        with self._database.reading() as tx:
            rows = tx.execute(query).all()
            found = {(watch, state): n for watch, state, n in tx.execute(counts)}
        return [_status(row, found) for row in rows]

    def plan(self, look: Look) -> Plan:
        """What a look means, nothing written."""
        keys = {item.key for item in look.listed}
        if look.outcome is not LookOutcome.LISTED or not keys:
            return Plan()
        s, i = tables.watch_states.c, tables.watch_items.c
        state = select(s.listed_at, s.looked_at, s.outcome).where(s.url == look.watch, s.listed_at.is_not(None))
        with self._database.reading() as tx:
            before = tx.execute(state).one_or_none()
            last = select(i.key).where(i.watch == look.watch, i.seen_at == before.listed_at) if before else None
            last_keys = set(tx.execute(last).scalars()) if last is not None else set()
            seen = keys & last_keys
            seen |= set(_asked(tx, select(i.key).where(i.watch == look.watch), i.key, keys - seen))
            rest = keys - seen
            known = set(_asked(tx, select(tables.aliases.c.key), tables.aliases.c.key, rest))
            others = select(i.key).where(i.watch != look.watch, i.state != ItemState.PASSED.value)
            known |= set(_asked(tx, others, i.key, rest - known))
        new = tuple({x.key: x for x in reversed(look.listed) if x.wanted and x.key in rest - known}.values())[::-1]
        passed = frozenset(x.key for x in look.listed if not x.wanted) & (rest - known)
        gap = None
        if before is not None and last_keys and not keys & last_keys and look.all_read:
            gap = Gap(before.listed_at if before.outcome == LookOutcome.FAILED.value else before.looked_at, look.at)
        return Plan(new, frozenset(known), passed, frozenset(seen), gap, same=keys == last_keys)

    def keep(self, looks: Sequence[tuple[Look, Plan]], captures: Mapping[str, str] | None = None) -> None:
        """Keeps what looks said, all of it or nothing; a gap becomes an event in the ledger.

        ``captures`` gives, by watch, the id of the capture of it that was kept.
        """
        gaps = [_gap(look, plan.gap, (captures or {}).get(look.watch)) for look, plan in looks if plan.gap is not None]
        if not gaps:
            with self._database.transaction() as tx:
                _keep(tx, looks)
            return

        def keep(hands: Hands) -> None:
            for body in gaps:
                hands.write(Kind.EVENT, hands.archive, body)
            _keep(hands.tx, looks)

        self._writing.act(None, keep)

    def waiting(self, now: str, watches: Iterable[str] | None = None) -> list[Waiting]:
        """Addresses to be taken in by now (UTC text), of these watches or of all, in the order they were first listed."""
        i = tables.watch_items.c
        in_turn = i.due.is_(None) | (i.due <= now) | (i.due > utc_text(parse_utc(now) + LONGEST_REST))
        query = select(tables.watch_items).where(i.state == ItemState.WAITING.value, in_turn)
        named = None if watches is None else set(watches)
        with self._database.reading() as tx:
            rows = tx.execute(query.order_by(i.first_seen, i.place)).all()
        return [
            Waiting(row.watch, row.key, row.url, json.loads(row.context or "{}"), row.tries)
            for row in rows
            if named is None or row.watch in named
        ]

    def all_waiting(self, watch: Watch | None = None) -> list[Waiting]:
        """Addresses to be taken in now or later, of one watch or of all, without what is said of them."""
        with self._database.reading() as tx:
            rows = tx.execute(_items(ItemState.WAITING, watch))
            return [Waiting(row.watch, row.key, row.url, {}, row.tries, row.reason, row.due) for row in rows]

    def still_waiting(self, items: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of some addresses, by watch and key, that wait. What the archive has got meanwhile in another way, or
        by a process that was killed before it said so, is put down as taken.
        """
        i, wanted = tables.watch_items.c, set(items)
        keys = sorted({key for _, key in wanted})
        with self._database.reading() as tx:
            held = set(_asked(tx, select(tables.aliases.c.key), tables.aliases.c.key, keys))
            found = {
                (row.watch, row.key): row.tries
                for some in portions(keys, _AT_ONCE)
                for row in tx.execute(select(i.watch, i.key, i.tries).where(i.key.in_(some), i.state == ItemState.WAITING.value))
            }
        waiting = {one: tries for one, tries in found.items() if one in wanted}
        self.told([Tried(*one, ItemState.TAKEN, tries) for one, tries in waiting.items() if one[1] in held])
        return {one for one in waiting if one[1] not in held}

    def looked_at(self, urls: Sequence[str]) -> dict[str, str]:
        """When some watches were last looked at."""
        s = tables.watch_states.c
        with self._database.reading() as tx:
            return {
                row.url: row.looked_at
                for some in portions(urls, _AT_ONCE)
                for row in tx.execute(select(s.url, s.looked_at).where(s.url.in_(some)))
            }

    def told(self, tried: Sequence[Tried]) -> None:
        """What became of waiting addresses. What is done with keeps no context."""
        if not tried:
            return
        t = tables.watch_items
        change = update(t).where(t.c.watch == bindparam("of"), t.c.key == bindparam("at"))
        rows = [
            {"of": x.watch, "at": x.key, "state": x.state.value, "tries": x.tries, "reason": x.reason, "due": x.due}
            for x in tried
        ]
        done = [{"of": x.watch, "at": x.key} for x in tried if x.state.value in _DONE]
        with self._database.transaction() as tx:
            tx.execute(change, rows)
            if done:
                tx.execute(change.values(context=None), done)

    def given_up(self, watch: Watch | None = None) -> list[GivenUp]:
        """Addresses that are not tried any more, of one watch or of all."""
        with self._database.reading() as tx:
            rows = tx.execute(_items(ItemState.GIVEN_UP, watch))
            return [GivenUp(row.watch, row.url, row.tries, row.reason) for row in rows]

    def try_again(self, watches: Iterable[str]) -> int:
        """Lets the given-up addresses of these watches wait again, as if never tried; how many."""
        i = tables.watch_items.c
        with self._database.transaction() as tx:
            count = 0
            for url in watches:
                which = (i.watch == url, i.state == ItemState.GIVEN_UP.value)
                again = {"state": ItemState.WAITING.value, "tries": 0, "reason": None, "due": None}
                count += tx.execute(update(tables.watch_items).where(*which).values(again)).rowcount
        return count

    @property
    def _writing(self) -> Writer:
        if self._writer is None:
            raise BadCall("this archive was opened for reading: open it for writing")
        return self._writer


def _items(state: ItemState, watch: Watch | None) -> Select[Any]:
    """Addresses in a state, of one watch or of all, in the order they were first listed."""
    i = tables.watch_items.c
    query = select(tables.watch_items).where(i.state == state.value).order_by(i.watch, i.first_seen, i.place)
    return query if watch is None else query.where(i.watch == watch.url)


def _gap(look: Look, gap: Gap, capture: str | None) -> dict[str, Any]:
    detail = {"watch": look.watch, "since": gap.since, "until": gap.until, "listed": len(look.listed), "capture": capture}
    return {"type": "watch gap", "outcome": "warning", "detail": detail, "subject": None}


def _keep(tx: Connection, looks: Sequence[tuple[Look, Plan]]) -> None:
    s = tables.watch_states
    # another process may look at the same watches, and be faster
    engines.of(tx).hold(tx, [f"watch {look.watch}" for look, _ in looks])
    there = {row.url: row for row in tx.execute(select(s.c.url, s.c.gaps, s.c.gap_at, s.c.listed, s.c.listed_at, s.c.shape))}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for look, plan in looks:
        old = there.get(look.watch)
        row: dict[str, Any] = {"looked_at": look.at, "outcome": look.outcome.value, "reason": look.reason, "due": look.due}
        listed = look.outcome is LookOutcome.LISTED and bool(look.listed)
        row |= {
            "sick": look.sick,
            "pages": canonical_json({url: page.to_json() for url, page in look.pages.items()}).decode(),
            "shape": look.shape or (old.shape if old else None),
            "listed": len(look.listed) if listed else (old.listed if old else 0),
            "listed_at": look.at if listed and not plan.same else (old.listed_at if old else None),
            "gaps": (old.gaps if old else 0) + (plan.gap is not None),
            "gap_at": plan.gap.until if plan.gap else (old.gap_at if old else None),
        }
        (fresh if old is None else changed).append({"at_url": look.watch, **row})
        if listed and not plan.same:
            _keep_items(tx, look, plan)
    if fresh:
        tx.execute(s.insert(), [{"url": row.pop("at_url"), **row} for row in fresh])
    if changed:
        tx.execute(update(s).where(s.c.url == bindparam("at_url")), changed)


def _keep_items(tx: Connection, look: Look, plan: Plan) -> None:
    t = tables.watch_items
    seen = [{"of": look.watch, "at": key, "seen_at": look.at} for key in plan.seen]
    if seen:
        tx.execute(update(t).where(t.c.watch == bindparam("of"), t.c.key == bindparam("at")), seen)
    rows: dict[str, dict[str, Any]] = {}
    new = {item.key for item in plan.new}
    for place, item in enumerate(look.listed):
        state = _state_of(item, new, plan)
        if state is None or item.key in rows:
            continue
        context = canonical_json(item.context).decode() if state is ItemState.WAITING else None
        row = {"watch": look.watch, "key": item.key, "url": item.url, "state": state.value, "first_seen": look.at}
        rows[item.key] = row | {"seen_at": look.at, "place": place, "context": context, "tries": 0}
    faster = set(_asked(tx, select(t.c.key).where(t.c.watch == look.watch), t.c.key, rows))
    if rows.keys() - faster:
        tx.execute(t.insert(), [row for key, row in rows.items() if key not in faster])
    before = utc_text(parse_utc(look.at) - KEPT)
    tx.execute(delete(t).where(t.c.watch == look.watch, t.c.seen_at < before, t.c.state.in_(_DONE)))


def _state_of(item: Listed, new: set[str], plan: Plan) -> ItemState | None:
    if item.key in plan.known:
        return ItemState.KNOWN
    if item.key in plan.passed:
        return ItemState.PASSED
    return ItemState.WAITING if item.key in new else None


def _asked(tx: Connection, query: Any, column: Any, keys: Iterable[str]) -> Iterator[str]:
    wanted = sorted(keys)
    for at in range(0, len(wanted), _AT_ONCE):
        yield from tx.execute(query.where(column.in_(wanted[at : at + _AT_ONCE]))).scalars()


def _status(row: Any, counts: Mapping[tuple[str, str], int]) -> WatchStatus:
    watch = Watch(row.url, WatchKind(row.kind), row.every, row.name, row.since)
    status = WatchStatus(
        watch,
        waiting=counts.get((row.url, ItemState.WAITING.value), 0),
        given_up=counts.get((row.url, ItemState.GIVEN_UP.value), 0),
    )
    if row.looked_at is None:
        return status
    return replace(
        status,
        looked_at=row.looked_at,
        outcome=row.outcome,
        reason=row.reason,
        shape=row.shape,
        due=row.due,
        sick=row.sick,
        gaps=row.gaps,
        gap_at=row.gap_at,
        listed=row.listed,
        pages={url: Page(**said) for url, said in json.loads(row.pages).items()},
    )
