"""News agencies and the words that mark an organization, read from ``agencies.toml``."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_TABLE = tomllib.loads((files(__package__) / "agencies.toml").read_text("utf-8"))

ORGANIZATION_WORDS: frozenset[str] = frozenset(_TABLE["organization_words"])

PAPERS: frozenset[str] = frozenset(_TABLE["papers"])
NEVER_NAMES: tuple[str, ...] = tuple(_TABLE["never_names"])
NEVER_STARTS: tuple[str, ...] = tuple(_TABLE["never_starts"])
_HOUSE_ENDS_EAST: tuple[str, ...] = tuple(_TABLE["house_ends_east"])

_LEGAL_FORMS: frozenset[str] = frozenset(_TABLE["legal_forms"])

_BROADCASTERS: frozenset[str] = frozenset(_TABLE["broadcasters"])
_ABROAD: frozenset[str] = frozenset(_TABLE["abroad"])

# Portals begin small and go on with a figure or a capital, alone or before a town: "g1 Santos", "portNews".
_PORTAL = re.compile(r"[a-z]{1,8}\d{1,2}|[a-z]{2,8}(?:[A-Z][a-z]{2,}|com)")

_EXACT = {spelling: a["name"] for a in _TABLE["agency"] for spelling in a["as"] if spelling != spelling.lower()}
_LOOSE = {spelling.casefold(): a["name"] for a in _TABLE["agency"] for spelling in a["as"] if spelling == spelling.lower()}
_LOOSE |= {s.casefold(): n for s, n in _EXACT.items() if len(s) > 4}


def agency(text: str) -> str | None:
    """The agency that a spelling stands for, or ``None``; several parted by ``/`` count as their first.

    Two and three capitals are compared as they are: "AA" is an agency, "aa" is not.
    """
    plain = " ".join(text.split()).strip(" .,;:()[]|")
    if not plain:
        return None
    found = _EXACT.get(plain) or _LOOSE.get(plain.casefold())
    if found or "/" not in plain:
        return found
    parts = [_EXACT.get(p.strip()) or _LOOSE.get(p.strip().casefold()) for p in plain.split("/")]
    return next((p for p in parts if p), None)


def at_end(text: str) -> tuple[str, str] | None:
    """A text that ends in an agency's name, as (what stands before, the agency as printed)."""
    words = text.split()
    for count in (4, 3, 2, 1):
        if len(words) > count and agency(" ".join(words[-count:])):
            return " ".join(words[:-count]), " ".join(words[-count:])
    return None


def is_service_abroad(text: str) -> bool:
    """True for a broadcaster and one word for the language or country it speaks to: "CNN Indonesia"."""
    house, _, where = text.partition(" ")
    return house in _ABROAD and where.istitle() and where.isalpha()


def is_address(text: str) -> bool:
    """True for a bare host name ("example.lt")."""
    return bool(re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,4}", text.strip(), re.IGNORECASE))


def is_house_east(text: str) -> bool:
    """True for a paper, a broadcaster or an agency by the end of its Chinese or Korean name."""
    return agency(text) is not None or text.endswith(_HOUSE_ENDS_EAST)


def is_legal_form(text: str) -> bool:
    """True for what stands behind a company's name: "Inc.", "GmbH"; two capitals alone are a region more often ("Denver, CO")."""
    is_region = len(text) == 2 and text.isupper()
    return text[:1].isupper() and not is_region and text.strip(" .").casefold() in _LEGAL_FORMS


def is_paper(text: str) -> bool:
    """True for a paper's short name: "Courier", "Harbor Courier", "Star-Courier"."""
    words = re.split(r"[\s-]+", text.casefold())
    return text[:1].isupper() and words[-1] in PAPERS


def is_organization(text: str) -> bool:
    """True where a word says so ("News", "Redaktion", "University") or it looks like a web address."""
    if text.strip() in _BROADCASTERS or _PORTAL.fullmatch(text.strip().partition(" ")[0]):
        return True
    low = text.casefold()
    if re.search(r"\w\.(?:com|org|net|de|at|ch|co|uk|fr|es|it|ru|be|nl|tr|is|info|news|gov|edu|io|tv|eu|ag)\b", low):
        return True
    return any(w in ORGANIZATION_WORDS for w in re.findall(r"[\w.]+", low))
