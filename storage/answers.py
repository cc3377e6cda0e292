"""What an open archive answers: the reading side of ``storage.Archive``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from model.article import Article
from model.capture import Capture
from model.changes import ChangeLine, ChangesWanted
from model.copies import Likely
from model.edtf import utc_text
from model.errors import DamagedText, StorageUnavailable
from model.export import Exported, Format
from model.record import EventLine, History, RecordLine, Scope, SearchHit, VersionView
from model.verification import Verification
from storage import engines, queries
from storage.behind import Behind
from storage.captures import Captures
from storage.changes import ALL as ALL_CHANGES
from storage.changes import changes
from storage.checks import checked
from storage.copies import likely_copies
from storage.database import Database
from storage.deposit import ImageWanted, InForce
from storage.events import Wanted, events
from storage.export import Selection, check_export, export, exported_from
from storage.export.output import check_outside
from storage.extent import EVERYTHING, Extent
from storage.finding import find
from storage.images import count_kept, wanted_images
from storage.lines import lines_then, record_lines
from storage.moments import EVER, When
from storage.places import in_store
from storage.reconsider import Discovery
from storage.replicate import plain_copy, replicas
from storage.reprocess import Unread, pending, unread_of, would_find
from storage.restrictions import hidden
from storage.search import search
from storage.segments import SegmentFolder
from storage.stores import Store
from storage.unmodified import in_force, read_the_same, visited
from storage.verify import Checker

Progress = Callable[[int, int], None]


def quiet(_done: int, _all: int) -> None:
    """Progress that nobody watches."""


class Reading:
    """An archive that is asked. Needs no lock; every question sees one consistent state."""

    def __init__(
        self,
        where: Path,
        archive_id: str,
        database: Database,
        folder: SegmentFolder,
        now: Callable[[], datetime],
        store: Store | None = None,
        keep_local: bool = True,
    ) -> None:
        self.where = where
        self.id = archive_id
        self._database = database
        self._folder = folder
        self._now = now
        self._store = store
        self.behind: Behind | None = None
        # what should be in the folder and is not is damage, whoever else has it
        self._to_check = folder.alone() if keep_local else folder

    def _telling(self) -> AbstractContextManager[Connection]:
        """A look at one state, to tell what pieces say. Raises ``Damaged`` where the database is too old to know what it may."""
        if self.behind is not None:
            self.behind.refuse()
        return self._database.reading()

    def find(self, text: str, *, as_of: datetime | None = None, known_at: datetime | None = None) -> str:
        """The record that an id, an unambiguous prefix or a URL names, at a moment. Raises ``NotFound``, ``Ambiguous``."""
        with self._database.reading() as tx:
            return find(tx, text, _when(as_of, known_at))

    def list(
        self,
        limit: int | None = 50,
        *,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        restricted: bool = False,
    ) -> Iterator[RecordLine]:
        """Records, newest received first, as they stand or stood. ``restricted``: restricted content is told, too."""
        when = _when(as_of, known_at)
        with self._telling() as tx:
            closed = hidden(tx, self._now())
            if when == EVER:
                yield from record_lines(tx, limit, closed=closed, shown=restricted)
            else:
                yield from lines_then(tx, limit, when, closed, shown=restricted)

    def history(
        self, record: str, *, as_of: datetime | None = None, known_at: datetime | None = None, restricted: bool = False
    ) -> History:
        """A record through time: up to a moment, as far as it was known at a moment."""
        with self._telling() as tx:
            return queries.history(tx, record, self._now(), _when(as_of, known_at), shown=restricted)

    def show(
        self,
        record: str,
        version: int | None = None,
        reading: int | None = None,
        *,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        restricted: bool = False,
    ) -> VersionView:
        """One version as now read (bare: the latest by capture time), as its readings up to one had it, or the one
        in force ``as_of`` a moment. Raises ``NotFound``, and ``Restricted`` unless ``restricted`` is asked for.
        """
        with self._telling() as tx:
            return queries.show(tx, record, version, reading, self._now(), _when(as_of, known_at), shown=restricted)

    def search(self, query: str, limit: int = 20, *, restricted: bool = False) -> Sequence[SearchHit]:
        """Records that match, newest first; the language is described in ``storage.search``."""
        with self._telling() as tx:
            return search(tx, query, limit, hidden(tx, self._now()), shown=restricted)

    def changes(
        self, since: datetime, limit: int | None = None, *, wanted: ChangesWanted = ALL_CHANGES, scope: Scope = Scope.CONTENT
    ) -> Iterator[ChangeLine]:
        """What publishers changed since a moment, newest first; see ``storage.changes``. No words are told of records with a
        restriction of the ``scope``: that of exports where what is told leaves the archive."""
        with self._telling() as tx:
            yield from changes(tx, since, limit, hidden(tx, self._now(), scope), wanted)

    def likely_copies(self, record: str, version: int | None = None) -> Likely:
        """Other records that are likely copies of a version's text; see ``storage.copies``."""
        with self._telling() as tx:
            return likely_copies(tx, record, version, hidden(tx, self._now()))

    def pending(self, release: str) -> Sequence[str]:
        """The records of which a release (by its id) has something left to read; see ``storage.reprocess``."""
        with self._database.reading() as tx:
            return pending(tx, release)

    def unread(self, record: str, release: str) -> Unread:
        """What a release has not read of a record."""
        with self._database.reading() as tx:
            return unread_of(tx, record, release)

    def would_find(self, todo: Unread, release: str, articles: Mapping[str, Article]) -> Sequence[Discovery]:
        """What readings of a release would show about a record, nothing written."""
        with self._database.reading() as tx:
            return would_find(tx, todo, release, articles)

    def collections(self) -> dict[str, int]:
        """The names of all collections, each with how many records it has."""
        with self._database.reading() as tx:
            return queries.collections(tx)

    def restricted(self, scope: Scope = Scope.CONTENT) -> Set[str]:
        """Records with a restriction of a scope in force."""
        with self._database.reading() as tx:
            return hidden(tx, self._now(), scope)

    def stats(self) -> dict[str, Any]:
        """Counts and sizes (bytes) of what is held; which copies there are, what the store has, when what was checked."""
        with self._database.reading() as tx:
            counts = queries.stats(tx) | {
                "copies": {c.name: plain_copy(c) for c in replicas(tx)},
                "checked": checked(tx, self.id),
            }
            if self._store is not None:
                counts["store"] = in_store(tx, self._store.address)
            database = engines.of(tx).size(tx)
        warcs = sum(self._folder.path(n).stat().st_size for n in self._folder.names())
        return {"archive": self.id, **counts, "warc_bytes": warcs, "database_bytes": database}

    def events(
        self, record: str | None = None, limit: int | None = 100, *, kind: str | None = None, since: datetime | None = None
    ) -> Iterator[EventLine]:
        """Ledger entries as PREMIS events, newest first; of one record or of everything, of one kind, since a moment."""
        wanted = Wanted(record, kind, utc_text(since) if since else None)
        with self._database.reading() as tx:
            yield from events(tx, wanted, limit, Captures(tx, self._folder).block)

    def load_capture(self, capture: str) -> Capture:
        """A capture as it was taken in, read from the WARCs. Raises ``NotFound``, ``Damaged``."""
        with self._telling() as tx:
            return Captures(tx, self._folder).load(capture)

    def is_lost(self, capture: str) -> bool:
        """Whether a capture that cannot be read is lost for good, as far as the archive's own files go."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).is_lost(capture)

    def copies_of(self, url: str, record_id: str | None = None, at: str | None = None) -> Sequence[Capture]:
        """Copies of an address, likeliest first to be the foreign record and of the time that are named."""
        with self._telling() as tx:
            return list(Captures(tx, self._folder).of_address(url, record_id, at))

    def has_read(self, origin_key: str) -> bool:
        """True where a capture with this origin key shows a version: taking it again changes nothing."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).has_read(origin_key)

    def visited(self, urls: Iterable[str]) -> Set[str]:
        """Those of some addresses that were visited before."""
        with self._database.reading() as tx:
            return visited(tx, urls)

    def in_force(self, url: str) -> InForce | None:
        """The copy that stands for an address, for a conditional request; see ``storage.unmodified``."""
        with self._database.reading() as tx:
            return in_force(tx, Captures(tx, self._folder).load, url)

    def read_the_same(self, capture: Capture, article: Article, release: str) -> InForce | None:
        """The copy that a fetched page is another of only in its bytes; see ``storage.unmodified``."""
        with self._database.reading() as tx:
            return read_the_same(tx, capture, article, release)

    def wanted_images(self, record: str, version: int) -> Sequence[ImageWanted]:
        """The images that a version names and has no file of yet; see ``storage.images``."""
        with self._database.reading() as tx:
            return wanted_images(tx, Captures(tx, self._folder), record, version, self._now())

    def count_images(self, record: str, version: int) -> int:
        """How many image files a version has."""
        with self._database.reading() as tx:
            return count_kept(tx, record, version)

    def capture_facts(self, capture: str) -> Mapping[str, Any]:
        """The facts of a capture as kept. Raises ``NotFound``."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).facts(capture)

    def records_of(self, capture: str) -> Set[str]:
        """The records that a capture shows, or keeps an image file of."""
        with self._database.reading() as tx:
            return Captures(tx, self._folder).records_of(capture)

    def capture_bytes(self, capture: str) -> bytes:
        """A capture's payload as kept (still content-encoded where it was fetched)."""
        return self.load_capture(capture).entity

    def export(
        self,
        format: Format,
        path: Path,
        selection: Selection,
        *,
        institution: str = "",
        evidence: bool = False,
        progress: Progress = quiet,
    ) -> Exported:
        """Writes what is chosen for others to use; see ``storage.export``. Of what is reserved nothing is said in the
        ledger here: see ``Hand.gave_out``."""
        check_outside(path, self.where)
        with self._telling() as tx:
            return export(
                tx,
                self._folder,
                self.id,
                format,
                path,
                selection,
                now=self._now(),
                institution=institution,
                evidence=evidence,
                progress=progress,
            )

    def check_export(self, format: Format, path: Path, selection: Selection) -> None:
        """Raises ``BadCall`` for what ``export`` would refuse, nothing written."""
        check_outside(path, self.where)
        with self._database.reading() as tx:
            check_export(tx, self._folder, format, path, selection, self._now())

    def exported_from(self, selection: Selection) -> str:
        """The state that an export would be made from, opaque; see ``storage.export``. Raises ``BadCall``."""
        with self._database.reading() as tx:
            return exported_from(tx, selection, self._now())

    def verify(self, progress: Progress = quiet, extent: Extent = EVERYTHING, *, processes: int | None = None) -> Verification:
        """Checks what is held against itself, all of it or a part; see ``storage.verify``. ``processes`` work out what the
        ledger comes to (1: this one); by default as many as there are cores, where the archive is worth it. Raises
        ``StorageUnavailable`` where one of them was killed.
        """
        now = utc_text(self._now())

        def check(*, any_text: bool) -> Verification:
            with self._database.reading(any_text=any_text) as tx:
                return Checker(tx, self._to_check, self.id, progress, processes).run(extent, now)

        try:
            return check(any_text=False)
        except DamagedText:  # which row it is, and what else is wrong
            return check(any_text=True)
        except PermissionError as error:
            raise StorageUnavailable(f"{error.filename} cannot be read ({error.strerror}): check its permissions") from error


def _when(as_of: datetime | None, known_at: datetime | None) -> When:
    return When(utc_text(as_of) if as_of else None, utc_text(known_at) if known_at else None)
