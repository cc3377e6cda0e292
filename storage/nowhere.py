"""WARC records that are in no file: the catalogue has them not, and nothing of what it leaves out is one of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from storage import tables
from storage.segments import SegmentFolder
from storage.warc import Member, walk


def is_nowhere(tx: Connection, folder: SegmentFolder, record_id: str) -> bool:
    """Whether no ``rebuild`` would find a record. False while files that may have it are not in the folder."""
    m = tables.members.c
    if tx.execute(select(m.record_id).where(m.record_id == record_id)).first() is not None:
        return False
    for name, first, last in _left_out(tx):
        if not folder.path(name).is_file():
            return False
        for found in walk(folder.path(name), first):
            if found.offset >= last:
                break
            if isinstance(found, Member) and found.id == record_id:
                return False
    return True


def _left_out(tx: Connection) -> Iterator[tuple[str, int, int]]:
    """Where bytes are that belong to no member of the catalogue, by file: from, up to."""
    m, s = tables.members.c, tables.segments.c
    before = func.lag(m.offset + m.length, 1, 0).over(partition_by=m.segment, order_by=m.offset)
    placed = select(m.segment, before.label("first"), m.offset.label("last")).subquery()
    gaps = select(s.name, placed.c.first, placed.c.last).join_from(placed, tables.segments, placed.c.segment == s.id)
    yield from tx.execute(gaps.where(placed.c.first < placed.c.last)).tuples()
    end = func.coalesce(func.max(m.offset + m.length), 0)
    tails = select(s.name, end, s.committed).join_from(tables.segments, tables.members, m.segment == s.id, isouter=True)
    yield from tx.execute(tails.group_by(s.id, s.name, s.committed).having(end < s.committed)).tuples()
