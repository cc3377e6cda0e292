"""The rows of captures held to what their facts, the ledger and the WARCs say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, Row, select

from model.capture import digest_of
from model.errors import PressmarkError
from model.ledger import decode
from model.verification import Finding
from storage import tables
from storage.advice import LOST, REBUILD, RESTORE
from storage.capture_records import parse_facts
from storage.columns import shape_of
from storage.comparing import Workers
from storage.held_bytes import bytes_in
from storage.held_files import Files
from storage.holes import lost_ids
from storage.notebook import Notebook
from storage.portions import portions
from storage.replay import Replay
from storage.rows import capture_row
from storage.segments import SegmentFolder
from storage.standing import standing
from storage.warc import member_of

_AT_ONCE = 400
_SHAPES = {column.name: shape_of(column) for column in tables.captures.columns}

Named = tuple[int, str, str, str | None, int | None, str]
"""An entry that names a capture: its place in the ledger, the digest of the facts it names, its id, the record
and version that it says the capture shows, and how it names it (``notebook``'s ``named``)."""


@dataclass(frozen=True, slots=True)
class CaptureRows:
    """Rows of captures to be held to their own facts: the names of their columns, and values."""

    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def done(self, _replay: Replay) -> list[tuple[str, str]]:
        """What is wrong with which of them, by id."""
        rows = (dict(zip(self.names, row, strict=True)) for row in self.rows)
        return [(row["id"], problem) for row in rows if (problem := _row_problem(row)) is not None]


class Captures:
    """One pass over captures. ``whole`` where the notebook has all of the WARCs."""

    def __init__(
        self, tx: Connection, folder: SegmentFolder, notebook: Notebook, files: Files, workers: Workers, *, whole: bool
    ) -> None:
        self._tx = tx
        self._folder = folder
        self._notebook = notebook
        self._files = files
        self._workers = workers
        self._whole = whole
        self._lost = lost_ids(tx)
        self._given: list[Future[list[tuple[str, str]]]] = []
        self.count = 0

    def read(self, only: Collection[str] | None = None) -> Iterator[bool]:
        """Has the rows of all captures held to their facts, or of some, step by step; false where it cannot go on now."""
        names = [c.name for c in tables.captures.columns]
        for rows in self._rows(tables.captures.columns, only):
            while not self._workers.has_room:
                yield False
            self._given.append(self._workers.soon(CaptureRows(names, [tuple(row) for row in rows])))
            yield True

    def check(self, only: Collection[str] | None = None) -> Iterator[Finding]:
        """What came of it, and the same captures held to the ledger and the WARCs."""
        problems = {capture: problem for given in self._given for capture, problem in self._workers.result(given)}
        c = tables.captures.c
        for rows in self._rows([c.id, c.digest, c.entry, c.record, c.version], only):
            ids = [row.id for row in rows]
            facts = self._notebook.of("facts", ids)
            named = {k: [x[1:] for x in some] for k, some in groupby(self._notebook.rows("named", ids), key=lambda x: str(x[0]))}
            gone = self._files.facts_gone(row.id for row in rows if row.id not in facts)
            for row in rows:
                self.count += 1
                self._notebook.note("row", row.id)
                yield from self._problems(row, problems.get(row.id), facts.get(row.id), named.get(row.id, []))
                if self._whole and row.id not in facts and row.id not in gone:
                    yield Finding(f"capture {row.id}", "its facts are in no WARC", RESTORE)
        if only is None:
            yield from self._left()

    def _rows(self, columns: Iterable[Column[Any]], only: Collection[str] | None) -> Iterator[list[Row[Any]]]:
        query = select(*columns).order_by(tables.captures.c.id)
        if only is None:
            asked = self._tx.execute(query, execution_options={"yield_per": _AT_ONCE})
            yield from (list(some) for some in asked.partitions())
            return
        for some in portions(sorted(only), _AT_ONCE):
            yield list(self._tx.execute(query.where(tables.captures.c.id.in_(some))))

    def _problems(
        self, row: Row[Any], problem: str | None, in_warc: tuple[Any, ...] | None, named: list[Named]
    ) -> Iterator[Finding]:
        place = f"capture {row.id}"
        if problem is not None:
            yield Finding(place, problem, REBUILD)
        elif any(digest != row.digest for _, digest, *_ in named):
            yield Finding(place, "its facts are not those that the ledger names", RESTORE)
        elif self._whole and not self._says_what_became(row, named):
            yield Finding(place, "the row does not say what the ledger says became of it", REBUILD)
        if in_warc is not None and in_warc[0] != row.digest:
            yield Finding(place, "the row and its WARC record differ", REBUILD)

    def _says_what_became(self, row: Row[Any], named: list[Named]) -> bool:
        held = (row.entry, row.record, row.version)
        # what stands takes all of a chain to know, and is another thing only where something is lost
        return held == _decided(named) or held == _decided(self._standing(named))

    def _standing(self, named: list[Named]) -> list[Named]:
        """Those of some entries that come to something: what is said of lost versions does not."""
        t = tables.ledger.c
        found: set[str] = set()
        for record in {x[3] for x in named} - {None}:
            rows = self._tx.execute(select(t.bytes).where(t.chain == record).order_by(t.seq)).scalars()
            try:
                chain = [decode(bytes_in(data)) for data in rows]
            except PressmarkError:
                return named  # what is wrong with the chain is told with its rows
            found |= {entry.id for entry in standing(chain, lambda capture: capture not in self._lost)}
        return [x for x in named if x[3] is None or x[2] in found]

    def _left(self) -> Iterator[Finding]:
        """What the WARCs have and the database has not, and what neither has."""
        for capture in self._notebook.nowhere():
            yield Finding(f"capture {capture}", "the ledger names it, and its facts are lost", LOST)
        c = tables.captures.c
        for capture, _, segment, offset, length in self._notebook.unclaimed("facts", "row", "beyond"):
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


def _row_problem(row: Mapping[str, Any]) -> str | None:
    facts, digest = row["facts"], row["digest"]
    try:
        if digest != digest_of(facts):
            return "the row does not have its own digest"
        stated = capture_row(parse_facts(facts), facts, digest)
    except (PressmarkError, KeyError, TypeError):
        return "the row's facts cannot be read"
    says = all(row[name] == _stored(name, value) for name, value in stated.items())
    return None if says else "the row's columns are not what its facts say"


def _stored(name: str, value: Any) -> Any:
    shape = _SHAPES[name]
    return shape(value) if shape is not None and isinstance(value, str) else value
