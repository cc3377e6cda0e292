"""Dates that are links to all pieces of a day or month: the piece's own day, or a step to the day before or behind."""

from __future__ import annotations

import re
from itertools import chain, islice

from extractors.dom import Element
from extractors.page import Page

_DAYS_PIECES = re.compile(r"/(?:19|20)\d{2}/(?:0?[1-9]|1[0-2])/(?:(?:0?[1-9]|[12]\d|3[01])/?)?(?:index\.\w+)?$")
_STEPS = re.compile(r"^[«‹←<]|[»›→>]$")
_AROUND = 3  # elements


def leads_to_own_day(page: Page, link: Element) -> bool:
    """Whether a link leads to the pieces of a day or month, the only such link of its line and no step to the next."""
    line = link.getparent()
    days = {href for a in (link if line is None else line).iter("a") if _DAYS_PIECES.search(href := a.get("href") or "")}
    return days == {link.get("href")} and _STEPS.search(page.text_of(link)) is None


def steps_to_day(page: Page, element: Element) -> bool:
    """Whether an element stands in a link to the pieces of a day that is not this piece's."""
    links = (e for e in islice(chain((element,), element.iterancestors()), _AROUND) if e.tag == "a")
    hrefs = ((a, a.get("href") or "") for a in links)
    return any(_DAYS_PIECES.search(href) and not page.is_own_address(href) and not leads_to_own_day(page, a) for a, href in hrefs)
