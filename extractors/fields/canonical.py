"""The address the publisher calls the piece's own (RFC 6596 ``rel=canonical``).

On another registrable domain it is a relation (syndication), not an identity: whether to
believe it is for ``model``'s identity rule, not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from extractors import declared
from extractors.dom import collapse
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import How
from model.identity import without_credentials

_LINK = re.compile(r"<([^>]{1,2000})>\s*;[^,]{0,200}?rel=\"?canonical\b", re.I)


def read(page: Page) -> Resolved[str]:
    """An absolute http(s) address as the page declares it, resolved against its own."""
    return resolve(_FIELD, page)


def link(page: Page) -> Iterator[Candidate[str]]:
    """``<link rel="canonical">``."""
    for element in page.tree.iter("link"):
        href = (element.get("href") or "").strip()
        if href and "canonical" in (element.get("rel") or "").lower().split():
            yield from _absolute(page, href, f"css:{page.css(element)}@href")


def header(page: Page) -> Iterator[Candidate[str]]:
    """The server's ``Link: <…>; rel=canonical``."""
    for name, value in page.headers:
        found = _LINK.search(value[:8_000]) if name.lower() == "link" else None
        if found:
            yield from _absolute(page, found[1], "header:link")


def og_url(page: Page) -> Iterator[Candidate[str]]:
    """Open Graph's address of the page."""
    for found in declared.meta(page, "og:url"):
        yield from _absolute(page, found.quote, found.where)


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``url`` or ``mainEntityOfPage`` of the page's own article."""
    for node in page.articles[:1]:
        for key in ("url", "mainEntityOfPage"):
            for found in declared.of_node(page, node, key, "@id"):
                yield from _absolute(page, found.quote, found.where)


def _absolute(page: Page, href: str, where: str) -> Iterator[Candidate[str]]:
    try:
        address = without_credentials(urljoin(page.url or "", collapse(href)))
        scheme, host = urlsplit(address).scheme, urlsplit(address).hostname
    except ValueError:
        return
    if scheme in {"http", "https"} and host:
        yield Candidate(address, How.DECLARED, where, without_credentials(href))


def _accept(page: Page, value: str) -> str | None:
    own, found = urlsplit(page.url or ""), urlsplit(value)
    if not found.path.strip("/") and not found.query and own.path.strip("/"):
        return "the front page, not the piece"
    return None


_FIELD = Field("canonical_url", (link, header, og_url, json_ld), _accept)
