"""Boxes that list other pieces under a heading which says so ("Editor's picks", "Related")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from extractors.body.furniture import begins_as, points_elsewhere
from extractors.body.passages import Passage
from extractors.dom import Element

_HEADINGS = frozenset(("h2", "h3", "h4", "h5"))
_PARAGRAPH = 60  # characters
_BOXES = 20  # headings whose boxes are looked for
_AROUND = 4  # elements around a heading among which its box is looked for


def pointed(found: Sequence[Passage], sure: Sequence[Passage], language: str | None) -> Iterator[Passage]:
    """The passages of boxes whose heading leads to other pieces.

    A box is what begins with its heading and holds no sure paragraph.
    """
    boxes: set[Element] = set()
    heads = (p for p in found if p.tag in _HEADINGS and begins_as(p.text, language) == "more")
    for head in islice(heads, _BOXES):
        whole = points_elsewhere(head.text, 0, language)
        others = (p for p in sure if p.index < head.index or len(p.text) >= _PARAGRAPH)
        box = _box(head.element, {a for p in others for a in (p.element, *p.element.iterancestors())})
        if box is not None and (whole or _has_titles(box, head.element)):
            boxes.add(box)
    if boxes:
        yield from (p for p in found if not boxes.isdisjoint(p.element.iterancestors()))


def _has_titles(box: Element, heading: Element) -> bool:
    """Whether a box holds titles of pieces: linked headings other than its own."""
    return any(next(h.iter("a"), None) is not None for h in box.iter(*_HEADINGS) if h is not heading)


def _box(heading: Element, around: set[Element]) -> Element | None:
    box = None
    for element in islice(heading.iterancestors(), _AROUND):
        if element in around:
            break
        box = element
    return box
