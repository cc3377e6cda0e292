"""What WARC files no longer have, by the catalogue: a file that is missing, the end of one that was cut; and what they have that
the database does not know. It is told once a file, with counts; what merely follows is noted, so that it is not told again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Row, func, select

from model.verification import Behind, Finding, Gone
from storage import tables
from storage.advice import BEHIND, GONE, RESTORE_ALL
from storage.notebook import Notebook
from storage.portions import portions
from storage.reread import Lost
from storage.segments import SegmentFolder
from storage.unfinished import is_unfinished
from storage.warc import Break, walk

_AT_ONCE = 400


class Beyond(NamedTuple):
    """What is told of a segment behind what is committed, and where half a record begins there that a kill left, or it ends."""

    finding: Finding | None
    end: int


class Files:
    """The segments in the folder as they were before the transaction's first look: what a writer begins afterwards is none of its
    business. ``held`` are those that a writer had.
    """

    def __init__(self, tx: Connection, folder: SegmentFolder, notebook: Notebook) -> None:
        self._tx = tx
        self._folder = folder
        self._notebook = notebook
        # lengths before locks: what was written until then by somebody who has let go is committed, or nobody will commit it
        self._lengths = folder.lengths()
        self.held = folder.held()
        self.behind = Behind()

    @property
    def names(self) -> Iterable[str]:
        """All of them."""
        return self._lengths.keys()

    def beyond(self, name: str, committed: int) -> Beyond | None:
        """What a segment has behind what is committed (0 where the database does not know it), which no writer has in hand;
        ``None`` where that is nothing. Half a record that a kill left is no finding: ``behind`` has its bytes.
        """
        size = self._beyond(name, committed)
        if not size:
            return None
        path, end, records, breaks = self._folder.path(name), committed + size, 0, list[int]()
        for found in walk(path, committed):
            if isinstance(found, Break):
                breaks.append(found.offset)
            elif found.type != "warcinfo" and found.offset + found.length <= end:
                records += found.digest_problem is None
        self.behind += Behind(1, size, records)
        if breaks and is_unfinished(path, breaks[-1]):
            end = breaks.pop()
        held = f"{_say(records, 'whole WARC record', 'whole WARC records')}, {size:,} bytes"
        told = None
        if not committed and (records or breaks):
            told = Finding(f"warc/{name}", f"the database does not know this file: {held}", BEHIND)
        elif records:
            told = Finding(f"warc/{name}:{committed}", f"behind what the database knows of: {held}", BEHIND)
        return Beyond(told, end)

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
        if size >= row.committed:
            return None
        start = self._tx.execute(select(func.min(m.offset)).where(m.segment == row.id, m.offset + m.length > size)).scalar()
        if not isinstance(start, int):  # a damaged row may say anything
            return None
        records = self._tx.execute(select(m.record_id).where(m.segment == row.id, m.offset >= start)).scalars().all()
        before = self._tx.execute(select(m.record_id).where(m.segment == row.id, m.offset + m.length == start)).scalars().all()
        gone = Gone(row.name, start, row.committed - size, 0, 0, 0, 0, ((start, row.committed - start),))
        return self._counted(gone, records, before, set())

    def scattered(self, row: Row[Any], lost: Sequence[Lost], captures: Set[str]) -> Gone:
        """The same of many records within a segment; ``captures`` are those whose facts are there and name one of them."""
        m = tables.members.c
        gone, before = {one.id for one in lost}, list[str]()
        last: str | None = None
        for record in self._tx.execute(select(m.record_id).where(m.segment == row.id).order_by(m.offset)).scalars():
            if record in gone and last is not None and last not in gone:
                before.append(last)
            last = record
        spans = tuple(_joined(lost))
        found = Gone(row.name, spans[0][0], sum(length for _, length in spans), 0, 0, 0, 0, spans)
        return self._counted(found, [*gone], before, captures)

    def _counted(self, gone: Gone, records: Sequence[str], before: Sequence[str], captures: Set[str]) -> Gone:
        """With counts. Notes records that are gone, and those right before them: facts that lie behind these are gone, too."""
        for edge, some in enumerate((records, before)):
            for record in some:
                self._notebook.note("gone", record, edge)
        t, r, c = tables.ledger.c, tables.readings.c, tables.captures.c
        entries, articles = (len(self._named(column, records)) for column in (t.entry, r.payload))
        # a capture has the id of its last record, behind which its facts lie
        about = {*captures, *self._named(c.id, [*records, *before])}
        return replace(gone, records=len(records), entries=entries, captures=len(about), articles=articles)

    def _named(self, column: Column[str], records: Sequence[str]) -> list[str]:
        """Those of some records that a column names."""
        asked = (self._tx.execute(select(column).where(column.in_(some))).scalars() for some in portions(records, _AT_ONCE))
        return [record for some in asked for record in some]

    def is_gone(self, record: str) -> bool:
        """Whether a WARC record is one of those."""
        return (record, 0) in self._notebook.rows("gone", [record])

    def facts_gone(self, captures: Iterable[str]) -> Container[str]:
        """Those of some captures whose facts are."""
        return self._notebook.of("gone", captures)


def lost_file(gone: Gone, committed: int, size: int | None) -> Finding:
    """All that is to be told of a file that is missing or was cut, in a line."""
    if size:
        are = "is" if gone.records == 1 else "are"
        problem = f"the file ends at byte {size:,} of {committed:,}: {_held(gone)} from byte {gone.start:,} on {are} gone"
    else:
        problem = f"the file is {'missing' if size is None else 'empty'}, and with it {_held(gone)}, {gone.bytes:,} bytes"
    return Finding(f"warc/{gone.segment}", problem, GONE, gone)


def lost_within(gone: Gone) -> Finding:
    """The same of many records within a file."""
    where = f", {gone.bytes:,} bytes" + (f" in {len(gone.spans):,} places" if len(gone.spans) > 1 else "")
    return Finding(f"warc/{gone.segment}:{gone.start}", f"{_held(gone)} are not there{where}", RESTORE_ALL, gone)


def _joined(lost: Sequence[Lost]) -> Iterator[tuple[int, int]]:
    """Offsets and lengths, neighbours together."""
    start = end = -1
    for one in sorted(lost):
        if one.offset != end and end >= 0:
            yield start, end - start
        start = start if one.offset == end else one.offset
        end = one.offset + one.length
    yield start, end - start


def _held(gone: Gone) -> str:
    what = (
        (gone.entries, ("ledger entry", "ledger entries")),
        (gone.captures, ("capture", "captures")),
        (gone.articles, ("article", "articles")),
    )
    told = ", ".join(_say(number, *said) for number, said in what if number)
    return _say(gone.records, "WARC record", "WARC records") + (f" ({told})" if told else "")


def _say(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
