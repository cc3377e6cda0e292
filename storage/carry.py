"""One segment brought to a place outside the archive's folder, and proved to be there.

What is brought is first held against the catalogue, member by member, so that rot does not spread; what has
been written is read back from the place itself. Nothing counts as there before that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from model.errors import Damaged, StorageUnavailable
from storage import tables
from storage.folder import SEGMENTS
from storage.stores import Store
from storage.warc import member_of, whole_records

_STEP = 1 << 20
_MOST = 32 << 20  # of a record that may be somebody else's


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a segment that the catalogue knows: where they lie, their SHA-256, and which record they are."""

    offset: int
    length: int
    sha256: bytes
    record: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file holds: the hex SHA-256 of all of it and of its beginning up to a mark, and the spans that are wrong."""

    sha256: str
    to_mark: str
    wrong: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """A segment at a place: how long, its hex SHA-256, how many bytes were written for it, and whether what was
    there before was damaged."""

    segment: str
    length: int
    sha256: str
    written: int
    mended: bool = False


def spans(tx: Connection, segment: str) -> Iterator[Span]:
    """What the catalogue knows of a segment, in order."""
    m, s = tables.members.c, tables.segments.c
    query = select(m.offset, m.length, m.sha256, m.record_id).join_from(tables.members, tables.segments)
    for row in tx.execute(query.where(s.name == segment).order_by(m.offset)):
        yield Span(row.offset, row.length, row.sha256, row.record_id)


def gaps(known: Iterable[Span], length: int) -> Iterator[tuple[int, int]]:
    """Where the bytes below ``length`` lie that no span knows, and how many they are: damage that a rebuild passed over, or
    what a loss of power left.
    """
    end = 0
    for span in known:
        if span.offset >= length:
            break
        if span.offset > end:
            yield end, span.offset - end
        end = span.offset + span.length
    if end < length:
        yield end, length - end


def examine(path: Path, length: int, known: Iterable[Span], mark: int = 0) -> Examined:
    """Reads the first ``length`` bytes of a file. What nobody knows between ``known`` spans is only counted in."""
    whole, begun = hashlib.sha256(), hashlib.sha256()
    wrong: list[Span] = []
    position = 0

    def take(data: bytes) -> None:
        nonlocal position, begun
        if position < mark < position + len(data):
            cut = mark - position
            whole.update(data[:cut])
            begun = whole.copy()
            whole.update(data[cut:])
        else:
            whole.update(data)
        position += len(data)
        if position == mark:
            begun = whole.copy()

    with path.open("rb", buffering=_STEP) as file:

        def pass_over(end: int) -> None:
            while position < end and (data := file.read(min(_STEP, end - position))):
                take(data)

        for span in known:
            if span.offset >= length:
                break
            pass_over(span.offset)
            data = file.read(max(0, min(span.length, length - position))) if position == span.offset else b""
            take(data)
            if hashlib.sha256(data).digest() != span.sha256:
                wrong.append(span)
        pass_over(length)
    return Examined(whole.hexdigest(), begun.hexdigest(), tuple(wrong))


def bring(store: Store, path: Path, length: int, known: Iterable[Span]) -> Brought:
    """Sees to it that a place holds the first ``length`` bytes of the segment at ``path``, all of them read back.

    What is there is gone on with where it is the beginning of the segment, replaced where it is damaged (the segment has
    been proved right before). Raises ``Damaged`` where the segment is not what the catalogue says, where the place has
    more of it or a whole record of somebody else; ``StorageUnavailable`` where the place fails or holds other bytes in
    the end.
    """
    name = f"{SEGMENTS}/{path.name}"
    known = list(known)
    have = store.size(name)
    if have is not None and have > length:
        if _is_anothers(store, name, known):
            raise _anothers(store, name)
        raise Damaged(
            f"{store.address} has more of {name} than this archive: this archive was put back to an earlier state, or somebody "
            "went on with the copy; to go on with what the copy has, put the files of its warc folder into this archive's, put "
            "the database away and run `pressmark rebuild`; else name another place",
            place=name,
        )
    try:
        found = examine(path, length, known, have or 0)
    except OSError as error:
        raise StorageUnavailable(f"{name} cannot be read: {error.strerror or error}") from error
    if found.wrong:
        place = f"{name}:{found.wrong[0].offset}"
        raise Damaged(f"{place} is damaged and was not copied: run `pressmark repair`", place=place)
    sound = have is not None and digest_at(store, name) == found.to_mark
    if sound and have == length:
        return Brought(path.name, length, found.sha256, 0)
    if have and not sound:
        if _is_anothers(store, name, known):
            raise _anothers(store, name)
        _refuse_to_lose(store, path, gaps(known, have))
    if sound and have:
        store.extend(name, path, have, length)
    else:
        store.put(name, path, length)
    if digest_at(store, name) != found.sha256:
        raise StorageUnavailable(
            f"{store.address} gives back other bytes of {name} than it was given: nothing of them counts as kept there"
        )
    return Brought(path.name, length, found.sha256, length - (have if sound and have else 0), have is not None and not sound)


def _refuse_to_lose(store: Store, path: Path, unknown: Iterable[tuple[int, int]]) -> None:
    """Raises ``Damaged`` where a place has whole records and the segment at ``path`` what is left of them."""
    name = f"{SEGMENTS}/{path.name}"
    with path.open("rb") as file:
        for offset, length in unknown:
            file.seek(offset)
            theirs, ours = store.read(name, offset, length), file.read(length)
            if any(theirs[start : start + size] != ours[start : start + size] for start, size in whole_records(theirs)):
                raise Damaged(
                    f"{name}:{offset} is damaged here and whole in {store.address}: run "
                    f"`pressmark repair --from {store.address}`, "
                    "then `pressmark rebuild`; the copy was left as it is",
                    place=f"{name}:{offset}",
                )


def _anothers(store: Store, name: str) -> Damaged:
    return Damaged(
        f"{store.address} has records in {name} that this archive never wrote: two folders are written to as one archive; "
        "go on with one of them, and name another place for the other",
        place=name,
    )


def _is_anothers(store: Store, name: str, known: Iterable[Span]) -> bool:
    """Whether a place has a whole record where this archive wrote another: rot leaves none."""
    pieces, held, start = store.stream(name), bytearray(), 0

    def fill(end: int) -> None:
        while start + len(held) < end and (piece := next(pieces, None)) is not None:
            held.extend(piece)

    try:
        for span in known:
            del held[: span.offset - start]
            start = span.offset
            fill(start + span.length)
            if hashlib.sha256(held[: span.length]).digest() != span.sha256:
                fill(start + _MOST)
                theirs = member_of(bytes(held), name, start)
                # the same record may be there byte for byte as it was, and here written again
                return theirs.digest_problem is None and theirs.id != span.record
    except Damaged:
        pass  # no record begins there
    return False


def digest_at(store: Store, name: str) -> str:
    """The hex SHA-256 of a file as its place gives it back; that of nothing where it is not there any more."""
    digest = hashlib.sha256()
    try:
        for piece in store.stream(name):
            digest.update(piece)
    except Damaged:
        return ""
    return digest.hexdigest()
