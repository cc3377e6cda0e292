"""Segments put right record by record: from copies, then from what the database holds, each proved before it is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from model.errors import Damaged, StorageUnavailable
from model.replica import DATABASE, Mended, Repaired
from storage.answers import Progress
from storage.carry import Span, examine, gaps
from storage.folder import DESCRIPTOR, SEGMENTS
from storage.segments import sync_folder
from storage.segments_known import Known
from storage.stores import Store
from storage.warc import Member, are_whole, walk, whole_records

_AT_ONCE = 8 << 20


class Mending:
    def __init__(self, where: Path, known: Known, copies: Sequence[Store], absent: set[str]) -> None:
        self._folder = where / SEGMENTS
        self._known = known
        self._copies = copies
        self._absent = absent
        self._problems: list[str] = []
        self._unreached: dict[str, None] = {}  # in order, each once

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
        return Repaired(len(wanted), total, tuple(mended), tuple(self._problems), tuple(self._unreached))

    @cached_property
    def _reached(self) -> Sequence[Store]:
        """The copies that are there, asked when the first of them is needed."""
        return [copy for copy in self._copies if self._is_there(copy)]

    def _is_there(self, copy: Store) -> bool:
        try:
            if copy.size(DESCRIPTOR) is not None or not copy.is_empty():
                return True
            self._unreached[f"the copy at {copy.address} cannot be reached: nothing is there (is its disk mounted?)"] = None
        except StorageUnavailable as error:
            self._unreached[str(error)] = None
        return False

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
        strange = _strange(path, wrong, known) if there else None
        if strange is not None:
            self._problems.append(
                f"warc/{name}:{strange} is a whole record where the database knows of another one: the database is older than "
                "the file, or the file is another folder's; nothing of it was changed. To go on with what the files have, put "
                "the database away and run `pressmark rebuild`"
            )
            return
        into = path if there else path.with_name(f".repair-{name}")
        found: dict[tuple[str, str], list[Span]] = {}
        beyond = 0
        with _gone_if_broken_off(None if there else into), into.open("r+b" if there else "w+b") as file:
            left = wrong
            for copy in self._reached:
                put, left = self._fill(file, copy, name, left)
                back, unread = self._bring_back(file, copy, name, unread)
                if put or back:
                    found.setdefault((copy.kind, copy.address), []).extend((*put, *back))
                if back:
                    beyond = max(beyond, *(span.offset + span.length for span in back))
                    said = f"{_say_unread(back)} back, which the database does not know"
                    self._problems.append(f"warc/{name}: {said}: run `pressmark rebuild`")
            again = self._write_again(file, name, left)
            file.flush()
            os.fsync(file.fileno())
        if again:
            found[DATABASE, ""] = again
        if not there and found:
            into.replace(path)
            sync_folder(self._folder)
        elif not there:
            into.unlink()
        self._known.are_now(name, again)
        if beyond:
            self._known.reaches(name, beyond)
        still = examine(path, length, self._known.spans(name)).wrong if path.is_file() else wrong
        self._tell(name, still, unread)
        for (kind, address), spans in found.items():
            yield Mended(name, tuple((s.offset, s.length) for s in _joined(spans)), kind, address)

    def _tell(self, name: str, still: Sequence[Span], unread: Sequence[Span]) -> None:
        """What stays as it is."""
        if not self._reached and (still or unread):
            said = _say(still) if still else _say_unread(unread)
            why = "no copy can be reached: bring one back, or" if self._copies else f"{self._no_copy()}:"
            self._problems.append(f"warc/{name}: {said} damaged or missing, and {why} give one with --from")
            return
        if still:
            self._problems.append(
                f"warc/{name}: {_say(still)} damaged or missing here and in every copy that was asked, and the "
                "database does not have it: look for another copy; until one turns up it is lost, and every check says so"
            )
        if unread:
            self._problems.append(f"warc/{name}: {_say_unread(unread)} no whole records here or in any copy that was asked")

    def _write_again(self, file: BinaryIO, name: str, lost: Sequence[Span]) -> list[Span]:
        """Writes what the database has of records that no copy has; what they are now."""
        made: list[Span] = []
        for span, data in self._known.again(name, lost, lambda s: os.pread(file.fileno(), s.length, s.offset)):
            file.seek(span.offset)
            file.write(data)
            made.append(replace(span, sha256=sha256(data).digest()))
        return made

    def _fill(self, file: BinaryIO, copy: Store, name: str, wrong: Sequence[Span]) -> tuple[list[Span], tuple[Span, ...]]:
        """Writes what a copy has in good order; that, and what is left."""
        put: list[Span] = []
        left: list[Span] = []
        for group in _groups(wrong):
            start, end = group[0].offset, group[-1].offset + group[-1].length
            try:
                data = copy.read(f"{SEGMENTS}/{name}", start, end - start)
            except Damaged:  # it has no such file
                return put, (*left, *(s for s in wrong if s.offset >= start))
            except StorageUnavailable as error:
                self._unreached[str(error)] = None
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
            except Damaged:  # it has no such file
                return back, [*left, *unread[n:]]
            except StorageUnavailable as error:
                self._unreached[str(error)] = None
                return back, [*left, *unread[n:]]
            whole = [Span(offset, length, b"") for offset, length in whole_records(data)]
            for record in whole:
                file.seek(span.offset + record.offset)
                file.write(data[record.offset : record.offset + record.length])
            back += (replace(record, offset=span.offset + record.offset) for record in whole)
            left += (Span(span.offset + offset, size, b"") for offset, size in gaps(whole, span.length))
        return back, left


@contextmanager
def _gone_if_broken_off(made: Path | None) -> Iterator[None]:
    """Takes a file that was being made away again where that was broken off."""
    try:
        yield
    except BaseException:
        if made is not None:
            made.unlink(missing_ok=True)
        raise


def _strange(path: Path, wrong: Sequence[Span], known: Sequence[Span]) -> int | None:
    """Where a whole record that the catalogue does not know lies in bytes that are to be written: rot leaves none."""
    ours = {span.offset: span.record for span in known}
    for found in walk(path) if wrong else ():
        if isinstance(found, Member) and found.digest_problem is None and ours.get(found.offset) not in {"", found.id}:
            end = found.offset + found.length
            for span in wrong:
                overlaps = span.offset < end and found.offset < span.offset + span.length
                if overlaps and not (span.offset < found.offset and end <= span.offset + span.length):  # nor the inside of a copy
                    return found.offset
    return None


def _unread(path: Path, known: Sequence[Span], length: int) -> list[Span]:
    """Bytes that the catalogue knows nothing of and that are no whole records."""
    unknown = [Span(offset, size, b"") for offset, size in gaps(known, length)]
    if not path.is_file():
        return unknown
    with path.open("rb") as file:
        return [span for span in unknown if not are_whole(os.pread(file.fileno(), span.length, span.offset))]


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
    which, are = ("1 record", "is") if count == 1 else (f"{count:,} records", "are")
    return f"{which} ({size:,} bytes from {wrong[0].offset} on) {are}"
