"""The headline's element on pages whose mark-up does not call it one: old ones, print views, pages of few headings.

Two ways, in this order: words that are one piece of the title ("Site - Headline - Section") and stand alone on the
page; and, where the title names no more than the site, what is set largest close above the first running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from extractors import printed_dates
from extractors.dom import HIDDEN_TAGS, Element, collapse, opening
from extractors.fields import names
from extractors.words.people import every

_PARTED = re.compile(r"\s+[|–—\-·•»«/>]+\s+|\s*[|｜ㅣ：]\s*|\s*::\s*")
_COLON = re.compile(r":\s")
_LOOKED_AT = 4_000  # elements
_CHILDREN = 6
_LONGEST = 300  # characters
_FEWEST, _MOST = 2, 30  # words of a heading that nothing else agrees with
_BETWEEN = 500  # characters between a heading and the text below it
_RUNNING, _RUNNING_EAST = 80, 30  # characters of one run of text that is no line of a heading, a byline or a menu
_EAST = 0x2E7F
_HEADLINE_CLASS = re.compile(r"(?<![a-z])(?:head(?:line|ing)?|hed|title|titulo|titel|titre|titolo|rubrik)(?![a-z])", re.I)
_FONT = re.compile(r"\+?([1-7])")
_KICKER_WORDS = 3
_ARTICLE = 3  # letters of a small word that names of sites have in one place and not in the other
_NAME_WORDS = 4  # words of a piece of a title that may be the name of a site or section
_RANKS = {"h1": 6.0, "h2": 5.0, "h3": 4.0, "h4": 3.0, "h5": 2.0, "h6": 2.0}
_SET = frozenset({*_RANKS, "font", "b", "strong", "big", "center", "p", "div", "span", "td"})
_BOLD = frozenset({"b", "strong", "big"})
_PASSED_OVER = HIDDEN_TAGS | {"a"}
_SUREST = 3.0  # rank from which mark-up alone calls it a heading

Words = Callable[[str], Sequence[str]]
Judge = Callable[[Element], bool]


def piece_of_title(tree: Element, titles: Iterable[str], words: Words, noise: Judge) -> Element | None:
    """The element whose words are one piece of a title, outside links; a heading first, then the longest piece."""
    pieces = {tuple(words(p)) for t in titles for p in _pieces(t)}
    whole = [[tuple(words(p)) for p in _PARTED.split(t)] for t in titles]
    best: tuple[bool, int, Element] | None = None
    for element in islice(tree.iter(*_SET, "a"), _LOOKED_AT):
        if len(element) > _CHILDREN or (text := _line(element)) is None:
            continue
        said = tuple(words(text))
        around = element.getparent()
        if element.tag == "a" and (around is None or around.tag not in _RANKS or around.tag == "h1"):
            continue
        is_heading = element.tag in _RANKS or element.tag == "a"  # "Headline · Oct 22 by A. Person", the first a link to itself
        if said not in pieces or len(said) < (1 if is_heading else _FEWEST + 1) or _leads(element) or noise(element):
            continue
        if any(said in parts and max(map(len, parts)) > max(len(said), _NAME_WORDS) for parts in whole):  # the site's name
            continue
        if best is None or (is_heading, len(said)) > best[:2]:
            best = (is_heading, len(said), element)
    return best[2] if best else None


def above_text(tree: Element, titles: Iterable[str], words: Words, noise: Judge) -> Element | None:
    """The element set largest close above the first running text; ``None`` where none is set so.

    Where a title may be a headline, only what the mark-up calls a heading counts.
    """
    named = [tuple(words(p)) for t in titles for part in _PARTED.split(t) for p in _COLON.split(part)]
    least = 0.0 if all(len(n) <= _NAME_WORDS for n in named) else _SUREST
    said = {word for piece in named for word in piece}
    candidates: list[_Candidate] = []
    at = 0
    for element, text in _texts(tree):
        if len(text) >= (_RUNNING_EAST if ord(text[0]) > _EAST else _RUNNING) and not noise(element):
            break
        at += len(text)
        candidate = _candidate(element, text, at)
        if candidate is not None:
            candidates.append(candidate)
    else:
        return None
    near = [c for c in candidates if at - c.end <= _BETWEEN and c.rank >= least]
    shown = [(c, opening(c.element)) for c in near]
    fit = [c for c, text in shown if _fits(words(text), said) and not _is_day_or_byline(text) and not noise(c.element)]
    largest = [c for c in fit if c.rank == max(f.rank for f in fit)]
    first = next((c for c in largest if len(words(opening(c.element))) > _KICKER_WORDS), None)
    return first.element if first is not None else largest[-1].element if largest else None


def _pieces(title: str) -> set[str]:
    if len(title) > _LONGEST:
        return set()
    parted = _PARTED.split(title)
    return {*parted, *(p for part in parted for p in _COLON.split(part, maxsplit=1))} - {""}


def _fits(own: Sequence[str], titles: set[str]) -> bool:
    """Whether words are a heading's in number, and not the site's name: "The Harbour Post" on "Harbour Post Online"."""
    return _FEWEST <= len(own) <= _MOST and not titles.issuperset(w for w in own if len(w) > _ARTICLE or ord(w[0]) > _EAST)


def _is_day_or_byline(text: str) -> bool:
    """Whether a line is no more than a day, or "By A. Person" with what it does."""
    days = printed_dates.find(text, None)
    beside = text[: days[0].start].split() + text[days[-1].end :].split() if days else []
    lead, _, rest = text.partition(" ")
    by = lead.casefold().strip(":") in every("by") and names.is_person(re.split(r",|\s[|–—-]\s", rest)[0], None)
    return by or (bool(days) and len(beside) <= 1)  # a weekday may stand beside it


@dataclass(frozen=True, slots=True)
class _Candidate:
    element: Element
    rank: float
    end: int


def _texts(tree: Element) -> Iterator[tuple[Element, str]]:
    """Every run of text outside links, with the element right around it, in order."""
    hidden: Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if hidden is None and event == "start":
            if element.tag in _PASSED_OVER:
                hidden = element
            elif text := collapse(element.text or ""):
                yield element, text
        elif event == "end":
            hidden = None if hidden is element else hidden
            around = element.getparent()
            if hidden is None and around is not None and (text := collapse(element.tail or "")):
                yield around, text


def _candidate(element: Element, text: str, at: int) -> _Candidate | None:
    rank = 0.0
    shown = element
    for item in (element, *islice(element.iterancestors(), 3)):
        if item.tag not in _SET or _leads(item):
            break
        own = _rank(item)
        if own and _line(item) is not None:
            rank, shown = max(rank, own), item if own >= rank else shown
    return _Candidate(shown, rank, at) if rank and opening(shown).startswith(text) else None


def _rank(element: Element) -> float:
    tag = str(element.tag)
    if tag in _RANKS:
        return _RANKS[tag]
    size = _FONT.fullmatch((element.get("size") or "").strip()) if tag == "font" else None
    if size is not None:
        number = int(size[1]) + (3 if "+" in size[0] else 0)
        return 1.0 + number / 4 if number > 3 else 0.0
    if _HEADLINE_CLASS.search(element.get("class") or ""):
        return 2.5
    return 1.0 if tag in _BOLD else 0.0


def _line(element: Element) -> str | None:
    """The text of an element that is as short as a heading."""
    if len(element) > _CHILDREN:
        return None
    text = opening(element, _LONGEST)
    return text if 0 < len(text) <= _LONGEST else None


def _leads(element: Element) -> bool:
    return next(element.iterancestors("a"), None) is not None
