"""Where segments are known to be besides the archive's folder: what was read back from there, how long, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage import tables
from storage.carry import Brought


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment at a place: how many bytes of it, and their hex SHA-256."""

    length: int
    sha256: str


def kept_at(tx: Connection, place: str) -> dict[str, Kept]:
    """By name, the segments that a place is known to have."""
    t = tables.places.c
    rows = tx.execute(select(t.segment, t.length, t.sha256).where(t.place == place))
    return {row.segment: Kept(row.length, row.sha256) for row in rows}


def places(tx: Connection) -> Sequence[str]:
    """Addresses of all places that are known."""
    return tx.execute(select(tables.places.c.place).distinct().order_by(tables.places.c.place)).scalars().all()


def note(tx: Connection, place: str, brought: Brought, at: str) -> None:
    """Takes in that a segment was read back from a place at a time (UTC text)."""
    forget(tx, place, brought.segment)
    row = {"place": place, "segment": brought.segment, "length": brought.length, "sha256": brought.sha256, "read_at": at}
    tx.execute(tables.places.insert(), row)


def forget(tx: Connection, place: str, segment: str) -> None:
    """What was known of a segment at a place counts no more."""
    t = tables.places.c
    tx.execute(delete(tables.places).where(t.place == place, t.segment == segment))


def committed(tx: Connection) -> dict[str, int]:
    """Every segment with its committed length."""
    t = tables.segments.c
    return dict(tx.execute(select(t.name, t.committed).where(t.committed > 0).order_by(t.name)).tuples().all())


def in_store(tx: Connection, place: str) -> dict[str, object]:
    """How much of the archive the store at a place has, and how much it does not have yet."""
    held, known = committed(tx), kept_at(tx, place)
    there = {name: min(known[name].length, length) for name, length in held.items() if name in known}
    waiting = {name: length - there.get(name, 0) for name, length in held.items() if there.get(name, 0) < length}
    sizes = {"bytes": sum(there.values()), "waiting_segments": len(waiting), "waiting_bytes": sum(waiting.values())}
    return {"place": place, "segments": len(there), **sizes}
