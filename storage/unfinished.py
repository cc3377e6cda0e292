"""Told apart at the end of a segment: the beginning of a member that a kill or a loss of power cut off, and damage."""

from __future__ import annotations

import codecs
import mmap
import re
import zlib
from pathlib import Path

from storage.warc import BLOCK_END, GZIP_HEAD, STEP

_IN_HEAD = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*")
_LITTLE = 1024


def is_unfinished(path: Path, offset: int) -> bool:
    """Whether what a file has from ``offset`` on is the beginning of one member and nothing else, as a kill
    leaves it; zeros behind it are room that a file system gave and a loss of power left unwritten.

    The zeros are never unpacked: behind the first bytes of a member they can be read as its end.
    Bytes that reach as far as a whole record does are no beginning, whatever is wrong with them.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = _end_of_bytes(data, offset)
        if end - offset <= len(GZIP_HEAD):
            return GZIP_HEAD.startswith(data[offset:end])
        if data[offset : offset + len(GZIP_HEAD)] != GZIP_HEAD:
            return False
        unpacker = zlib.decompressobj(-15)
        position, length, check, head = offset + len(GZIP_HEAD), 0, 0, b""
        try:
            while position < end and not unpacker.eof:
                text = unpacker.decompress(data[position : min(position + STEP, end)])
                position = min(position + STEP, end)
                length, check, head = length + len(text), zlib.crc32(text, check), head or text
        except zlib.error:
            return False
        if not unpacker.eof:
            whole = _stated_length(head)
            if whole is None:
                return _may_begin_head(head) and not _is_about(int.from_bytes(data[-4:], "little"), length)
            return length <= whole and data[-4:] != whole.to_bytes(4, "little")
        position -= len(unpacker.unused_data)
        trailer = check.to_bytes(4, "little") + (length % 2**32).to_bytes(4, "little")
        as_long_as_whole = len(data) - position == len(trailer)
        return trailer.startswith(data[position:end]) and not as_long_as_whole and data[position : position + 8] != trailer


def _end_of_bytes(data: mmap.mmap, offset: int) -> int:
    """Where zeros begin that reach to the end."""
    end = len(data)
    while end > offset:
        start = max(offset, end - STEP)
        if last := data[start:end].rstrip(b"\0"):
            return start + len(last)
        end = start
    return end


def _may_begin_head(text: bytes) -> bool:
    """Whether a text is one that the head of a record can begin with; zeros and other members unpack to none."""
    try:
        lines = codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return False
    return _IN_HEAD.fullmatch(lines) is not None


def _is_about(stated: int, length: int) -> bool:
    """Whether four last bytes are the length that a whole member states, which damage changed a little; zeros behind a
    cut make numbers below those of any record."""
    return stated > 0xFF and abs(stated - length) < _LITTLE


def _stated_length(text: bytes) -> int | None:
    """How long a record is by what it states, head and end included; ``None`` where its head is not all there."""
    head, found, _ = text.partition(b"\r\n\r\n")
    stated = head.rpartition(b"\r\nContent-Length: ")[2]
    return len(head) + len(found) + int(stated) + len(BLOCK_END) if found and stated.isdigit() else None
