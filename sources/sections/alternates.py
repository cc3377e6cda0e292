"""The feeds a page points at: ``<link rel="alternate">``, and links that say they are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from sources.listing import address, line
from sources.sections.tree import parse

_TYPES = re.compile(
    r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/(?:x-)?json feed|text/xml|application/xml", re.I
)
_FEED_PATH = re.compile(r"(?:^|[/.?=&-])(?:rss|atom|feed|feeds)(?:\.xml|\.rdf|\.json|[/?&#=]|$)|\.(?:rss|rdf|atom)(?:$|\?)", re.I)
_OF_COMMENTS = re.compile(r"/comments?(?:/|$)|comments?\s+(?:on|feed|for)\b|[?&]feed=comments", re.I)
_API = re.compile(r"/wp-json/|/oembed", re.I)  # WordPress declares its interface in the same words
MOST = 40


@dataclass(frozen=True, slots=True)
class Alternate:
    """A feed that a page points at: its address, what it is called there, and how it was pointed at."""

    url: str
    title: str | None
    how: str

    @property
    def is_of_comments(self) -> bool:
        """True where its address or title says that it lists what readers wrote."""
        return bool(_OF_COMMENTS.search(self.url) or _OF_COMMENTS.search(self.title or ""))


def feed_links(markup: str, url: str | None) -> tuple[Alternate, ...]:
    """The feeds of a page in order: those it declares, then those it merely links to; at most ``MOST``."""
    tree, base = parse(markup, url)
    found: dict[str, Alternate] = {}
    for place, title, how in (*_declared(tree), *_linked(tree)):
        whole = address(place, base)
        if whole is not None and len(found) < MOST:
            found.setdefault(whole, Alternate(whole, line(title), how))
    return tuple(found.values())


def _declared(tree: HtmlElement) -> Iterator[tuple[str, str | None, str]]:
    for link in tree.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        href = link.get("href") or ""
        if href and "alternate" in rel and _TYPES.search(link.get("type") or "") and not _API.search(href):
            yield href, link.get("title"), "declared by the page"


def _linked(tree: HtmlElement) -> Iterator[tuple[str, str | None, str]]:
    for link in tree.iter("a"):
        href = link.get("href") or ""
        if _FEED_PATH.search(href.partition("#")[0]):
            yield href, link.text_content()[:200], "linked on the page"
