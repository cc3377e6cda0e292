"""Whole chains with all that they are held to, read from a database: what is compared needs no database any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Integer, Table, and_, select, type_coerce

from model.ledger import Entry
from storage import engines
from storage import tables as t
from storage.portions import portions
from storage.standing import NAMING

PER_RECORD: dict[Table, tuple[str, tuple[str, ...]]] = {
    t.versions: ("version", ("number",)),
    t.readings: ("reading", ("version", "number")),
    t.records: ("record", ()),
    t.aliases: ("alias", ("url",)),
    t.observations: ("look", ("entry",)),
    t.changes: ("change", ("version",)),
    t.changed_fields: ("changed field", ("version", "field")),
    t.people: ("name", ("version", "part", "name")),
    t.relations: ("relation", ("relation", "to")),
    t.labels: ("label", ("kind", "text")),
    t.restrictions: ("restriction", ("scope",)),
    t.likeness: ("likeness", ("version",)),
    t.images: ("image", ("version", "url", "capture")),
    t.search: ("search", ("version",)),
}
"""Tables of rows about records: what a row is called, and the columns that say which one of its record's it is."""

Rows = Mapping[str, Sequence[tuple[Any, ...]]]
"""Rows by record, in the order in which they were written where that counts."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where chains take from what they name: facts of captures (bytes and digest), content records. ``None`` where it is lost."""

    facts: Callable[[Iterable[str]], Mapping[str, tuple[bytes, str]]]
    contents: Callable[[Sequence[Entry]], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Lot:
    """Whole chains of records, facts and content that they name, and the rows that a database holds of these records,
    by the names of tables."""

    chains: Sequence[Sequence[Entry]]
    facts: Mapping[str, tuple[bytes, str]]
    contents: Mapping[str, bytes]
    held: Mapping[str, Rows]


@dataclass(frozen=True)
class Wanted:
    """Records whose rows are asked for, sorted; ``side_by_side`` where hardly any others lie between them."""

    records: Sequence[str]
    side_by_side: bool = False

    def asked(self, record: Column[Any]) -> Iterator[ColumnElement[bool]]:
        """Conditions that together give all of them: a range is found in a third of the time of a list."""
        if self.records and self.side_by_side:
            yield and_(record >= self.records[0], record <= self.records[-1])
        else:
            yield from (record.in_(some) for some in portions(self.records, 400))

    @cached_property
    def names(self) -> Set[str]:
        """The same, to look one up."""
        return frozenset(self.records)


def lot_of(tx: Connection, chains: Sequence[Sequence[Entry]], sources: Sources, *, side_by_side: bool) -> Iterator[Lot | None]:
    """What is compared of some chains, read step by step: nothing, until it is all there. ``side_by_side`` where none between
    the first and the last of them is left out.
    """
    entries = [entry for chain in chains for entry in chain]
    facts = sources.facts({e.body["capture"]["id"] for e in entries if e.kind in NAMING})
    yield None
    contents = sources.contents(entries)
    wanted = Wanted(sorted({chain[0].chain for chain in chains if chain}), side_by_side)
    held: dict[str, Rows] = {}
    for table in PER_RECORD:
        yield None
        held[table.name] = rows_of(tx, table, wanted)
    yield Lot(chains, facts, contents, held)


def columns_of(table: Table) -> Sequence[Column[Any]]:
    """The columns that are compared: what only numbers rows of one database is left out, and what is held to its digest."""
    return [c for c in table.columns if c.name not in {"id", "record", "article"}]


def rows_of(tx: Connection, table: Table, wanted: Wanted) -> Rows:
    """Rows by record as they are compared: their ``columns_of``; version and words of those of the search."""
    return _words(tx, wanted) if table is t.search else _rows(tx, table, wanted)


def _rows(tx: Connection, table: Table, wanted: Wanted) -> Rows:
    record = table.c.id if table is t.records else table.c.record
    written = [table.c.id] if "id" in table.c and table is not t.records else list(table.primary_key.columns)
    # a truth value as the number that SQLite has: any but 0 would be true
    columns = [type_coerce(c, Integer) if isinstance(c.type, Boolean) else c for c in columns_of(table)]
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for asked in wanted.asked(record):
        # all at once: one by one they take three times as long
        for of, *row in tx.execute(select(record, *columns).where(asked).order_by(record, *written)).all():
            if of in wanted.names:
                found[of].append(tuple(row))
    return found


def _words(tx: Connection, wanted: Wanted) -> Rows:
    s = t.search.c
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for asked in wanted.asked(s.record):
        all_places = tx.execute(select(s.id, s.record, s.version).where(asked).order_by(s.id)).all()
        places = [place for place in all_places if place.record in wanted.names]
        words = engines.of(tx).words(tx, [row.id for row in places])
        for row in places:
            found[row.record].append((row.version, words.get(row.id)))
    return found
