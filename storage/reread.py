"""Segments read again: every member hashed as it lies, unpacked and hashed again, span by span.

Spans of members are read by workers (threads, as hashing and unpacking leave Python's lock alone, or processes), a few
ahead of whoever takes the results, which come in the order of the file. Where the bytes of a span are
all that the catalogue says, its places are believed; from the first that are not, the rest of the
segment is walked without them.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from deflate import DeflateError, gzip_decompress

from model.capture import digest_of
from storage.capture_records import is_facts_uri
from storage.comparing import Workers
from storage.replay import Replay
from storage.warc import BLOCK_END, Break, Member, digest_problem_of, parse_head, parse_member, record_id, walk
from storage.whole import LEDGER

VOID = b'"kind":"void"'  # canonical JSON has no other spelling
_SPAN = 4 << 20
_AHEAD = 3
_DENSEST = 1032  # bytes that one byte of DEFLATE may come to


class Place(NamedTuple):
    """A row of the catalogue."""

    record_id: str
    offset: int
    length: int
    type: str
    sha256: bytes


Rows = Iterable[Place]
"""Rows of the catalogue in order of their offsets."""


class Seen(NamedTuple):
    """One member as it was found: what it is, the digest of its block, and what is wrong with it, if anything.
    ``block`` is kept of ledger entries that void others, facts and ``warcinfo`` only.
    """

    offset: int
    length: int
    id: str
    type: str
    uri: str
    digest: str
    problem: str | None
    catalogued: bool
    damaged: bool
    block: bytes | None


class Lost(NamedTuple):
    """A row of the catalogue at whose place no member begins."""

    offset: int
    length: int
    id: str
    type: str


def reread(path: Path, committed: int, rows: Callable[[int], Rows] | None, workers: Workers) -> Iterator[Seen | Break | Lost]:
    """Every member below ``committed``, in order. ``rows`` gives the catalogue from an offset on; ``None`` for a
    segment that has none.
    """
    if rows is None:
        yield from _walked(path, 0, committed, None)
        return
    waiting: deque[tuple[int, Future[list[Seen] | None]]] = deque()
    spans = _spans(path, rows(0), min(committed, path.stat().st_size))
    try:
        while True:
            while len(waiting) < workers.count + _AHEAD and (span := next(spans, None)) is not None:
                waiting.append((span.start, workers.sometime(span)))
            if not waiting:
                return
            start, reading = waiting.popleft()
            found = workers.result(reading)
            if found is None:
                break
            yield from found
    finally:
        for _, left in waiting:
            left.cancel()
    yield from _walked(path, start, committed, rows(start))


def seen_at(packed: bytes, row: Place) -> Seen | Lost:
    """One member that was read from where a row of the catalogue says."""
    try:
        member = parse_member(zlib.decompress(packed, 31), row.offset, row.length)
    except zlib.error:
        member = ""
    if not isinstance(member, Member):
        return Lost(row.offset, row.length, row.record_id, row.type)
    same = (hashlib.sha256(packed).digest(), member.id, member.type) == (row.sha256, row.record_id, row.type)
    problem = f"the bytes of the {member.type} record {member.id} are not those that were written"
    return _member_seen(member, True, None if same else problem)


@dataclass(frozen=True, slots=True)
class Span:
    """Members that lie side by side in a segment, as its catalogue has them."""

    path: Path
    start: int
    end: int
    rows: Sequence[Place]

    def done(self, _replay: Replay) -> list[Seen] | None:
        """The members; ``None`` where the bytes are not what the catalogue says."""
        if self.start + sum(row.length for row in self.rows) != self.end:
            return None  # nor is room made for what a damaged row says
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.start)
            data = memoryview(file.read(self.end - self.start))
        found: list[Seen] = []
        position = 0
        for row in self.rows:
            if row.offset != self.start + position:
                return None
            packed = data[position : position + row.length]
            position += row.length
            if len(packed) != row.length or hashlib.sha256(packed).digest() != row.sha256:
                return None
            seen = _seen_in(packed, row)
            if seen is None or seen.id != row.record_id or seen.type != row.type:
                return None
            found.append(seen)
        return found


def _spans(path: Path, rows: Rows, committed: int) -> Iterator[Span]:
    start, held = 0, list[Place]()
    for row in rows:
        held.append(row)
        end = min(row.offset + row.length, committed)  # a damaged row may say anything
        if end - start >= _SPAN:
            yield Span(path, start, end, held)
            start, held = end, []
    if held or start < committed:
        yield Span(path, start, committed, held)


def _seen_in(packed: memoryview, row: Place) -> Seen | None:
    """A member whose bytes are those that were written."""
    if int.from_bytes(packed[-4:], "little") > len(packed) * _DENSEST:  # room is made for what it says itself (RFC 1952)
        return None
    try:
        text = gzip_decompress(packed)
    except (DeflateError, ValueError):
        return None
    parsed = parse_head(text)
    if isinstance(parsed, str):
        return None
    headers, start = parsed
    return _seen(row.offset, row.length, headers, memoryview(text)[start : -len(BLOCK_END)], True, None)


def _walked(path: Path, start: int, committed: int, rows: Rows | None) -> Iterator[Seen | Break | Lost]:
    catalogue = {row.offset: row for row in rows or ()}
    with path.open("rb") as file:
        for found in walk(path, start):
            if found.offset >= committed:
                break  # a writer is at work, or recovery will settle it
            if isinstance(found, Break):
                yield found
                continue
            file.seek(found.offset)
            row = catalogue.pop(found.offset, None)
            problem = None
            if rows is not None and row is None:
                problem = f"the {found.type} record {found.id} is not in the catalogue"
            elif row is not None and (
                (row.sha256, row.record_id, row.length, row.type)
                != (hashlib.sha256(file.read(found.length)).digest(), found.id, found.length, found.type)
            ):
                problem = f"the bytes of the {found.type} record {found.id} are not those that were written"
            yield _member_seen(found, row is not None, problem)
    for row in catalogue.values():
        yield Lost(row.offset, row.length, row.record_id, row.type)


def _member_seen(member: Member, catalogued: bool, problem: str | None) -> Seen:
    return _seen(member.offset, member.length, member.headers, memoryview(member.block), catalogued, problem)


def _seen(offset: int, length: int, headers: Mapping[str, str], block: memoryview, catalogued: bool, problem: str | None) -> Seen:
    digest = digest_of(block)
    wrong = digest_problem_of(headers, digest)
    kind, uri = headers.get("warc-type", ""), headers.get("warc-target-uri", "")
    kept: bytes | None = None
    if uri.startswith(LEDGER):
        kept = entry if VOID in (entry := bytes(block)) else None
    elif kind == "warcinfo" or is_facts_uri(kind, uri):
        kept = bytes(block)
    return Seen(offset, length, record_id(headers), kind, uri, digest, wrong or problem, catalogued, wrong is not None, kept)
