"""An archive, open: the face of storage."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from model.article import Article
from model.edtf import utc_text
from model.errors import BadCall, Damaged, StorageUnavailable
from model.ids import mint_archive_id
from model.ledger import Kind
from model.replica import Repaired, Replicated
from model.verification import Verification
from storage import uploads
from storage.answers import Progress, Reading, quiet
from storage.batch import Staged
from storage.behind import Behind
from storage.captures import Captures, Undecided
from storage.checks import note_check
from storage.database import WAIT_SECONDS, Database
from storage.decide import Hands
from storage.deposit import Deposit, ImageWanted, Release, Settled
from storage.folder import (
    DESCRIPTOR,
    SEGMENTS,
    Hold,
    read_descriptor,
    write_descriptor,
    write_durably,
)
from storage.forks import LEFT_OUT
from storage.hand import Hand
from storage.home import home_of
from storage.leases import Leases
from storage.leftover import begun, refuse_what_is_not_ours
from storage.listeners import Listeners
from storage.losses import Losses
from storage.losses import keep as losses_kept
from storage.migrations import bring_up_to_date, unheard
from storage.portions import portions
from storage.readme import README
from storage.replicate import Replication
from storage.reprocess import ReadAgain, Reprocessed, add_readings
from storage.revisits import Revisits
from storage.rounds import Rounds
from storage.segments import LIMIT, SegmentFolder
from storage.stores import Store
from storage.uploads import Uploads
from storage.watches import Watches
from storage.writer import Imprint, Writer

_VOID_AT_ONCE = 1000


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


class Archive(Reading):
    """One open archive. Reading needs no lock; one process may write through many threads of
    fetching and extracting, but only one thread calls the writing methods.
    """

    def __init__(
        self,
        where: Path,
        archive_id: str,
        database: Database,
        *,
        hold: Hold | None,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        segment_limit: int,
        operator: str,
        institution: str,
        store: Store | None,
        keep_local: bool,
    ) -> None:
        limit = segment_limit if store is None else min(segment_limit, uploads.LIMIT)
        folder = SegmentFolder(where / SEGMENTS, archive_id, now, mint_archive_id(), limit, store)
        super().__init__(where, archive_id, database, folder, now, store, keep_local)
        self._hold = hold
        self._uploads = Uploads(database, folder, store, now, keep_local=keep_local) if store and hold else None
        software = f"pressmark/{version('pressmark')}"
        imprint = Imprint(self.id, software, operator, institution)
        self._writer = Writer(database, folder, imprint, now, new_id, self._uploads)
        self.watches = Watches(database, self._writer if hold is not None else None)
        self.revisits = Revisits(database)
        self.listeners = Listeners(database)
        self.rounds = Rounds(database, self._writer if hold is not None else None)
        self.leases = Leases(database) if hold is not None else None

    @staticmethod
    def exists(where: str | Path) -> bool:
        """True where an archive is."""
        return (Path(where) / DESCRIPTOR).is_file()

    @staticmethod
    def create(
        where: str | Path,
        *,
        institution: str = "",
        operator: str = "",
        now: Callable[[], datetime] = _now,
        new_id: Callable[[], str] = _new_id,
        segment_limit: int = LIMIT,
        database_url: str | None = None,
        wait: float = WAIT_SECONDS,
        store: Store | None = None,
        keep_local: bool = True,
    ) -> Archive:
        """Makes a new archive and opens it for writing. ``database_url`` is ``postgresql://USER@HOST/DATABASE``
        for a database on a server; by default it is a file in the folder. ``store`` and ``keep_local`` as in ``open``.

        Raises ``BadCall`` where one is already or the folder holds other things, and
        ``StorageUnavailable`` where it cannot be written.
        """
        path = Path(where)
        archive_id = mint_archive_id()
        home_of(
            path, archive_id, database_url, wait
        ).has_database()  # a server that does not answer is told before anything is made
        try:
            path.mkdir(parents=True, exist_ok=True)
            with closing(Hold(path, alone=True)):
                if Archive.exists(path):
                    raise BadCall(f"there is already an archive at {where}")
                refuse_what_is_not_ours(path, wait)
                archive_id = begun(path) or archive_id
                home = home_of(path, archive_id, database_url, wait)
                home.refuse_filled()
                (path / SEGMENTS).mkdir(exist_ok=True)
                write_durably(path / "README.txt", README.format(archive=archive_id).encode())
                home.create()
                # the descriptor comes last: without it there is no archive, and creating it can be tried again
                write_descriptor(path, archive_id, utc_text(now()))
        except (FileExistsError, NotADirectoryError):
            raise BadCall(f"{where} is not a folder: name another place for the archive") from None
        except OSError as error:
            raise StorageUnavailable(f"no archive can be made at {where}: {error.strerror}") from error
        return Archive.open(
            path,
            write=True,
            institution=institution,
            operator=operator,
            now=now,
            new_id=new_id,
            segment_limit=segment_limit,
            database_url=database_url,
            wait=wait,
            store=store,
            keep_local=keep_local,
        )

    @staticmethod
    def open(
        where: str | Path,
        *,
        write: bool = False,
        institution: str = "",
        operator: str = "",
        now: Callable[[], datetime] = _now,
        new_id: Callable[[], str] = _new_id,
        segment_limit: int = LIMIT,
        database_url: str | None = None,
        tell: Callable[[str], None] = unheard,
        wait: float = WAIT_SECONDS,
        store: Store | None = None,
        keep_local: bool = True,
    ) -> Archive:
        """Opens an archive; for writing, an older database is brought up to date first (``tell`` hears of it), and
        what an earlier process left half done is settled. With a ``store``, segments are brought there as well,
        those whose files are gone are read from there, and ``keep_local`` says whether files stay that are there.

        Raises ``NotFound`` where there is none, ``NewerFormat`` for a later format, and
        ``Damaged`` where the database is missing or another archive's, or older than it can be read.
        """
        path = Path(where)
        descriptor = read_descriptor(path)
        home = home_of(path, descriptor["archive"], database_url, wait)
        if write:
            bring_up_to_date(path, home, tell)
        with ExitStack() as opened:
            hold = Hold(path, alone=False) if write else None
            if hold is not None:
                opened.callback(hold.close)
            database = opened.enter_context(closing(home.open()))
            database.check(descriptor["archive"])
            archive = Archive(
                path,
                descriptor["archive"],
                database,
                hold=hold,
                now=now,
                new_id=new_id,
                segment_limit=segment_limit,
                operator=operator,
                institution=institution,
                store=store,
                keep_local=keep_local,
            )
            if write:
                archive._writer.recover_all()
                archive._writer.begin_ledger(descriptor["created"])
            else:
                archive.behind = Behind(database, archive._folder)
            opened.pop_all()  # all of it is the archive's now
        return archive

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._let_go()  # what happened is told, and not what the store makes of it
        else:
            self.close()

    def close(self) -> None:
        """Lets the segment's lock, the database and the folder go. With a store, raises ``StorageUnavailable`` where
        it does not have all that is committed; that is kept in the folder, and brought by the next to write.
        """
        try:
            self._writer.close()
            if self._uploads is not None:
                self._uploads.finish()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._writer.close()
        if self._uploads is not None:
            self._uploads.close()
        self._database.close()
        if self._hold is not None:
            self._hold.close()
            self._hold = None

    # writing

    def stage(self, deposits: Sequence[Deposit]) -> Sequence[Staged]:
        """Keeps the captures of deposits; see ``storage.writer``."""
        return self._writing.stage(deposits)

    def settle(self, staged: Sequence[Staged]) -> Sequence[Settled]:
        """Decides what is staged: a ``Result``, a ``Reread`` or an ``Unsettled`` each; see ``storage.writer``."""
        return self._writing.settle(staged)

    def keep_held(self, images: Sequence[ImageWanted]) -> Sequence[Damaged | None]:
        """Keeps image files that are held already for one more version each; see ``storage.writer``."""
        return self._writing.keep_held(images)

    def stage_again(self, staged: Staged, rereadings: Mapping[str, Article], lost: Collection[str] = ()) -> Staged:
        """What was answered with ``Reread``, together with the articles it asked for; ``lost`` are captures that nobody can read
        (``is_lost``)."""
        return self._writer.stage_again(staged, rereadings, lost)

    def undecided(self) -> Iterator[Undecided]:
        """Captures that were kept and never decided, because a process was killed in between.

        To be read and settled like new ones, with ``Undecided.staged``.
        """
        with self._database.reading() as tx:
            yield from Captures(tx, self._folder).undecided()

    def add_readings(self, read: Sequence[ReadAgain], release: Release) -> Sequence[Reprocessed]:
        """Keeps what a release read anew, in one transaction; see ``storage.reprocess``."""
        return self._writing.act(None, lambda hands: [add_readings(hands, x, release) for x in read])

    def replicate(self, to: Store, *, name: str | None = None, check: bool = False, progress: Progress = quiet) -> Replicated:
        """Brings a copy at another place up to date, reads back what was written (``check``: everything), and says so in
        the ledger; see ``storage.replicate``. Raises ``BadCall`` where something else is there, ``StorageUnavailable``.
        """
        writing = self._writing
        run = Replication(self._database, self._folder, self.where, self.id, to)
        done = run.run(name, check=check, now=self._now, progress=progress)
        writing.act(None, lambda hands: hands.write(Kind.EVENT, self.id, run.event(done)))
        return done

    def note_check(self, found: Verification) -> None:
        """Says in the ledger what ``verify`` checked and found. Raises ``Damaged`` where the ledger is not sound."""
        self._writing.act(None, lambda hands: note_check(hands, found))

    def tell_recovery(self, done: Repaired) -> None:
        """Says in the ledger what ``storage.repair`` put right."""
        outcome = "success" if done.ok else "warning"
        body = {"type": "recovery", "outcome": outcome, "detail": done.to_event(), "subject": None}
        self._writing.act(None, lambda hands: hands.write(Kind.EVENT, self.id, body))

    def leave_out(self, entries: Sequence[tuple[str, str]]) -> None:
        """Says in the ledger that entries (ids and digests), which a rebuild left out, are void."""

        def void(hands: Hands) -> None:
            for some in portions(entries, _VOID_AT_ONCE):
                named = [{"id": entry, "digest": digest} for entry, digest in some]
                hands.write(Kind.VOID, self.id, {"entries": named, "reason": LEFT_OUT})

        self._writing.act(None, void)

    def tell_losses(self, losses: Losses) -> None:
        """Says in the ledger what a rebuild went on without; see ``storage.losses``."""
        self._writing.act(None, lambda hands: losses_kept(hands, losses))

    def by(self, person: str) -> Hand:
        """A named person's hand: amendments, notes, collections, restrictions. Raises ``BadCall`` for no name."""
        return Hand(self._writing, person)

    @property
    def _writing(self) -> Writer:
        if self._hold is None:
            raise BadCall("this archive was opened for reading: open it for writing")
        return self._writer
