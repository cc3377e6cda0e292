"""How a page's own address is told from others: by host and path."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


def addresses_in(value: Any) -> list[str]:
    """The addresses in a JSON-LD value: texts, and the ``@id`` or ``url`` of objects, alone or in a list."""
    values = value if isinstance(value, list) else [value]
    found = [v.get("@id") or v.get("url") if isinstance(v, dict) else v for v in values]
    return [v for v in found if isinstance(v, str)]


def address(url: str) -> str:
    """Host and path, as far as two ways to write one page's address agree."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}".lower() if parts.netloc else ""
