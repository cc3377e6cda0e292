"""What the segments of an archive say, read once from end to end for a rebuild."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from model.capture import digest_of
from model.ledger import Entry, decode
from storage import tables
from storage.capture_records import is_facts, parse_facts
from storage.catalogue import Written, catalogue, copy_of, imprint_of, no_copy, own_name, written
from storage.content import is_content, payload_of
from storage.salvage import headers_in
from storage.unfinished import is_unfinished
from storage.warc import Break, Member, bytes_at, read_member, walk
from storage.whole import LEDGER, Part, part_of

_PLACE = re.compile(rf"{LEDGER}([a-z0-9-]+):([1-9]\d{{0,8}})")

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is decided on of the facts of a capture: its id and origin key, and where they lie."""

    capture: str
    origin_key: str
    place: tuple[Path, int, int]

    def read(self) -> bytes:
        """The facts themselves. Raises ``Damaged``."""
        return read_member(*self.place).block


@dataclass
class Gathered:
    """Ledger entries by id with their bytes and the parts of decisions that some are, facts of captures, and
    where damaged bytes are, with the places in chains of entries that can still be told to have been there, and files that end in
    half a record: a kill left it, or more was there. Facts and content
    stay in the WARCs until they are asked for.
    """

    entries: dict[str, tuple[Entry, bytes]] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    facts: list[Facts] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)
    damaged: set[tuple[str, int]] = field(default_factory=set)
    unfinished: list[str] = field(default_factory=list)
    places: dict[str, tuple[Path, int, int]] = field(default_factory=dict)

    def content(self, entry: Entry) -> bytes | None:
        """The content that an entry names, empty where it names none; ``None`` where it is lost or another one."""
        payload = payload_of(entry)
        if payload is None:
            return b""
        place = self.places.get(payload["id"])
        block = read_member(*place).block if place else None
        return block if block is not None and digest_of(block) == payload["digest"] else None


def gather(tx: Connection, segments: Sequence[Path], progress: Progress) -> Gathered:
    """Reads segments, and takes their records into an empty catalogue. Damaged members are passed over. Raises ``Damaged``
    where one is another's copy.
    """
    found = Gathered()
    at_end: dict[str, Sequence[tuple[int, str]]] = {}
    total, done = sum(p.stat().st_size for p in segments), 0
    for path in segments:
        rows: list[Written] = []
        imprint: str | None = None
        named: str | None = None
        said: list[tuple[int, str, Part | None]] = []
        damaged, end = 0, path.stat().st_size
        for item in walk(path):
            if not isinstance(item, Member):
                found.breaks.append(f"{path.name}:{item.offset}")
                if is_unfinished(path, item.offset):
                    end = item.offset  # the next writer's recovery cuts it off, and nothing is written behind it
                    found.unfinished.append(path.name)
                    break
                damaged = item.offset
                found.damaged |= set(_entry_in(path, item))
                continue
            rows.append(_take(found, path, item))
            if rows[-1].record_id in found.entries:
                said.append((item.offset, item.id, part_of(item)))
            imprint = imprint_of(item) or imprint
            named = own_name(item) or named
            progress(done + item.offset + item.length, total)
        done += path.stat().st_size
        _refuse_copy(tx, path, rows, named)
        found.parts.update((entry, part) for _, entry, part in said if part is not None)
        catalogue(tx, path.name, end, rows, imprint)
        unfinished = _unfinished(said, damaged)
        if unfinished:
            at_end[path.name] = unfinished
    for name, entries in at_end.items():
        if not _are_built_on(found, [entry for _, entry in entries]):
            _leave(tx, found, name, entries)
    return found


def _entry_in(path: Path, damage: Break) -> Iterator[tuple[str, int]]:
    """The place in its chain of the entry that damaged bytes begin with, where that can still be read."""
    with path.open("rb") as file:
        headers = headers_in(bytes_at(file, damage.offset, damage.length))
    uri = _PLACE.fullmatch(headers.get("warc-target-uri", ""))
    if uri is not None:
        yield uri[1], int(uri[2])


def _take(found: Gathered, path: Path, member: Member) -> Written:
    uri = member.headers.get("warc-target-uri", "")
    if uri.startswith(LEDGER):
        entry = decode(member.block)
        found.entries[entry.id] = (entry, member.block)
    elif is_facts(member):
        facts = parse_facts(member.block)
        found.facts.append(Facts(facts["id"], facts["origin_key"], (path, member.offset, member.length)))
    elif is_content(member):
        found.places[member.id] = (path, member.offset, member.length)
    return written(path, member)


def _unfinished(said: Sequence[tuple[int, str, Part | None]], damaged: int) -> Sequence[tuple[int, str]]:
    """The entries, with their offsets, of a decision at the end of a segment of which a kill may have left only a part. Where
    bytes behind its beginning are ``damaged``, no kill did that. ``said`` are the segment's entries by offset.
    """
    last = said[-1][2] if said else None
    if last is None or last.number == last.of:
        return ()
    ours = [(offset, entry) for offset, entry, part in said if part is not None and part.decision == last.decision]
    return ours if damaged <= ours[0][0] else ()


def _are_built_on(found: Gathered, ids: Sequence[str]) -> bool:
    """Whether an entry follows one of some, or one that is lost behind one of them: then they were in force, and what lacks of
    their decision was lost and not never written.
    """
    ours = [found.entries[entry] for entry in ids]
    last = {entry.chain: entry.seq for entry, _ in ours}
    digests = {digest_of(data) for _, data in ours}
    known: set[str] | None = None
    for entry, _ in found.entries.values():
        if entry.chain not in last or entry.seq <= last[entry.chain]:
            continue
        known = known or {digest_of(data) for _, data in found.entries.values()}
        if entry.previous in digests or entry.previous not in known:
            return True
    return False


def _leave(tx: Connection, found: Gathered, name: str, entries: Sequence[tuple[int, str]]) -> None:
    """Takes back what a segment has from the first of some entries on: the next writer's recovery voids them."""
    for _, entry in entries:
        del found.entries[entry], found.parts[entry]
    start, m, s = entries[0][0], tables.members, tables.segments
    number = tx.execute(select(s.c.id).where(s.c.name == name)).scalar_one()
    tx.execute(m.delete().where(m.c.segment == number, m.c.offset >= start))
    tx.execute(s.update().where(s.c.id == number).values(committed=start))


def _refuse_copy(tx: Connection, path: Path, rows: Sequence[Written], named: str | None) -> None:
    """Raises ``Damaged`` where a segment is another one's copy, or another one renamed."""
    if named is not None:
        no_copy(path, named)
    for row in (*rows[:1], *rows[-1:]):
        twin = copy_of(tx, path.name, row.record_id)
        if twin is not None and named is not None:  # this one has its own name: the other is the copy
            no_copy(path.with_name(twin), path.name)
        elif twin is not None:
            no_copy(path, twin)
