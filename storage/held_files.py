"""What WARC files no longer have, by the catalogue: a file that is missing, the end of one that was cut; and what they have that
the database does not know. It is told once a file, with counts; what merely follows is noted, so that it is not told again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, func, select

from model.verification import Behind, Finding, Gone
from storage import tables
from storage.advice import BEHIND, GONE
from storage.notebook import Notebook
from storage.segments import SegmentFolder
from storage.warc import Member, walk


class Files:
    """The segments in the folder as they were before the transaction's first look: what a writer begins afterwards is none of its
    business. ``held`` are those that a writer had.
    """

    def __init__(self, tx: Connection, folder: SegmentFolder, notebook: Notebook) -> None:
        self._tx = tx
        self._folder = folder
        self._notebook = notebook
        # lengths before locks: what was written until then by somebody who has let go is committed, or nobody will commit it
        self._lengths = {name: folder.path(name).stat().st_size for name in folder.names()}
        self.held = folder.held()
        self.behind = Behind()

    @property
    def names(self) -> Iterable[str]:
        """All of them."""
        return self._lengths.keys()

    def beyond(self, name: str, committed: int) -> Finding | None:
        """What a segment has behind what is committed, which no writer has in hand. Only where it is whole records it is told;
        of half a record that a kill left, ``behind`` has the bytes.
        """
        size = self._beyond(name, committed)
        if not size:
            return None
        records = 0
        for found in walk(self._folder.path(name), committed):
            if isinstance(found, Member) and found.type != "warcinfo" and found.offset + found.length <= committed + size:
                records += found.digest_problem is None
        self.behind += Behind(1, size, records)
        held = f"{_say(records, 'whole WARC record', 'whole WARC records')}, {size:,} bytes"
        if not committed:
            return Finding(f"warc/{name}", f"the database does not know this file: {held}", BEHIND)
        return Finding(f"warc/{name}:{committed}", f"behind what the database knows of: {held}", BEHIND) if records else None

    def _beyond(self, name: str, committed: int) -> int:
        """How many bytes that is; none where somebody has it in hand, or has taken more of it in since."""
        path = self._folder.path(name)
        if self._lengths.get(name, 0) <= committed or not path.is_file() or name in self.held or self._folder.is_held(name):
            return 0
        s = tables.segments.c
        with self._tx.engine.connect() as tx:
            now = tx.execute(select(s.committed).where(s.name == name)).scalar() or 0
        return 0 if now > committed else max(0, min(self._lengths[name], path.stat().st_size) - committed)

    def gone(self, row: Row[Any], size: int | None) -> Gone | None:
        """What a segment that has so many bytes, or is missing, lacks of what the catalogue has; ``None`` where that is nothing.
        The notebook is told which records these are.
        """
        m, size = tables.members.c, size or 0
        start = self._tx.execute(select(func.min(m.offset)).where(m.segment == row.id, m.offset + m.length > size)).scalar()
        if not isinstance(start, int):  # a damaged row may say anything
            return None
        here = m.segment == row.id, m.offset >= start
        records = 0
        for record in self._tx.execute(select(m.record_id).where(*here).order_by(m.offset)).scalars():
            self._notebook.note("gone", record, 0)
            records += 1
        before = m.segment == row.id, m.offset + m.length == start
        for record in self._tx.execute(select(m.record_id).where(*before)).scalars():
            self._notebook.note("gone", record, 1)
        t, r, c = tables.ledger, tables.readings, tables.captures
        behind = m.segment == row.id, m.offset + m.length >= start  # facts lie right behind the record with their capture's id
        return Gone(
            row.name,
            start,
            row.committed - size,
            records,
            self._count(t, t.c.entry, here),
            self._count(c, c.c.id, behind),
            self._count(r, r.c.payload, here),
        )

    def is_gone(self, record: str) -> bool:
        """Whether a WARC record is one of those."""
        return (record, 0) in self._notebook.rows("gone", [record])

    def facts_gone(self, captures: Iterable[str]) -> Container[str]:
        """Those of some captures whose facts are."""
        return self._notebook.of("gone", captures)

    def _count(self, table: Table, record: Column[str], where: tuple[ColumnElement[bool], ...]) -> int:
        """How many rows name a record of some place in the catalogue."""
        named = select(func.count()).join_from(table, tables.members, tables.members.c.record_id == record)
        return self._tx.execute(named.where(*where)).scalar_one()


def lost(gone: Gone, committed: int, size: int | None) -> Finding:
    """All that is to be told of it, in a line."""
    what = ", ".join(
        _say(number, *said)
        for number, said in (
            (gone.entries, ("ledger entry", "ledger entries")),
            (gone.captures, ("capture", "captures")),
            (gone.articles, ("article", "articles")),
        )
        if number
    )
    held = _say(gone.records, "WARC record", "WARC records") + (f" ({what})" if what else "")
    if size:
        are = "is" if gone.records == 1 else "are"
        problem = f"the file ends at byte {size:,} of {committed:,}: {held} from byte {gone.start:,} on {are} gone"
    else:
        problem = f"the file is {'missing' if size is None else 'empty'}, and with it {held}, {gone.bytes:,} bytes"
    return Finding(f"warc/{gone.segment}", problem, GONE, gone)


def _say(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
