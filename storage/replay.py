"""What the ledger comes to, worked out again beside the database: the rows that should be there.

Whole chains are applied, a lot at a time, to empty tables in memory, by the very code that a live commit and
``rebuild`` use, and their rows are compared with those of the database, table by table.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, Table, exc, select
from sqlalchemy.pool import StaticPool

from model.errors import PressmarkError
from model.ledger import Entry, Kind
from storage import rows
from storage import tables as t
from storage.capture_records import parse_facts
from storage.expected import Expected, is_plain
from storage.lots import PER_RECORD, Lot, Rows, Wanted, columns_of, rows_of
from storage.projections import REFRESHING, apply, apply_alone
from storage.record_line import refresh_record
from storage.standing import standing

OF_ARCHIVE: dict[Table, tuple[str, tuple[str, ...]]] = {t.watches: ("watch", ("url",)), t.replicas: ("copy", ("name",))}

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
class Comparison:
    """A lot to be compared, by whoever has tables for it."""

    lot: Lot

    def done(self, replay: Replay) -> Sequence[Difference]:
        """All that is different in it."""
        return list(replay.differences(self.lot))


class Replay:
    """Empty tables in memory, made when they are first needed. Nothing of one lot is left for the next."""

    @cached_property
    def _engine(self) -> Engine:
        engine = sqlalchemy.create_engine("sqlite://", poolclass=StaticPool)
        sqlalchemy.event.listen(engine, "connect", _leave_transactions_to_us)
        sqlalchemy.event.listen(engine, "begin", lambda tx: tx.exec_driver_sql("BEGIN"))
        with engine.begin() as made:
            t.metadata.create_all(made)
            # found again by their rows only, so that no index of words has to be made
            made.exec_driver_sql("CREATE TABLE search_text (words TEXT)")
        return engine

    def close(self) -> None:
        """Lets the memory go."""
        self._engine.dispose()

    def differences(self, lot: Lot) -> Iterator[Difference]:
        """Compares what whole chains of records come to with what the database holds of these records."""
        records = {chain[0].chain for chain in lot.chains if chain}
        plain, others = _plain(lot)
        with ExitStack() as stack:
            made = stack.enter_context(self._engine.connect()) if others else None
            applied = Wanted(sorted(_applied(made, others, lot) if made else ()))
            sound = plain.records | applied.names
            for record in sorted(records - sound):
                yield Difference("record", record, (), "what its ledger entries come to cannot be worked out")
            for table, (what, key) in PER_RECORD.items():
                should = plain.words() if table is t.search else plain.rows(table, columns_of(table))
                wanted = _only(plain.records, should) | (dict(rows_of(made, table, applied)) if made else {})
                names = ["version", "words"] if table is t.search else [c.name for c in columns_of(table)]
                yield from _differing(what, names, key, wanted, _only(sound, lot.held[table.name]))

    def of_archive(self, tx: Connection, entries: Sequence[Entry]) -> Iterator[Difference]:
        """The same for the archive's own chain."""
        telling = [entry for entry in entries if entry.kind not in NO_ROWS]
        with ExitStack() as stack:
            made = stack.enter_context(self._engine.connect()) if telling else None
            if made is not None:
                for entry in telling:
                    apply(made, entry, lambda _: b"")
            for table, (what, key) in OF_ARCHIVE.items():
                asked = select(table).order_by(*(table.c[k] for k in key))
                wanted, held = ({"": [tuple(row) for row in at.execute(asked)] if at else []} for at in (made, tx))
                yield from _differing(what, [c.name for c in table.columns], key, wanted, held)


def _plain(lot: Lot) -> tuple[Expected, Sequence[Sequence[Entry]]]:
    """What plain chains come to, each with a capture of its own, and the other chains."""
    expected, others = Expected(), list[Sequence[Entry]]()
    captures: set[str] = set()
    for chain in filter(None, lot.chains):
        with suppress(*_BROKEN):  # then it is among neither
            capture = chain[0].body["capture"]["id"] if is_plain(chain) else None
            if capture is None or capture in captures or capture not in lot.facts:
                others.append(chain)
                continue
            captures.add(capture)
            expected.take(chain, lot.facts[capture], lot.contents.__getitem__)
    return expected, others


def _applied(made: Connection, chains: Sequence[Sequence[Entry]], lot: Lot) -> set[str]:
    """Applies chains; the records of those that could be."""
    taken: set[str] = set()
    sound: set[str] = set()
    for chain in chains:
        with suppress(*_BROKEN):
            _replay(made, chain, lot, taken)
            sound.add(chain[0].chain)
    return sound


def _replay(made: Connection, chain: Sequence[Entry], lot: Lot, taken: set[str]) -> None:
    """Applies a chain, entry by entry; its line and its changes at the end, as they follow from all of it."""
    with made.begin_nested():
        stand = list(standing(chain, lot.facts.__contains__))
        for entry in stand:
            capture = entry.body["capture"]["id"] if entry.kind is Kind.VERSION else None
            if capture is not None and capture not in taken:
                taken.add(capture)
                data, digest = lot.facts[capture]
                made.execute(t.captures.insert(), rows.capture_row(parse_facts(data), data, digest))
            apply_alone(made, entry, lot.contents.__getitem__)
        if any(entry.kind in REFRESHING for entry in stand):
            refresh_record(made, chain[0].chain)


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _only(records: set[str], found: Rows) -> dict[str, Sequence[tuple[Any, ...]]]:
    return {record: some for record, some in found.items() if record in records}


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
