"""The plain bytes of an archive file, compressed or not, with an address for every place.

A WARC or ARC is read as one run of bytes: uncompressed as it lies, or the contents of its
gzip members one after the other, be it a member a record or one for the whole file. Nothing
is held but a window; what goes wrong is raised as ``Broken`` and can be passed over.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import BinaryIO

_MAGIC = b"\x1f\x8b\x08"
_STEP = 1 << 16
_LOOK = 1 << 12


class Broken(Exception):
    """The compressed bytes cannot be read on from here; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A place in a file: the offset of its gzip member (or of the byte itself where nothing is
    compressed), and how many bytes of that member's content come before it.
    """

    offset: int
    skip: int = 0

    def __str__(self) -> str:
        return f"{self.offset}+{self.skip}" if self.skip else str(self.offset)


class Tape:
    """Reads forward from an address. ``file`` can seek and belongs to the caller.

    Where ``file`` begins with gzip's magic number it is compressed throughout.
    """

    def __init__(self, file: BinaryIO, start: Address = Address(0)) -> None:
        self._file = file
        self.heads = 0  # members begun so far whose content begins like a record
        file.seek(0)
        self.packed = file.read(len(_MAGIC)) == _MAGIC
        self._raw = b""
        self.go(start)

    def go(self, address: Address) -> None:
        """Reads on from there. Raises ``Broken`` where the way there cannot be read."""
        self._file.seek(address.offset)
        self._raw, self._raw_at = b"", address.offset
        self._window, self._at = b"", 0
        self._member, self._passed = address.offset, 0  # of the first byte of the window
        self._ended = False
        self._inflater = zlib.decompressobj(31) if self.packed else None
        self.discard(address.skip)

    @property
    def member(self) -> int:
        """The offset of the gzip member that was read last."""
        return self._member

    @property
    def here(self) -> Address:
        """Where the next byte is. At the end of a member: the next one's beginning."""
        if self._at == len(self._window):
            self._fill()
        if not self.packed:
            return Address(self._member + self._passed + self._at)
        return Address(self._member, self._passed + self._at)

    def peek(self, size: int) -> bytes:
        """Up to ``size`` next bytes of one member, without reading on; none at the end of the file."""
        if self._at == len(self._window):
            self._fill()
        while len(self._window) - self._at < size and self._fill(within=True):
            pass
        return self._window[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, over members; fewer at the end of the file."""
        parts: list[bytes] = []
        while size > 0 and (self._at < len(self._window) or self._fill()):
            part = self._window[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def discard(self, size: int) -> int:
        """Passes over ``size`` bytes without keeping them; how many there were."""
        left = size
        while left > 0 and (self._at < len(self._window) or self._fill()):
            step = min(left, len(self._window) - self._at)
            self._at += step
            left -= step
        return size - left

    def line(self, limit: int) -> bytes:
        """The next bytes up to and including a line feed, at most ``limit``; none at the end."""
        parts: list[bytes] = []
        room = limit
        while room > 0 and (self._at < len(self._window) or self._fill()):
            end = self._window.find(b"\n", self._at, self._at + room)
            stop = end + 1 if end >= 0 else min(len(self._window), self._at + room)
            parts.append(self._window[self._at : stop])
            room -= stop - self._at
            self._at = stop
            if end >= 0:
                break
        return b"".join(parts)

    def next_member(self, after: int) -> bool:
        """Goes to the first gzip member behind ``after`` whose beginning can be unpacked; false where there is none."""
        offset = after + 1
        while True:
            self._file.seek(offset)
            chunk = self._file.read(_STEP)
            if len(chunk) < len(_MAGIC):
                self.go(Address(offset + len(chunk)))
                return False
            found = chunk.find(_MAGIC)
            if found < 0:
                offset += len(chunk) - len(_MAGIC) + 1
                continue
            offset += found
            if self._begins(offset):
                self.go(Address(offset))
                return True
            offset += 1

    def _begins(self, offset: int) -> bool:
        self._file.seek(offset)
        try:
            return bool(zlib.decompressobj(31).decompress(self._file.read(_LOOK), 64))
        except zlib.error:
            return False

    def _fill(self, within: bool = False) -> bool:
        """More bytes behind the window, which forgets what was read; false at the end (of the member, where ``within``)."""
        if self._inflater is None:
            return self._slide(self._take())
        while not self._ended:
            if self._inflater.eof and (within or not self._turn()):
                return False
            data = self._inflater.unconsumed_tail or self._take()
            if not data and not self._passed and not self._window and self._raw_at == self._member:
                self._ended = True  # and no member begun
                return False
            try:
                plain = self._inflater.decompress(data, _STEP)
            except zlib.error as error:
                raise Broken("the compressed record is damaged") from error
            if self._slide(plain):
                return True
            if not data and not self._inflater.eof:
                raise Broken("the compressed record is cut off")
        return False

    def _slide(self, plain: bytes) -> bool:
        if not plain:
            return False
        if not self._passed and not self._window and plain.startswith(b"WARC/"):
            self.heads += 1
        self._passed += self._at
        self._window = self._window[self._at :] + plain
        self._at = 0
        return True

    def _turn(self) -> bool:
        """Begins the next member behind the one that has ended; false at the end of the file."""
        assert self._inflater is not None
        self._raw = self._inflater.unused_data
        self._raw_at -= len(self._raw)
        while not (stripped := self._raw.lstrip(b"\0")):  # zeros between members are padding
            self._raw_at += len(self._raw)
            self._raw = self._file.read(_STEP)
            if not self._raw:
                self._ended = True
                return False
        self._raw_at += len(self._raw) - len(stripped)
        self._raw = stripped
        self._member, self._passed, self._window, self._at = self._raw_at, 0, b"", 0
        self._inflater = zlib.decompressobj(31)
        return True

    def _take(self) -> bytes:
        data = self._raw or self._file.read(_STEP)
        self._raw = b""
        self._raw_at += len(data)
        return data
