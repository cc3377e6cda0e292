"""The beginning of an entity without its content coding, for a look inside."""

from __future__ import annotations

import zlib


def unpacked(entity: bytes, coding: str | None, limit: int) -> bytes:
    """At most ``limit`` bytes of the decoded entity; as much as can be decoded of a damaged one.

    Knows gzip and deflate (the codings we ask for and the one some send regardless); others
    give nothing. Not good for reading an article: it says nothing of what is missing.
    """
    name = (coding or "identity").strip().lower()
    if name == "identity":
        return entity[:limit]
    if name not in {"gzip", "x-gzip", "deflate"}:
        return b""
    # 32 + : gzip or zlib, by its header; some send raw deflate data
    for window in (32 + zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window).decompress(entity, limit)
        except zlib.error:
            continue
    return b""
