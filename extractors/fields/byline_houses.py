"""The house behind a name in a byline: "A. Person (The Paper)", "A. Person, El Faro", "A. Person, Star-Courier"."""

from __future__ import annotations

import re
from functools import cache

from extractors.fields import names
from extractors.words import agencies
from extractors.words.datelines import PLACES
from extractors.words.people import either, people

_BRACKETED = re.compile(r"(?<=\w\w)\s*[(\[]((?:The )?[^()\[\]]{2,60})[)\]]\s*$")


def out_of_brackets(text: str, language: str | None) -> str:
    """A chunk with the house or the job out of the bracket behind a name: "A. Person (The Paper)"."""
    found = _BRACKETED.search(text)
    if found is None or not names.is_person(names.clean(text[: found.start()]), language):
        return text
    inner = found[1].strip()
    head = names.role_head(inner, language)
    job = head is not None and (inner[0].islower() or head.end() == len(inner))
    house = agencies.agency(inner) or agencies.is_organization(inner) or inner.startswith("The ")
    said = (house and (len(inner) > 2 or inner == "AP")) or job  # two capitals are rather somebody's sign
    return f"{text[: found.start()]}, {inner}" if said else text


@cache
def articles(language: str | None) -> re.Pattern[str]:
    """Matches a name that begins with an article of the page's language: "El Faro", "Le Courrier"."""
    words = (w for w in people(language).articles if language not in {None, "en"} and (len(w) > 1 or language == "pt"))
    return re.compile(rf"(?:{either(w[:1].upper() + w[1:] for w in words)})(?:(?<=['’])|\s+)[A-ZÀ-Þ]")


def house_behind(piece: str, language: str | None) -> bool:
    """True for a piece behind a name that is a paper's: with its article ("El Faro"), or by its last word ("Star-Courier")."""
    if names.role_head(piece, language) is not None or not 3 < len(piece) <= 50 or piece.casefold() in PLACES:
        return False
    return bool(articles(language).match(piece)) or (agencies.is_paper(piece) and len(piece.split()) <= 4)
