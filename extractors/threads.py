"""Readers' comments, whatever their boxes are called: found by the buttons that answer them, or by the heading above them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

from extractors import printed_dates
from extractors.date_words import comments
from extractors.dom import SUBHEADINGS, Element, text_of

_BUTTONS = frozenset({"a", "button", "span", "div", "p", "small", "li", "em", "strong"})
_PRESSED = frozenset({"a", "button"})
_AROUND_BUTTON = " \t\r\n\xa0|·•()[]/-–—"
_BUTTON = 40  # characters
_PARAGRAPH = 80  # characters
_LINE = 60  # characters of a line with the date of a comment
_COMMENT = 5_000  # characters
_LINES = 8  # of a comment that is no element of its own
_BLOCKS = 200


def threads(elements: Sequence[Element], language: str | None) -> frozenset[Element]:
    """The elements of a page, in order, that hold nothing but readers' comments.

    Empty where no paragraph stands before them, or the headline within: then they are what the page is about.
    """
    answers = [e for e in elements if e.tag in _BUTTONS and _is_answer(e, language)]
    headings = [e for e in elements if e.tag in SUBHEADINGS and comments(language).fullmatch(text_of(e))]
    found: list[Element] = []
    if len(answers) > 1:
        found = _around(answers)
    for heading in headings if not found else ():
        found += _below(heading, set(answers), language)
    return frozenset(found) if found and _follow_text(elements, found) else frozenset()


def _is_answer(element: Element, language: str | None) -> bool:
    """Whether an element is a button that answers a comment: no text runs on behind it, and where its word heads an
    expert's answer as well, it is a link or a button."""
    if len(element) > 1 or (element.tag not in _PRESSED and (element.tail or "").strip(_AROUND_BUTTON)):
        return False
    text = f"{element.text or ''}{(element[0].tail or '') if len(element) else ''}".strip()
    if not 1 < len(text) <= _BUTTON or _answer(language).fullmatch(text) is None:
        return False
    return element.tag in _PRESSED or text.casefold() not in _headings()


@cache
def _headings() -> frozenset[str]:
    return frozenset(w for words in _table().values() for w in words.get("heading", ()))


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("extractors") / "words" / "threads.toml").read_text("utf-8"))


@cache
def _answer(language: str | None) -> re.Pattern[str]:
    table = _table()
    names = dict.fromkeys((language, "en")) if language in table else table
    words = sorted({w for name in names for w in table[name or "en"]["answer"]}, key=lambda w: (-len(w), w))
    return re.compile(
        rf"[↩↪⤷\s]*(?:{'|'.join(map(re.escape, words))})(?:\s*[(\[]?\d+[)\]]?|\s+(?:to|an|à|a|auf)\s.+)?[\s↓▼.]*", re.I
    )


def _around(answers: list[Element]) -> list[Element]:
    """The element that holds all answers where it holds nothing else, or else its children that do."""
    shared = [answers[0], *answers[0].iterancestors()]
    for other in answers[1:]:
        above = {other, *other.iterancestors()}
        shared = [e for e in shared if e in above]
    if not shared:
        return []
    box = shared[0]
    children = [c for c in box if isinstance(c.tag, str)]
    above_answers = {e for a in answers for e in (a, *a.iterancestors())}
    places = [n for n, c in enumerate(children) if c in above_answers]
    if len(places) < 2:
        return []
    start = places[0]
    if all(len(text_of(children[n])) <= _BUTTON for n in places):  # the lines of a comment stand side by side
        lines = places[1] - places[0]
        start = max(0, start - lines + 1) if lines <= _LINES else start
    if not _has_text(children[:start]) and box.tag not in {"body", "html"} and next(box.iter("h1"), None) is None:
        return [box]
    found = children[start : places[-1] + 1]
    return found if all(next(c.iter("h1"), None) is None and len(text_of(c)) <= _COMMENT for c in found) else []


def _below(heading: Element, answers: set[Element], language: str | None) -> list[Element]:
    """A heading over comments and the dated blocks that follow it."""
    outer = heading
    while outer.getnext() is None and (parent := outer.getparent()) is not None and len(parent) == 1:
        outer = parent
    following = [e for e in islice(outer.itersiblings(), _BLOCKS) if isinstance(e.tag, str)]
    end = next((n for n, e in enumerate(following) if e.tag in SUBHEADINGS), len(following))
    following = following[:end]
    blocks = list(following[0]) if len(following) == 1 else following
    dated = sum(1 for b in blocks if isinstance(b.tag, str) and any(_is_dated(line, language) for line in _lines(b)))
    answered = any(a in answers for b in following for a in b.iter())
    return [heading, *following] if dated > 1 or (dated and answered) else []


def _lines(block: Element) -> Iterator[str]:
    for item in islice(block.iter(), _BLOCKS):
        if isinstance(item.tag, str) and len(text := " ".join((item.text or "").split())) <= _LINE and text:
            yield text


def _is_dated(line: str, language: str | None) -> bool:
    return any(c.isdigit() for c in line) and bool(printed_dates.find(line, language))


def _has_text(elements: Iterable[Element]) -> bool:
    return any(len(text_of(p)) >= _PARAGRAPH for e in elements for p in e.iter("p", "div") if p.tag == "p" or not len(p))


def _follow_text(elements: Sequence[Element], found: Sequence[Element]) -> bool:
    """Whether a paragraph outside of comments stands before them."""
    first = set(found)
    for element in elements:
        if element in first:
            return False
        if element.tag == "p" and len(text_of(element)) >= _PARAGRAPH:
            return True
    return False
