"""What copying a page as text leaves behind, and which language a text is in; from ``wire.toml``."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.resources import files

_TABLE = tomllib.loads((files(__package__) / "wire.toml").read_text("utf-8"))
_FURNITURE = frozenset(_TABLE["furniture"])
_SLUGS = frozenset(_TABLE["slugs"])
_BEGINS = tuple(_TABLE["begins"])
_COMMON = {language: frozenset(words) for language, words in _TABLE["common"].items()}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[가-힣]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_OTHER_SCRIPTS = re.compile(r"[\u0400-\u04ff\u0600-\u06ff]")  # of several languages each: told apart by their words
_COUNTED = re.compile(
    r"^(?:\d{1,2}:\d{2}\s+\D.{0,120}|\d+\s*(?:min(?:ute)?s?\.?\s*read|comments?|shares?|/\s*\d+)|image \d+ of .*|\d+|[_*=–—-]{2,}"
    r"|[\w.-]+\.(?:jpe?g|png|gif|webp))$",
    re.IGNORECASE,
)


def is_furniture(line: str) -> bool:
    """True where a line belongs to the page it was copied from, not to the article."""
    low = " ".join(line.split()).casefold()
    return low.strip(" .:…") in _FURNITURE or low.startswith(_BEGINS) or bool(_COUNTED.match(low))


def is_slug(line: str) -> bool:
    """True for a word above the headline that says what kind of piece it is: "OPINION", "URGENT"."""
    return line.strip(" .:!-–—*|").casefold() in _SLUGS


def is_in_other_letters(text: str) -> bool:
    """True where a text is mostly in another script than Latin."""
    sample = text[:6000]
    return any(len(s.findall(sample)) > len(sample) / 3 for s in (*(s for _, s in _SCRIPTS), _OTHER_SCRIPTS))


def language_of(text: str, *, least: int = 3) -> str | None:
    """The language a text seems to be in: by its script, else by its commonest words.

    Good for choosing word lists, not as a statement about the text. ``least``: how many of a
    language's commonest words must be there.
    """
    sample = text[:6000]
    for language, script in _SCRIPTS:
        if len(script.findall(sample)) > len(sample) / 12:
            return language
    words = Counter(re.findall(r"[^\W\d_]+", sample.casefold()))
    scores = {language: sum(words[w] for w in common) for language, common in _COMMON.items()}
    best = max(sorted(scores), key=lambda name: scores[name])
    return best if scores[best] >= least else None
