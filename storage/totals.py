"""What the archive as a whole must have, held against the ledger where a question goes through all of it.

A row that is gone cannot be seen in an answer that lists what is there. So whoever lists or counts asks here first: for
pieces by when they were met, for the index of words by how many it has, for what persons said by who said it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from model.canonical import plain_of
from model.errors import Damaged
from model.ledger import Kind
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.columns import storable
from storage.engines import of
from storage.missing import Missing, refuse, refuse_missing
from storage.portions import portions

_NAMED = 100
_AT_ONCE = 400


def refuse_lost_ledger(tx: Connection) -> None:
    """Raises ``Damaged`` where the ledger is empty beside what follows from it: what is asked of it would look like little."""
    if tx.execute(select(tables.ledger.c.id).limit(1)).first() is None and any(
        tx.execute(select(table.c.id).limit(1)).first() is not None for table in (tables.records, tables.captures)
    ):
        refuse([Missing("", "the whole ledger")])


def refuse_lost_records(tx: Connection, since: str | None = None, until: str | None = None) -> None:
    """Raises ``Damaged`` where a piece that was met in a stretch of time (UTC text, both ends with it) has no line."""
    t, lost = tables.ledger.c, _lost_records()
    if since is not None:
        lost = lost.where(t.at >= since)
    if until is not None:
        lost = lost.where(t.at <= until)
    refuse_missing(tx, *tx.execute(lost.limit(_NAMED)).scalars())


def lost_records(tx: Connection) -> Sequence[str]:
    """All pieces that were met and have no line, in order."""
    return tx.execute(_lost_records().order_by(tables.ledger.c.chain)).scalars().all()


def _lost_records() -> Select[tuple[str]]:
    t, r = tables.ledger.c, tables.records.c
    return select(t.chain).where(tables.is_met(), ~select(r.id).where(r.id == t.chain).exists())


def refuse_lost_words(tx: Connection) -> None:
    """Raises ``Damaged`` where versions cannot be found by their words."""
    wanted = _count(tx, tables.versions)
    for many in (_count(tx, tables.search), of(tx).indexed(tx)):
        if many < wanted:
            raise Damaged(
                f"the index of words has {many:,} of {wanted:,} versions, so that a search misses some: {VERIFY_FIRST}", lost=True
            )


def refuse_lost_fields(tx: Connection) -> None:
    """Raises ``Damaged`` where a change cannot be found by any of its fields."""
    c, f = tables.changes.c, tables.changed_fields.c
    found = select(f.record).where(f.record == c.record, f.version == c.version).exists()
    lost = tx.execute(select(c.record, c.version).where(~found).order_by(c.record, c.version).limit(_NAMED)).tuples()
    refuse([Missing(record, f"the fields that changed in {record}@{version}", version) for record, version in lost])


def refuse_lost_members(tx: Connection) -> None:
    """Raises ``Damaged`` where a record is no longer in a collection that somebody put it into."""
    t, n = tables.ledger.c, tables.labels.c
    said = select(t.chain, func.count().label("said")).where(tables.is_said(), t.kind == Kind.COLLECTION.value)
    held = select(n.record, func.count().label("held")).where(n.kind == "collection").group_by(n.record).subquery()
    each = said.group_by(t.chain).subquery()
    differing = select(each.c.chain).join(held, held.c.record == each.c.chain, isouter=True)
    found = tx.execute(differing.where(func.coalesce(held.c.held, 0) != each.c.said).order_by(each.c.chain)).scalars().all()
    refuse_missing(tx, *found)


def refuse_lost_restrictions(tx: Connection) -> None:
    """Raises ``Damaged`` where a restriction that is in force by the ledger is not in the database: what it closes would
    be shown."""
    t, x = tables.ledger.c, tables.restrictions.c
    there = select(x.id).where(x.record == t.chain, x.entry == t.entry).exists()
    # nearly all of these were lifted, or others took their place
    last = _last_said(tx, Kind.RESTRICTION, "scope", _chains_with(tx, Kind.RESTRICTION, ~there))
    in_force = [(chain, entry) for (chain, _), (entry, body) in last.items() if not body["lifted"]]
    held = set(tx.execute(select(x.entry)).scalars()) if in_force else set()
    refuse_missing(tx, *dict.fromkeys(chain for chain, entry in in_force if entry not in held))


def refuse_lost_watches(tx: Connection) -> None:
    """Raises ``Damaged`` where a watch that somebody added is not in the database: nobody would look there again."""
    held = set(tx.execute(select(tables.watches.c.url)).scalars())
    last = _last_said(tx, Kind.WATCH, "url", _chains_with(tx, Kind.WATCH))
    added = [(chain, url) for (chain, url), (_, body) in last.items() if body["action"] == "added"]
    refuse([Missing(chain, f"the watch of {url}") for chain, url in added if storable(url) not in held])


def refuse_lost_versions(tx: Connection, entries: Mapping[str, int]) -> None:
    """Raises ``Damaged`` where there are fewer records, versions or readings than ``entries`` (counted by kind) state, or
    captures or segments than others name."""
    refuse_lost_ledger(tx)
    refuse_lost_records(tx)
    v, c, m, s = tables.versions.c, tables.captures.c, tables.members.c, tables.segments.c
    lost = select(v.record, v.number, v.capture).where(~select(c.id).where(c.id == v.capture).exists())
    captures = tx.execute(lost.order_by(v.record, v.number).limit(_NAMED)).tuples()
    refuse([Missing(record, f"capture {capture} of {record}@{number}", number) for record, number, capture in captures])
    segments = tx.execute(select(m.segment).where(~select(s.id).where(s.id == m.segment).exists()).distinct()).scalars()
    refuse([Missing("", f"a WARC file of its catalogue (number {segment})") for segment in segments])
    if tx.execute(select(tables.holes.c.chain).limit(1)).first() is not None:
        return  # some entries come to nothing: only what each record has says whether that is all
    versions = entries.get(Kind.VERSION, 0)
    for table, wanted in ((tables.versions, versions), (tables.readings, versions + entries.get(Kind.READING, 0))):
        if (many := _count(tx, table)) != wanted:
            said = f"the database has {many:,} {table.name} where the ledger states {wanted:,}"
            raise Damaged(f"{said}: {VERIFY_FIRST}", place=table.name, lost=True)


def entries_by_kind(tx: Connection) -> dict[str, int]:
    """How many entries of each kind the ledger has."""
    t = tables.ledger.c
    return dict(tx.execute(select(t.kind, func.count()).group_by(t.kind).order_by(t.kind)).tuples().all())


def _chains_with(tx: Connection, kind: Kind, *conditions: ColumnElement[bool]) -> Sequence[str]:
    t = tables.ledger.c
    return tx.execute(select(t.chain).where(tables.is_said(), t.kind == kind.value, *conditions).distinct()).scalars().all()


def _last_said(
    tx: Connection, kind: Kind, key: str, chains: Sequence[str]
) -> dict[tuple[str, str], tuple[str, Mapping[str, Any]]]:
    """The last entry of a kind about each thing of some chains, by chain and what ``key`` names: its id and its body."""
    t = tables.ledger.c
    query = select(t.chain, t.entry, t.bytes).where(tables.is_said(), t.kind == kind.value).order_by(t.chain, t.seq)
    found: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = {}
    for some in portions(chains, _AT_ONCE):
        for chain, entry, data in tx.execute(query.where(t.chain.in_(some))).tuples():
            body = plain_of(data)["body"]
            found[chain, body[key]] = (entry, body)
    return found


def _count(tx: Connection, table: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())
