"""Boxes below the text that are about other pieces: their authors and dates are not this one's."""

from __future__ import annotations

import re
from itertools import chain, islice

from extractors.dom import SUBHEADINGS, Element
from extractors.page import Page

_SHORT_TITLE = 12  # characters; linked headings that are shorter are those of parts
_PARAGRAPH = 80  # characters
_CARD = 600  # characters
_WRITER = re.compile(r"auth?or|staff|people|person|profil|writer|journalist|columnist|reda[ck]|user|contributor|team|@", re.I)


def in_card(page: Page, element: Element) -> bool:
    """Whether an element stands below the text in a box of its own with the linked title of another piece."""
    for box in islice(element.iterancestors(), 3):
        if box in page.around_headline or box in page.around_main or len(page.text_of(box)) > _CARD:
            return False
        heading = next(box.iter(*SUBHEADINGS), None)
        link = None if heading is None else next(chain(heading.iter("a"), heading.iterancestors("a")), None)
        if heading is None or link is None or heading in above_text(page):
            continue
        href, title = link.get("href") or "", page.text_of(heading)
        if href[:1] not in {"", "#"} and not page.is_own_address(href) and len(title) > _SHORT_TITLE:
            return title not in page.title and not _WRITER.search(href)
    return False


def above_text(page: Page) -> set[Element]:
    """All that stands before the first paragraph behind the headline; everything where there is none."""
    known: set[Element] | None = page.notes.get("above text")
    if known is None:
        known = page.notes["above text"] = set()
        below = False
        for element in page.tree.iter():
            known.add(element)
            below = below or element is page.h1
            if below and element.tag == "p" and len(page.text_of(element)) > _PARAGRAPH:
                break
    return known
