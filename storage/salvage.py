"""What can still be read of a damaged record: the lines that stand before the damage. They may be damaged themselves."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

_READ = 2000  # bytes of a member in which its lines are looked for


def headers_in(data: bytes) -> Mapping[str, str]:
    """Headers of the record whose member ``data`` begins with, as ``warc.Member`` has them: those that can be read to
    their end."""
    unpacker = zlib.decompressobj(31)
    text = bytearray()
    try:
        for byte in data[:_READ]:
            text += unpacker.decompress(bytes([byte]))
    except zlib.error:
        pass  # what came before it
    head = bytes(text).partition(b"\r\n\r\n")[0] if b"\r\n\r\n" in text else bytes(text).rpartition(b"\r\n")[0]
    lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")[1:]]
    return {name.strip().lower(): value.strip() for name, _, value in lines}
