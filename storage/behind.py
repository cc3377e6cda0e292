"""What the WARC files state that the database does not know, as it is older than they are (it was put back from a backup, or a
process was killed). Whoever only reads cannot settle that; but nothing is shown that may be restricted since.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from model.errors import Damaged, PressmarkError
from model.ledger import Entry, Kind, decode
from storage import places, tables
from storage.database import Database
from storage.segments import SegmentFolder
from storage.warc import Member, walk
from storage.whole import LEDGER

_SETTLED = "run `pressmark verify`, or `pressmark rebuild` where it says so"


class Behind:
    """Looked at once, as an archive is opened: ``line`` tells of it, ``None`` where there is nothing."""

    def __init__(self, database: Database, folder: SegmentFolder) -> None:
        try:
            found = _found(database, folder)
        except Damaged:
            found = []  # a database that lacks tables tells whoever asks it
        self._restricts = any(entry.kind is Kind.RESTRICTION for entry in found)
        said = "what an entry of these says" if len(found) == 1 else f"what {len(found)} entries of these say"
        self.line = f"the database is older than the WARC files, and {said} is not told: {_SETTLED}" if found else None

    def refuse(self) -> None:
        """Raises ``Damaged`` where one of them is a restriction: what it closes would be shown."""
        if self._restricts:
            raise Damaged(
                f"the WARC files state a restriction that the database is too old to know, so that nothing is shown: {_SETTLED}"
            )


def _found(database: Database, folder: SegmentFolder) -> list[Entry]:
    # lengths before locks, locks before the transaction: what somebody who has let go wrote until then is committed
    lengths = folder.lengths()
    with database.reading() as tx:
        committed = places.committed(tx)
    longer = {name: size for name, size in lengths.items() if size > committed.get(name, 0) and not _is_held(folder, name)}
    if not longer:
        return []
    with database.reading() as tx:
        committed = places.committed(tx)
        return [x for name, size in longer.items() for x in _unknown(tx, folder, name, committed.get(name, 0), size)]


def _is_held(folder: SegmentFolder, name: str) -> bool:
    """Whether a writer has it in hand; so is taken what cannot be read, which a check tells."""
    try:
        return folder.is_held(name)
    except OSError:
        return True


def _unknown(tx: Connection, folder: SegmentFolder, name: str, start: int, end: int) -> Iterator[Entry]:
    """The entries of a stretch of a file that are not in the ledger."""
    t = tables.ledger.c
    for found in walk(folder.path(name), start):
        if found.offset >= end:
            break
        if isinstance(found, Member) and found.headers.get("warc-target-uri", "").startswith(LEDGER):
            try:
                entry = decode(found.block)
            except PressmarkError:
                continue  # a newer release's, or damaged: it is told by a check
            if tx.execute(select(t.id).where(t.entry == entry.id)).first() is None:
                yield entry
