"""What is worked out once about a page's text and asked for by several fields."""

from __future__ import annotations

import html
from weakref import WeakKeyDictionary

from extractors.body.opinion import compact
from extractors.body.passages import Passage, passages
from extractors.body.signs import Surroundings
from extractors.body.weigh import weighable
from extractors.page import Page

_KNOWN: WeakKeyDictionary[Page, list[Passage]] = WeakKeyDictionary()


def passages_of(page: Page) -> list[Passage]:
    """The passages of a page's tree, in reading order; kept as long as the page is."""
    known = _KNOWN.get(page)
    if known is None:
        known = _KNOWN[page] = passages(page.tree)
    return known


def weighable_passages(page: Page) -> list[Passage]:
    """Those passages that could be the article's at all: no comments, no menus."""
    return [p for p in passages_of(page) if weighable(p) and not page.in_threads(p.element)]


def surroundings(page: Page, headline: str | None) -> Surroundings:
    """What the signs of a page's passages are read against; the headline's element speaks where none is given."""
    declared = [n.data.get("articleBody") for n in page.articles]
    words = "".join(compact(html.unescape(d)) for d in declared if isinstance(d, str))
    title = headline or ("" if page.h1 is None else page.text_of(page.h1))
    return Surroundings(words, compact(title), page.h1, page.language)
