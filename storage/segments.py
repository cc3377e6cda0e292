"""WARC segments: files of at most a gigabyte, each appended to by whoever holds its lock.

``PREFIX-YYYYMMDDhhmmss-SERIAL-WRITER.warc.gz``: PREFIX is the archive's id, WRITER a random
tag (a host name would tell whose machine it was). The name is final from the start. A
segment under the size limit is adopted by the next writer that gets its lock, so that many
short runs do not make many small files. The lock is the kernel's (``flock``): it goes with
the process, however that ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol

from model.errors import Damaged, StorageUnavailable
from storage.advice import RESTORE
from storage.warc import bytes_at

LIMIT = 1 << 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member lies: segment name, offset and length in bytes."""

    segment: str
    offset: int
    length: int


class Segment:
    """One open, locked segment. ``size`` is its length including what is not synced yet."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.warcinfo: str | None = None
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    @property
    def name(self) -> str:
        """The bare file name, final from the start."""
        return self.path.name

    def append(self, member: bytes) -> Place:
        """Writes one member at the end; not durable before ``sync``.

        Raises ``StorageUnavailable`` where the disk takes no more; the file is then cut back
        to whole members.
        """
        rest = memoryview(member)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._cut_back(error)
        place = Place(self.name, self.size, len(member))
        self.size += len(member)
        return place

    def sync(self) -> None:
        """Makes everything appended so far durable. Raises ``StorageUnavailable``."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unavailable(self.path, error) from error

    def truncate(self, size: int) -> None:
        """Cuts off a half-written member at the end. Only ever called above what is committed."""
        self._file.truncate(size)
        self._file.seek(size)
        self.size = size
        self.sync()

    def close(self) -> None:
        """Lets the lock go; the next writer may adopt the segment."""
        self._file.close()

    def _cut_back(self, error: OSError) -> None:
        try:
            self._file.truncate(self.size)
            self._file.seek(self.size)
        except OSError:  # recovery cuts it at the next start: it lies above what is committed
            raise _unavailable(self.path, error) from error
        raise _unavailable(self.path, error) from error


class Elsewhere(Protocol):
    """A place that has segments, too, under ``warc/NAME``. Its methods raise ``StorageUnavailable`` and ``Damaged``."""

    def size(self, name: str) -> int | None:
        """Bytes of a file, ``None`` where it is not there."""

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Bytes of a file."""

    def stream(self, name: str) -> Iterator[bytes]:
        """All of a file in pieces."""


class SegmentFolder:
    """The segments of one archive folder. ``now`` and ``tag`` are arguments for the names. Where a file is gone,
    ``elsewhere`` is read.
    """

    def __init__(
        self,
        folder: Path,
        prefix: str,
        now: Callable[[], datetime],
        tag: str,
        limit: int = LIMIT,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._elsewhere = elsewhere
        self.folder = folder
        self._prefix = prefix
        self._now = now
        self._tag = tag
        self._limit = limit
        self._serial = 0

    def names(self) -> list[str]:
        """The archive's segments, oldest name first; a foreign file in the folder is none, nor is what is no file."""
        return sorted(p.name for p in self.folder.glob(f"{self._prefix}-*.warc.gz") if p.is_file())

    def foreign(self) -> list[str]:
        """What is called a WARC file in the folder and is not one of this archive's."""
        return sorted({p.name for p in self.folder.glob("*.warc.gz")} - set(self.names()))

    def lengths(self) -> dict[str, int]:
        """How long each of the segments in the folder is."""
        found: dict[str, int] = {}
        for name in self.names():
            with suppress(FileNotFoundError):  # a store has it, and a writer took it away meanwhile
                found[name] = self.path(name).stat().st_size
        return found

    def held(self) -> set[str]:
        """Segments that a writer has locked now. Needs no right to write."""
        return {name for name in self.names() if self.is_held(name)}

    def is_held(self, name: str) -> bool:
        """Whether a writer has a segment locked now."""
        try:
            with self.path(name).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:  # another process took it away, because the store has it
            return False
        return False

    def alone(self) -> SegmentFolder:
        """The folder by itself: what is elsewhere is not there."""
        return SegmentFolder(self.folder, self._prefix, self._now, self._tag, self._limit)

    def path(self, name: str) -> Path:
        """The file of a segment."""
        return self.folder / name

    def size(self, name: str) -> int | None:
        """How long a segment is, here or elsewhere; ``None`` where nobody has it. Raises ``StorageUnavailable``."""
        path = self.path(name)
        if path.is_file():
            return path.stat().st_size
        return self._elsewhere.size(f"{self.folder.name}/{name}") if self._elsewhere is not None else None

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Bytes of a segment. Raises ``Damaged`` where they cannot be read, ``StorageUnavailable``."""
        try:
            with self.path(name).open("rb") as file:
                return bytes_at(file, offset, length)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and self._elsewhere is not None:
                return self._read_elsewhere(self._elsewhere, name, offset, length)
            advice = RESTORE if isinstance(error, FileNotFoundError) else "check its permissions and its disk"
            said = f"{self.folder.name}/{name} cannot be read at byte {offset:,} ({error.strerror}): {advice}"
            raise Damaged(said, place=f"{name}:{offset}") from error

    def _read_elsewhere(self, elsewhere: Elsewhere, name: str, offset: int, length: int) -> bytes:
        there = f"{self.folder.name}/{name}"
        try:
            data = elsewhere.read(there, offset, length)
        except Damaged as error:
            raise Damaged(f"{there} is neither here nor in the store: {RESTORE}", place=f"{name}:{offset}") from error
        if len(data) < length:
            raise Damaged(f"{there} ends before byte {offset + length:,} in the store: {RESTORE}", place=f"{name}:{offset}")
        return data

    @contextmanager
    def at_hand(self, name: str) -> Iterator[Path]:
        """A segment as a file: its own, or one for the moment where that is gone and another place has it.

        Raises ``StorageUnavailable``; where nobody has it the path leads to nothing.
        """
        path = self.path(name)
        there = f"{self.folder.name}/{name}"
        if path.is_file() or self._elsewhere is None or self._elsewhere.size(there) is None:
            yield path
            return
        with TemporaryDirectory(prefix=".fetched-", dir=self.folder) as brought:
            fetched = Path(brought, name)
            try:
                with fetched.open("wb") as file:
                    for piece in self._elsewhere.stream(there):
                        file.write(piece)
            except OSError as error:
                raise _unavailable(fetched, error) from error
            yield fetched

    def lock(self, name: str) -> Segment | None:
        """A segment, locked; ``None`` where another writer has it or it is gone."""
        return self._lock(self.path(name))

    def lock_free(self) -> Iterator[Segment]:
        """Every segment whose lock can be had at once, locked. The caller closes them."""
        for name in self.names():
            segment = self._lock(self.path(name))
            if segment is not None:
                yield segment

    def adopt(self, committed: Mapping[str, int], sealed: Container[str] = (), closed: Container[str] = ()) -> Segment | None:
        """A segment under the size limit that nobody holds, locked; the newest such.

        Never one that has lost what was ``committed`` (bytes by name): it waits for its copy. Nor a ``sealed`` or ``closed``
        one.
        """
        for name in reversed(self.names()):
            if name in sealed or name in closed:
                continue
            path = self.path(name)
            try:
                whole = committed.get(name, 0) <= path.stat().st_size < self._limit
            except FileNotFoundError:  # another process took it away, because the store has it
                continue
            if whole and (segment := self._lock(path)) is not None:
                return segment
        return None

    def create(self) -> Segment:
        """A new, empty, locked segment; its folder entry is durable. Raises ``StorageUnavailable``."""
        while True:
            self._serial += 1
            stamp = self._now().strftime("%Y%m%d%H%M%S")
            path = self.folder / f"{self._prefix}-{stamp}-{self._serial:05}-{self._tag}.warc.gz"
            try:
                file = open(path, "x+b", buffering=0)  # noqa: SIM115, PTH123  held open as long as the segment is ours
            except FileExistsError:
                continue
            except OSError as error:
                raise _unavailable(path, error) from error
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # another writer adopted it in this very moment
                file.close()
                continue
            sync_folder(self.folder)
            return Segment(path, file)

    def is_full(self, segment: Segment) -> bool:
        """True where a segment has reached the size limit and a new one should begin."""
        return segment.size >= self._limit

    def _lock(self, path: Path) -> Segment | None:
        try:
            file = open(path, "r+b", buffering=0)  # noqa: SIM115, PTH123  held open as long as the segment is ours
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unavailable(path, error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        if not os.fstat(file.fileno()).st_nlink:  # taken away meanwhile, because another place has it
            file.close()
            return None
        file.seek(0, os.SEEK_END)
        return Segment(path, file)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unavailable(path: Path, error: OSError) -> StorageUnavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageUnavailable(f"the disk of {path.parent} is full: free some space and run the same command again")
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return StorageUnavailable(f"{path.parent} cannot be written ({error.strerror}): check its permissions and mount")
    return StorageUnavailable(f"{path} cannot be written ({error.strerror})")
