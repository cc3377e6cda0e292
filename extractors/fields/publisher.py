"""Who published the piece: the paper's or site's own name (schema.org ``publisher``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors import declared
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import How

_SEPARATED = re.compile(r"\s[|–—-]\s")
_WEBSITES = frozenset({"WebSite", "NewsMediaOrganization", "Organization", "Corporation"})


def read(page: Page) -> Resolved[str]:
    """The publisher's name as the page gives it, not a legal person's and not a domain made up."""
    return resolve(_FIELD, page)


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``publisher`` of the page's own article."""
    for node in page.articles:
        yield from declared.of_node(page, node, "publisher")


def site_name(page: Page) -> Iterator[Candidate[str]]:
    """Open Graph's name of the site."""
    yield from declared.meta(page, "og:site_name")


def website(page: Page) -> Iterator[Candidate[str]]:
    """The name of the ``WebSite`` or organization that JSON-LD describes beside the article."""
    for node in page.json_ld:
        if node.types & _WEBSITES:
            yield from declared.of_node(page, node, "name")


def meta(page: Page) -> Iterator[Candidate[str]]:
    """Other names under which pages declare it."""
    yield from declared.meta(page, "publisher", "dc.publisher", "dcterms.publisher", "citation_publisher", "application-name")


def title(page: Page) -> Iterator[Candidate[str]]:
    """The last part of ``<title>`` where the domain spells it."""
    parts = _SEPARATED.split(page.title)
    host = re.sub(r"[^a-z0-9.]", "", (page.url or "").lower().partition("://")[2].partition("/")[0])
    name = parts[-1].strip()
    if len(parts) > 1 and host and re.sub(r"\W", "", name.lower()) in host.replace(".", ""):
        yield Candidate(name, How.INFERRED, page.title_place, name)


def _accept(_page: Page, value: str) -> str | None:
    if value.startswith(("http://", "https://", "@")):
        return "an address, not a name"
    if not 2 <= len(value) <= 120:
        return "too short or too long for a name"
    return None


_FIELD = Field("publisher", (json_ld, site_name, website, meta, title), _accept)
