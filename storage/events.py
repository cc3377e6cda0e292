"""The ledger in the words of PREMIS: what was done, when, by whom, why and with which outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from model.errors import BadCall, Damaged
from model.ledger import Entry, Kind, decode
from model.record import EventLine
from storage import tables
from storage.content import by_person
from storage.holes import lost_ids, places_in
from storage.missing import Missing, refuse, refuse_missing
from storage.totals import refuse_lost_ledger

# PREMIS event types for what the ledger says
_PREMIS = {
    "archive": "creation",
    "version": "ingestion",
    "reading": "metadata extraction",
    "check": "capture",
    "absence": "capture",
    "withdrawal": "capture",
    "image": "capture",
    "held": "capture",
    "alias": "metadata modification",
    "relation": "metadata modification",
    "note": "metadata modification",
    "collection": "metadata modification",
    "restriction": "policy assignment",
    "fixity": "fixity check",
    "watch": "watch change",
    "void": "recovery",
}

# types that events themselves state
_TYPES = frozenset(
    {"robots override", "dissemination", "replication", "watch gap", "schedule gap", "schedule pause", "schedule resume", "loss"}
)

_AT_ONCE = 200

Block = Callable[[str], bytes]
"""Gives the block of a content record by its id; raises ``Damaged`` where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of one record (what is kept of it without being a version, too), of a kind (of ledger entry
    or PREMIS type), written at or after a moment (UTC text)."""

    record: str | None = None
    kind: str | None = None
    since: str | None = None


def kinds() -> list[str]:
    """The kinds of entry and the types of event that can be asked for."""
    return sorted({k.value for k in Kind} | set(_PREMIS.values()) | _TYPES)


def events(tx: Connection, wanted: Wanted, limit: int | None, block: Block) -> Iterator[EventLine]:
    """Ledger entries as PREMIS events, newest first. Raises ``BadCall`` for a kind that there is not, ``Damaged`` where
    an entry before one of them is gone.
    """
    if wanted.record is not None:
        refuse_missing(tx, wanted.record)
    else:
        refuse_lost_ledger(tx)
    query, lost = _query(wanted), lost_ids(tx)
    left = limit
    for some in tx.execute(query if wanted.kind or limit is None else query.limit(limit)).scalars().partitions(_AT_ONCE):
        entries = [decode(data) for data in some]
        _refuse_holes(tx, entries)
        for event in (_event(entry, block, lost) for entry in entries):
            if wanted.kind is not None and wanted.kind not in {event.type, event.detail["entry"]}:
                continue
            yield event
            left = left - 1 if left is not None else None
            if left == 0:
                return


def _refuse_holes(tx: Connection, entries: Sequence[Entry]) -> None:
    t = tables.ledger.c
    before = {(entry.chain, entry.seq - 1) for entry in entries if entry.seq > 1} - {(x.chain, x.seq) for x in entries}
    # more than is asked for, by the index; for pairs SQLite walks through the whole ledger
    near = (t.chain.in_({chain for chain, _ in before}), t.seq.in_({seq for _, seq in before}))
    there = set(tx.execute(select(t.chain, t.seq).where(*near)).tuples())
    lost = sorted(before - there - _known(tx, before - there))
    refuse([Missing(chain, f"entry {seq} of the ledger of {chain}") for chain, seq in lost])
    # records that were met in this stretch of time, or were said to be, and whose chain is gone
    r = tables.records.c
    begun = select(t.chain).where(t.chain == r.id, t.seq == 1).exists()
    gone = select(r.id).where(r.received_at >= entries[-1].at, r.received_at <= entries[0].at, ~begun).order_by(r.id)
    records = tx.execute(gone.limit(_AT_ONCE)).scalars().all()
    known = _known(tx, {(record, 1) for record in records})
    refuse([Missing(record, f"the ledger of {record}") for record in records if (record, 1) not in known])


def _known(tx: Connection, places: Set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of some places in chains of which a rebuild found that nobody has an entry for them."""
    holes = places_in(tx, sorted({chain for chain, _ in places}))
    return {(chain, seq) for chain, seq in places if seq in holes.get(chain, ())}


def _query(wanted: Wanted) -> Select[tuple[bytes]]:
    t, c = tables.ledger.c, tables.captures.c
    query = select(t.bytes)
    if wanted.record is not None:
        held = select(c.entry).where(c.record == wanted.record, c.version.is_(None), c.entry.is_not(None))
        query = query.where((t.chain == wanted.record) | t.entry.in_(held))
        query = query.order_by(t.at.desc(), t.seq.desc(), t.id.desc())
    else:
        query = query.order_by(t.at.desc(), t.id.desc())
    if wanted.since is not None:
        query = query.where(t.at >= wanted.since)
    if wanted.kind is None or wanted.kind in set(Kind):
        return query.where(t.kind == wanted.kind) if wanted.kind else query
    meant = [kind for kind, premis in _PREMIS.items() if premis == wanted.kind]
    # an event's own type is in its body; a person's reading modifies, a release's extracts
    return query.where(t.kind.in_([*meant, Kind.EVENT.value, Kind.READING.value]))


def _event(entry: Entry, block: Block, lost: Set[str]) -> EventLine:
    body = entry.body
    kind = str(body["type"]) if entry.kind is Kind.EVENT else _PREMIS[entry.kind.value]
    kind = "metadata modification" if by_person(entry) else kind
    said = _said(entry, block, lost)
    detail = {"entry": entry.kind.value, **body}
    if by_person(entry):
        # which fields, not what: a record may be restricted
        detail |= {"set": sorted(said.get("set") or {}), "clear": sorted(said.get("clear") or [])}
    agent = entry.agent.to_json()
    return EventLine(entry.id, entry.at, kind, agent, entry.chain, entry.seq, detail, _outcome(entry), _reason(entry, said))


def _outcome(entry: Entry) -> str:
    if entry.kind is Kind.FIXITY:
        return "failure" if entry.body.get("findings") else "success"
    return str(entry.body.get("outcome") or "success")


def _said(entry: Entry, block: Block, lost: Set[str]) -> Mapping[str, Any]:
    """What a person stated in a content record; nothing where nobody did."""
    payload = entry.body.get("payload")
    if not payload or not (entry.kind in {Kind.COLLECTION, Kind.RESTRICTION} or by_person(entry)):
        return {}
    try:
        said: Mapping[str, Any] = json.loads(block(payload["id"]))
    except Damaged as error:
        if error.facts.get("lost") and payload["id"] not in lost:
            raise
        return {}  # purged, damaged, or lost before the database was made: verify says which
    return said


def _reason(entry: Entry, said: Mapping[str, Any]) -> str | None:
    """Why it was done: said in the entry, or by a person in a content record."""
    detail = entry.body.get("detail")
    found = entry.body.get("reason") or (detail.get("reason") if isinstance(detail, dict) else None) or said.get("reason")
    return str(found) if found else None


def check_kind(kind: str) -> str:
    """Lets through what ``Wanted.kind`` may be. Raises ``BadCall``."""
    if kind not in kinds():
        raise BadCall(f"there is no kind of event {kind[:60]!r}; there are {', '.join(kinds())}")
    return kind
