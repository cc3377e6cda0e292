"""A page as a sequence of passages: every run of visible text inside one block element, in reading order.

The tree is only read. Each passage knows its element, how much of it is linked or bold, and
the marks (tag names and words of class, id and the like) it stands under.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from extractors.dom import INLINE_TAGS, Element, denied

NODES_LIMIT = 60_000  # elements looked at; a page beyond this is not an article for people

_SKIPPED_TAGS = """
    script style noscript template svg math canvas object applet embed audio video map select option optgroup
    datalist textarea input button progress meter head link meta title source track param frame frameset iframe
    dialog
"""
_CONTROLS = frozenset(("button", "select", "option", "textarea", "object", "map", "audio", "video"))
_BLOCK_TAGS = """
    html body p div section article main header footer aside nav h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption
    tbody thead tfoot tr td th blockquote pre figure figcaption form fieldset legend address details summary
    center hr hgroup menu
"""
_BOLD = frozenset(("b", "strong"))
# tags whose own name says what the text under them is
_SPEAKING_TAGS = """
    p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table td th blockquote pre figure figcaption form aside nav header
    footer article section main address details summary cite time label em small
"""
_NAMED_BY = frozenset(("class", "id", "itemprop", "role", "data-testid", "data-component", "data-qa", "data-module", "rel"))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_INDENTS = ("\u3000", "\xa0\xa0")
_LINES = frozenset(("font", "span", "b", "strong", "i", "em", "big", "small"))
_MAKE = ("class", "size", "style", "face", "color")


_SKIPPED, _BLOCK, _SPEAKING = (frozenset(tags.split()) for tags in (_SKIPPED_TAGS, _BLOCK_TAGS, _SPEAKING_TAGS))


@dataclass(slots=True, eq=False)
class Passage:
    """One run of text in one block element; the numbers count characters of collapsed text."""

    element: Element
    text: str
    linked: int
    bold: int
    marks: frozenset[str]
    near: frozenset[str]
    tag: str
    depth: int
    index: int


@dataclass(slots=True)
class _Place:
    """Where the walk is: an open element and what is inherited from above."""

    element: Element
    children: Iterator[Element]
    block: Element
    tag: str
    marks: frozenset[str]
    recent: tuple[frozenset[str], ...]
    inline: frozenset[str]
    linked: bool
    bold: bool
    depth: int


@lru_cache(maxsize=8192)
def words_of(names: str) -> frozenset[str]:
    """The lower-case words of a class or id value: ``relatedLinks_box-2`` -> related, links, box."""
    return frozenset(w.lower() for w in _WORD.findall(denied(names[:400])) if 2 < len(w) < 20)


_NONE: frozenset[str] = frozenset()
_HIDDEN = frozenset(("<hidden>",))
_HIDING = re.compile(r"display\s{0,3}:\s{0,3}none")


@lru_cache(maxsize=64)
def _tag_mark(tag: str) -> frozenset[str]:
    return frozenset((f"<{tag}>",))


def marks_of(element: Element, tag: str) -> frozenset[str]:
    """The marks an element itself carries: ``<tag>``, and the words of its naming attributes."""
    own = _NONE
    for name, value in element.items():
        if name in _NAMED_BY:
            own = own | words_of(str(value)) if own else words_of(str(value))
        elif name == "hidden" or (name == "style" and _HIDING.search(str(value))):
            own = own | _HIDDEN
    if tag in _SPEAKING:
        own = own | _tag_mark(tag) if own else _tag_mark(tag)
    return own


class _Run:
    """The text gathered since the last block edge."""

    __slots__ = ("bold", "inline", "linked", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.linked = 0
        self.bold = 0
        self.inline: dict[frozenset[str], int] = {}

    def add(self, text: str, place: _Place) -> None:
        self.parts.append(text)
        size = len(text)
        if place.linked:
            self.linked += size
        if place.bold:
            self.bold += size
        if place.inline:
            self.inline[place.inline] = self.inline.get(place.inline, 0) + size

    def end(self, place: _Place, index: int) -> Passage | None:
        text = " ".join("".join(self.parts).split())
        if not text:
            return None
        size = len(text)
        own = _NONE
        for marks, chars in self.inline.items():
            if 10 * chars >= 8 * size:
                own |= marks
        return Passage(
            place.block, text, min(self.linked, size), min(self.bold, size),
            place.marks | own, own.union(*place.recent), place.tag, place.depth, index,
        )  # fmt: skip


def passages(root: Element) -> list[Passage]:
    """Every passage under ``root``, in reading order; at most ``NODES_LIMIT`` elements are looked at."""
    found: list[Passage] = []
    run = _Run()
    stack = [_Place(root, iter(root), root, "", _NONE, (_NONE, _NONE, _NONE), _NONE, False, False, 0)]
    left = NODES_LIMIT

    def flush(at: _Place) -> None:
        nonlocal run
        if run.parts:
            passage = run.end(at, len(found))
            if passage is not None:
                found.append(passage)
            run = _Run()

    if root.text:
        run.add(root.text, stack[0])
    while stack:
        place = stack[-1]
        child = next(place.children, None)
        if child is None:
            stack.pop()
            if place.element is place.block:
                flush(place)
            if stack and place.element.tail:
                run.add(place.element.tail, stack[-1])
            continue
        tag = child.tag
        left -= 1
        if not isinstance(tag, str) or (tag in _SKIPPED and not _swallows(child, tag)) or left < 0:
            if child.tail:
                run.add(child.tail, place)
            continue
        if tag == "br":
            if _ends_paragraph(child):
                flush(place)
            run.add(f" {child.tail or ''}", place)
            continue
        block = tag in _BLOCK or "-" in tag
        if block:
            flush(place)
        text = child.text
        if not text and not len(child):  # holds no words: a picture, an icon, a gap
            if child.tail:
                run.add(child.tail, place)
            continue
        own = marks_of(child, tag)
        if block:
            marks = place.marks | own if own else place.marks
            recent = (own, *place.recent[:2])
            below = _Place(child, iter(child), child, tag, marks, recent, _NONE, place.linked, place.bold, place.depth + 1)
        else:
            below = _Place(
                child, iter(child), place.block, place.tag, place.marks, place.recent, place.inline | own,
                place.linked or tag == "a", place.bold or tag in _BOLD, place.depth,
            )  # fmt: skip
        if text:
            run.add(text, below)
        stack.append(below)
    return found


def _swallows(element: Element, tag: str) -> bool:
    """True for a control left open, which the parser lets run on to the end of the page: ``<button>…<main>``."""
    return tag in _CONTROLS and next(element.iter("main", "article", "h1"), None) is not None


def _ends_paragraph(line_break: Element) -> bool:
    """True for the first of two line breaks with nothing between, one before an indented line, and one between two
    lines that are set in different ways."""
    tail = line_break.tail or ""
    if tail.strip():
        return tail.lstrip(" \t\r\n").startswith(_INDENTS)
    following = line_break.getnext()
    while following is not None and following.tag in INLINE_TAGS and not (len(following) or following.text or following.tail):
        following = following.getnext()
    return following is not None and (following.tag == "br" or _set_otherwise(line_break.getprevious(), following))


def _set_otherwise(line: Element | None, following: Element) -> bool:
    """True for two elements that hold a line each and are not of one make: a byline below a headline, both in fonts."""
    if line is None or line.tag not in _LINES or following.tag not in _LINES or (line.tail or "").strip():
        return False
    return (line.tag, *map(line.get, _MAKE)) != (following.tag, *map(following.get, _MAKE)) and _ends_line(following)


def _ends_line(element: Element) -> bool:
    behind = element.getnext()
    return not (element.tail or "").strip() and (behind is None or behind.tag not in INLINE_TAGS)
