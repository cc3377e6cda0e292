"""What columns of bytes hold, in rows that nobody has vouched for: somebody may have put anything there."""

from __future__ import annotations

from typing import Any

from isal import isal_zlib

from model.deflate import UNREADABLE


def bytes_in(value: Any) -> bytes:
    """What a column of bytes holds, whatever was put there."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def unpacked_in(value: Any) -> bytes | None:
    """What was compressed into a column (``model.deflate.as_zlib``); ``None`` where nothing can be read of it."""
    try:
        return isal_zlib.decompress(value)
    except (UNREADABLE, TypeError):  # damaged bytes, or no bytes at all
        return None
