"""The ledger's rows held to the WARCs and to each other, and everything else that the database holds to the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import Future
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, select

from model.capture import digest_of
from model.ledger import Entry, Kind, genesis
from model.verification import Finding
from storage import tables
from storage.advice import LOST, REBUILD, RESTORE
from storage.comparing import Workers
from storage.content import payload_of
from storage.held_bytes import bytes_in
from storage.held_content import Content
from storage.holes import Hole, holes_in
from storage.lots import Sources, lot_of
from storage.notebook import Notebook
from storage.portions import portions
from storage.proven import entry_in
from storage.replay import NO_ROWS, Comparison, Difference, Replay
from storage.segments import SegmentFolder

_PORTION = 400  # entries that are worked out together
_STEP = 50
_AT_ONCE = 400
_Order = tuple[int, int, int, int]
_ledger = tables.ledger.c


class Ledger:
    """One pass over chains. ``whole`` where the notebook has all of the WARCs; otherwise what it lacks is looked up
    in the catalogue only.
    """

    def __init__(
        self, tx: Connection, folder: SegmentFolder, notebook: Notebook, archive: str, workers: Workers, *, whole: bool
    ) -> None:
        self._tx = tx
        self._notebook = notebook
        self._archive = archive
        self._workers = workers
        self._whole = whole
        self._content = Content(tx, folder, notebook)
        self._lots: list[Future[Sequence[Difference]]] = []
        self._own: list[Entry] = []
        # what is found in rows, with its place among what the WARCs tell of them
        self._found: list[tuple[_Order, Finding]] = []
        self._holes = {(hole.chain, hole.first): hole for hole in holes_in(tx)}
        self.entries = 0

    @property
    def sound_readings(self) -> int:
        """Rows of readings whose article is the one that the ledger names, and whose digest is the ledger's."""
        return self._content.sound_readings

    def read(self, chains: Sequence[str] | None = None) -> Iterator[bool]:
        """Reads all chains in order, or some records', and has what they come to compared, step by step: false where it cannot go
        on now. What the WARCs say is not needed for it.
        """
        portion: list[Sequence[Entry]] = []
        held = 0
        for chain, rows in self._chains(chains):
            entries: list[Entry] = []
            is_sound = self._chain(chain, rows, entries)
            if chain == self._archive:
                self._own = entries
            elif is_sound:  # of a damaged chain only the damage is told
                portion.append(entries)
                held += len(entries)
            if held >= _PORTION:
                yield from self._compare(portion, chains is None)
                portion, held = [], 0
            elif len(portion) % _STEP == 0:
                yield True
        if portion:
            yield from self._compare(portion, chains is None)

    def check(self, replay: Replay, chains: Sequence[str] | None = None) -> Iterator[Finding]:
        """What is wrong with the chains that were read, and the WARCs; then what other tables say otherwise."""
        damaged = self._hold_to_warcs()
        yield from (finding for _, finding in sorted(self._found, key=itemgetter(0)))
        # what was taken for sound and is not
        again = {*self._notebook.lots_of_other_facts(), *self._notebook.lots_with(damaged)}
        for lot, given in enumerate(self._lots):
            differing = self._workers.result(given)
            yield from _told(self._again(lot, damaged, replay) if lot in again else differing)
        if chains is None:
            yield from _told(replay.of_archive(self._tx, self._own))
            for entry, *_ in self._notebook.unclaimed("entry", "stated", "void", "beyond"):
                yield Finding(f"ledger entry {entry}", "it is in a WARC, not in the database, and not void", REBUILD)

    def check_noted(self) -> Iterator[Finding]:
        """The entries that were read again and belong to chains that were not checked have their rows."""
        for some in portions([entry for entry, *_ in self._notebook.unclaimed("entry", "stated", "void")], _AT_ONCE):
            in_warcs = self._notebook.of("entry", some)
            rows = dict(self._tx.execute(select(_ledger.entry, _ledger.bytes).where(_ledger.entry.in_(some))).tuples().all())
            for entry, (digest,) in in_warcs.items():
                if entry not in rows:
                    yield Finding(f"ledger entry {entry}", "it is in a WARC, not in the database, and not void", REBUILD)
                elif digest_of(bytes_in(rows[entry])) != digest:
                    yield Finding(f"ledger entry {entry}", "the row and its WARC record differ", REBUILD)

    def _chains(self, only: Sequence[str] | None) -> Iterator[tuple[str, Iterator[Row[Any]]]]:
        query = select(tables.ledger).order_by(_ledger.chain, _ledger.seq)
        if only is None:
            rows = self._tx.execute(query, execution_options={"yield_per": _AT_ONCE})
            yield from groupby(rows, key=lambda row: str(row.chain))
            return
        for some in portions(only, _AT_ONCE):
            some_rows = self._tx.execute(query.where(_ledger.chain.in_(some))).all()
            yield from groupby(some_rows, key=lambda row: str(row.chain))

    def _note_capture(self, row: Row[Any], entry: Entry) -> None:
        capture = entry.body.get("capture")
        if capture:
            of, version = _decides(entry)
            how = "reads" if entry.kind is Kind.READING else "corrects" if entry.body.get("corrects") is not None else "decides"
            self._notebook.note("named", capture["id"], row.id, capture["digest"], entry.id, of, version, how)

    def _chain(self, chain: str, rows: Iterator[Row[Any]], entries: list[Entry]) -> bool:
        """Whether the rows of a chain are sound; ``entries`` is filled with all that can be read and come to rows."""
        seq, previous, is_sound = 0, genesis(chain), True
        while some := list(islice(rows, _AT_ONCE)):
            batch = self.entries
            for row in some:
                self.entries += 1
                digest = digest_of(data := bytes_in(row.bytes))
                hole = self._holes.get((chain, seq + 1))
                if hole is not None and hole.last + 1 == row.seq:
                    self._found.append(((batch, 0, self.entries, -1), Finding(*_lost(hole), LOST)))
                    seq, previous = hole.last, row.previous
                entry, problem = entry_in(row, data, digest)
                if entry is not None and problem is None:
                    problem = _out_of_place(entry, seq, previous)
                seq, previous = row.seq, digest
                self._notebook.note("stated", row.entry, self.entries, batch, chain, seq, digest)
                if entry is not None:
                    self._note_capture(row, entry)
                    if chain != self._archive or entry.kind not in NO_ROWS:
                        entries.append(entry)
                if problem is not None:
                    is_sound = False
                    self._found.append(((batch, 0, self.entries, 0), Finding(f"ledger {chain}:{seq}", problem, REBUILD)))
                elif entry is not None and (payload := payload_of(entry)) is not None:
                    place = _reading(entry) or f"ledger {chain}:{seq}"
                    self._notebook.note("content", payload["id"], self.entries, batch, place, payload["digest"])
        hole = self._holes.get((chain, seq + 1))
        if hole is not None and hole.last > seq:
            self._found.append(((self.entries, 0, self.entries + 1, -1), Finding(*_lost(hole), LOST)))
        return is_sound

    def _compare(self, portion: Sequence[Sequence[Entry]], side_by_side: bool) -> Iterator[bool]:
        lot = len(self._lots)
        for entries in portion:
            if entries:
                self._notebook.note("lot", entries[0].chain, lot)
        sources = Sources(self._content.facts_for(lot), self._content.named_by)
        reading = lot_of(self._tx, portion, sources, side_by_side=side_by_side)
        while (made := next(reading)) is None:
            yield True
        while not self._workers.has_room:
            yield False
        self._lots.append(self._workers.soon(Comparison(made)))

    def _again(self, lot: int, damaged: Set[str], replay: Replay) -> Iterator[Difference]:
        """A lot compared again, now that the WARCs were read."""
        portion: list[Sequence[Entry]] = []
        sound = self._content.sound_readings
        for _, rows in self._chains([name for name in self._notebook.chains_of(lot) if name not in damaged]):
            read = (entry_in(row, data := bytes_in(row.bytes), digest_of(data))[0] for row in rows)
            portion.append([entry for entry in read if entry is not None])
        reading = lot_of(self._tx, portion, Sources(self._content.facts, self._content.named_by), side_by_side=False)
        while (made := next(reading)) is None:
            pass
        self._content.sound_readings = sound  # counted before
        yield from replay.differences(made)

    def _hold_to_warcs(self) -> set[str]:
        """Notes what the WARCs say otherwise; the chains whose rows are not what they have."""
        damaged: set[str] = set()
        for entry, n, batch, chain, seq, _, in_warc in self._notebook.otherwise("stated"):
            place = f"ledger {chain}:{seq}"
            if in_warc is not None:
                damaged.add(chain)
                found = Finding(place, f"the row and its WARC record {entry} differ", REBUILD)
            elif not self._is_catalogued(entry):
                found = Finding(place, f"its WARC record {entry} is not there", RESTORE)
            else:
                continue
            self._found.append(((batch, 0, n, 1), found))
        for record, n, batch, place, _, in_warc in self._notebook.otherwise("content"):
            if in_warc is not None or not self._is_catalogued(record):
                problem = f"its content record {record} is missing or differs"
                self._found.append(((batch, 1, n, 0), Finding(place, problem, RESTORE)))
        return damaged

    def _is_catalogued(self, record: str) -> bool:
        """Whether a record that was not read again is known at least; never where all were read."""
        if self._whole:
            return False
        m = tables.members.c
        return self._tx.execute(select(m.offset).where(m.record_id == record)).first() is not None


def _out_of_place(entry: Entry, seq: int, previous: str) -> str | None:
    """What is wrong with where an entry stands, behind one with a number and a digest."""
    if entry.seq != seq + 1:
        return f"the chain has a hole: entry {seq + 1} is missing"
    return None if entry.previous == previous else "the entry does not follow the one before it"


def _lost(hole: Hole) -> tuple[str, str]:
    places = f"{hole.first}" if len(hole.places) == 1 else f"{hole.first}-{hole.last}"
    return f"ledger {hole.chain}:{places}", "a rebuild found it lost, and went on without"


def _decides(entry: Entry) -> tuple[str | None, int | None]:
    """The record and version that a capture's row names after an entry."""
    version = entry.body.get("number") if entry.kind is Kind.VERSION else entry.body.get("version")
    return (entry.body.get("record") if entry.kind is Kind.HELD else entry.chain), version


def _reading(entry: Entry) -> str | None:
    """How a reading is called that an entry makes."""
    body = entry.body
    if entry.kind is Kind.VERSION:
        return f"reading {entry.chain}@{body['number']}.{body['reading']['number']}"
    return f"reading {entry.chain}@{body['version']}.{body['number']}" if entry.kind is Kind.READING else None


def _told(differences: Iterable[Difference]) -> Iterator[Finding]:
    for found in differences:
        yield Finding(_named(found), found.problem, REBUILD)


def _named(found: Difference) -> str:
    if not found.record:
        return " ".join([found.what, *map(str, found.key)])
    if found.what in {"version", "reading"} and found.key:
        return f"{found.what} {found.record}@{'.'.join(map(str, found.key))}"
    return " ".join([found.what, found.record, *(json.dumps(k, ensure_ascii=False, default=repr) for k in found.key)])
