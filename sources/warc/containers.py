"""What kind of archive file something is, and the WARC files inside a WACZ.

WACZ is a ZIP whose WARCs lie, as a rule uncompressed, under ``archive/``, and whose
``pages/*.jsonl`` say which addresses are pages (WACZ 1.1.1).
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, BinaryIO, cast

from model.errors import Unreadable

SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")
"""How the names of archive files end."""

_ZIP_HEAD = 30
_LINE = 1 << 20
_LISTED_BYTES = 64_000_000
_LISTED = 500_000
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class Container(StrEnum):
    """Archive files that hold many records."""

    RECORDS = "records"  # WARC or ARC, compressed or not
    WACZ = "wacz"


@dataclass(frozen=True, slots=True)
class Part:
    """One WARC or ARC: ``name`` within its WACZ, or empty; ``open`` gives it anew each time."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]


def container_of(path: Path) -> Container | None:
    """What the first bytes of a file say it is, or its name where they are damaged; ``None`` for anything else,
    and for what cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
            if start.startswith(b"PK\x03\x04"):
                return Container.WACZ if _is_wacz(path) else None
            if path.suffix.lower() == ".wacz" and zipfile.is_zipfile(file):
                return Container.WACZ
    except OSError:
        return None
    named = bool(start) and path.name.lower().endswith(SUFFIXES)
    if start.startswith(b"\x1f\x8b"):
        try:
            start = zlib.decompressobj(31).decompress(start, 64)
        except zlib.error:
            return Container.RECORDS if named else None
    return Container.RECORDS if named or start.startswith((b"WARC/", b"filedesc:")) else None


def parts_of(path: Path, kind: Container) -> tuple[Part, ...]:
    """The record files in an archive file. Raises ``Unreadable`` for a WACZ that holds none or is no ZIP."""
    if kind is Container.RECORDS:
        return (Part("", lambda: path.open("rb")),)
    with _zip(path) as archive:
        found = [i for i in archive.infolist() if i.filename.startswith("archive/") and not i.is_dir()]
    parts = tuple(_part(path, i) for i in found if i.filename.lower().endswith((".warc", ".warc.gz", ".arc", ".arc.gz")))
    if not parts:
        raise Unreadable(f"{path.name} is a WACZ without a WARC under archive/", path=str(path))
    return parts


def pages_of(path: Path) -> frozenset[str]:
    """The addresses that a WACZ lists as its pages; empty where it lists none, or more than anybody can (64 MB of
    lists unpacked, 500,000 addresses): then whatever is a page in it is taken.
    """
    found: set[str] = set()
    room = _LISTED_BYTES
    with _zip(path) as archive:
        for info in archive.infolist():
            if not info.filename.startswith("pages/") or not info.filename.endswith(".jsonl"):
                continue
            with archive.open(info) as lines:
                while line := lines.readline(_LINE):
                    found |= _page(line)
                    room -= len(line)
                    if room < 0 or len(found) > _LISTED:
                        return frozenset()
    return frozenset(found)


def _page(line: bytes) -> set[str]:
    try:
        page = json.loads(line)
    except (ValueError, RecursionError):
        return set()
    url = page.get("url") if isinstance(page, dict) else None
    return {plain_address(url)} if isinstance(url, str) else set()


def plain_address(url: str) -> str:
    """An address as page lists and records may both have it: no fragment, no slash at its end."""
    return url.partition("#")[0].rstrip("/")


def _is_wacz(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return path.suffix.lower() == ".wacz"
    return any(n == "datapackage.json" for n in names) or path.suffix.lower() == ".wacz"


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _ZIP_ERRORS as error:
        raise Unreadable(f"{path.name} is no WACZ that can be read ({error})", path=str(path)) from error


def _part(path: Path, info: zipfile.ZipInfo) -> Part:
    stored = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1
    return Part(info.filename, lambda: _slice(path, info) if stored else _unpacked(path, info))


@contextmanager
def _unpacked(path: Path, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as file:
            yield cast(BinaryIO, file)
    except _ZIP_ERRORS as error:
        why = "it is encrypted" if info.flag_bits & 1 else error
        raise Unreadable(f"{info.filename!a} in {path.name} cannot be read ({why})", path=str(path)) from error


@contextmanager
def _slice(path: Path, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """A stored member as it lies in the file, so that going to a place in it costs nothing."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        head = file.read(_ZIP_HEAD)
        if len(head) < _ZIP_HEAD or not head.startswith(b"PK\x03\x04"):
            raise Unreadable(f"{info.filename!a} in {path.name} is not where the WACZ says", path=str(path))
        name, extra = struct.unpack("<HH", head[26:30])
        yield cast(BinaryIO, io.BufferedReader(Slice(file, info.header_offset + _ZIP_HEAD + name + extra, info.file_size)))


class Slice(io.RawIOBase):
    """Some bytes of a file as a file."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        """As of any file."""
        view = memoryview(cast(bytearray, buffer))
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(view), self._size - self._at)))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
