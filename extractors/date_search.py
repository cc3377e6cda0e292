"""The last resorts for a date: lines that look like one, and htmldate told how late it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from extractors import printed_dates
from extractors.date_places import day_first, elsewhere, label_before, with_year
from extractors.dom import collapse
from extractors.field import Candidate
from extractors.page import Page
from model.article import How
from model.edtf import is_edtf

LONGEST_LINE = 160

_LINES = ("p", "div", "span", "td", "li", "strong", "em", "b", "h2", "h3", "h4", "h5", "font", "i")


def short_lines(page: Page) -> Iterator[Candidate[str]]:
    """Lines of their own beside the article that are little more than a date, whatever they are called."""
    root = page.tree.find("body") if page.main is None else page.main
    if root is None:
        return
    for element in islice(root.iter(*_LINES), 3_000):
        text = collapse(" ".join([element.text or "", *(c.tail or "" for c in element)]))
        if not 6 <= len(text) <= LONGEST_LINE or page.in_noise(element) or elsewhere(page, element):
            continue
        for found in printed_dates.find(text, page.language, day_first=day_first(page)):
            mostly = (found.end - found.start) * 3 >= len(text) or (found.start <= 12 and len(text) <= 80)
            label = found.label or (label_before(page, element) if found.start < 4 else "")
            if label != "updated" and (mostly or label == "published") and found.edtf.count("-") > 1:
                whole = page.text_of(element)
                words = text[found.start : found.end]
                place = "css:" + page.css(element)
                yield with_year(page, Candidate(found.edtf, How.INFERRED, place, words if words in whole else whole))


def by_htmldate(page: Page, limit: str | None) -> Iterator[Candidate[str]]:
    """htmldate's extensive search for the original date, bounded by ``limit``.

    It gives a day and no place: what cannot be found again on the page (such as the first of
    January made out of a copyright line) is not believed.
    """
    from htmldate import find_date

    found = find_date(
        page.tree, original_date=True, extensive_search=True, url=page.url, max_date=limit, deferred_url_extractor=True
    )
    if found and is_edtf(found):
        place = _place_of(page, found)
        if place:
            yield Candidate(found, How.INFERRED, *place)


def _place_of(page: Page, day: str) -> tuple[str, str] | None:
    year, month, number = day.split("-")
    for element in islice(page.tree.iter("time", "a", "small", *_LINES), 6_000):
        text = collapse(" ".join([element.text or "", *(c.tail or "" for c in element)]))
        if year in text and len(text) < 400:
            for found in printed_dates.find(text, page.language, day_first=day_first(page)):
                if found.edtf.startswith(day):
                    words = text[found.start : found.end]
                    whole = page.text_of(element)
                    return "css:" + page.css(element), words if words in whole else whole
    shapes = rf"{year}[-/._]?{month}[-/._]?{number}|{number}[-/.]{month}[-/.]{year}|{month}/{number}/{year}"
    written = re.search(shapes, page.markup)
    return ("markup", written[0]) if written else None
