"""The words around names in photo credits, ready to be looked for.

The data is ``words/credits.toml`` (labels, by-words, kinds of picture, in each language) and
``words/picture_sources.toml`` (agencies, platforms). Here they become one lexicon a page
language: what needs a colon or a by-word beside it is taken from every language, what stands
bare only from the page's own language and English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_WORDS = Path(__file__).parent.parent / "words"
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # kana, Han, Hangul: no spaces around words
KINDS = {
    "archive": "file photo",
    "screenshot": "screenshot",
    "illustration": "illustration",
    "symbolic": "symbolic image",
    "ai": "AI-generated image",
    "handout": "handout",
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of one page language. Patterns ignore case; sets hold folded words.

    ``lead`` finds what announces a credit anywhere ("Photo by", "Foto:", "©"); ``bare`` a label
    at the start of a credit without colon or by-word. ``kinds`` maps a folded word to a kind. ``private`` matches
    as a whole what somebody is called who lent a picture and is not named as its maker ("the Halloran family").
    """

    lead: re.Pattern[str]
    bare: re.Pattern[str]
    label_end: re.Pattern[str]
    after: re.Pattern[str]
    by: re.Pattern[str]
    agent: re.Pattern[str]
    for_whom: re.Pattern[str]
    joins: re.Pattern[str]
    first_join: re.Pattern[str]
    kind: re.Pattern[str]
    kinds: Mapping[str, str]
    private: re.Pattern[str]
    rights: re.Pattern[str]
    noise: frozenset[str]
    organization: frozenset[str]
    organization_ends: tuple[str, ...]


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which words are compared: case folded, straight apostrophes, no edge marks."""
    return " ".join(text.casefold().replace("’", "'").strip(" .,:;()[]\"'«»„“”").split())


@cache
def known_organizations() -> frozenset[str]:
    """Folded names of agencies, platforms and others of ``picture_sources.toml``."""
    return frozenset(fold(name) for names in _sources().values() for name in names)


@cache
def short_organizations() -> frozenset[str]:
    """Names of up to three letters as they may be printed: PA and dpa, but not "Pa."."""
    short = [name for names in _sources().values() for name in names if len(name) <= 3]
    return frozenset({*short, *(name.upper() for name in short)})


@cache
def agencies() -> frozenset[str]:
    """Folded names of agencies and platforms, beside which a person's name stands."""
    return frozenset(fold(name) for key in ("agencies", "platforms") for name in _sources()[key])


@cache
def platforms() -> frozenset[str]:
    """Folded names of places where people put pictures: a name beside one may be a nickname."""
    return frozenset(fold(name) for name in _sources()["platforms"])


@cache
def lexicon(language: str | None) -> Lexicon:
    """The lexicon for a page in ``language`` (primary subtag; ``None``: every language's words)."""
    tables = _tables()
    near = [tables[code] for code in ("en", language) if code in tables] if language in tables else list(tables.values())
    shared = _shared()
    return Lexicon(
        lead=shared.lead,
        bare=re.compile(rf"(?:{_either(_all(near, 'label'))})(?:\s{{0,2}}[/|.-]\s{{0,2}}|\s+)(?=\S)", re.I),
        label_end=re.compile(rf"\s*(?:{_either(_all(near, 'label') | _all(near, 'after'))})$", re.I),
        after=re.compile(rf"(?<=\S)\s*(?:{_either(_all(near, 'after'))})\.?$", re.I),
        by=re.compile(rf"(?:{_either(_all(near, 'by'))})(?:\s+|:\s*)", re.I),
        agent=re.compile(rf"\s(?:{_either(_all(near, 'agent') - {'via'})})\s", re.I),
        for_whom=re.compile(rf"\s*(?i:{_either(_all(near, 'agent'))})\s+(?=(?:the\s+|The\s+)?[^\W\d_a-zà-ÿа-яα-ω])"),
        joins=re.compile(rf"\s*(?:{_either(_all(near, 'and') | {'&', '+'})})\s+|[、·]", re.I),
        first_join=re.compile(rf"(?:{_either(_all(near, 'and') | {'&'})})\s+(?=\S+\s)", re.I),
        kind=re.compile(_either(word for key in KINDS for word in _all(near, key)), re.I),
        kinds=shared.kinds,
        private=re.compile(rf"{_BEFORE_LENDER}(?:{'|'.join(_lender(w) for w in sorted(_all(near, 'private')))})[\s.]*"),
        rights=shared.rights,
        noise=frozenset(map(fold, _all(near, "noise") | _all(near, "label"))),
        organization=shared.organization,
        organization_ends=shared.organization_ends,
    )


@dataclass(frozen=True, slots=True)
class _Shared:
    """What does not depend on the page's language, compiled once."""

    lead: re.Pattern[str]
    rights: re.Pattern[str]
    kinds: Mapping[str, str]
    organization: frozenset[str]
    organization_ends: tuple[str, ...]


@cache
def _shared() -> _Shared:
    every = list(_tables().values())
    by, label, rights = (_either(_all(every, key)) for key in ("by", "label", "rights"))
    kind = _either(word for key in KINDS for word in _all(every, key))
    organization = _all(every, "organization")
    follows = rf"[:：=＝・]|(?:courtesy(?:\sof)?|{by})(?=\s|:)\s?:?|©|\(c\)"
    labelled = rf"{label}(?:\s{{0,2}}/\s{{0,2}}{label})?\s{{0,2}}(?:{follows}|via(?=\s))"
    return _Shared(
        # words for kinds may stand in the label's place: "File Photo by", "Screenshot:"
        lead=re.compile(rf"(?:©|ⓒ|\(c\)|{rights}(?=\s|:)|{labelled}|{kind}\s{{0,2}}(?:{follows}))", re.I),
        rights=re.compile(rights, re.I),
        kinds={fold(word): kind for key, kind in KINDS.items() for word in _all(every, key)},
        organization=frozenset(map(fold, (w for w in organization if not w.startswith("-")))),
        organization_ends=tuple(sorted(fold(w[1:]) for w in organization if w.startswith("-"))),
    )


_BEFORE_LENDER = r"(?:(?:The|Die|La|Il|[a-zß-öø-ÿа-яёіїєα-ωά-ώ]{1,5})(?:['’]|\s)){0,2}"  # articles and by-words: "of the", "l'"
_NAME = r"[^\W\d_a-zß-öø-ÿа-яёα-ω][\w'’-]*(?:[ -][^\W\d_a-zß-öø-ÿа-яёα-ω][\w'’-]*){0,2}"


def _lender(words: str) -> str:
    """The pattern for an entry of ``private``, in any case but for the name that "…" stands for."""
    return _NAME.join(f"(?i:{re.escape(w)})" if w else "" for w in words.split("…"))


def _all(tables: Iterable[Mapping[str, list[str]]], key: str) -> set[str]:
    return {word for table in tables for word in table.get(key, ())}


def _either(words: Iterable[str]) -> str:
    """A pattern for any of the words, whole, longest first.

    The word boundary stands before the branches, and these are grouped by first letter: a scan
    then costs microseconds, not hundreds of them.
    """
    spaced: dict[str, list[str]] = {}
    unspaced: dict[str, list[str]] = {}
    for word in sorted({w.lower() for w in words}, key=lambda w: (-len(w), w)):
        pattern = re.escape(word).replace(r"\ ", r"\s+").replace("'", "['’]")
        if _UNSPACED.search(word):
            unspaced.setdefault(word[0], []).append(pattern)
        else:
            spaced.setdefault(word[0], []).append(pattern + (r"(?!\w)" if word[-1].isalnum() else ""))
    branches = [rf"(?<!\w)(?=[{_class(spaced)}])(?:{_branches(spaced)})"] if spaced else []
    branches += [rf"(?=[{_class(unspaced)}])(?:{_branches(unspaced)})"] if unspaced else []
    return f"(?:{'|'.join(branches)})" if branches else "(?!)"


def _class(groups: Mapping[str, list[str]]) -> str:
    return "".join(re.escape(c + c.upper()) if len(c.upper()) == 1 else re.escape(c) for c in groups)


def _branches(groups: Mapping[str, list[str]]) -> str:
    return "|".join(f"(?:{'|'.join(group)})" for group in groups.values())


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((_WORDS / "credits.toml").read_text(encoding="utf-8"))


@cache
def _sources() -> dict[str, list[str]]:
    return tomllib.loads((_WORDS / "picture_sources.toml").read_text(encoding="utf-8"))
