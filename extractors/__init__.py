"""Bytes into an article: a pure function of bytes, address, headers, capture time and release.

Light to import: what is dear (trafilatura, half a second) is imported when first needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from extractors.release import release

if TYPE_CHECKING:
    from model.article import Article

__all__ = ["extract", "release"]


def extract(
    body: bytes,
    url: str | None = None,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    captured_at: datetime | None = None,
) -> Article:
    """Reads one article out of a page or a plain text.

    ``body`` is the entity, with or without the content coding that ``headers`` name (at most
    50 MB decoded). ``url`` is where it came from, ``None`` if nobody knows. ``captured_at``
    is "today" for every date on it; without an offset it is taken as UTC.

    Never raises for what a page says. Raises ``model.errors.Unreadable`` for what is no page
    or text at all (empty, an image, a PDF, an unknown coding) and ``TooLarge`` over a limit.
    """
    from extractors import decode

    fields = decode.normalise_headers(headers)
    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    entity = decode.decode_entity(body, fields)
    text = decode.decode(entity, fields).text
    from extractors import article
    from extractors.page import Page

    return article.read(Page.parse(entity, url, fields, captured_at, markup=text))
