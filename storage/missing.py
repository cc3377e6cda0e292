"""Rows that records must have, as their ledger says, and have not: cheap enough to ask whenever a record is told of.

Every row of a version, a reading or a look names the entry that states it, and what else a chain says follows from its
entries. So a database that lost rows is told as damaged, and is never taken for one that knows less. What rows say is not
looked at: ``verify`` does that, and holds all of it to the WARC files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    case,
    cast,
    literal_column,
    null,
    select,
    union_all,
)

from model.canonical import plain_of
from model.errors import Damaged
from model.ledger import Kind, decode
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.columns import Integer, String, storable
from storage.holes import lost_ids, places_in
from storage.portions import portions
from storage.standing import standing

_AT_ONCE = 400
_LOOKS = frozenset({Kind.VERSION, Kind.CHECK, Kind.ABSENCE, Kind.WITHDRAWAL})
_SAYING = (Kind.VERSION, Kind.READING, Kind.ALIAS, Kind.RELATION, Kind.COLLECTION, Kind.RESTRICTION, Kind.IMAGE)
_Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """One row that is not there: of which record, what it would be, and of which version alone it tells (``None`` where
    what is told of the whole record is no longer sure)."""

    record: str
    what: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    seq: int
    id: str
    kind: Kind
    body: _Body | None


@dataclass(slots=True)
class _Held:
    """What the tables have of a record: keys of rows by table; captures that are named and not there, with their version."""

    rows: defaultdict[str, Counter[tuple[str | None, int | None]]] = field(default_factory=lambda: defaultdict(Counter))
    no_capture: list[tuple[str | None, int | None]] = field(default_factory=list)

    def has(self, table: str, text: str | None = None, number: int | None = None) -> bool:
        """Whether a row is there."""
        return self.rows[table][text, number] > 0

    def texts(self, table: str) -> set[str | None]:
        """The text columns of rows."""
        return {text for text, _ in self.rows[table]}


def refuse_missing(tx: Connection, *records: str) -> None:
    """Raises ``Damaged``, naming the first row and counting the others, where records lack rows."""
    refuse(list(missing_of(tx, records)))


def refuse(missing: Sequence[Missing]) -> None:
    """Raises ``Damaged`` where anything is missing."""
    if missing:
        more = f" and {len(missing) - 1:,} more rows" if len(missing) > 1 else ""
        place = missing[0].record or "database"
        raise Damaged(f"the database has lost {missing[0].what}{more}: {VERIFY_FIRST}", place=place, lost=True)


def missing_of(tx: Connection, records: Sequence[str]) -> Iterator[Missing]:
    """What records lack, in their order. Of a record whose chain is gone altogether nothing is known here. What was lost
    before the database was made is not missing from it.
    """
    for some in portions(records, _AT_ONCE):
        chains = _chains(tx, some)
        held = _held(tx, some)
        lacking = {record: list(_lacks(tx, record, chains.get(record, ()), held[record])) for record in some}
        holes = places_in(tx, [record for record, lacks in lacking.items() if lacks])
        facts = lost_ids(tx) if any(lacking.values()) else frozenset()
        for record in some:
            if lacking[record] and (facts or record in holes):
                stands = _standing(tx, record, facts)
                chain = [entry for entry in chains.get(record, ()) if entry.id in stands]
                yield from _lacks(tx, record, chain, held[record], holes.get(record, ()), facts)
            else:
                yield from lacking[record]


def _standing(tx: Connection, record: str, lost: Set[str]) -> set[str]:
    t = tables.ledger.c
    chain = [decode(data) for data in tx.execute(select(t.bytes).where(t.chain == record).order_by(t.seq)).scalars()]
    return {entry.id for entry in standing(chain, lambda capture: capture not in lost)}


def _chains(tx: Connection, records: Sequence[str]) -> dict[str, list[_Entry]]:
    t = tables.ledger.c
    said = case((t.kind.in_(_SAYING), t.bytes))
    query = select(t.chain, t.seq, t.entry, t.kind, said).where(t.chain.in_(records)).order_by(t.chain, t.seq)
    found: dict[str, list[_Entry]] = defaultdict(list)
    for chain, seq, entry, kind, data in tx.execute(query).tuples():
        found[chain].append(_Entry(seq, entry, Kind(kind), plain_of(data)["body"] if data is not None else None))
    return found


def _held(tx: Connection, records: Sequence[str]) -> defaultdict[str, _Held]:
    """All in one question: to ask ten takes longer than to look anything up."""
    found: defaultdict[str, _Held] = defaultdict(_Held)
    for table, record, text, number in tx.execute(_question(), {"records": records}).tuples():
        if table == "capture":
            found[record].no_capture.append((text, number))
        else:
            found[record].rows[table][text, number] += 1
    return found


@cache
def _question() -> CompoundSelect[Any]:
    """Made once: to put it together takes longer than to ask it."""
    return union_all(*_questions(bindparam("records", expanding=True)))


def _questions(records: BindParameter[Any]) -> Iterator[Select[Any]]:
    t = tables
    no_text, no_number = cast(null(), String), cast(null(), Integer)

    def rows(name: str, record: Any, text: Any = no_text, number: Any = no_number, *where: ColumnElement[bool]) -> Select[Any]:
        return select(literal_column(f"'{name}'"), record, text, number).where(record.in_(records), *where)

    yield rows("records", t.records.c.id)
    yield rows("versions", t.versions.c.record, t.versions.c.entry, t.versions.c.number)
    yield rows("readings", t.readings.c.record, t.readings.c.entry, t.readings.c.version)
    yield rows("observations", t.observations.c.record, t.observations.c.entry, t.observations.c.version)
    yield rows("aliases", t.aliases.c.record, t.aliases.c.url)
    yield rows("relations", t.relations.c.record, t.relations.c.to)
    yield rows("images", t.images.c.record, t.images.c.url, t.images.c.version)
    yield rows("restrictions", t.restrictions.c.record, t.restrictions.c.entry)
    labels = t.labels.c
    yield rows("collections", labels.record, labels.text, no_number, labels.kind == "collection")
    yield rows("notes", labels.record, no_text, no_number, labels.kind == "note")
    c = t.captures.c
    for named, version in (
        (t.versions.c, t.versions.c.number),
        (t.readings.c, t.readings.c.version),
        (t.observations.c, no_number),
    ):
        there = select(c.id).where(c.id == named.capture).exists()
        yield rows("capture", named.record, named.capture, version, named.capture.is_not(None), ~there)


def _lacks(
    tx: Connection,
    record: str,
    chain: Sequence[_Entry],
    held: _Held,
    holes: Collection[int] = (),
    facts: Set[str] = frozenset(),
) -> Iterator[Missing]:
    """``holes`` are places that nobody has an entry for, ``facts`` captures whose facts nobody has."""
    yield from _entries(record, chain, held, holes)
    if not chain:
        return
    if any(x.kind is Kind.VERSION for x in chain) and not held.has("records"):
        yield Missing(record, f"the line of {record}")
    yield from _stated(tx, record, chain, held)
    yield from _said(record, chain, held)
    for capture, version in dict.fromkeys(x for x in held.no_capture if x[0] not in facts):
        yield Missing(record, f"capture {capture} of {record}{f'@{version}' if version else ''}", version)


def _entries(record: str, chain: Sequence[_Entry], held: _Held, holes: Collection[int]) -> Iterator[Missing]:
    """Entries that others stand behind, or that rows name; ``holes`` are places that nobody has an entry for."""
    there = {x.id for x in chain}
    last = chain[-1].seq if chain else 0
    lost = sorted(set(range(1, last)) - {x.seq for x in chain} - {*holes})
    yield from (Missing(record, f"entry {seq} of the ledger of {record}") for seq in lost)
    named = {entry for name in ("versions", "readings", "observations", "restrictions") for entry in held.texts(name)}
    if named - there and not lost:  # what is named by rows only stood at the end
        yield Missing(record, f"the end of the ledger of {record}")


def _stated(tx: Connection, record: str, chain: Sequence[_Entry], held: _Held) -> Iterator[Missing]:
    """Versions, readings and looks, by the entries that state them."""
    versions, readings, looks = held.texts("versions"), held.texts("readings"), held.texts("observations")
    checks: list[_Entry] = []
    for x in chain:
        body = x.body or {}
        if x.kind is Kind.VERSION:
            number = body["number"]
            if x.id not in versions:
                yield Missing(record, f"version {number} of {record}", number)
            if x.id not in readings:
                yield Missing(record, f"the first reading of {record}@{number}", number)
        elif x.kind is Kind.READING and x.id not in readings:
            yield Missing(record, f"reading {body['number']} of {record}@{body['version']}", body["version"])
        if x.kind is Kind.CHECK and x.id not in looks:
            checks.append(x)
        elif x.kind in _LOOKS and x.id not in looks:
            yield Missing(record, f"a look at {record} (its ledger entry {x.seq})")
    replaced = _replaced(tx, record) if checks else {}
    for x in checks:
        if replaced.get(x.id, 0) <= x.seq:
            yield Missing(record, f"a look at {record} (its ledger entry {x.seq})")


def _replaced(tx: Connection, record: str) -> dict[str, int]:
    """Checks that later entries put another look in the place of, and the last of these by its number in the chain."""
    t = tables.ledger.c
    query = select(t.entry, t.seq, t.bytes).where(t.chain == record, t.kind.in_((Kind.CHECK, Kind.VERSION))).order_by(t.seq)
    bodies = [(entry, seq, plain_of(data)["body"]) for entry, seq, data in tx.execute(query).tuples()]
    instead = {
        body["capture"]["id"]: seq
        for _, seq, body in bodies
        if body.get("same_as") is not None or body.get("corrects") is not None
    }
    return {entry: instead.get((body.get("capture") or {}).get("id"), 0) for entry, _, body in bodies}


def _said(record: str, chain: Sequence[_Entry], held: _Held) -> Iterator[Missing]:
    """What chains come to besides: addresses, relations, image files, and what persons said."""
    addresses: dict[str, None] = {}
    collections: dict[str, None] = {}
    restrictions: dict[str, str] = {}
    for x in chain:
        body = x.body or {}
        if x.kind is Kind.VERSION:
            addresses |= {storable(alias["url"]): None for alias in body["aliases"]}
        elif x.kind is Kind.ALIAS:
            addresses[storable(body["url"])] = None
        elif x.kind is Kind.RELATION and storable(body["to"]) not in held.texts("relations"):
            yield Missing(record, f"that {record} is {body['relation']} {body['to']}")
        elif x.kind is Kind.IMAGE and not held.has("images", storable(body["url"]), body["version"]):
            yield Missing(record, f"an image file of {record}@{body['version']}", body["version"])
        elif x.kind is Kind.COLLECTION:
            collections.pop(storable(body["name"]), None)
            collections |= {storable(body["name"]): None} if body["member"] else {}
        elif x.kind is Kind.RESTRICTION:
            restrictions.pop(body["scope"], None)
            restrictions |= {} if body["lifted"] else {body["scope"]: x.id}
    yield from (Missing(record, f"an address of {record}") for _ in addresses.keys() - held.texts("aliases"))
    yield from (Missing(record, f"{record} in a collection") for _ in collections.keys() - held.texts("collections"))
    more = (held.texts("aliases") - addresses.keys(), held.texts("collections") - collections.keys())
    notes = held.rows["notes"].total() - sum(x.kind is Kind.NOTE for x in chain)
    if any(more) or notes > 0:
        yield Missing(record, f"the end of the ledger of {record}")
    for scope, entry in restrictions.items():
        if not held.has("restrictions", entry):
            yield Missing(record, f"the restriction of {record} ({scope})")
    if notes < 0:
        yield Missing(record, f"{-notes} notes on {record}" if notes < -1 else f"a note on {record}")


def lost_members(tx: Connection, records: Sequence[str]) -> Iterator[Missing]:
    """What the catalogue of the WARC files has lost of records: where their entries, captures and articles are."""
    t, c, r, m = tables.ledger.c, tables.captures.c, tables.readings.c, tables.members.c
    for some in portions(records, _AT_ONCE):
        for record, named in ((t.chain, t.entry), (c.record, c.id), (r.record, r.payload)):
            there = select(m.record_id).where(m.record_id == named).exists()
            for of, lost in tx.execute(select(record, named).where(record.in_(some), ~there).order_by(record, named)).tuples():
                yield Missing(of, f"where the WARC record {lost} of {of} is")
