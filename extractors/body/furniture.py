"""How passages that are not the article's begin: the word lists of ``words/furniture.toml``, ready to ask."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_KINDS = ("more", "appeal", "notice", "picture")
_LEAD = " \u00a0*>»›→•·|–—-+[(#▶►▼\"'“„«"
_TRAIL = " :：.…!?«»<>→"
_COLON = re.compile("[:：]")
_POINTER_LONGEST = 250  # characters
_CUE_LONGEST = 40
_UNSPACED = frozenset(("zh", "ja", "ko", "th"))

_Index = dict[str, tuple[tuple[str, str], ...]]


def begins_as(text: str, language: str | None) -> str | None:
    """The kind of furniture a passage begins as (``more``, ``appeal``, ``notice``, ``picture``), or ``None``.

    English is understood on every page; a wording ends where a word ends.
    """
    lowered = text[:60].lower().replace("’", "'").lstrip(_LEAD)
    for phrase, kind in _index(language).get(lowered[:1], ()):
        if lowered.startswith(phrase):
            after = lowered[len(phrase) : len(phrase) + 1]
            if language in _UNSPACED or not (after.isalnum() and phrase[-1].isalnum()):
                return kind
    return None


def points_elsewhere(text: str, linked: int, language: str | None) -> bool:
    """True for a line that leads to another piece: words for "read also" in any language, a colon and a link.

    Such words as a whole line, in the page's language, are the head of a list of such links.
    ``linked``: how many of the characters are. Links inside a sentence are none of this.
    """
    if len(text) > _POINTER_LONGEST:
        return False
    lowered = text.lower().replace("’", "'").lstrip(_LEAD)
    if 10 * linked >= 6 * len(text):
        said, *rest = _COLON.split(lowered[:_CUE_LONGEST], maxsplit=1)
        return bool(rest) and any(said == c or said.startswith(f"{c} ") for c in _cues().get(said[:1], ()))
    whole = lowered.rstrip(_TRAIL)
    return linked == 0 and any(phrase == whole for phrase, kind in _index(language).get(whole[:1], ()) if kind == "more")


@cache
def _cues() -> dict[str, tuple[str, ...]]:
    """Phrases for other pieces in every language, by first letter."""
    found: dict[str, set[str]] = {}
    for kinds in _words().values():
        for phrase in kinds["more"]:
            found.setdefault(phrase[0], set()).add(phrase.rstrip(":"))
    return {letter: tuple(sorted(phrases)) for letter, phrases in found.items()}


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("extractors") / "words" / "furniture.toml").read_text("utf-8"))


@cache
def _index(language: str | None) -> _Index:
    """Phrases with their kinds by first letter, the longest first."""
    found: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys((language or "en", "en")):
        for kind in _KINDS:
            for phrase in _words().get(name, {}).get(kind, ()):
                found.setdefault(phrase[0], {}).setdefault(phrase, kind)
    return {letter: tuple(sorted(phrases.items(), key=lambda p: (-len(p[0]), p[0]))) for letter, phrases in found.items()}
