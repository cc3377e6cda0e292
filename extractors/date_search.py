"""The last resort for a date: every short line of the page that holds one, weighed by what speaks for it.

Nothing here knows a mark-up's meaning. A line is believed by several signs together: a word
that says published, a name that says date, how little else it says, how near the headline it
stands; and against it: furniture, cards about other pieces, readers' comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from extractors import printed_dates
from extractors.cards import in_card
from extractors.date_elements import day_first, elsewhere, label_before, listed, names_date, names_update, on_own_clock, with_year
from extractors.date_links import steps_to_day
from extractors.date_words import comments, labels
from extractors.declared_dates import parse
from extractors.dom import SUBHEADINGS, Element, collapse
from extractors.field import Candidate
from extractors.json_ld import ARTICLE_TYPES
from extractors.page import Page
from extractors.printed_dates import Printed
from model.article import How

SHORTEST, LONGEST_LINE = 6, 160
OPENING = 60
MOST_LINES = 6_000
NEAR_AFTER, NEAR_BEFORE, CLOSE = 60, 20, 8  # lines from the headline
ENOUGH = 2
RUNNING = 100  # characters of a paragraph
BEGUN = 200  # characters below the headline after which a heading may stand over readers' comments

_IN_SCRIPT = re.compile(
    r"""[Pp]ubli(?:shed|sh|cation)?_?(?:[Dd]ate|[Tt]ime|[Aa]t|[Oo]n)?["']?\s{0,3}[:=]\s{0,3}"""
    r"""(?P<quote>["'])(?P<date>\d{4}-\d\d-\d\d[^"'<>\\]{0,24})(?P=quote)"""
)
_DIGIT = re.compile(r"\d")
_LINES = (
    "p", "div", "span", "td", "th", "li", "dd", "dt", "strong", "em", "b", "h2", "h3", "h4", "h5", "h6", "font", "i", "time", "a",
    "small", "center", "address", "cite", "label",
)  # fmt: skip
_BOLD = frozenset(("b", "strong"))
_OPENS = frozenset(("p", "strong", "b"))
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
_OTHERS = re.compile(r"comment|reply|repl(?:y|ies)|event|termin|copyright|footer-?bottom|related", re.I)
_CARDS = re.compile(r"teaser|sidebar", re.I)
FIRST_PAGES = "1991"  # an older day that nothing calls the piece's is one of those it tells of
TEASERS = 3  # different days that weigh the same stand in a list of other pieces


def lines(page: Page) -> Iterator[Candidate[str]]:
    """Lines with a date that enough speaks for, the best first; an event's or another piece's hour is none of its day."""
    weighed = sorted(_weighed(page), key=lambda w: (-w[0], w[1]))
    found = [f for f in weighed if f[0] >= ENOUGH and f[2].cue != "updated" and (f[2].cue or f[2].value >= FIRST_PAGES)]
    days: dict[int, set[str]] = {}
    headline = next((n for n, e in enumerate(_elements(page)) if e is page.h1), 0)
    for weight, number, candidate in found:
        near = 0 < number - headline <= NEAR_AFTER
        days.setdefault(weight, set()).add("near" if near else candidate.value[:10])
    kept = [(number, c) for weight, number, c in found if len(days[weight]) < TEASERS or "near" in days[weight] or c.cue]
    begins = _running_text(page) if kept else 0
    above = {c.value for number, c in kept if number < begins}
    for number, candidate in kept[:8]:
        if candidate.cue or number < begins or candidate.value[:10] not in above:
            yield candidate


def own_lines(page: Page) -> Iterator[Candidate[str]]:
    """Lines with a date that can be no other piece's and no event's: above the running text, or called the publication's."""
    begins = _running_text(page)
    for weight, number, candidate in sorted(_weighed(page), key=lambda w: (-w[0], w[1])):
        if weight >= ENOUGH and candidate.cue != "updated" and (number < begins or candidate.cue):
            yield candidate


def _running_text(page: Page) -> int:
    """The number of the line that is the first paragraph below the headline."""
    elements = _elements(page)
    headline = next((n for n, e in enumerate(elements) if e is page.h1), -1)
    return next((n for n, e in enumerate(elements) if n > headline and len(_own_text(e)) >= RUNNING), len(elements))


def labelled(page: Page, label: str) -> Iterator[Candidate[str]]:
    """Lines whose date a word before it calls ``published``, or ``updated``."""
    for weight, _, candidate in sorted(_weighed(page), key=lambda w: (-w[0], w[1])):
        if candidate.cue == label and weight > ENOUGH and candidate.value[0] != "X":
            yield candidate


def in_scripts(page: Page) -> Iterator[Candidate[str]]:
    """The one date that scripts give under keys that mean publication; none where they give several."""
    foreign = {n.data.get("datePublished") for n in page.json_ld if n.types & ARTICLE_TYPES and n not in page.articles}
    found = {m["date"]: m for m in islice(_IN_SCRIPT.finditer(page.markup), 50) if m["date"] not in foreign}
    if len({said[:10] for said in found}) == 1:
        said, match = next(iter(found.items()))
        edtf = parse(said)
        if edtf:
            yield Candidate(edtf, How.DECLARED, "markup", match[0])


def _weighed(page: Page) -> list[tuple[int, int, Candidate[str]]]:
    known: list[tuple[int, int, Candidate[str]]] | None = page.notes.get("date lines")
    if known is None:
        known = page.notes["date lines"] = list(_search(page))
    return known


def _elements(page: Page) -> list[Element]:
    root = page.tree.find("body")
    return list(islice((page.tree if root is None else root).iter(*_LINES, "h1"), MOST_LINES))


def _search(page: Page) -> Iterator[tuple[int, int, Candidate[str]]]:
    elements = _elements(page)
    headline = next((n for n, e in enumerate(elements) if e is page.h1), None)
    text_below = 0  # characters of the page's own between the headline and here
    for number, element in enumerate(elements):
        own = _own_text(element)
        text_below += len(own) if headline is not None and number > headline else 0
        heads = text_below >= BEGUN and (element.tag in SUBHEADINGS or _is_bold_line(element))
        if heads and comments(page.language).fullmatch(page.text_of(element)):
            return  # what follows are readers' dates
        if page.in_threads(element):
            continue
        if len(own) < SHORTEST or not _DIGIT.search(own):
            continue
        text = collapse(own)
        distance = None if headline is None else number - headline
        close = distance is not None and abs(distance) < CLOSE
        if len(text) > LONGEST_LINE and close and element.tag in _OPENS:
            text = text[:OPENING]  # the place and day that a release opens with
        if not SHORTEST <= len(text) <= LONGEST_LINE or element is page.h1 or steps_to_day(page, element):
            continue
        for date in printed_dates.find(text, page.language, day_first=day_first(page)):
            words = text[date.start : date.end]
            label = date.label or (_label(page, element, words) if date.start < 4 else "")
            if date.edtf.count("-") < 2 or in_card(page, element):
                continue
            if not label and any(names_update(e) for e in chain((element,), islice(element.iterancestors(), 3))):
                label = "updated"
            if not (label or close) and page.language in {"en", None} and _TWO_DIGIT_YEAR.search(words):
                continue  # numbers of releases and the like
            weight = _weight(page, element, text, date, label, distance)
            whole = page.text_of(element)
            place = "css:" + page.css(element)
            edtf = on_own_clock(page, date.edtf, words)
            candidate = Candidate(edtf, How.INFERRED, place, words if words in whole else whole, cue=label)
            yield weight, number, with_year(page, candidate)


def _own_text(element: Element) -> str:
    return " ".join([element.text or "", *(c.tail or "" for c in element)])


def _is_bold_line(element: Element) -> bool:
    return element.tag in _BOLD and not len(element) and next(element.iterancestors("a"), None) is None


def _label(page: Page, element: Element, words: str) -> str:
    """What stands before a date in its own element, else before the element, calls it."""
    inside, found, _ = page.text_of(element).partition(words)
    if found and inside.strip():
        said = list(labels(page.language).finditer(inside[-40:]))
        return (said[-1].lastgroup or "") if said else ""
    return label_before(page, element)


def _weight(page: Page, element: Element, text: str, date: Printed, label: str, distance: int | None) -> int:
    weight = 3 * bool(label) + 2 * (element.tag == "time") + ("T" in date.edtf)
    parent = element.getparent()
    weight += 2 * (names_date(element) or (parent is not None and names_date(parent)))
    size = date.end - date.start
    weight += 2 * (size * 2 >= len(text) or (date.start <= 12 and len(text) <= 80)) - 2 * (size * 5 < len(text))
    if distance is not None:
        weight += 2 * (0 < distance <= NEAR_AFTER) + (-NEAR_BEFORE <= distance < 0)
    weight += page.main is not None and any(a is page.main for a in element.iterancestors())
    marks = " ".join(f"{a.get('class') or ''} {a.get('id') or ''}" for a in islice(element.iterancestors(), 5))
    close = distance is not None and abs(distance) < CLOSE
    weight += 4 * _in_own_card(page, element) - 4 * any(
        a.tag == "li" and listed(page, a) for a in islice(element.iterancestors(), 4)
    )
    weight -= 4 * bool(_OTHERS.search(marks[:600])) + 2 * (_CARDS.search(marks[:600]) is not None and not close)
    return weight - 3 * elsewhere(page, element) - page.in_noise(element)


def _in_own_card(page: Page, element: Element) -> bool:
    """Whether an element stands in a link to this very page: its own card in a list of pieces."""
    links = (a.get("href") or "" for a in islice(element.iterancestors(), 5) if a.tag == "a")
    return any(len(href) > 1 and href[0] != "#" and page.is_own_address(href) for href in links)
