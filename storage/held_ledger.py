"""The ledger's rows held to the WARCs and to each other, and everything else that the database holds to the ledger."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Row, select

from model.capture import digest_of
from model.errors import PressmarkError
from model.ledger import Entry, Kind, decode, genesis
from model.verification import Finding
from storage import tables
from storage.comparing import Comparing
from storage.content import payload_of
from storage.lots import Sources, lot_of
from storage.notebook import Notebook
from storage.portions import portions
from storage.replay import NO_ROWS, Difference, Replay
from storage.segments import SegmentFolder
from storage.stated import REBUILD, RESTORE
from storage.warc import member_of

_PORTION = 400  # entries that are worked out together
_AT_ONCE = 400
_ledger = tables.ledger.c


class Ledger:
    """One pass over chains. ``whole`` where the notebook has all of the WARCs; otherwise what it lacks is looked up
    in the catalogue only.
    """

    def __init__(self, tx: Connection, folder: SegmentFolder, notebook: Notebook, archive: str, *, whole: bool) -> None:
        self._tx = tx
        self._folder = folder
        self._notebook = notebook
        self._archive = archive
        self._whole = whole
        self.entries = 0
        # rows of readings whose article is the one that the ledger names, and whose digest is the ledger's
        self.sound_readings = 0

    def check(self, comparing: Comparing, replay: Replay, chains: Sequence[str] | None = None) -> Iterator[Finding]:
        """All chains in order, or some records'; then what other tables say otherwise."""
        sources = Sources(self._facts, self._contents)
        portion: list[Sequence[Entry]] = []
        own: list[Entry] = []
        differing: list[Difference] = []

        def compare() -> None:
            differing.extend(comparing.give(lot_of(self._tx, portion, sources, side_by_side=chains is None)))

        for chain, rows in self._chains(chains):
            entries: list[Entry] = []
            found = list(self._chain(chain, rows, entries))
            yield from found
            if chain == self._archive:
                own = entries
            elif all(finding.advice == RESTORE for finding in found):  # of a damaged chain only the damage is told
                portion.append(entries)
            if sum(map(len, portion)) >= _PORTION:
                compare()
                portion = []
        compare()
        differing.extend(comparing.rest())
        yield from _told(differing)
        if chains is None:
            yield from _told(replay.of_archive(self._tx, own))
            for entry, *_ in self._notebook.unclaimed("entry", "row", "void"):
                yield Finding(f"ledger entry {entry}", "it is in a WARC, not in the database, and not void", REBUILD)

    def check_noted(self) -> Iterator[Finding]:
        """The entries that were read again and belong to chains that were not checked have their rows."""
        for some in portions([entry for entry, *_ in self._notebook.unclaimed("entry", "row", "void")], _AT_ONCE):
            in_warcs = self._notebook.of("entry", some)
            rows = dict(self._tx.execute(select(_ledger.entry, _ledger.bytes).where(_ledger.entry.in_(some))).tuples().all())
            for entry, (digest,) in in_warcs.items():
                if entry not in rows:
                    yield Finding(f"ledger entry {entry}", "it is in a WARC, not in the database, and not void", REBUILD)
                elif digest_of(_bytes(rows[entry])) != digest:
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

    def _chain(self, chain: str, rows: Iterator[Row[Any]], entries: list[Entry]) -> Iterator[Finding]:
        """What is wrong with the rows of a chain; ``entries`` is filled with all that can be read and come to rows."""
        seq, previous = 0, genesis(chain)
        while some := list(islice(rows, _AT_ONCE)):
            in_warcs = self._notebook.of("entry", (row.entry for row in some))
            sound: list[tuple[str, Entry]] = []
            for row in some:
                self.entries += 1
                self._notebook.note("row", row.entry)
                place = f"ledger {chain}:{row.seq}"
                digest = digest_of(data := _bytes(row.bytes))
                entry, problem = _read(row, data, digest, seq, previous)
                seq, previous = row.seq, digest
                if entry is not None:
                    self._note_capture(row, entry)
                    if chain != self._archive or entry.kind not in NO_ROWS:
                        entries.append(entry)
                if problem is not None:
                    yield Finding(place, problem, REBUILD)
                elif entry is not None:
                    sound.append((place, entry))
                in_warc = in_warcs.get(row.entry)
                if in_warc is None and not self._is_catalogued(row.entry):
                    yield Finding(place, f"its WARC record {row.entry} is not there", RESTORE)
                elif in_warc is not None and in_warc[0] != previous:
                    yield Finding(place, f"the row and its WARC record {row.entry} differ", REBUILD)
            yield from self._payloads(sound)

    def _payloads(self, entries: Sequence[tuple[str, Entry]]) -> Iterator[Finding]:
        named = [(place, entry, payload) for place, entry in entries if (payload := payload_of(entry)) is not None]
        held = self._notebook.of("block", (payload["id"] for _, _, payload in named))
        for place, entry, payload in named:
            self._notebook.note("row", payload["id"])
            block = held.get(payload["id"])
            if block is None and self._is_catalogued(payload["id"]):
                continue
            if block is None or block[0] != payload["digest"]:
                yield Finding(_reading(entry) or place, f"its content record {payload['id']} is missing or differs", RESTORE)

    def _is_catalogued(self, record: str) -> bool:
        """Whether a record that was not read again is known at least; never where all were read."""
        if self._whole:
            return False
        m = tables.members.c
        return self._tx.execute(select(m.offset).where(m.record_id == record)).first() is not None

    def _facts(self, captures: Iterable[str]) -> Mapping[str, tuple[bytes, str]]:
        """The facts of captures: the database's where they are those of the WARC, else the WARC's."""
        wanted = sorted(captures)
        in_warcs = self._notebook.of("facts", wanted)
        c, found = tables.captures.c, dict[str, tuple[bytes, str]]()
        for some in portions(wanted, _AT_ONCE):
            for row in self._tx.execute(select(c.id, c.facts, c.digest).where(c.id.in_(some))):
                digest = digest_of(_bytes(row.facts))
                if digest == (in_warcs[row.id][0] if row.id in in_warcs else row.digest):
                    found[row.id] = (row.facts, digest)
        for capture, (digest, *place) in in_warcs.items():
            if capture not in found:
                found[capture] = (self._block(*place), digest)
        return found

    def _contents(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        """The content that entries name: articles as the database has them where they are whole, else the WARC's."""
        payloads = {p["id"]: p["digest"] for entry in entries if (p := payload_of(entry)) is not None}
        r, m, s = tables.readings.c, tables.members.c, tables.segments.c
        found: dict[str, bytes] = {}
        # by record, as that has an index
        for some in portions(dict.fromkeys(entry.chain for entry in entries), _AT_ONCE):
            for payload, digest, packed in self._tx.execute(select(r.payload, r.digest, r.article).where(r.record.in_(some))):
                data = _unpacked(packed)
                if data is not None and digest_of(data) == payloads.get(payload):
                    found[payload] = data
                    self.sound_readings += digest == payloads[payload]
        for some in portions(sorted(payloads.keys() - found.keys()), _AT_ONCE):
            places = select(m.record_id, s.name, m.offset, m.length).join_from(tables.members, tables.segments)
            for record, *place in self._tx.execute(places.where(m.record_id.in_(some))):
                found[record] = self._block(*place)
        return found

    def _block(self, segment: str, offset: int, length: int) -> bytes:
        try:
            return member_of(self._folder.read(segment, offset, length), segment, offset).block
        except PressmarkError:
            return b""  # what was found there is told; nothing can be worked out with it


def articles(tx: Connection, records: Sequence[str] | None = None) -> Iterator[Finding]:
    """The articles in the database, of some records or all, are what their rows' digests say."""
    r = tables.readings.c
    query = select(r.record, r.version, r.number, r.digest, r.article)
    for some in [None] if records is None else list(portions(records, _AT_ONCE)):
        asked = query if some is None else query.where(r.record.in_(some))
        for row in tx.execute(asked, execution_options={"yield_per": _AT_ONCE}):
            data = _unpacked(row.article)
            if data is None or digest_of(data) != row.digest:
                place = f"reading {row.record}@{row.version}.{row.number}"
                yield Finding(place, "the article in the database is damaged", REBUILD)


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
    return " ".join([found.what, found.record, *(json.dumps(k, ensure_ascii=False) for k in found.key)])


def _unpacked(packed: bytes | None) -> bytes | None:
    try:
        return zlib.decompress(packed or b"")
    except (zlib.error, TypeError):  # damaged bytes, or no bytes at all
        return None


def _bytes(value: Any) -> bytes:
    """What a column of bytes holds, whatever was put there."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _read(row: Row[Any], data: bytes, digest: str, seq: int, previous: str) -> tuple[Entry | None, str | None]:
    """The entry of a row, where it can be read, and what is wrong with it."""
    try:
        entry = decode(data)
    except PressmarkError as error:
        return None, str(error)
    stated = (entry.id, entry.chain, entry.seq, entry.previous, entry.kind.value, entry.at, digest)
    if stated != (row.entry, row.chain, row.seq, row.previous, row.kind, row.at, row.digest):
        return entry, "the row's columns are not what its entry says"
    if entry.seq != seq + 1:
        return entry, f"the chain has a hole: entry {seq + 1} is missing"
    return entry, None if entry.previous == previous else "the entry does not follow the one before it"
