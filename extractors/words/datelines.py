"""Words of datelines, read from ``datelines.toml`` and ``regions.toml``: what is no place, days of the week, places, regions."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

_TABLE = tomllib.loads((files(__package__) / "datelines.toml").read_text("utf-8"))

LABELS: frozenset[str] = frozenset(_TABLE["labels"])
BEFORE: tuple[str, ...] = tuple(sorted(_TABLE["before"], key=lambda w: (-len(w), w)))
WEEKDAYS: frozenset[str] = frozenset(_TABLE["weekdays"])
PLACES: frozenset[str] = frozenset(_TABLE["places"])
DESKS: frozenset[str] = frozenset(_TABLE["desks"])
SENT: tuple[str, ...] = tuple(sorted(_TABLE["sent"], key=lambda w: (-len(w), w)))

_REGIONS = tomllib.loads((files(__package__) / "regions.toml").read_text("utf-8"))
_REGION_NAMES = frozenset(name for names in _REGIONS["names"].values() for name in names)
_REGION_WORDS = frozenset(_REGIONS["words"])


@cache
def _region_codes(language: str | None) -> frozenset[str]:
    codes = _REGIONS["codes"]
    return frozenset(codes[language] if language in codes else (c for found in codes.values() for c in found))


def is_region_code(text: str, language: str | None) -> bool:
    """True for the short form of a region as papers of this language print it: "TX", "Ont.", "NRW"."""
    return text in _region_codes(language)


def is_region(text: str, language: str | None) -> bool:
    """True for what stands in brackets behind a place and says where that is: "Ohio", "TX", "Bay County", "33"."""
    plain = text.strip()
    words = plain.casefold().replace("’", "'").split()
    if not words or is_region_code(plain, language) or " ".join(words) in _REGION_NAMES:
        return bool(words)
    return plain.isdecimal() or (len(words) > 1 and bool(_REGION_WORDS & {words[0].strip("."), words[-1].strip(".")}))
