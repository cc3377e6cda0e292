"""The section of the paper the piece stands in (schema.org ``articleSection``)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from extractors import declared
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import How

_FRONT = "home homepage start startseite accueil inicio início portada news nyheter etusivu главная 首页 ホーム 홈"
_CATEGORY_ROWS = frozenset({"entry-category", "cat-links", "post-categories", "td-category"})
_PATHS_LOOKED_AT = 3_000  # elements
_STEPS = 8
_HOME = frozenset(_FRONT.split())


def read(page: Page) -> Resolved[str]:
    """The section's name as printed; the first where several are given."""
    return resolve(_FIELD, page)


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``articleSection`` of the page's own article."""
    yield from declared.json_ld(page, "articleSection")


def meta(page: Page) -> Iterator[Candidate[str]]:
    """Open Graph's and others' section."""
    yield from declared.meta(page, "article:section", "og:article:section", "section", "articlesection", "dc.subject.section")


def breadcrumb(page: Page) -> Iterator[Candidate[str]]:
    """The step before the piece in a declared ``BreadcrumbList``."""
    for node in page.json_ld:
        items = node.data.get("itemListElement")
        if "BreadcrumbList" not in node.types or not isinstance(items, list):
            continue
        for number, item in enumerate(items[:20]):
            step = page.deref(item)
            inner = step.get("item") if isinstance(step, dict) else None
            own = isinstance(step, dict) and isinstance(step.get("name"), str)
            name = step["name"] if own else inner.get("name") if isinstance(inner, dict) else None
            last = number == len(items) - 1
            if isinstance(name, str) and declared.plain(name).lower() not in _HOME and not last:
                pointer = f"/itemListElement/{number}/name" if own else f"/itemListElement/{number}/item/name"
                yield Candidate(declared.plain(name), How.DECLARED, node.where(pointer), name)


def category(page: Page) -> Iterator[Candidate[str]]:
    """A link near the headline that says it is the piece's category."""
    for element in page.tree.iter("a"):
        said = set((element.get("rel") or "").split())
        above = element.getparent()
        row = above is not None and above.get("class") in _CATEGORY_ROWS
        if ("category" in said or row) and not page.in_noise(element):
            value = page.text_of(element)
            yield Candidate(value, How.MARKED, "css:" + page.css(element), value)
            return


def shown_path(page: Page) -> Iterator[Candidate[str]]:
    """The last step before the piece in a printed path: "Home > Local > …"."""
    title = page.text_of(page.h1) if page.h1 is not None else ""
    for element in islice(page.tree.iter("nav", "ul", "ol", "div"), _PATHS_LOOKED_AT):
        marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}".lower()
        if "breadcrumb" not in marks and "brotkrume" not in marks and "entry-crumbs" not in marks:
            continue
        steps = [(a, page.text_of(a)) for a in islice(element.iter("a"), _STEPS)]
        steps = [(a, text) for a, text in steps if text and text.lower() not in _HOME and text not in title]
        if steps and len(steps) < _STEPS - 1:
            yield Candidate(steps[-1][1], How.MARKED, "css:" + page.css(steps[-1][0]), steps[-1][1])
            return


def microdata(page: Page) -> Iterator[Candidate[str]]:
    """An element marked ``itemprop="articleSection"``."""
    for element in page.tree.iter("a", "span", "div", "p"):
        if element.get("itemprop") == "articleSection":
            value = page.text_of(element)
            yield Candidate(value, How.MARKED, "css:" + page.css(element), value)


def _accept(_page: Page, value: str) -> str | None:
    if value.startswith(("http://", "https://", "/")):
        return "an address, not a section"
    return None if 1 < len(value) <= 80 else "too short or too long for a section"


_FIELD = Field("section", (json_ld, meta, microdata, breadcrumb, category, shown_path), _accept)
