"""What a feed or sitemap said of a piece, where the page itself is silent: it fills, and never outranks.

The words come as a stored context (``context["feed"]``, as the listing printed them), so that
reading stays a pure function: the same capture read again has the same context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from extractors import declared_dates
from extractors.date_choice import parts
from extractors.field import shorten
from extractors.fields import byline, names
from extractors.words import agencies
from model.article import Article, Author, Evidence, How, Rejected

EARLIEST_YEAR = 1690
_AHEAD = timedelta(hours=26)
_MOST_NAMES = 20
# RSS 2.0 wants an address for mail first, and the name in brackets
_MAIL_AND_NAME = re.compile(r"\s*\S{1,100}@\S{1,200}\s*\((?P<name>[^()]{2,100})\)\s*")


def fill(article: Article, context: Mapping[str, Any] | None, captured_at: datetime | None) -> Article:
    """The article with date and authors taken from ``context["feed"]`` where it has none. Never raises.

    A date of publication without a year (``XXXX-12-18``) gets one where the feed names the same day.
    """
    said = (context or {}).get("feed")
    if not isinstance(said, Mapping):
        return article
    found: dict[str, Any] = {}
    evidence: dict[str, Evidence] = {}
    for field, key in (("date_published", "published"), ("date_modified", "updated")):
        date = _date(said.get(key), captured_at)
        if (
            date is not None
            and _is_missing(getattr(article, field), date)
            and not (field == "date_modified" and _a_sitemap(said))
        ):
            found[field] = date
            evidence[f"/{field}"] = _before(article.evidence.get(f"/{field}"), _evidence(key, str(said[key])))
    authors = () if article.authors else tuple(_authors(said, article))
    if authors:
        found["authors"] = tuple(author for author, _ in authors)
        evidence["/authors"] = authors[0][1]
        evidence |= {f"/authors/{n}": proof for n, (_, proof) in enumerate(authors)}
    if not found:
        return article
    return replace(article, **found, evidence=dict(sorted({**article.evidence, **evidence}.items())))


def _evidence(key: str, words: str) -> Evidence:
    return Evidence(f"feed.{key.partition('/')[0]}", How.DECLARED, f"context:feed/{key}", shorten(words))


def _before(lost: Evidence | None, proof: Evidence) -> Evidence:
    """The feed's proof, with the page's day without a year beside it where there is one."""
    if lost is None:
        return proof
    rejected = Rejected(lost.strategy, lost.how, lost.where, lost.quote, "it names no year")
    return replace(proof, rejected=(rejected, *lost.rejected))


def _a_sitemap(said: Mapping[str, Any]) -> bool:
    # its lastmod is of the page, counters and all, not of the piece
    return str(said.get("kind", "")).endswith("sitemap")


def _is_missing(value: str | None, date: str) -> bool:
    return value is None or (value.startswith("XXXX-") and value[4:10] == date[4:10])


def _date(text: object, captured_at: datetime | None) -> str | None:
    """An EDTF date that a page captured then can have."""
    date = declared_dates.parse(text) if isinstance(text, str) else None
    if date is None:
        return None
    earliest = parts(date).earliest
    if earliest is None or earliest.year < EARLIEST_YEAR:
        return None
    moment = earliest if earliest.tzinfo else earliest.replace(tzinfo=UTC)
    return None if captured_at is not None and moment > captured_at + _AHEAD else date


def _authors(said: Mapping[str, Any], article: Article) -> Iterator[tuple[Author, Evidence]]:
    given = said.get("authors")
    seen: set[str] = set()
    own = {names.key(str(said.get(k) or "")) for k in ("feed_title", "publication")} | {names.key(article.publisher or "")}
    for n, text in enumerate(given[:_MOST_NAMES] if isinstance(given, list) else ()):
        if not isinstance(text, str):
            continue
        mail = _MAIL_AND_NAME.fullmatch(text)
        for author in byline.read(mail["name"] if mail else text, article.in_language, article.publisher):
            key = names.key(author.name)
            if key in seen | own or "@" in author.name:
                continue
            if names.is_person(author.name, article.in_language) or agencies.agency(author.name):
                seen.add(key)
                yield Author(author.name, author.role, author.affiliations), _evidence(f"authors/{n}", text)
