"""One line of a plain text, and what it is when it stands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors import printed_dates
from extractors.fields import byline, names
from extractors.words import agencies

CLOSED = re.compile(r"[.!?…»”\"'’。！？)]$")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
LONG = 80


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words with white space collapsed, and the characters of the text it takes."""

    text: str
    start: int
    end: int
    kind: str = "text"

    @property
    def where(self) -> str:
        return f"text:{self.start}-{self.end}"


def is_house(text: str) -> bool:
    return agencies.agency(text) is not None or agencies.is_organization(text)


def is_led(text: str, language: str | None) -> bool:
    return byline.without_lead(text, language)[1]


def is_byline(text: str, language: str | None) -> bool:
    rest, had = byline.without_lead(text, language)
    if len(rest) > 240 or (not had and CLOSED.search(rest) and not rest.endswith((")", "."))):
        return False
    authors = byline.read(rest, language, single=False)
    persons = [a for a in authors if names.is_person(a.name, language)]
    if not persons or len(persons) != len(authors):
        return False
    if had:
        return True
    said = sum(len(a.name) + len(a.role or "") + sum(len(x.organization or "") for x in a.affiliations) for a in authors)
    left = len(re.sub(r"\W|\d", "", without_date(rest, language)))
    return left <= 1.35 * len(re.sub(r"\W", "", "x" * said)) and bool(re.match(r"[^\W\d_]", rest))


def without_date(text: str, language: str | None) -> str:
    for found in printed_dates.find(text, language):
        return text[: found.start] + text[found.end :]
    return text


def is_role(text: str, language: str | None) -> bool:
    head = names.role_head(text, language)
    return head is not None and len(text) < 110 and not text.endswith(".")


def is_only_date(text: str, language: str | None) -> bool:
    dates = printed_dates.find(text, language)
    if not dates or len(text) > 110:
        return bool(_CLOCK.match(text)) and len(text) < 20
    inside = sum(d.end - d.start for d in dates)
    rest = re.sub(r"[\W\d_]|(?i:uhr|a\.?m|p\.?m|et|est|edt|gmt|updated?|published|posted|on|at)", "", text)
    return inside >= 0.5 * len(text) or len(rest) <= 40
