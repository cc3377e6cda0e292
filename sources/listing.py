"""What a feed, a sitemap or a section page lists: addresses, and what is said of each as it is printed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

from model.clean import clean_text

LONGEST_URL = 1_000
LONGEST_TEXT = 1_000
MOST_VALUES = 20
MOST_NOTES = 10


class Shape(StrEnum):
    """What a document turned out to be."""

    RSS = "rss"
    ATOM = "atom"
    JSON_FEED = "json feed"
    SITEMAP = "sitemap"
    NEWS_SITEMAP = "news sitemap"
    SITEMAP_INDEX = "sitemap index"
    URL_LIST = "list of addresses"
    SECTION = "section page"


@dataclass(frozen=True, slots=True)
class Item:
    """One address that is listed. Texts are plain, white space collapsed, at most ``LONGEST_TEXT``
    characters; dates stand as printed, in whatever form; ``why`` says, for links of a section
    page, why one looks like an article.
    """

    url: str
    guid: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    summary: str | None = None
    categories: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    language: str | None = None
    publication: str | None = None
    why: tuple[str, ...] = ()

    def to_context(self) -> dict[str, Any]:
        """What is said of the item, as plain JSON without its address and without what is empty."""
        names = (
            "guid",
            "title",
            "authors",
            "published",
            "updated",
            "summary",
            "categories",
            "credits",
            "language",
            "publication",
        )
        said = {name: getattr(self, name) for name in (*names, "why")}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items() if value}

    @property
    def moment(self) -> datetime | None:
        """The latest date that is printed for it (UTC), for putting items in order; ``None`` where none can be read."""
        dates = [d for d in (moment_of(self.published), moment_of(self.updated)) if d is not None]
        return max(dates, default=None)


@dataclass(frozen=True, slots=True)
class Part:
    """Another listing that this one names: a sitemap of an index, ``changed`` as printed."""

    url: str
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one document lists, in its own order. ``whole`` is false where it was cut off or too
    large to be read to its end, ``cut`` true where the document itself breaks off; ``notes`` say what was wrong with it,
    one line each.
    """

    shape: Shape
    url: str | None
    title: str | None = None
    items: tuple[Item, ...] = ()
    parts: tuple[Part, ...] = ()
    whole: bool = True
    notes: tuple[str, ...] = ()
    cut: bool = False

    @property
    def newest(self) -> datetime | None:
        """The latest date of any item."""
        return max((m for item in self.items if (m := item.moment) is not None), default=None)


def newest_first(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Items by their printed dates, the latest first; those without one stay in their order, behind."""
    floor = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(items, key=lambda item: item.moment or floor, reverse=True))


def moment_of(text: str | None) -> datetime | None:
    """A date of RFC 822 or ISO 8601 as UTC, a day as its beginning, no offset taken as UTC; ``None`` for
    what is neither. Good for putting things in order, not as the date of an article.
    """
    text = (text or "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text[:40]) if text[:4].isdigit() else parsedate_to_datetime(text[:60])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def address(text: str | None, base: str | None) -> str | None:
    """An http or https address as listed, completed from ``base``; ``None`` for what is none."""
    plain = "".join(clean_text(text or "").split()) if text and "://" in text else clean_text(text or "").strip()
    if not plain or len(plain) > LONGEST_URL:
        return None
    try:
        whole = urljoin(base or "", plain)
        parts = urlsplit(whole)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return None
    return whole if fits and not any(c.isspace() for c in parts.netloc) else None


def line(text: str | None) -> str | None:
    """A text with white space collapsed, cut at ``LONGEST_TEXT``; ``None`` for an empty one."""
    return " ".join(clean_text(text or "").split())[:LONGEST_TEXT].rstrip() or None
