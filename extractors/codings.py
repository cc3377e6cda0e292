"""Content codings of HTTP (RFC 9110, 8.4) undone: gzip, deflate and br."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable

import brotli

from model.errors import TooLarge, Unreadable

_STEP = 16_384


def undo(coding: str, entity: bytes, limit: int) -> bytes:
    """An entity with one coding undone; as it is where it plainly does not carry that coding.

    Raises ``TooLarge`` over ``limit`` bytes, ``Unreadable`` where nothing can be undone.
    """
    if coding in {"gzip", "x-gzip"}:
        return inflate(entity, 31, limit) if entity[:2] == b"\x1f\x8b" else entity
    if coding == "deflate":
        looks_zlib = len(entity) > 1 and entity[0] & 0x0F == 8 and (entity[0] << 8 | entity[1]) % 31 == 0
        if looks_zlib:
            return inflate(entity, 15, limit)
        return entity if _is_markup(entity) else inflate(entity, -15, limit)
    if coding == "br":
        return entity if _is_markup(entity) else _brotli(entity, limit)
    if _is_markup(entity):
        return entity
    raise Unreadable(f"content coding {coding!r} cannot be undone here: ask the server for gzip or identity", coding=coding)


def inflate(entity: bytes, window: int, limit: int) -> bytes:
    """zlib, gzip or raw deflate by ``window`` (zlib's wbits), all members; what was readable of a damaged one."""
    parts: list[bytes] = []
    size = 0
    while entity:
        machine = zlib.decompressobj(window)
        try:
            part = machine.decompress(entity, limit + 1 - size)
        except zlib.error:
            part = b""
        parts.append(part)
        size += len(part)
        if size > limit:
            raise too_large(limit)
        # gzip may be several members one after another
        entity = machine.unused_data if window == 31 and machine.unused_data[:2] == b"\x1f\x8b" else b""
    if not size:
        raise Unreadable("the compressed body is damaged from its beginning: capture it again")
    return b"".join(parts)


def is_cut_off(entity: bytes, headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a compressed entity ends before its own end mark. Only gzip and br tell; never true for others."""
    coding = next((value.strip().lower() for name, value in headers if name.lower() == "content-encoding"), "")
    try:
        if coding in {"gzip", "x-gzip"} and entity[:2] == b"\x1f\x8b":
            machine = zlib.decompressobj(31)
            for at in range(0, len(entity), _STEP):
                if machine.eof:
                    break
                machine.decompress(entity[at : at + _STEP])
            return not machine.eof
        if coding == "br" and not _is_markup(entity):
            unpacker = brotli.Decompressor()
            for at in range(0, len(entity), _STEP):
                unpacker.process(entity[at : at + _STEP])
            return not unpacker.is_finished()
    except (zlib.error, brotli.error):
        return False  # damaged, not cut off: what can be read of it is read
    return False


def _brotli(entity: bytes, limit: int) -> bytes:
    machine = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        for at in range(0, len(entity), 16_384):
            part = machine.process(entity[at : at + 16_384])
            parts.append(part)
            size += len(part)
            if size > limit:
                raise too_large(limit)
    except brotli.error:
        if not size:
            raise Unreadable("the body is not the brotli stream its header says: capture it again", coding="br") from None
    return b"".join(parts)


def too_large(limit: int) -> TooLarge:
    """The error for a body over ``limit`` bytes."""
    return TooLarge(f"the decoded body is over {limit:,} bytes: no article is that long", limit=limit)


def _is_markup(entity: bytes) -> bool:
    return entity.lstrip()[:1] == b"<" or is_utf8(entity[:4096])


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8, a last character that was cut off aside."""
    try:
        codecs.utf_8_decode(data, "strict", False)  # an unfinished character at the end is a cut, not a lie
    except UnicodeDecodeError:
        return False
    return True
