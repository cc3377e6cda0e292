"""What a process that was killed left behind: finished or voided, never half in force.

Everything of a segment up to its committed length is settled. Behind it may lie captures
without a decision (they are taken into the database undecided; the pipeline settles them),
ledger entries without a commit (replayed, decision by decision, where they are still the next of
their chain and still right; voided where another entry has their place or part of the decision
never reached the disk), and half a member (cut off: it was never acknowledged). Bytes that are
neither may have been a record once: they stay where they are, and ``verify`` names them.

Entries that follow one which nobody has were acknowledged once: the database is older than
the WARCs (a copy was put back). Nothing is voided then, and nothing changed: ``rebuild`` has
all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection, select

from model.capture import digest_of
from model.errors import Damaged
from model.identity import alias_key
from model.ledger import Entry, Kind, decode
from storage import tables
from storage.capture_records import is_facts, parse_facts
from storage.catalogue import Written, catalogue, copy_of, imprint_of, no_copy, own_name, written
from storage.chain import Chains
from storage.content import is_content, payload_of
from storage.database import Database
from storage.projections import apply, insert_capture
from storage.segments import Segment
from storage.unfinished import is_unfinished
from storage.warc import Member, walk
from storage.whole import LEDGER, Part, part_of, partial

_DECLARED = "canonical"

Void = Callable[[Connection, Segment, Sequence[tuple[str, str]]], None]
"""Says in the ledger, inside a transaction, that entries (ids and digests) were never in force."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry found behind the committed length; ``torn`` where bytes before it there are no records."""

    entry: Entry
    data: bytes
    torn: bool
    part: Part | None = None

    @property
    def digest(self) -> str:
        """The digest of the entry's bytes."""
        return digest_of(self.data)


@dataclass
class Tail:
    """What lies behind the committed length of a segment, where it is to be cut off, and where bytes are
    that may have been records.
    """

    segment: Segment
    entries: list[Told] = field(default_factory=list)
    facts: dict[str, bytes] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    imprint: str | None = None
    name: str | None = None
    cut: int | None = None
    damaged: int | None = None


def recover(database: Database, segments: Iterable[Segment], new_id: Callable[[], str], void: Void) -> None:
    """Settles the tails of locked segments, in one transaction with the ``void`` of what is not right any more.

    Raises ``Damaged``, and then nothing is changed, where the database is older than the WARCs
    or a segment is a copy of another.
    """
    with database.reading() as tx:
        t = tables.segments.c
        committed = dict(tx.execute(select(t.name, t.committed)).tuples().all())
    tails = [_read_tail(s, committed.get(s.name, 0)) for s in segments if s.size > committed.get(s.name, 0)]
    if not tails:
        return
    with database.transaction(alone=True) as tx:
        for tail in tails:
            _refuse_copy(tx, tail)
        judged = [(tail, _settle(tx, tail, new_id)) for tail in tails]
        for tail, wrong in judged:
            if tail.cut is not None:
                tail.segment.truncate(tail.cut)
            catalogue(tx, tail.segment.name, tail.segment.size, tail.written, tail.imprint)
            if wrong:
                void(tx, tail.segment, wrong)


def _read_tail(segment: Segment, committed: int) -> Tail:
    tail = Tail(segment)
    torn = False
    for found in walk(segment.path, committed):
        if not isinstance(found, Member):
            torn = True
            if (found.torn or found.at_end) and is_unfinished(segment.path, found.offset):
                tail.cut = found.offset
                break  # what looks like records in there is the inside of a copy that was being kept
            tail.damaged = found.offset
            continue
        tail.written.append(written(segment.path, found))
        tail.imprint = imprint_of(found) or tail.imprint
        tail.name = own_name(found) or tail.name
        uri = found.headers.get("warc-target-uri", "")
        if uri.startswith(LEDGER):
            tail.entries.append(Told(decode(found.block), found.block, torn, part_of(found)))
        elif is_facts(found):
            tail.facts[uri.rpartition(":")[2]] = found.block
        elif is_content(found):
            tail.content[found.id] = found.block
    return tail


def _refuse_copy(tx: Connection, tail: Tail) -> None:
    if not tail.written:
        return
    name = tail.segment.name
    original = copy_of(tx, name, tail.written[0].record_id) or tail.name
    if original is not None:
        no_copy(tail.segment.path, original)


def _settle(tx: Connection, tail: Tail, new_id: Callable[[], str]) -> list[tuple[str, str]]:
    """Takes in what is in force; ids and digests of the entries that have to be voided."""
    c = tables.captures.c
    for data in tail.facts.values():
        facts = parse_facts(data)
        held = tx.execute(select(c.id).where((c.id == facts["id"]) | (c.origin_key == facts["origin_key"]))).first()
        if held is None:
            insert_capture(tx, facts, data, digest_of(data))
    chains = Chains(tx, new_id)
    # a recovery before this one voided them, and wrote that into the same segment
    known = {x["id"] for told in tail.entries if told.entry.kind is Kind.VOID for x in told.entry.body["entries"]}
    void: dict[str, str] = {}
    said: set[str] = set()
    for told, whole in _decisions(tail, known):
        new = [x for x in told if not _is_in_force(tx, x)]
        if whole and not any(x.entry.id in known for x in new) and _taken_in(tx, tail, chains, new, void):
            said |= {x["id"] for y in told if y.entry.kind is Kind.VOID for x in y.entry.body["entries"]}
        else:
            void |= {x.digest: x.entry.id for x in new}
    return [(entry, digest) for digest, entry in void.items() if entry not in said]


def _decisions(tail: Tail, void: set[str]) -> Iterator[tuple[list[Told], bool]]:
    """The entries of each decision, and whether they are all there. Raises ``Damaged`` where one that is missing,
    and not ``void``, may lie in bytes that cannot be read."""
    lacking = partial(told.part for told in tail.entries if told.entry.id not in void)
    if lacking and tail.damaged is not None:
        raise Damaged(
            f"warc/{tail.segment.name} is damaged at byte {tail.damaged:,}, where part of a decision may be: "
            "restore the segment from a copy, or run `pressmark rebuild` to go on without it",
            place=f"warc/{tail.segment.name}:{tail.damaged}",
        )
    for decision, told in groupby(tail.entries, key=lambda x: x.part.decision if x.part else x.entry.id):
        yield list(told), decision not in lacking


def _taken_in(tx: Connection, tail: Tail, chains: Chains, decision: Sequence[Told], void: dict[str, str]) -> bool:
    """Takes the entries of a decision in, all or none; false where one of them is not right any more."""
    if not decision:
        return True
    with tx.begin_nested() as so_far:
        for told in decision:
            if not _is_next(chains, told, void) or _is_overtaken(tx, tail, told):
                so_far.rollback()
                chains.forget()
                return False
            chains.insert(told.entry, told.data)
            apply(tx, told.entry, tail.content.__getitem__)
    return True


def _is_in_force(tx: Connection, told: Told) -> bool:
    t = tables.ledger.c
    digest = tx.execute(select(t.digest).where(t.entry == told.entry.id)).scalar_one_or_none()
    if digest not in {None, told.digest}:
        raise Damaged(f"the ledger entry {told.entry.id} is not the same in database and WARC: run `pressmark verify`")
    return digest is not None


def _is_next(chains: Chains, told: Told, void: dict[str, str]) -> bool:
    """Whether its place is the next of its chain; not where that is taken, or what it follows is void."""
    entry = told.entry
    seq, digest = chains.head(entry.chain)
    if (entry.seq, entry.previous) == (seq + 1, digest):
        return True
    if entry.seq <= seq or entry.previous in void:
        return False
    raise _older(entry)


def _is_overtaken(tx: Connection, tail: Tail, told: Told) -> bool:
    """Whether another process decided its capture or minted a record for its address meanwhile, or
    what it speaks of never reached the disk."""
    entry = told.entry
    payload = payload_of(entry)
    capture = entry.body.get("capture")
    c, a = tables.captures.c, tables.aliases.c
    asked = select(c.entry, c.version, c.record)
    row = tx.execute(asked.where(c.id == capture["id"])).one_or_none() if capture else None
    lost_capture = capture and row is None and capture["id"] not in tail.facts
    if lost_capture or (payload and payload["id"] not in tail.content):
        if told.torn:
            return True
        raise _older(entry)
    if capture and (row is None or (row.entry is not None and not _may_follow(entry, row.version, row.record))):
        return True
    if entry.kind is Kind.VERSION and entry.seq == 1:
        # an address that a page merely declares may be another record's too
        keys = [alias_key(x["url"]) for x in entry.body["aliases"] if x["how"] != _DECLARED]
        return tx.execute(select(a.id).where(a.key.in_(keys), a.how != _DECLARED)).first() is not None
    return False


def _may_follow(entry: Entry, version: int | None, record: str | None) -> bool:
    """Whether an entry may speak of a capture that is decided: it reads it again, keeps it for one more
    version, makes a look a version of its own, says that a look showed another state, understands what was
    kept without being understood, or puts an absence that nobody knew a piece for into the history of one."""
    if entry.body.get("corrects") is not None:
        return True
    if entry.kind in {Kind.READING, Kind.IMAGE} or (entry.kind is Kind.VERSION and entry.seq > 1):
        return True
    if entry.kind in {Kind.ABSENCE, Kind.WITHDRAWAL}:
        return version is None and record is None
    return version is None and entry.kind in {Kind.VERSION, Kind.CHECK}


def _older(entry: Entry) -> Damaged:
    return Damaged("the database is older than the WARC files: run `pressmark rebuild`", place=f"{entry.chain}:{entry.seq}")
