"""What is in a WARC file, and turning bits of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from model.ledger import Entry, decode
from storage.warc import Member, walk
from storage.whole import LEDGER


def members(path: Path) -> list[Member]:
    """The whole records of a file."""
    return [found for found in walk(path) if isinstance(found, Member)]


def entries(path: Path) -> Iterator[tuple[Member, Entry]]:
    """The ledger entries of a file, with their records."""
    for member in members(path):
        if member.headers.get("warc-target-uri", "").startswith(LEDGER):
            yield member, decode(member.block)


def entry_where(path: Path, which: Callable[[Entry], bool]) -> tuple[Member, Entry]:
    """The first of them that is meant."""
    return next(found for found in entries(path) if which(found[1]))


def spoil(path: Path, *some: Member, at: Callable[[Member], int] = lambda member: member.length // 2) -> bytes:
    """Turns a bit of each of some records; the file as it was."""
    sound = path.read_bytes()
    data = bytearray(sound)
    for member in some:
        data[member.offset + at(member)] ^= 8
    path.write_bytes(data)
    return sound
