"""What rows of captures must say, because a capture's facts or the ledger say it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from model.capture import digest_of
from model.errors import PressmarkError
from model.verification import Finding
from storage import tables
from storage.capture_records import parse_facts
from storage.columns import storable, stored_key
from storage.notebook import Notebook
from storage.rows import capture_row
from storage.segments import SegmentFolder
from storage.warc import member_of

REBUILD = "run `pressmark rebuild`: the WARCs are the truth"
RESTORE = "restore the segment from a copy (pressmark repair)"
_AT_ONCE = 400
_KEYS = {"origin_key", "url_key"}

Named = tuple[int, str, str, str | None, int | None, str]
"""An entry that names a capture: its place in the ledger, the digest of the facts it names, its id, the record
and version that it says the capture shows, and how it names it (``notebook``'s ``named``)."""


class Captures:
    """One pass over captures. ``whole`` where the notebook has all of the WARCs."""

    def __init__(self, tx: Connection, folder: SegmentFolder, notebook: Notebook, *, whole: bool) -> None:
        self._tx = tx
        self._folder = folder
        self._notebook = notebook
        self._whole = whole
        self.count = 0

    def check(self, only: Collection[str] | None = None) -> Iterator[Finding]:
        """All captures, or some."""
        for rows in self._rows(only):
            ids = [row.id for row in rows]
            facts = self._notebook.of("facts", ids)
            named = {k: [x[1:] for x in some] for k, some in groupby(self._notebook.rows("named", ids), key=lambda x: str(x[0]))}
            for row in rows:
                self.count += 1
                self._notebook.note("row", row.id)
                yield from self._problems(row, facts.get(row.id), named.get(row.id, []))
        if only is None:
            yield from self._left()

    def _rows(self, only: Collection[str] | None) -> Iterator[list[Row[Any]]]:
        query = select(tables.captures).order_by(tables.captures.c.id)
        if only is None:
            asked = self._tx.execute(query, execution_options={"yield_per": _AT_ONCE})
            yield from (list(some) for some in asked.partitions())
            return
        wanted = sorted(only)
        for start in range(0, len(wanted), _AT_ONCE):
            yield list(self._tx.execute(query.where(tables.captures.c.id.in_(wanted[start : start + _AT_ONCE]))))

    def _problems(self, row: Row[Any], in_warc: tuple[Any, ...] | None, named: list[Named]) -> Iterator[Finding]:
        place = f"capture {row.id}"
        problem = _row_problem(row)
        if problem is not None:
            yield Finding(place, problem, REBUILD)
        elif any(digest != row.digest for _, digest, *_ in named):
            yield Finding(place, "its facts are not those that the ledger names", RESTORE)
        elif self._whole and (row.entry, row.record, row.version) != _decided(named):
            yield Finding(place, "the row does not say what the ledger says became of it", REBUILD)
        if in_warc is None and self._whole:
            yield Finding(place, "its facts are in no WARC", RESTORE)
        elif in_warc is not None and in_warc[0] != row.digest:
            yield Finding(place, "the row and its WARC record differ", REBUILD)

    def _left(self) -> Iterator[Finding]:
        """What the WARCs have and the database has not."""
        c = tables.captures.c
        for capture, _, segment, offset, length in self._notebook.unclaimed("facts", "row"):
            # of two copies with one origin key, kept by two processes at once, one has a row
            member = member_of(self._folder.read(segment, offset, length), segment, offset)
            key = parse_facts(member.block)["origin_key"]
            if self._tx.execute(select(c.id).where(c.origin_key == key)).first() is None:
                yield Finding(f"capture {capture}", "it is in a WARC, not in the database", REBUILD)


def _decided(named: list[Named]) -> tuple[str | None, str | None, int | None]:
    """Entry, record and version that a capture's row has after all that the ledger says of it, in its order:
    the first that says which version it shows stands, unless one corrects it."""
    held: tuple[str | None, str | None, int | None] = (None, None, None)
    for _, _, entry, record, version, how in named:
        if how == "corrects" or (how == "decides" and (held[0] is None or held[2] is None)):
            held = (entry, record, version)
    return held


def _row_problem(row: Row[Any]) -> str | None:
    try:
        if row.digest != digest_of(row.facts):
            return "the row does not have its own digest"
        stated = capture_row(parse_facts(row.facts), row.facts, row.digest)
    except (PressmarkError, KeyError, TypeError):
        return "the row's facts cannot be read"
    says = all(getattr(row, name) == _stored(name, value) for name, value in stated.items())
    return None if says else "the row's columns are not what its facts say"


def _stored(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return stored_key(value) if name in _KEYS else storable(value)
