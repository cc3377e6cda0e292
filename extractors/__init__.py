"""Bytes into an article: a pure function of bytes, address, headers, capture time, stored context and release.

Light to import: what is dear (trafilatura, half a second) is imported when first needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.release import release

if TYPE_CHECKING:
    from model.article import Article

__all__ = ["extract", "release"]

_MARKUP = re.compile(
    r"<(?:!doctype|\?xml|html|head|body|meta|title|script|div|p|article|section|main|span|h1|h2|br|a|table|img)\b", re.I
)


def extract(
    body: bytes,
    url: str | None = None,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    captured_at: datetime | None = None,
    context: Mapping[str, object] | None = None,
) -> Article:
    """Reads one article out of a page or a plain text.

    ``body`` is the entity, with or without the content coding that ``headers`` name (at most
    50 MB decoded); MHTML and web archives are read from the page inside. ``url`` is where it came
    from, ``None`` if nobody knows (what is no address is taken as that). ``captured_at`` is "today"
    for every date on it; without an offset it is taken as UTC. ``context`` is what was said of the
    page elsewhere and stored with it (``extractors.told``): it fills what the page leaves open.

    Never raises for what a page says. Raises ``model.errors.Unreadable`` for what is no page
    or text at all (empty, an image, a PDF, an unknown coding) and ``TooLarge`` over a limit.
    """
    from extractors import collecting

    with collecting.once():
        return _read(body, _address(url), headers, captured_at, context)


def _read(
    body: bytes,
    url: str | None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
    captured_at: datetime | None,
    context: Mapping[str, object] | None,
) -> Article:
    from extractors import decode, saved, told

    fields = decode.normalise_headers(headers)
    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    entity = decode.decode_entity(body, fields)
    wrapped = saved.unwrap(entity)
    if wrapped is not None:
        entity, fields, url = wrapped.body, wrapped.fields, url or _address(wrapped.url)
    text = decode.decode(entity, fields).text
    if not _is_markup(text, fields):
        from extractors import text as wire_copy

        return told.fill(wire_copy.read(text, url, captured_at), context, captured_at)
    from extractors import article
    from extractors.page import Page

    return told.fill(article.read(Page.parse(entity, url, fields, captured_at, markup=text)), context, captured_at)


def _address(url: str | None) -> str | None:
    """An address as given; ``None`` for what is none, such as ``http://[``, which archives hold as well."""
    try:
        urlsplit(url or "")
    except ValueError:
        return None
    return url


def _is_markup(text: str, headers: tuple[tuple[str, str], ...]) -> bool:
    said = next((v.lower() for k, v in headers if k.lower() == "content-type"), "")
    if "text/html" in said or "xhtml" in said:
        return True
    if "text/plain" in said:
        return False
    return _MARKUP.search(text[:65_536]) is not None
