"""The catalogue: which record lies where, and how far each segment is committed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from storage import tables
from storage.segments import Place
from storage.warc import Member


@dataclass(frozen=True, slots=True)
class Written:
    """A member in a segment: its record id, type, place and the SHA-256 of its compressed bytes."""

    record_id: str
    type: str
    place: Place
    sha256: bytes


def catalogue(tx: Connection, name: str, committed: int, members: Sequence[Written], warcinfo: str | None = None) -> None:
    """Takes members into the catalogue and moves the segment's committed length to ``committed``.

    ``warcinfo`` is the UUID of the segment's current ``warcinfo`` record and the software it
    names, parted by a space; ``None`` leaves it as it is.
    """
    t = tables.segments
    segment = tx.execute(select(t.c.id).where(t.c.name == name)).scalar_one_or_none()
    values: dict[str, object] = {"committed": committed} | ({"warcinfo": warcinfo} if warcinfo else {})
    if segment is None:
        done = tx.execute(t.insert(), {"name": name, **values})
        segment = done.inserted_primary_key[0] if done.inserted_primary_key else None
    else:
        tx.execute(t.update().where(t.c.id == segment).values(values))
    rows = [_row(w, segment) for w in members]
    if rows:
        tx.execute(tables.members.insert(), rows)


def written(path: Path, member: Member) -> Written:
    """What the catalogue says of a member that was read back from a segment."""
    with path.open("rb") as file:
        file.seek(member.offset)
        digest = hashlib.sha256(file.read(member.length)).digest()
    return Written(member.id, member.type, Place(path.name, member.offset, member.length), digest)


def imprint_of(member: Member) -> str | None:
    """What a ``warcinfo`` record says for the catalogue (see ``catalogue``), ``None`` for another record."""
    if member.type != "warcinfo":
        return None
    lines = member.block.decode("utf-8", "replace").splitlines()
    software = next((x.removeprefix("software: ") for x in lines if x.startswith("software: ")), "")
    return f"{member.id} {software}"


def _row(member: Written, segment: int | None) -> dict[str, object]:
    place = member.place
    row: dict[str, object] = {"record_id": member.record_id, "segment": segment, "type": member.type, "sha256": member.sha256}
    return row | {"offset": place.offset, "length": place.length}
