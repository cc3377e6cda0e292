"""Segments on their way to the store, where an archive has one besides its folder.

Everything is written into the folder first, with all that makes it durable there. A segment is sealed at 64 MB,
at the first commit after 60 s, or with the end of the command, is brought to the store beside the next work, and read
back from there. A sealed segment is never written to again. What has not arrived when the archive is closed is
an error of that command, is kept in the folder and is brought by the next command that writes.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from model.edtf import utc_text
from model.errors import BadCall, Damaged, PressmarkError, StorageUnavailable
from storage import places
from storage.advice import RESTORE
from storage.carry import bring, spans
from storage.database import Database
from storage.folder import DESCRIPTOR, README_FILE
from storage.segments import Segment, SegmentFolder, sync_folder
from storage.stores import Store

LIMIT = 64_000_000
AGE = timedelta(seconds=60)


class Uploads:
    """The way to one store, for one process. ``send`` and ``finish`` are called from one thread."""

    def __init__(
        self, database: Database, folder: SegmentFolder, store: Store, now: Callable[[], datetime], *, keep_local: bool
    ) -> None:
        """``keep_local``: files that the store has stay in the folder, too."""
        self._database = database
        self._folder = folder
        self._store = store
        self._now = now
        self._keep_local = keep_local
        self._pool = ThreadPoolExecutor(1, "pressmark-upload")
        self._introduced = False
        self._begun = now()
        self._named: set[str] = set()
        self._sent: list[Future[None]] = []

    def sealed(self) -> Container[str]:
        """Segments that the store has, or that are on their way, so that nothing may be appended to them."""
        with self._database.reading() as tx:
            return {*places.kept_at(tx, self._store.address), *self._named}

    def begin(self) -> None:
        """A segment is written to from now on."""
        self._begun = self._now()

    def is_due(self) -> bool:
        """Whether the segment that is written to is to be sealed for its age."""
        return self._now() - self._begun >= AGE

    def send(self, name: str) -> None:
        """Brings a segment to the store, soon. What fails is told by ``finish``."""
        self._named.add(name)
        self._sent.append(self._pool.submit(self._bring, name))

    def finish(self) -> None:
        """Waits until the store has everything that is committed and held by no other writer.

        Raises ``StorageUnavailable`` where it has not, in one line.
        """
        for sent in self._sent:
            sent.exception()
        self._sent.clear()
        problem: PressmarkError | None = None
        # files that are to go and stayed, because they were to stay when they were brought
        left_behind = [] if self._keep_local else self._folder.names()
        for name in {**self.waiting(), **dict.fromkeys(left_behind)}:
            try:
                self._bring(name)
            except PressmarkError as error:
                problem = problem or error
                if not isinstance(error, Damaged):
                    break
        left = self.waiting() if problem is not None else {}
        if problem is not None and left:
            files = "file is" if len(left) == 1 else "files are"
            told = f"{len(left)} WARC {files} not in the store yet ({sum(left.values()):,} bytes): {problem}"
            if not isinstance(problem, Damaged):
                told += "; all of it is kept in the archive's folder, and the next command that writes tries again"
            raise StorageUnavailable(told, waiting=sorted(left)) from problem

    def waiting(self) -> dict[str, int]:
        """Segments that the store has not, or not all of, with the bytes that are missing there."""
        with self._database.reading() as tx:
            known = places.kept_at(tx, self._store.address)
            held = places.committed(tx)
        missing = {name: length - (known[name].length if name in known else 0) for name, length in held.items()}
        return {name: length for name, length in missing.items() if length > 0}

    def close(self) -> None:
        """Gives up what is not on its way yet; it stays in the folder."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _bring(self, name: str) -> None:
        segment = self._folder.lock(name)
        if segment is None:
            if not self._folder.path(name).exists() and name in self.waiting():
                raise Damaged(f"warc/{name} is neither here nor in the store: {RESTORE}", place=f"warc/{name}")
            return  # another writer goes on with it, and brings it
        try:
            with self._database.reading() as tx:
                length = places.committed(tx).get(name, 0)
                known = places.kept_at(tx, self._store.address).get(name)
            # what is here and was brought before is taken away only where the store still gives it back
            if length and (known is None or known.length < length or not self._keep_local):
                self._introduce()
                with self._database.reading() as tx:
                    brought = bring(self._store, segment.path, length, spans(tx, name))
                with self._database.transaction() as tx:
                    places.note(tx, self._store.address, brought, utc_text(self._now()))
            if length and not self._keep_local and segment.size == length:
                _take_away(segment)
        finally:
            segment.close()

    def _introduce(self) -> None:
        """What says whose segments these are stands beside them. Raises ``BadCall`` where they are another archive's."""
        where = self._folder.folder.parent
        if self._introduced:
            return
        mine, size = (where / DESCRIPTOR).read_bytes(), self._store.size(DESCRIPTOR)
        if size is None:
            self._store.put_bytes(README_FILE, (where / README_FILE).read_bytes())
            self._store.put_bytes(DESCRIPTOR, mine)
        elif self._store.read(DESCRIPTOR, 0, size) != mine:
            raise BadCall(f"{self._store.address} is the store of another archive: name another place as store_url")
        self._introduced = True


def _take_away(segment: Segment) -> None:
    try:
        segment.path.unlink()
        sync_folder(segment.path.parent)
    except OSError as error:
        raise StorageUnavailable(f"{segment.path} is in the store and cannot be removed here: {error.strerror}") from error
