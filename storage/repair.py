"""Segments put right from a copy: only the bytes that are damaged or missing, each proved by its own digest.

The catalogue says which bytes every record has; what does not have its SHA-256 is fetched by range from a copy,
proved, and written into its place. Bytes that the catalogue knows nothing of, as a rebuild passed them over, come from a
copy where these are whole records there; the next rebuild takes them in. Where there is no database, all that is damaged is
such. What no copy has in good order stays as it is and is told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from model.errors import BadCall, Damaged, StorageUnavailable
from model.replica import Mended, Repaired
from storage import places
from storage.answers import Progress, quiet
from storage.archive import Archive
from storage.carry import Span, examine, gaps
from storage.database import WAIT_SECONDS, Database
from storage.folder import DESCRIPTOR, SEGMENTS, Hold, read_descriptor
from storage.home import home_of
from storage.segments import sync_folder
from storage.segments_known import Catalogued, Known, Uncatalogued
from storage.stores import Store
from storage.warc import are_whole, whole_records

_AT_ONCE = 8 << 20


def repair(
    where: str | Path,
    reach: Callable[[str], Store],
    *,
    copies: Sequence[Store] = (),
    store: Store | None = None,
    keep_local: bool = True,
    progress: Progress = quiet,
    database_url: str | None = None,
    wait: float = WAIT_SECONDS,
) -> Repaired:
    """Puts right what is damaged or missing of an archive's segments, reads it again, and says so in the ledger.

    Bytes come from ``copies``, or from the ``store`` and the places that are known (``reach`` makes a store of an address). With
    ``keep_local`` false, files that the store has need not be here. Without a database (it is lost, and damage does not let
    it be rebuilt) the files of ``copies`` say what should be there, and nothing is said in the ledger. Raises ``NotFound``,
    ``BadCall`` for a copy of another archive, ``StorageUnavailable`` while a writer has the archive open, ``Damaged`` without
    database and ``copies``.
    """
    path = Path(where)
    archive = read_descriptor(path)["archive"]
    home = home_of(path, archive, database_url, wait)
    try:
        with closing(Hold(path, alone=True)):
            for copy in copies:
                _check_whose(copy, archive)
            if copies and not home.has_database():
                return _Repair(path, Uncatalogued(path / SEGMENTS, archive, copies), copies, set()).run(progress)
            with closing(home.open()) as database:
                database.check(archive)
                absent = set() if keep_local or store is None else set(_kept(database, store))
                asked = list(copies) or _known(database, store, reach)
                done = _Repair(path, Catalogued(database), asked, absent).run(progress)
    except OSError as error:
        raise StorageUnavailable(f"the archive at {where} cannot be repaired: {error.strerror or error}") from error
    if not done.mended:
        return done
    try:
        with Archive.open(path, write=True, database_url=database_url, wait=wait, store=store, keep_local=keep_local) as kept:
            kept.tell_recovery(done)
    except Damaged as error:
        return replace(done, problems=(*done.problems, str(error)))
    return done


class _Repair:
    def __init__(self, where: Path, known: Known, copies: Sequence[Store], absent: set[str]) -> None:
        self._folder = where / SEGMENTS
        self._known = known
        self._copies = copies
        self._absent = absent
        self._problems: list[str] = []

    def run(self, progress: Progress) -> Repaired:
        """Every segment."""
        self._folder.mkdir(exist_ok=True)
        wanted = self._known.lengths()
        done, total = 0, sum(wanted.values())
        mended: list[Mended] = []
        for name, length in wanted.items():
            if name not in self._absent or (self._folder / name).is_file():
                mended += self._segment(name, length)
            done += length
            progress(done, total)
        return Repaired(len(wanted), total, tuple(mended), tuple(self._problems))

    def _no_copy(self) -> str:
        names = self._known.copies()
        return f"where these copies are is not known here: {', '.join(names)}" if names else "no copy is known"

    def _segment(self, name: str, length: int) -> Iterator[Mended]:
        path = self._folder / name
        known = self._known.spans(name)
        there = path.is_file()
        wrong = examine(path, length, known).wrong if there else tuple(known)
        unread = _unread(path, known, length)
        if not wrong and not unread:
            return
        if not self._copies:
            said = _say(wrong) if wrong else _say_unread(unread)
            self._problems.append(f"warc/{name}: {said} damaged or missing, and {self._no_copy()}: give one with --from")
            return
        into = path if there else path.with_name(f".repair-{name}")
        found: dict[tuple[str, str], list[Span]] = {}
        with into.open("r+b" if there else "w+b") as file:
            left = wrong
            for copy in self._copies:
                put, left = self._fill(file, copy, name, left)
                back, unread = self._bring_back(file, copy, name, unread)
                if put or back:
                    found.setdefault((copy.kind, copy.address), []).extend((*put, *back))
                if back:
                    said = f"{_say_unread(back)} back, which the database does not know"
                    self._problems.append(f"warc/{name}: {said}: run `pressmark rebuild`")
            file.flush()
            os.fsync(file.fileno())
        if not there and found:
            into.replace(path)
            sync_folder(self._folder)
        elif not there:
            into.unlink()
        still = examine(path, length, known).wrong if path.is_file() else wrong
        if still:
            self._problems.append(f"warc/{name}: {_say(still)} damaged or missing here and in every copy that was asked")
        if unread:
            self._problems.append(f"warc/{name}: {_say_unread(unread)} no whole records here or in any copy that was asked")
        for (kind, address), put in found.items():
            yield Mended(name, tuple((s.offset, s.length) for s in _joined(put)), kind, address)

    def _fill(self, file: BinaryIO, copy: Store, name: str, wrong: Sequence[Span]) -> tuple[list[Span], tuple[Span, ...]]:
        """Writes what a copy has in good order; that, and what is left."""
        put: list[Span] = []
        left: list[Span] = []
        for group in _groups(wrong):
            start, end = group[0].offset, group[-1].offset + group[-1].length
            try:
                data = copy.read(f"{SEGMENTS}/{name}", start, end - start)
            except (StorageUnavailable, Damaged) as error:
                self._problems.append(str(error))
                return put, (*left, *(s for s in wrong if s.offset >= start))
            for span in group:
                piece = data[span.offset - start : span.offset - start + span.length]
                if sha256(piece).digest() != span.sha256:
                    left.append(span)
                    continue
                file.seek(span.offset)
                file.write(piece)
                put.append(span)
        return put, tuple(left)

    def _bring_back(self, file: BinaryIO, copy: Store, name: str, unread: Sequence[Span]) -> tuple[list[Span], list[Span]]:
        """Writes the records that are whole in a copy; these, and what is left."""
        back: list[Span] = []
        left: list[Span] = []
        for n, span in enumerate(unread):
            try:
                data = copy.read(f"{SEGMENTS}/{name}", span.offset, span.length)
            except (StorageUnavailable, Damaged) as error:
                self._problems.append(str(error))
                return back, [*left, *unread[n:]]
            whole = [Span(offset, length, b"") for offset, length in whole_records(data)]
            for record in whole:
                file.seek(span.offset + record.offset)
                file.write(data[record.offset : record.offset + record.length])
            back += (replace(record, offset=span.offset + record.offset) for record in whole)
            left += (Span(span.offset + offset, size, b"") for offset, size in gaps(whole, span.length))
        return back, left


def _unread(path: Path, known: Sequence[Span], length: int) -> list[Span]:
    """Bytes that the catalogue knows nothing of and that are no whole records."""
    unknown = [Span(offset, size, b"") for offset, size in gaps(known, length)]
    if not path.is_file():
        return unknown
    with path.open("rb") as file:
        return [span for span in unknown if not are_whole(os.pread(file.fileno(), span.length, span.offset))]


def _known(database: Database, store: Store | None, reach: Callable[[str], Store]) -> list[Store]:
    with database.reading() as tx:
        addresses = [a for a in places.places(tx) if store is None or a != store.address]
    return [*([store] if store is not None else []), *(reach(address) for address in addresses)]


def _kept(database: Database, store: Store) -> Iterable[str]:
    with database.reading() as tx:
        return places.kept_at(tx, store.address)


def _check_whose(copy: Store, archive: str) -> None:
    size = copy.size(DESCRIPTOR)
    if size is None:
        raise BadCall(f"there is no copy of an archive at {copy.address}")
    try:
        whose = json.loads(copy.read(DESCRIPTOR, 0, size)).get("archive")
    except (ValueError, AttributeError):
        raise Damaged(f"{DESCRIPTOR} at {copy.address} is damaged: name another copy") from None
    if whose != archive:
        raise BadCall(f"{copy.address} holds a copy of {whose}, not of {archive}: name a copy of this archive")


def _groups(wrong: Sequence[Span]) -> Iterator[list[Span]]:
    """Neighbours together, as far as one request should reach."""
    group: list[Span] = []
    for span in wrong:
        near = group and span.offset == group[-1].offset + group[-1].length
        if group and not (near and span.offset + span.length - group[0].offset <= _AT_ONCE):
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _joined(put: Sequence[Span]) -> Iterator[Span]:
    """Neighbours as one span, so that the ledger need not name every record of a lost file."""
    start = end = -1
    for span in sorted(put, key=lambda s: s.offset):
        if span.offset != end and end >= 0:
            yield Span(start, end - start, b"")
        start = start if span.offset == end else span.offset
        end = span.offset + span.length
    if end >= 0:
        yield Span(start, end - start, b"")


def _say_unread(unread: Sequence[Span]) -> str:
    return f"{sum(s.length for s in unread):,} bytes from {unread[0].offset} on are"


def _say(wrong: Sequence[Span]) -> str:
    count, size = len(wrong), sum(s.length for s in wrong)
    return f"{count:,} {'record is' if count == 1 else 'records are'} ({size:,} bytes from {wrong[0].offset} on)"
