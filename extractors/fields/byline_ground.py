"""The ground on which bylines are looked for: a page's elements in order, their short texts, and what is near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from extractors import printed_dates
from extractors.cards import in_card
from extractors.dom import HEADINGS, Element, collapse, pieces, text_of
from extractors.fields import byline
from extractors.fields.byline_element import NO_BYLINE, leads_to_profile, says_author
from extractors.fields.others import CHECKED
from extractors.page import Page
from extractors.words.people import people

MAX_TEXT = 300
_ABOVE_TEXT = 40  # elements
_RIGHT_ABOVE = 8  # elements
MISPLACED = re.compile(
    r"comment|discuz|related|recommend|teaser|popular|newsletter|most-?read|more-?from|sidebar|trending|latest"
    r"|re[ck]om[ae]nda|rela[ct]iona|similar|benzer|ilgili|terkait|populer|popolari|más-leíd|mas-?leid|mais-?lid|other-?(?:authors|writers)|diger",
    re.I,
)


class Ground:
    """One page, prepared once for all the places where a byline may stand."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.elements = page.elements
        self.order = {e: i for i, e in enumerate(self.elements)}
        self.start = self.order.get(page.h1, 0) if page.h1 is not None else 0
        self._short: dict[Element, str | None] = {}
        self.chosen = {e for e in self.elements if says_author(e)}

    def credited(self, element: Element) -> bool:
        """True where "Photographs by" or the like runs on to an element from the words before it."""
        own = self.text(element, MAX_TEXT)
        for above in islice(element.iterancestors(), 2):
            text = self.text(above, 200)
            if not text or not own or text == own:
                continue
            before = text[: text.find(own)]
            credits = list(CHECKED.finditer(before))
            if credits and not byline.says_by(before[credits[-1].end() :]):
                return not re.search(r"[|·•►.;\n]\s", before[credits[-1].end() :])
        return False

    def misplaced(self, element: Element) -> bool:
        """True in navigation, footers, comments and lists of other pieces; an aside or a row of share
        buttons beside the headline often holds the byline."""
        for item in (element, *element.iterancestors()):
            if item in self.page.around_headline:
                return in_card(self.page, element)
            if item.tag in {"nav", "footer"} or item in self.page.threads:
                return True
            if item.tag not in {"article", "main"} and MISPLACED.search(
                f"{item.get('class') or ''} {item.get('id') or ''}"[:300]
            ):
                return True
        return False

    def siblings(self, element: Element) -> list[Element]:
        """Byline elements of one kind in a row: one for each author."""
        parent = element.getparent()
        mark = element.get("class")
        if parent is not None and leads_to_profile(element):
            links = _links_joined(element)
            if len(links) > 1 and element in links:
                return links
        if parent is None or not mark:
            return [element]
        row = [e for e in islice(parent, 200) if e in self.chosen and e.tag == element.tag and e.get("class") == mark]
        above = parent.getparent()
        if len(row) == 1 and above is not None:
            uncles = [e for e in islice(above, 200) if e.tag == parent.tag and e.get("class") == parent.get("class")]
            row = [
                e for u in uncles for e in islice(u, 20) if e in self.chosen and e.tag == element.tag and e.get("class") == mark
            ]
        spread = self.order[row[-1]] - self.order[row[0]] if row else 0
        return row if 1 < len(row) <= 30 and row[0] is element and spread <= 14 * len(row) else [element]

    def below(self, count: int, longest: int) -> Iterator[tuple[Element, str]]:
        """Elements after the headline with their short texts."""
        start = self.start + 1
        if self.page.h1 is None:
            if self.page.main is None:
                return
            start = max(0, self.order[self.page.main] - _ABOVE_TEXT)  # the headline is no heading: it stands above the text
        for item in self.elements[start : start + count - 1]:
            text = None if item.tag in NO_BYLINE or item.tag == "time" else self.text(item, longest)
            if text and len(text) > 4:
                yield item, text

    def distance(self, element: Element) -> int:
        """How far from the headline; above it only a line right there is near, the rest counts six times."""
        behind = self.order[element] - self.start
        return abs(behind) if behind >= -_RIGHT_ABOVE else -6 * behind

    def dated(self, item: Element, text: str) -> bool:
        """True where a date stands in the text or right beside its element."""
        at = self.order[item]
        beside = (self.text(e, 80) for e in self.elements[max(0, at - 4) : at + 6] if e.tag not in HEADINGS)
        return any(printed_dates.find(t, self.page.language) for t in (text, *(b for b in beside if b)))

    def text(self, element: Element, longest: int) -> str | None:
        """The text of an element, or ``None`` where it is longer than that; never reads more of it."""
        if element in self._short:
            text = self._short[element]
        else:
            text = self._short[element] = _short_text(element)
        return text if text is not None and len(text) <= longest else None


def _short_text(element: Element) -> str | None:
    """The text of an element; ``None`` where it is longer than any byline."""
    if not len(element) and len(element.text or "") <= MAX_TEXT:
        return text_of(element)
    size, said, read = 0, 0, []
    for piece in pieces(element):
        size += len(piece)
        said += len(piece.strip())
        if said > 2 * MAX_TEXT or size > 4 * MAX_TEXT:
            return None
        read.append(piece)
    return collapse("".join(read))


def _links_joined(element: Element) -> list[Element]:
    """A link to a profile and those behind it with nothing but a joining word or mark between: "A. Person – B. Person"."""
    links = [element]
    while (beside := links[-1].getnext()) is not None and leads_to_profile(beside) and len(links) < 12:
        between = collapse(links[-1].tail or "")
        if not between or (between not in ",;–—-/·|&+" and between.casefold() not in people(None).joiners):
            break
        links.append(beside)
    return links
