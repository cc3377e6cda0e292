"""Captures read back from the WARCs, as they were taken in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from model.capture import Capture
from model.errors import Damaged, NotFound
from model.identity import alias_key
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.batch import Staged
from storage.capture_records import parse_facts, restore_capture
from storage.decide import Kept
from storage.deposit import Deposit
from storage.nowhere import is_nowhere
from storage.portions import portions
from storage.segments import SegmentFolder
from storage.warc import Member, member_of

_CANDIDATES = 50
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Undecided:
    """A capture that recovery found without a decision."""

    capture: Capture
    kept: Kept
    facts: bytes

    def staged(self, deposit: Deposit) -> Staged:
        """What was made of it, ready to be settled; nothing is written twice."""
        return Staged(deposit, self.kept, self.facts, ())


class Captures:
    """The captures of an archive, inside one transaction."""

    def __init__(self, tx: Connection, folder: SegmentFolder) -> None:
        self._tx = tx
        self._folder = folder

    def load(self, capture: str) -> Capture:
        """One capture. Raises ``NotFound``, and ``Damaged`` where a record of it cannot be read."""
        return restore_capture(self.facts(capture), self._member)

    def facts(self, capture: str) -> dict[str, Any]:
        """The facts of a capture. Raises ``NotFound``, and ``Damaged`` where it was there and its row is gone."""
        c = tables.captures.c
        data = self._tx.execute(select(c.facts).where(c.id == capture)).scalar_one_or_none()
        if data is None:
            m = tables.members.c
            if self._tx.execute(select(m.record_id).where(m.record_id == capture)).first() is not None:
                raise Damaged(f"the database has lost capture {capture}: {VERIFY_FIRST}", place=capture, lost=True)
            raise NotFound(f"no capture {capture} in this archive")
        return parse_facts(data)

    def is_lost(self, capture: str) -> bool:
        """Whether a capture's facts are known to be lost, or one of its records is in no file: no ``rebuild`` would find it.
        Raises ``NotFound``. Reads all of the catalogue, and what it leaves out of the files, where the catalogue lacks a record.
        """
        if self._tx.execute(select(tables.lost.c.id).where(tables.lost.c.id == capture)).first() is not None:
            return True
        try:
            self.load(capture)
        except Damaged as error:
            return bool(error.facts.get("lost")) and is_nowhere(self._tx, self._folder, str(error.facts["place"]))
        return False

    def records_of(self, capture: str) -> frozenset[str]:
        """The records whose page, or image file, a capture is."""
        c, i = tables.captures.c, tables.images.c
        pages = self._tx.execute(select(c.record).where(c.id == capture, c.record.is_not(None))).scalars()
        images = self._tx.execute(select(i.record).where(i.capture == capture)).scalars()
        return frozenset([*pages, *images])

    def has_read(self, origin_key: str) -> bool:
        """True where a capture with this origin key shows a version."""
        c = tables.captures.c
        query = select(c.id).where(c.origin_key == origin_key, c.version.is_not(None))
        return self._tx.execute(query).first() is not None

    def of_address(self, url: str, record_id: str | None = None, at: str | None = None) -> Iterator[Capture]:
        """Copies of an address, at most ``_CANDIDATES``: first the one that was the foreign record ``record_id``,
        then the one of the time ``at`` (UTC text, or its beginning), then the latest. Damaged ones are left out.
        """
        c = tables.captures.c
        query = select(c.facts).where(c.url_key == alias_key(url), c.length > 0).order_by(c.at.desc()).limit(_CANDIDATES)
        found = [facts for data in self._tx.execute(query).scalars() if (facts := _facts_in(data)) is not None]

        def nearness(facts: dict[str, Any]) -> tuple[bool, bool]:
            foreign = (facts["imported"] or {}).get("record_id")
            is_it = record_id is not None and (foreign == record_id or record_id == f"urn:uuid:{facts['id']}")
            return not is_it, not (at and (facts["at"] or "").startswith(at.rstrip("Z")))

        for facts in sorted(found, key=nearness):
            try:
                yield restore_capture(facts, self._member)
            except Damaged:
                continue

    def undecided(self) -> Iterator[Undecided]:
        """Captures without a decision, oldest first. Those whose records are damaged are left
        for ``verify``, which names them: they must not keep others from being decided.
        """
        c = tables.captures.c
        # ids first: while a piece is damaged, all copies of it wait
        ids = self._tx.execute(select(c.id).where(c.entry.is_(None)).order_by(c.received_at)).scalars().all()
        for some in portions(ids, _AT_ONCE):
            rows = self._tx.execute(select(c.id, c.digest, c.facts).where(c.id.in_(some)).order_by(c.received_at)).all()
            for row in rows:
                try:
                    capture = restore_capture(parse_facts(row.facts), self._member)
                except Damaged:
                    continue
                yield Undecided(capture, Kept(row.id, row.digest), row.facts)

    def block(self, record_id: str) -> bytes:
        """The block of a content record. Raises ``Damaged`` where it cannot be read."""
        return self._member(record_id).block

    def _member(self, record_id: str) -> Member:
        m, s = tables.members.c, tables.segments.c
        query = select(s.name, m.offset, m.length).join_from(tables.members, tables.segments).where(m.record_id == record_id)
        row = self._tx.execute(query).one_or_none()
        if row is None:
            raise Damaged(f"the WARC record {record_id} is not in the catalogue: {VERIFY_FIRST}", place=record_id, lost=True)
        return member_of(self._folder.read(row.name, row.offset, row.length), row.name, row.offset)


def _facts_in(data: bytes) -> dict[str, Any] | None:
    """Facts as a row has them; ``None`` where they are damaged, which ``verify`` tells."""
    try:
        return parse_facts(data)
    except Damaged:
        return None
