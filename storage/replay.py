"""What the ledger comes to, worked out again beside the database: the rows that should be there.

Whole chains are applied, some at a time, to empty tables in memory, by the very code that a live commit and
``rebuild`` use, and their rows are compared with those of the database, table by table. What only numbers
rows of one database is left out; their order is not.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy
from sqlalchemy import Column, ColumnElement, Connection, Table, and_, exc, select
from sqlalchemy.pool import StaticPool

from model.errors import PressmarkError
from model.ledger import Entry, Kind
from storage import engines, rows, tables
from storage.capture_records import parse_facts
from storage.expected import Expected, Rows, is_plain
from storage.portions import portions
from storage.projections import REFRESHING, apply, apply_alone
from storage.record_line import refresh_record

t = tables
# what a row is called, and the columns that say which one it is
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
OF_ARCHIVE: dict[Table, tuple[str, tuple[str, ...]]] = {t.watches: ("watch", ("url",)), t.replicas: ("copy", ("name",))}
_OF_FLOWS = {t.watch_states, t.watch_items, t.revisits, t.rounds, t.field_rates, t.workers, t.leases, t.listeners, t.told_changes}
OPERATIONAL = frozenset({t.compared, t.places, t.settings, *_OF_FLOWS})
"""Tables that no ledger entry states: made anew by work, or about this database."""
CHECKED_OTHERWISE = frozenset({t.segments, t.members, t.ledger, t.captures})

NO_ROWS = frozenset({Kind.ARCHIVE, Kind.HELD, Kind.VOID, Kind.FIXITY})
"""Kinds that come to no row but a capture's, and captures are held to the ledger on their own."""

_BROKEN = (PressmarkError, exc.SQLAlchemyError, ValueError, LookupError, TypeError, AttributeError, zlib.error)


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not what the ledger comes to: which, and in what. ``record`` is empty for the archive's own."""

    what: str
    record: str
    key: tuple[Any, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where chains take from what they name: facts of captures (bytes and digest), content records. ``None`` where it is lost."""

    facts: Callable[[Iterable[str]], Mapping[str, tuple[bytes, str]]]
    contents: Callable[[Sequence[Entry]], Mapping[str, bytes]]


class Replay:
    """Empty tables in memory. Nothing of one portion is left for the next. ``whole`` where no chain between the first and
    the last of a portion is left out, so that their rows lie side by side."""

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole
        self._engine = sqlalchemy.create_engine("sqlite://", poolclass=StaticPool)
        sqlalchemy.event.listen(self._engine, "connect", _leave_transactions_to_us)
        sqlalchemy.event.listen(self._engine, "begin", lambda tx: tx.exec_driver_sql("BEGIN"))
        with self._engine.begin() as made:
            t.metadata.create_all(made)
            # found again by their rows only, so that no index of words has to be made
            made.exec_driver_sql("CREATE TABLE search_text (words TEXT)")

    def close(self) -> None:
        """Lets the memory go."""
        self._engine.dispose()

    def differences(self, tx: Connection, chains: Sequence[Sequence[Entry]], sources: Sources) -> Iterator[Difference]:
        """Compares what whole chains of records come to with what the database holds of these records."""
        records = [chain[0].chain for chain in chains if chain]
        with self._engine.connect() as made:
            plain = Expected(made)
            sound = self._apply(made, chains, sources, plain)
            for record in sorted(set(records) - sound):
                yield Difference("record", record, (), "what its ledger entries come to cannot be worked out")
            wanted = Wanted(sorted(sound), side_by_side=self._whole)
            replayed = Wanted([record for record in wanted.records if record not in plain.records])
            for table, (what, key) in PER_RECORD.items():
                yield from _compared(tx, made, plain, table, what, key, wanted, replayed)

    def of_archive(self, tx: Connection, entries: Sequence[Entry]) -> Iterator[Difference]:
        """The same for the archive's own chain."""
        with self._engine.connect() as made:
            for entry in entries:
                if entry.kind not in NO_ROWS:
                    apply(made, entry, lambda _: b"")
            for table, (what, key) in OF_ARCHIVE.items():
                names = [c.name for c in table.columns]
                wanted = {"": [tuple(row) for row in made.execute(select(table).order_by(*(table.c[k] for k in key)))]}
                held = {"": [tuple(row) for row in tx.execute(select(table).order_by(*(table.c[k] for k in key)))]}
                yield from _differing(what, names, key, wanted, held)

    def _apply(self, made: Connection, chains: Sequence[Sequence[Entry]], sources: Sources, plain: Expected) -> set[str]:
        """Applies chains; the records of those that could be."""
        entries = [entry for chain in chains for entry in chain]
        facts = sources.facts({e.body["capture"]["id"] for e in entries if e.kind is Kind.VERSION})
        contents = sources.contents(entries)
        taken: set[str] = set()
        sound: set[str] = set()
        for chain in chains:
            try:
                capture = chain[0].body["capture"]["id"] if is_plain(chain) else None
                if capture is not None and capture not in taken:
                    taken.add(capture)
                    plain.take(chain, facts[capture], contents.__getitem__)
                else:
                    _replay(made, chain, facts, contents, taken)
                sound.add(chain[0].chain)
            except _BROKEN:
                continue
        return sound


def _replay(
    made: Connection,
    chain: Sequence[Entry],
    facts: Mapping[str, tuple[bytes, str]],
    contents: Mapping[str, bytes],
    taken: set[str],
) -> None:
    """Applies a chain, entry by entry; its line and its changes at the end, as they follow from all of it."""
    with made.begin_nested():
        for entry in chain:
            capture = entry.body["capture"]["id"] if entry.kind is Kind.VERSION else None
            if capture is not None and capture not in taken:
                taken.add(capture)
                data, digest = facts[capture]
                made.execute(t.captures.insert(), rows.capture_row(parse_facts(data), data, digest))
            apply_alone(made, entry, contents.__getitem__)
        if any(entry.kind in REFRESHING for entry in chain):
            refresh_record(made, chain[0].chain)


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


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


def _compared(
    tx: Connection,
    made: Connection,
    plain: Expected,
    table: Table,
    what: str,
    key: tuple[str, ...],
    wanted: Wanted,
    replayed: Wanted,
) -> Iterator[Difference]:
    columns = [c for c in table.columns if c.name not in {"id", "record", "article"}]
    if table is t.search:
        names, should, more, held = ["version", "words"], plain.words(), _words(made, replayed), _words(tx, wanted)
    else:
        names, should = [c.name for c in columns], plain.rows(table, columns)
        more, held = _rows(made, table, columns, replayed), _rows(tx, table, columns, wanted)
    sound = {record: rows for record, rows in should.items() if record in wanted.names}
    yield from _differing(what, names, key, sound | dict(more), held)


def _rows(tx: Connection, table: Table, columns: Sequence[Column[Any]], wanted: Wanted) -> Rows:
    """Rows by record; in the order in which they were written where that counts."""
    record = table.c.id if table is t.records else table.c.record
    written = [table.c.id] if "id" in table.c and table is not t.records else list(table.primary_key.columns)
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for asked in wanted.asked(record):
        for row in tx.execute(select(record, *columns).where(asked).order_by(record, *written)):
            if row[0] in wanted.names:
                found[row[0]].append(tuple(row[1:]))
    return found


def _words(tx: Connection, wanted: Wanted) -> Rows:
    s = t.search.c
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for asked in wanted.asked(s.record):
        places = [
            x for x in tx.execute(select(s.id, s.record, s.version).where(asked).order_by(s.id)) if x.record in wanted.names
        ]
        words = engines.of(tx).words(tx, [row.id for row in places])
        for row in places:
            found[row.record].append((row.version, words.get(row.id)))
    return found


def _differing(what: str, names: Sequence[str], key: Sequence[str], wanted: Rows, held: Rows) -> Iterator[Difference]:
    at = [names.index(k) for k in key]
    for record in sorted(wanted.keys() | held.keys()):
        should, has = wanted.get(record, ()), held.get(record, ())
        if list(should) == list(has):
            continue
        missing, extra = _by_key(should, has, at), _by_key(has, should, at)
        for place in sorted(missing.keys() | extra.keys(), key=repr):
            one, other = missing.get(place), extra.get(place)
            if one is None:
                yield Difference(what, record, place, "no ledger entry states this row")
            elif other is None:
                yield Difference(what, record, place, "the row is missing")
            else:
                wrong = [name for name, a, b in zip(names, one, other, strict=True) if a != b]
                yield Difference(what, record, place, f"the row is not what its ledger entries come to: {', '.join(wrong)}")
        if not missing and not extra:
            yield Difference(what, record, (), "the rows are in another order than they were written")


def _by_key(some: Sequence[tuple[Any, ...]], without: Sequence[tuple[Any, ...]], at: Sequence[int]) -> dict[Any, tuple[Any, ...]]:
    return {tuple(row[i] for i in at): row for row in (Counter(some) - Counter(without))}
