"""What chains take from outside of the ledger: facts of captures, articles, notes. As the database holds it where that is
whole, else as the WARCs do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from model.capture import digest_of
from model.errors import PressmarkError
from model.ledger import Entry
from model.verification import Finding
from storage import tables
from storage.advice import LOST, REBUILD
from storage.content import empty_content, payload_of
from storage.held_bytes import bytes_in, unpacked_in
from storage.held_files import Files
from storage.notebook import Notebook
from storage.portions import portions
from storage.said_by_person import said_in
from storage.segments import SegmentFolder
from storage.warc import member_of

_AT_ONCE = 400


class Content:
    """Content by what chains call it. What is not as it should be is told elsewhere."""

    def __init__(self, tx: Connection, folder: SegmentFolder, notebook: Notebook) -> None:
        self._tx = tx
        self._folder = folder
        self._notebook = notebook
        # rows of readings whose article is the one that the ledger names, and whose digest is the ledger's
        self.sound_readings = 0

    def facts_for(self, lot: int) -> Callable[[Iterable[str]], Mapping[str, tuple[bytes, str]]]:
        """The database's facts of captures, before the WARCs were read; the notebook is told which they were, for a lot."""

        def facts(captures: Iterable[str]) -> Mapping[str, tuple[bytes, str]]:
            wanted = sorted(captures)
            rows = {capture: (data, digest) for capture, data, digest, stated in self._rows(wanted) if digest == stated}
            for capture in wanted:
                self._notebook.note("taken", capture, lot, rows[capture][1] if capture in rows else "")
            return rows

        return facts

    def facts(self, captures: Iterable[str]) -> Mapping[str, tuple[bytes, str]]:
        """The facts of captures: the database's where they are those of the WARC, else the WARC's."""
        wanted = sorted(captures)
        in_warcs = self._notebook.of("facts", wanted)
        found: dict[str, tuple[bytes, str]] = {}
        for capture, data, digest, stated in self._rows(wanted):
            if digest == (in_warcs[capture][0] if capture in in_warcs else stated):
                found[capture] = (data, digest)
        for capture, (digest, *place) in in_warcs.items():
            if capture not in found:
                found[capture] = (self._block(*place), digest)
        return found

    def _rows(self, captures: Sequence[str]) -> Iterator[tuple[str, bytes, str, str]]:
        """Ids, facts, their digests, and those that the rows state."""
        c = tables.captures.c
        for some in portions(captures, _AT_ONCE):
            for capture, data, stated in self._tx.execute(select(c.id, c.facts, c.digest).where(c.id.in_(some))).all():
                yield capture, data, digest_of(bytes_in(data)), stated

    def named_by(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        """The content that entries name: articles as the database has them where they are whole, else the WARC's, else what the
        database has of what persons said, else what a rebuild put in their place.
        """
        payloads = {p["id"]: p["digest"] for entry in entries if (p := payload_of(entry)) is not None}
        r, m, s = tables.readings.c, tables.members.c, tables.segments.c
        found: dict[str, bytes] = {}
        kept: dict[str, bytes] = {}
        # by record, as that has an index
        for some in portions(dict.fromkeys(entry.chain for entry in entries), _AT_ONCE):
            asked = select(r.payload, r.digest, r.article).where(r.record.in_(some))
            for payload, digest, packed in self._tx.execute(asked).all():
                data = unpacked_in(packed)
                if data is not None and digest_of(data) == payloads.get(payload):
                    found[payload] = data
                    self.sound_readings += digest == payloads[payload]
                else:
                    kept[payload] = data or b""
        for some in portions(sorted(payloads.keys() - found.keys()), _AT_ONCE):
            places = select(m.record_id, s.name, m.offset, m.length).join_from(tables.members, tables.segments)
            for record, *place in self._tx.execute(places.where(m.record_id.in_(some))):
                block = self._block(*place)
                if digest_of(block) == payloads[record]:
                    found[record] = block
        for entry in entries:
            payload = payload_of(entry)
            if payload is not None and payload["id"] not in found and (said := said_in(self._tx, entry)) is not None:
                found[payload["id"]] = said
            # of a reading, the database may have what the WARCs lost, damaged: nothing stands for that
            if payload is not None and payload["id"] not in found and kept.get(payload["id"]) in {None, empty_content(entry)}:
                found[payload["id"]] = empty_content(entry)
        return found

    def _block(self, segment: str, offset: int, length: int) -> bytes:
        try:
            return member_of(self._folder.read(segment, offset, length), segment, offset).block
        except (PressmarkError, TypeError):  # a place may be no number
            return b""  # what was found there is told; nothing can be worked out with it


def articles(tx: Connection, notebook: Notebook, files: Files, records: Sequence[str] | None = None) -> Iterator[Finding]:
    """The articles in the database, of some records or all, are what their rows' digests say. Of one that the WARCs have
    lost, too, that is told with its entry, if not with a file; of a part, not all of the WARCs were read, and what the catalogue
    has is not lost.
    """
    r, m = tables.readings.c, tables.members.c
    query = select(r.record, r.version, r.number, r.digest, r.payload, r.article)
    for some in [None] if records is None else list(portions(records, _AT_ONCE)):
        asked = query if some is None else query.where(r.record.in_(some))
        for row in tx.execute(asked, execution_options={"yield_per": _AT_ONCE}):
            data = unpacked_in(row.article)
            if data is not None and digest_of(data) == row.digest:
                continue
            in_warc = notebook.of("block", [row.payload]).get(row.payload)
            if in_warc is not None:
                is_there = in_warc[0] == row.digest
            else:
                known = select(m.offset).where(m.record_id == row.payload)
                is_there = records is not None and tx.execute(known).first() is not None
            place = f"reading {row.record}@{row.version}.{row.number}"
            if in_warc is None and files.is_gone(row.payload):
                yield Finding(place, "the article in the database is damaged, and its WARC record is gone", LOST)
            elif is_there:
                yield Finding(place, "the article in the database is damaged", REBUILD)
