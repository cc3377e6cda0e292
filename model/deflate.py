"""Bytes that are compressed once and kept in two places: within a WARC member, and in a column.

A stream of DEFLATE (RFC 1951) may be flushed to a whole byte and go on; so what was compressed alone can stand
behind a head and before an end, in whatever wrapping (RFC 1950, RFC 1952).
"""

from __future__ import annotations

from typing import cast

from isal import isal_zlib

LEVEL = 3
"""A quarter of the time of zlib's level 6, for one in ten more bytes of a page."""

UNREADABLE = cast("type[Exception]", isal_zlib.error)  # its stub has it as a value
"""What unpacking raises for bytes that are none of a stream."""

_RAW = -15
_ZLIB_HEAD = b"\x78\x01"
_NO_MORE = b"\x03\x00"


def deflate(data: bytes) -> bytes:
    """A stream that goes on: whole bytes, and no last block."""
    stream = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, _RAW)
    return stream.compress(data) + stream.flush(isal_zlib.Z_SYNC_FLUSH)


def deflate_last(data: bytes) -> bytes:
    """A stream that ends."""
    return isal_zlib.compress(data, LEVEL, _RAW)


def as_zlib(data: bytes, deflated: bytes) -> bytes:
    """What ``zlib.decompress`` takes back to ``data``; ``deflated`` is ``deflate(data)``."""
    return b"".join((_ZLIB_HEAD, deflated, _NO_MORE, isal_zlib.adler32(data).to_bytes(4, "big")))
