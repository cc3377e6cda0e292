"""Words of dates in many languages, from ``words/dates.toml``: months and what stands before a date."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "words" / "dates.toml"


@dataclass(frozen=True, slots=True)
class Month:
    """A month by its number, in the Gregorian or the Jalali calendar."""

    number: int
    jalali: bool = False


@cache
def _table() -> dict[str, dict[str, Any]]:
    with _FILE.open("rb") as file:
        return tomllib.load(file)


@cache
def _months() -> tuple[dict[str, Month], dict[str, dict[str, Month]]]:
    everywhere: dict[str, Month] = {}
    by_language: dict[str, dict[str, Month]] = {}
    for language, words in _table().items():
        own = by_language.setdefault(language, {})
        for key in ("months", "jalali"):
            for number, forms in enumerate(words.get(key, ()), 1):
                for form in forms.split():
                    month = Month(number, key == "jalali")
                    own[fold(form.replace("_", " "))] = month
                    everywhere.setdefault(fold(form.replace("_", " ")), month)
    return everywhere, by_language


def fold(word: str) -> str:
    """A word as the tables know it: NFC, lower case, no full stop, dotted capitals tamed."""
    return unicodedata.normalize("NFC", word).casefold().replace("i\u0307", "i").strip(".,")


def month(word: str, language: str | None) -> Month | None:
    """The month a word means, in the page's language, English, or any; ``None`` if it is none."""
    everywhere, by_language = _months()
    folded = fold(word)
    known = by_language.get(language or "", {}).get(folded) or by_language["en"].get(folded)
    # a short form of another language is mostly a word of this one: "des 15" is no December in German
    return known or (everywhere.get(folded) if len(folded) > 3 or language not in by_language else None)


@cache
def every_label() -> frozenset[str]:
    """All words, in every language, that say which date follows, lower-cased."""
    return frozenset(w.casefold() for t in _table().values() for key in ("published", "updated") for w in t[key].split("|"))


@cache
def comments(language: str | None) -> re.Pattern[str]:
    """Matches a whole heading over readers' comments, with or without their number."""
    tables = [_table()[name] for name in dict.fromkeys((language or "en", "en")) if name in _table()]
    words = "|".join(re.escape(w) for t in tables for w in t.get("comments", "").split("|") if w)
    return re.compile(rf"(?:\d+ )?(?:{words})(?: ?[(\[]?\d+[)\]]?)?:?", re.I)


@cache
def labels(language: str | None) -> re.Pattern[str]:
    """Matches words that say which date follows: group ``updated`` or ``published``."""
    tables = [_table()[name] for name in dict.fromkeys((language or "en", "en")) if name in _table()]

    def either(key: str) -> str:
        words = sorted({w for t in tables for w in t[key].split("|")}, key=lambda w: (-len(w), w))
        return "|".join(map(re.escape, words))

    return re.compile(rf"(?<![^\W\d])(?:(?P<updated>{either('updated')})|(?P<published>{either('published')}))(?![^\W\d])", re.I)
