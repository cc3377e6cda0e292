"""What an open archive answers: the reading side of ``storage.Archive``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from model.capture import Capture
from model.record import ChangeLine, EventLine, History, RecordLine, SearchHit, Verification, VersionView
from storage import queries
from storage.captures import Captures
from storage.database import Database
from storage.deposit import ImageWanted
from storage.folder import DATABASE
from storage.images import count_kept, wanted_images
from storage.search import search
from storage.segments import SegmentFolder
from storage.verify import Checker

Progress = Callable[[int, int], None]


def quiet(_done: int, _all: int) -> None:
    """Progress that nobody watches."""


class Reading:
    """An archive that is asked. Needs no lock; every question sees one consistent state."""

    def __init__(
        self, where: Path, archive_id: str, database: Database, folder: SegmentFolder, now: Callable[[], datetime]
    ) -> None:
        self.where = where
        self.id = archive_id
        self._database = database
        self._folder = folder
        self._now = now

    def find(self, text: str) -> str:
        """The record that an id, an unambiguous prefix or a URL names. Raises ``NotFound``, ``Ambiguous``."""
        with self._database.reading() as tx:
            return queries.find(tx, text)

    def list(self, limit: int | None = 50) -> Iterator[RecordLine]:
        """Records, newest received first."""
        with self._database.reading() as tx:
            yield from queries.record_lines(tx, limit)

    def history(self, record: str) -> History:
        """A record through time."""
        with self._database.reading() as tx:
            return queries.history(tx, record)

    def show(self, record: str, version: int | None = None, reading: int | None = None) -> VersionView:
        """One version (bare: the latest by capture time) as now read, or as one reading had it."""
        with self._database.reading() as tx:
            return queries.show(tx, record, version, reading)

    def search(self, query: str, limit: int = 20) -> Sequence[SearchHit]:
        """Records that match, newest first; the language is described in ``storage.search``."""
        with self._database.reading() as tx:
            return search(tx, query, limit)

    def changes(self, since: datetime, limit: int | None = None) -> Iterator[ChangeLine]:
        """What publishers changed since a moment, newest first."""
        with self._database.reading() as tx:
            yield from queries.changes(tx, since, limit)

    def stats(self) -> dict[str, Any]:
        """Counts and sizes (bytes) of what is held."""
        with self._database.reading() as tx:
            counts = queries.stats(tx)
        warcs = sum(self._folder.path(n).stat().st_size for n in self._folder.names())
        database = sum(p.stat().st_size for p in self.where.glob(f"{DATABASE}*"))
        return {"archive": self.id, **counts, "warc_bytes": warcs, "database_bytes": database}

    def events(self, record: str | None = None, limit: int | None = 100) -> Iterator[EventLine]:
        """Ledger entries as PREMIS events, newest first; of one record, or of everything."""
        with self._database.reading() as tx:
            yield from queries.events(tx, record, limit)

    def load_capture(self, capture: str) -> Capture:
        """A capture as it was taken in, read from the WARCs. Raises ``NotFound``, ``Damaged``."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).load(capture)

    def has_read(self, origin_key: str) -> bool:
        """True where a capture with this origin key shows a version: taking it again changes nothing."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).has_read(origin_key)

    def wanted_images(self, record: str, version: int) -> Sequence[ImageWanted]:
        """The images that a version names and has no file of yet; see ``storage.images``."""
        with self._database.reading() as tx:
            return wanted_images(tx, Captures(tx, self._folder), record, version)

    def count_images(self, record: str, version: int) -> int:
        """How many image files a version has."""
        with self._database.reading() as tx:
            return count_kept(tx, record, version)

    def capture_facts(self, capture: str) -> Mapping[str, Any]:
        """The facts of a capture as kept. Raises ``NotFound``."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).facts(capture)

    def capture_bytes(self, capture: str) -> bytes:
        """A capture's payload as kept (still content-encoded where it was fetched)."""
        return self.load_capture(capture).entity

    def verify(self, progress: Progress = quiet) -> Verification:
        """Checks everything held against itself; see ``storage.verify``."""
        with self._database.reading() as tx:
            return Checker(tx, self._folder, progress).run()
