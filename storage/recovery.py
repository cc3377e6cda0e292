"""What a process that was killed left behind: finished or voided, never half in force.

Everything of a segment up to its committed length is settled. Behind it may lie captures
without a decision (they are taken into the database undecided; the pipeline settles them),
ledger entries without a commit (replayed where they are still the next of their chain and
still right, voided otherwise), and half a member (cut off: it was never acknowledged).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from model.capture import digest_of
from model.identity import alias_key
from model.ledger import Entry, Kind, decode
from storage import tables
from storage.capture_records import is_facts, parse_facts
from storage.catalogue import Written, catalogue, imprint_of, written
from storage.chain import Chains
from storage.database import Database
from storage.projections import apply, insert_capture
from storage.segments import Segment
from storage.warc import Member, walk

LEDGER = "urn:pressmark:ledger:"

Void = Callable[[Connection, Segment, Sequence[tuple[str, str]]], None]
"""Says in the ledger, inside a transaction, that entries (ids and digests) were never in force."""


@dataclass
class Tail:
    """What lies behind the committed length of a segment."""

    segment: Segment
    entries: list[tuple[Entry, bytes]] = field(default_factory=list)
    facts: list[bytes] = field(default_factory=list)
    content: dict[str, bytes] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    imprint: str | None = None


def recover(database: Database, segment: Segment, new_id: Callable[[], str], void: Void) -> None:
    """Settles the tail of one locked segment, in one transaction with the ``void`` of what is not right any more."""
    with database.reading() as tx:
        t = tables.segments.c
        committed = tx.execute(select(t.committed).where(t.name == segment.name)).scalar_one_or_none() or 0
    if segment.size <= committed:
        return
    tail = _read_tail(segment, committed)
    with database.transaction() as tx:
        wrong = _settle(tx, tail, new_id)
        if wrong:
            void(tx, segment, wrong)


def _read_tail(segment: Segment, committed: int) -> Tail:
    tail = Tail(segment)
    for found in walk(segment.path, committed):
        if not isinstance(found, Member):
            if found.torn or found.at_end:
                segment.truncate(found.offset)
                break  # what looks like records in there is the inside of a copy that was being kept
            continue
        tail.written.append(written(segment.path, found))
        tail.imprint = imprint_of(found) or tail.imprint
        uri = found.headers.get("warc-target-uri", "")
        if uri.startswith(LEDGER):
            tail.entries.append((decode(found.block), found.block))
        elif is_facts(found):
            tail.facts.append(found.block)
        elif found.type == "conversion" or uri.startswith("urn:pressmark:note:"):
            tail.content[found.id] = found.block
    return tail


def _settle(tx: Connection, tail: Tail, new_id: Callable[[], str]) -> list[tuple[str, str]]:
    c = tables.captures.c
    for data in tail.facts:
        facts = parse_facts(data)
        held = tx.execute(select(c.id).where((c.id == facts["id"]) | (c.origin_key == facts["origin_key"]))).first()
        if held is None:
            insert_capture(tx, facts, data, digest_of(data))
    chains = Chains(tx, new_id)
    void: list[tuple[str, str]] = []
    said: set[str] = set()
    for entry, data in tail.entries:
        if _still_right(tx, chains, entry, tail):
            chains.insert(entry, data)
            apply(tx, entry, tail.content.__getitem__)
            said |= {x["id"] for x in entry.body["entries"]} if entry.kind is Kind.VOID else set()
        else:
            void.append((entry.id, digest_of(data)))
    catalogue(tx, tail.segment.name, tail.segment.size, tail.written, tail.imprint)
    return [(entry, digest) for entry, digest in void if entry not in said]


def _still_right(tx: Connection, chains: Chains, entry: Entry, tail: Tail) -> bool:
    if chains.head(entry.chain) != (entry.seq - 1, entry.previous):
        return False
    payload = entry.body.get("payload") or (entry.body.get("reading") or {}).get("payload")
    if payload and payload["id"] not in tail.content:
        return False
    capture = entry.body.get("capture")
    c, a = tables.captures.c, tables.aliases.c
    if capture:
        row = tx.execute(select(c.entry).where(c.id == capture["id"])).one_or_none()
        decided_by_this_kind = entry.kind in {Kind.READING, Kind.VERSION} and entry.seq > 1
        if row is None or (row.entry is not None and not decided_by_this_kind):
            return False
    if entry.kind is Kind.VERSION and entry.seq == 1:
        keys = [alias_key(x["url"]) for x in entry.body["aliases"]]
        return tx.execute(select(a.id).where(a.key.in_(keys))).first() is None
    return True
