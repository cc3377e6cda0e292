"""The catalogue: which record lies where, and how far each segment is committed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from model.errors import Damaged
from storage import tables
from storage.bulk import insert_rows
from storage.segments import Place, SegmentFolder
from storage.warc import Member, walk


@dataclass(frozen=True, slots=True)
class Written:
    """A member in a segment: its record id, type, place and the SHA-256 of its compressed bytes."""

    record_id: str
    type: str
    place: Place
    sha256: bytes


def catalogue(tx: Connection, name: str, committed: int, members: Sequence[Written], warcinfo: str | None = None) -> None:
    """Takes members, each at its own place, into the catalogue and moves the committed length of one
    segment to ``committed``.

    ``warcinfo`` is the UUID of the segment's current ``warcinfo`` record and the software it
    names, parted by a space; ``None`` leaves it as it is.
    """
    t = tables.segments
    row = tx.execute(select(t.c.id, t.c.committed).where(t.c.name == name)).one_or_none()
    segment = row.id if row else None
    values: dict[str, object] = {"committed": committed} | ({"warcinfo": warcinfo} if warcinfo else {})
    if segment is None:
        tx.execute(t.insert(), {"name": name, **values})
    else:
        tx.execute(t.update().where(t.c.id == segment).values(values))
    for place, there in groupby(sorted(members, key=lambda w: w.place.segment), key=lambda w: w.place.segment):
        rows = _rows(tx, place, list(there))
        if row is not None and place == name and any(r["offset"] < row.committed for r in rows):
            raise Damaged(
                f"warc/{name} was written from two folders: another copy of this archive uses its database; "
                "give each copy a database of its own",
                place=f"warc/{name}",
            )
        insert_rows(tx, tables.members, rows)


def written(path: Path, member: Member) -> Written:
    """What the catalogue says of a member that was read back from a segment."""
    with path.open("rb") as file:
        file.seek(member.offset)
        digest = hashlib.sha256(file.read(member.length)).digest()
    return Written(member.id, member.type, Place(path.name, member.offset, member.length), digest)


def imprint_of(member: Member) -> str | None:
    """What a ``warcinfo`` record says for the catalogue (see ``catalogue``), ``None`` for another record."""
    return imprint_in(member.id, member.block) if member.type == "warcinfo" else None


def imprint_in(record_id: str, block: bytes) -> str:
    """The same by the id and block of a ``warcinfo`` record."""
    lines = block.decode("utf-8", "replace").splitlines()
    software = next((x.removeprefix("software: ") for x in lines if x.startswith("software: ")), "")
    return f"{record_id} {software}"


def own_name(member: Member) -> str | None:
    """The name that a ``warcinfo`` record gives its segment, ``None`` for another record."""
    return member.headers.get("warc-filename") if member.type == "warcinfo" else None


def copy_of(tx: Connection, name: str, first_record_id: str) -> str | None:
    """The other segment that the catalogue has a record in: the one called ``name`` is its copy, or is it renamed."""
    m, s = tables.members.c, tables.segments.c
    query = select(s.name).join_from(tables.segments, tables.members).where(m.record_id == first_record_id, s.name != name)
    return tx.execute(query).scalar_one_or_none()


def no_copy(path: Path, original: str) -> None:
    """Raises ``Damaged`` where the segment at ``path`` is ``original`` under another name."""
    if original == path.name:
        return
    if path.with_name(original).is_file():
        raise Damaged(f"warc/{path.name} is a copy of warc/{original}: move it out of warc/", place=f"warc/{path.name}")
    raise Damaged(f"warc/{path.name} seems to be warc/{original} renamed: give it its name back", place=f"warc/{path.name}")


def no_other_folder(folder: SegmentFolder, committed: Mapping[str, int]) -> None:
    """Raises ``Damaged`` where a database that folders could share knows of more than this folder has, or has under another
    name."""
    for name, length in sorted(committed.items()):
        path = folder.path(name)
        held = path.stat().st_size if path.is_file() else 0
        if held < length:
            for other in folder.names() if not path.is_file() else ():
                first = next(walk(folder.path(other)), None)
                if isinstance(first, Member) and own_name(first) == name:
                    no_copy(folder.path(other), name)
            raise Damaged(
                f"the database has {length - held:,} bytes more of warc/{name} than this folder: another copy of the "
                "archive uses it too, or the file is damaged: restore it from there, or give this copy a database of its own",
                place=f"warc/{name}",
            )


def _rows(tx: Connection, name: str, members: Sequence[Written]) -> list[dict[str, Any]]:
    """Rows for the members of one segment that are not in the catalogue: recovery may have been faster."""
    m, s = tables.members.c, tables.segments.c
    segment = tx.execute(select(s.id).where(s.name == name)).scalar_one()
    first = min(w.place.offset for w in members)
    known = set(tx.execute(select(m.record_id).where(m.segment == segment, m.offset >= first)).scalars())
    return [
        {
            "record_id": w.record_id,
            "segment": segment,
            "offset": w.place.offset,
            "length": w.place.length,
            "type": w.type,
            "sha256": w.sha256,
        }
        for w in members
        if w.record_id not in known
    ]
