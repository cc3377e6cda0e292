"""Segments read again: every member hashed as it lies, unpacked and hashed again, span by span.

Hashing and unpacking leave Python's lock alone, so spans of members are read on several threads, a few
ahead of whoever takes the results, which come in the order of the file. Where the bytes of a span are
all that the catalogue says, its places are believed; from the first that are not, the rest of the
segment is walked without them.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from isal import isal_zlib
from sqlalchemy import Row

from model.capture import digest_of
from storage.capture_records import is_facts
from storage.warc import Break, Member, parse_member, walk
from storage.whole import LEDGER

_SPAN = 4 << 20
_AHEAD = 3
_UNREADABLE = cast("type[Exception]", isal_zlib.error)  # its stub has it as a value
_THREADS = min(4, os.cpu_count() or 1)

Rows = Iterable[Row[Any]]
"""Rows of the catalogue in order of their offsets."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One member as it was found: what it is, the digest of its block, and what is wrong with it, if anything.
    ``block`` is kept of ledger entries, facts and ``warcinfo`` only.
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


@dataclass(frozen=True, slots=True)
class Lost:
    """A row of the catalogue at whose place no member begins."""

    offset: int
    id: str
    type: str


def reread(path: Path, committed: int, rows: Callable[[int], Rows] | None) -> Iterator[Seen | Break | Lost]:
    """Every member below ``committed``, in order. ``rows`` gives the catalogue from an offset on; ``None`` for a
    segment that has none.
    """
    if rows is None:
        yield from _walked(path, 0, committed, None)
        return
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="verify") as pool:
        waiting: deque[tuple[int, Future[list[Seen] | None]]] = deque()
        spans = _spans(rows(0), min(committed, path.stat().st_size))
        try:
            while True:
                while len(waiting) < _THREADS + _AHEAD and (span := next(spans, None)) is not None:
                    waiting.append((span.start, pool.submit(_read, path, span)))
                if not waiting:
                    return
                start, reading = waiting.popleft()
                found = reading.result()
                if found is None:
                    break
                yield from found
        finally:
            for _, left in waiting:
                left.cancel()
    yield from _walked(path, start, committed, rows(start))


def seen_at(packed: bytes, row: Row[Any]) -> Seen | Lost:
    """One member that was read from where a row of the catalogue says."""
    try:
        member = parse_member(zlib.decompress(packed, 31), row.offset, row.length)
    except zlib.error:
        member = ""
    if not isinstance(member, Member):
        return Lost(row.offset, row.record_id, row.type)
    same = (hashlib.sha256(packed).digest(), member.id, member.type) == (row.sha256, row.record_id, row.type)
    problem = f"the bytes of the {member.type} record {member.id} are not those that were written"
    return _seen(member, True, None if same else problem)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    rows: Sequence[Row[Any]]


def _spans(rows: Rows, committed: int) -> Iterator[_Span]:
    start, held = 0, list[Row[Any]]()
    for row in rows:
        held.append(row)
        if row.offset + row.length - start >= _SPAN:
            end = row.offset + row.length
            yield _Span(start, end, held)
            start, held = end, []
    if held or start < committed:
        yield _Span(start, committed, held)


def _read(path: Path, span: _Span) -> list[Seen] | None:
    """The members of a span; ``None`` where its bytes are not what the catalogue says."""
    found: list[Seen] = []
    position = span.start
    with path.open("rb") as file:
        file.seek(span.start)
        for row in span.rows:
            if row.offset != position:
                return None
            packed = file.read(row.length)
            position += len(packed)
            if len(packed) != row.length or hashlib.sha256(packed).digest() != row.sha256:
                return None
            try:
                member = parse_member(isal_zlib.decompress(packed, 31, max(len(packed) * 6, 4096)), row.offset, row.length)
            except _UNREADABLE:
                return None
            if not isinstance(member, Member) or member.id != row.record_id or member.type != row.type:
                return None
            found.append(_seen(member, True, None))
    return found if position == span.end else None


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
            yield _seen(found, row is not None, problem)
    for row in catalogue.values():
        yield Lost(row.offset, row.record_id, row.type)


def _seen(member: Member, catalogued: bool, problem: str | None) -> Seen:
    digest = digest_of(member.block)
    wrong = member.digest_problem_of(digest)
    uri = member.headers.get("warc-target-uri", "")
    block = member.block if uri.startswith(LEDGER) or is_facts(member) or member.type == "warcinfo" else None
    damaged = wrong is not None
    return Seen(member.offset, member.length, member.id, member.type, uri, digest, wrong or problem, catalogued, damaged, block)
