"""Safari's web archives: a binary property list around the page. A pure function of bytes."""

from __future__ import annotations

import plistlib
from dataclasses import dataclass
from typing import Any

_MAGIC = b"bplist00"
_MARK = b"WebMainResource"


@dataclass(frozen=True, slots=True)
class MainResource:
    """The page in a web archive, with the address, media type and character set that were written beside it."""

    body: bytes
    url: str | None
    media_type: str | None
    charset: str | None


def is_webarchive(data: bytes) -> bool:
    """Whether bytes are a property list that names a main resource."""
    return data.startswith(_MAGIC) and _MARK in data


def read_webarchive(data: bytes) -> MainResource | None:
    """The page in a web archive; ``None`` where there is none, or where the list is damaged."""
    try:
        plist = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    except (
        plistlib.InvalidFileException,
        ValueError,
        OverflowError,
        RecursionError,
        MemoryError,
        KeyError,
        TypeError,
        IndexError,
    ):
        return None
    main = plist.get(_MARK.decode()) if isinstance(plist, dict) else None
    body = main.get("WebResourceData") if isinstance(main, dict) else None
    if not isinstance(main, dict) or not isinstance(body, bytes):
        return None
    return MainResource(body, _said(main, "URL"), _said(main, "MIMEType"), _said(main, "TextEncodingName"))


def _said(main: dict[Any, Any], name: str) -> str | None:
    value = main.get(f"WebResource{name}")
    return value if isinstance(value, str) else None
