"""The byline in the page's mark-up: elements that say they hold the author, near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.dom import HIDDEN_TAGS, Element, collapse
from extractors.field import Candidate
from extractors.fields import byline, names
from extractors.page import Page
from model.article import Author, How

_CLASS = re.compile(
    r"(?<![a-z])(?:by-?_?line|authors?|autor(?:en|es|in|a|zy|i)?|auteurs?|autore|writers?|verfasser|redacteur|journalist|reporter|"
    r"contributors?|creator|signature|firma|skribent|kirjoittaja|muhabir|yazar|penulis|toimittaja|forfatter|dateline-author|"
    r"(?:article|story|post|entry|news)-?_?(?:author|writer|by|meta-author|credit))(?![a-z])",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"comment|avatar|related|image|photo|foto|bild|caption|caption|credit(?!s?-?author)|social|share|follow|newsletter|teaser|card|list|"
    r"recommend|popular|sidebar|promo|advert|copyright|bio\b|biography|description|about|more-from|tooltip|popup|modal|subscribe",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
MAX_TEXT = 300


def byline_element(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """Elements whose class, ``rel`` or ``itemprop`` says author or byline; the nearest to the headline first."""
    order = {e: i for i, e in enumerate(page.tree.iter())}
    start = order.get(page.h1, 0) if page.h1 is not None else 0
    matches = [e for e in order if isinstance(e.tag, str) and _says_author(e)]
    chosen = set(matches)
    outer = [e for e in matches if not any(a in chosen and len(page.text_of(a)) <= MAX_TEXT for a in e.iterancestors())]
    outer.sort(key=lambda e: (order[e] < start - 40, abs(order[e] - start)))
    for element in outer[:12]:
        text = page.text_of(element)
        if not text or len(text) > MAX_TEXT or page.in_noise(element):
            continue
        authors = byline.read_pieces(_pieces(element), page.language)
        if authors:
            yield Candidate(authors, How.MARKED, "css:" + page.css(element), text)


def near_headline(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """A short text that begins with "By" (in the page's language) in the neighbourhood of the headline."""
    if page.h1 is None:
        return
    seen = 0
    for element in page.h1.itersiblings():
        for item in element.iter("p", "div", "span", "address", "li", "h2", "h3", "h4", "strong", "em"):
            seen += 1
            if seen > 120:
                return
            text = page.text_of(item)
            if not 4 < len(text) <= 160:
                continue
            rest, had = byline.without_lead(text, page.language)
            if not had:
                continue
            authors = byline.read(rest, page.language)
            if authors and all(names.is_person(a.name, page.language) for a in authors):
                yield Candidate(authors, How.MARKED, "css:" + page.css(item), text)
                return


def _says_author(element: Element) -> bool:
    if element.tag in HIDDEN_TAGS or element.tag in {
        "meta",
        "link",
        "img",
        "html",
        "body",
        "input",
        "form",
        "figure",
        "figcaption",
    }:
        return False
    if "author" in (element.get("rel") or "").split() or "author" in (element.get("itemprop") or ""):
        return True
    marks = " ".join(element.get(a) or "" for a in ("class", "id", "data-testid", "data-qa", "data-component"))
    if not marks.strip() or len(marks) > 600:
        return False
    return bool(_CLASS.search(_CAMEL.sub("-", marks))) and not _NOT.search(marks)


def _pieces(element: Element) -> list[str]:
    """The texts of a byline, one for each run that the mark-up sets apart."""
    found: list[str] = []

    def walk(item: Element) -> None:
        if isinstance(item.tag, str) and item.tag in HIDDEN_TAGS | {"time", "button", "figure", "figcaption"}:
            return
        if item.text:
            found.append(collapse(item.text))
        for child in item:
            if isinstance(child.tag, str):
                walk(child)
            if child.tail:
                found.append(collapse(child.tail))

    walk(element)
    return [f for f in found if f]
