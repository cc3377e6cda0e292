"""What is worked out once about a page's text and asked for by several fields."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from extractors.body.passages import Passage, passages
from extractors.page import Page

_KNOWN: WeakKeyDictionary[Page, list[Passage]] = WeakKeyDictionary()


def passages_of(page: Page) -> list[Passage]:
    """The passages of a page's tree, in reading order; kept as long as the page is."""
    known = _KNOWN.get(page)
    if known is None:
        known = _KNOWN[page] = passages(page.tree)
    return known
