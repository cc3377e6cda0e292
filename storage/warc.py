"""WARC 1.1 members (ISO 28500): written byte for byte, read back, walked through damage.

A member is one gzip stream holding one record, as the standard recommends, so that any tool
can read any record at its offset. Written here and not by a library because small members
are most of an archive: 9,000 a second through fastwarc's writer, 100,000 like this.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from isal import isal_zlib

from model.capture import digest_of
from model.deflate import deflate, deflate_last
from model.errors import Damaged

# at the head of every member: no name, no time, Unix (RFC 1952)
GZIP_HEAD = bytes.fromhex("1f8b0800000000000003")
_TAIL = struct.Struct("<II")
STEP = 1 << 18
BLOCK_END = b"\r\n\r\n"
_DEFLATED_END = deflate_last(BLOCK_END)
_CUT_OFF = "the record is cut off"


@dataclass(frozen=True)
class Draft:
    """A record to be written. ``id`` is a UUID; ``date`` UTC text; ``extra`` further headers; ``deflated`` the block
    as ``model.deflate.deflate`` makes it, where that was done.
    """

    type: str
    id: str
    date: str
    block: bytes
    content_type: str | None = None
    uri: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    deflated: bytes | None = field(default=None, repr=False)

    @cached_property
    def digest(self) -> str:
        """The digest of its block."""
        return digest_of(self.block)


@dataclass(frozen=True, slots=True)
class Member:
    """A record read back: where its gzip member lies, its headers (lower-cased names), its block."""

    offset: int
    length: int
    headers: Mapping[str, str] = field(repr=False)
    block: bytes = field(repr=False)

    @property
    def type(self) -> str:
        """``WARC-Type``."""
        return self.headers.get("warc-type", "")

    @property
    def id(self) -> str:
        """The UUID of ``WARC-Record-ID``."""
        return record_id(self.headers)

    @property
    def digest_problem(self) -> str | None:
        """What is wrong with the block digest, or ``None``."""
        return digest_problem_of(self.headers, digest_of(self.block))


@dataclass(frozen=True, slots=True)
class Break:
    """Bytes of a segment that are no whole member. ``at_end`` where nothing readable follows;
    ``torn`` where a member began well and the file ended before it did.
    """

    offset: int
    length: int
    problem: str
    at_end: bool

    @property
    def torn(self) -> bool:
        return self.problem == _CUT_OFF


def record_id(headers: Mapping[str, str]) -> str:
    """The UUID of ``WARC-Record-ID``."""
    return headers.get("warc-record-id", "").removeprefix("<urn:uuid:").removesuffix(">")


def urn(uuid: str) -> str:
    """``<urn:uuid:…>``, as WARC writes record ids."""
    return f"<urn:uuid:{uuid}>"


def compress(draft: Draft, warcinfo: str | None) -> bytes:
    """The gzip member of a record. ``warcinfo`` is the UUID of the segment's warcinfo record."""
    before = head_of(draft, warcinfo)
    if draft.deflated is None:
        return member_with(deflate_last(before + draft.block + BLOCK_END), (before, draft.block, BLOCK_END))
    return member_with(deflate(before) + draft.deflated + _DEFLATED_END, (before, draft.block, BLOCK_END))


def head_of(draft: Draft, warcinfo: str | None) -> bytes:
    """The lines of a record before its block, the empty one with them."""
    head = [f"WARC-Type: {draft.type}", f"WARC-Record-ID: {urn(draft.id)}", f"WARC-Date: {draft.date}"]
    if draft.uri is not None:
        head.append(f"WARC-Target-URI: {_one_line(draft.uri, also=' ')}")
    if warcinfo is not None:
        head.append(f"WARC-Warcinfo-ID: {urn(warcinfo)}")
    head += [f"{name}: {_one_line(value)}" for name, value in draft.extra]
    head.append(f"WARC-Block-Digest: {draft.digest}")
    if draft.content_type is not None:
        head.append(f"Content-Type: {_one_line(draft.content_type)}")
    head.append(f"Content-Length: {len(draft.block)}")
    text = "WARC/1.1\r\n" + "\r\n".join(head) + "\r\n\r\n"
    return text.encode("utf-8", "replace")


def member_with(packed: bytes, parts: Iterable[bytes]) -> bytes:
    """The gzip member around a stream of DEFLATE; ``parts`` are what it unpacks to, in order."""
    crc = length = 0
    for part in parts:
        crc, length = isal_zlib.crc32(part, crc), length + len(part)
    return b"".join((GZIP_HEAD, packed, _TAIL.pack(crc, length & 0xFFFFFFFF)))


def bytes_at(file: BinaryIO, offset: int, length: int) -> bytes:
    """What a file has at a place: no more than there is, whatever a damaged catalogue asks for."""
    size = os.fstat(file.fileno()).st_size
    if not 0 <= offset < size:
        return b""
    file.seek(offset)
    return file.read(max(0, min(length, size - offset)))


def read_member(path: Path, offset: int, length: int) -> Member:
    """The record at a place. Raises ``Damaged`` where there is no whole record of ours."""
    place = f"{path.name}:{offset}"
    try:
        with path.open("rb") as file:
            data = bytes_at(file, offset, length)
    except OSError as error:
        raise Damaged(f"{place}: cannot be read ({error.strerror})", place=place) from error
    return member_of(data, path.name, offset)


def member_of(data: bytes, name: str, offset: int) -> Member:
    """The record whose member ``data`` is, read from a place of the segment ``name``. Raises ``Damaged``."""
    place = f"{name}:{offset}"
    unpacker = zlib.decompressobj(31)
    try:
        text = unpacker.decompress(data)
    except zlib.error as error:
        raise Damaged(f"{place}: the compressed record is damaged; run `pressmark verify`", place=place) from error
    if not unpacker.eof:
        raise Damaged(f"{place}: the record is cut off; run `pressmark verify`", place=place)
    member = parse_member(text, offset, len(data))
    if isinstance(member, str):
        raise Damaged(f"{place}: {member}", place=place)
    return member


def walk(path: Path, start: int = 0) -> Iterator[Member | Break]:
    """Every member from ``start``, in order; a ``Break`` where bytes are no member, then on.

    ``start`` must be the offset of a member.
    """
    size = path.stat().st_size
    if size <= start:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        offset = start
        while offset < size:
            found = _unpack(data, offset, size)
            if isinstance(found, Member):
                yield found
                offset += found.length
                continue
            following = _next_head(data, offset + 1, size)
            at_end = following is None
            end = size if following is None else following
            yield Break(offset, end - offset, found, at_end)
            offset = end


def _unpack(data: mmap.mmap | bytes, offset: int, size: int) -> Member | str:
    if data[offset : offset + len(GZIP_HEAD)] != GZIP_HEAD:
        return "no record starts here"
    unpacker = zlib.decompressobj(31)
    parts: list[bytes] = []
    position = offset
    try:
        while position < size and not unpacker.eof:
            chunk = data[position : position + STEP]
            position += len(chunk)
            parts.append(unpacker.decompress(chunk))
    except zlib.error:
        return "the compressed record is damaged"
    if not unpacker.eof:
        return _CUT_OFF
    return parse_member(b"".join(parts), offset, position - len(unpacker.unused_data) - offset)


def _next_head(data: mmap.mmap | bytes, offset: int, size: int) -> int | None:
    """Where the next whole member begins; other places that look like one are passed over."""
    while (offset := data.find(GZIP_HEAD, offset, size)) >= 0:
        if isinstance(_unpack(data, offset, size), Member):
            return offset
        offset += 1
    return None


def parse_member(text: bytes, offset: int, length: int) -> Member | str:
    """The record in an unpacked member, or what is wrong with it."""
    parsed = parse_head(text)
    if isinstance(parsed, str):
        return parsed
    headers, start = parsed
    return Member(offset, length, headers, text[start : -len(BLOCK_END)])


def parse_head(text: bytes | bytearray) -> tuple[dict[str, str], int] | str:
    """The headers of the record in an unpacked member, and where its block begins, which goes on up to ``BLOCK_END``; or what is
    wrong with it.
    """
    end = text.find(b"\r\n\r\n")
    lines = text[: max(end, 0)].decode("utf-8", "replace").split("\r\n")
    if lines[0] != "WARC/1.1":
        return "this is no WARC 1.1 record"
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    stated, start = headers.get("content-length", ""), end + len(BLOCK_END)
    if not stated.isdecimal() or len(text) - start != int(stated) + len(BLOCK_END) or not text.endswith(BLOCK_END):
        return "the record's length is not what it states"
    return headers, start


def digest_problem_of(headers: Mapping[str, str], digest: str) -> str | None:
    """What is wrong with a block's digest, by its record's headers."""
    stated = headers.get("warc-block-digest")
    if stated is None:
        return "the record states no block digest"
    return None if stated == digest else "the block does not have the digest that its record states"


def are_whole(data: bytes) -> bool:
    """Whether bytes are nothing but whole records, each with the block that its digest states."""
    return 0 < len(data) == sum(length for _, length in whole_records(data))


def whole_records(data: bytes) -> Iterator[tuple[int, int]]:
    """Where in bytes whole records lie, each with the block that its digest states: offset and length, in order."""
    offset: int | None = 0
    while offset is not None and offset < len(data):
        found = _unpack(data, offset, len(data))
        if not isinstance(found, Member):
            offset = _next_head(data, offset + 1, len(data))
            continue
        if found.digest_problem is None:
            yield offset, found.length
        offset += found.length


def _one_line(value: str, also: str = "") -> str:
    """A header's value, with what would break its line (and ``also`` what an address may not hold) percent-encoded."""
    if value.isprintable() and not (also and also in value):
        return value
    return "".join(c if c.isprintable() and c not in also else quote(c, safe="", errors="replace") for c in value)
