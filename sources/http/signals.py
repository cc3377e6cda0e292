"""Wishes of the server about keeping and mining: recorded with a capture, never a reason to drop it.

Read are the X-Robots-Tag header and ``<meta name="robots">`` (as search engines document
them), and the reservation headers and meta elements of the TDM Reservation Protocol (W3C
Community Group, 2024). Its ``/.well-known/tdmrep.json`` is ``sources.http.tdm``'s.
"""

from __future__ import annotations

import html
import re

from model.capture import Exchange, header, parse_head
from sources.http.coding import unpacked

SCANNED_BYTES = 64 * 1024
KEPT_DIRECTIVES = frozenset({"noarchive", "nocache", "noindex", "none", "noai", "noimageai"})

_META = re.compile(r"<meta\s[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_AGENT = re.compile(r"\s*([a-z0-9_-]+)\s*:(.*)", re.IGNORECASE | re.DOTALL)


def signals_of(exchange: Exchange, token: str) -> tuple[str, ...]:
    """Signals such as ``robots: noarchive``, ``tdm-reservation: 1``, ``tdm-policy: URL``; sorted, each once.

    Directives addressed to another robot than ``token`` are not ours and left out. Of HTML
    the first 64 KB are looked at, where meta elements belong.
    """
    fields = parse_head(exchange.head)
    found: set[str] = set()
    for name, value in fields:
        lowered = name.lower()
        if lowered == "x-robots-tag":
            found |= _robots(_addressed(value, token))
        elif lowered in {"tdm-reservation", "tdm-policy"} and value:
            found.add(f"{lowered}: {value}")
    media_type = header(fields, "content-type") or ""
    if "html" in media_type or not media_type:
        body = unpacked(exchange.entity, header(fields, "content-encoding"), SCANNED_BYTES)
        found |= _from_meta(body.decode("latin-1"), token)
    return tuple(sorted(found))


def _from_meta(text: str, token: str) -> set[str]:
    found: set[str] = set()
    for tag in _META.findall(_COMMENT.sub("", text)):
        attributes = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "").strip() for m in _ATTRIBUTE.finditer(tag)}
        name, content = attributes.get("name", "").lower(), attributes.get("content", "")
        if name in {"robots", token.lower()}:
            found |= _robots(content)
        elif name in {"tdm-reservation", "tdm-policy"} and content:
            found.add(f"{name}: {content}")
    return found


def _addressed(value: str, token: str) -> str:
    """The directives meant for us: ``otherbot: noarchive`` is not, ``noarchive`` is."""
    agent = _AGENT.match(value)
    if agent is None or agent[1].lower() in {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}:
        return value
    return agent[2] if agent[1].lower() == token.lower() else ""


def _robots(directives: str) -> set[str]:
    words = {word.strip().lower() for word in directives.split(",")}
    return {f"robots: {word}" for word in words & KEPT_DIRECTIVES}
