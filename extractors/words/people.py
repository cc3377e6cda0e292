"""The words around people's names in every language, read from ``people.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

LANGUAGES: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """The lists of ``people.toml`` for one reading: a language's own words, then English ones.

    Not good for telling which language a text is in.
    """

    by: tuple[str, ...]
    joiners: tuple[str, ...]
    and_prefix: tuple[str, ...]
    names_with_prefix: tuple[str, ...]
    roles: tuple[str, ...]
    around: frozenset[str]
    desks: frozenset[str]
    copula: tuple[str, ...]
    past: tuple[str, ...]
    works: tuple[str, ...]
    at: tuple[str, ...]
    of: tuple[str, ...]
    articles: tuple[str, ...]
    subjects: tuple[str, ...]
    based: tuple[str, ...]
    since: tuple[str, ...]
    until: tuple[str, ...]
    ranges: tuple[tuple[str, str], ...]
    reporting: tuple[str, ...]
    reported: tuple[str, ...]
    written: tuple[str, ...]
    checked: tuple[str, ...]
    about: tuple[str, ...]
    others: tuple[str, ...]


def _load() -> dict[str, dict[str, list[object]]]:
    return tomllib.loads((files(__package__) / "people.toml").read_text("utf-8"))


_TABLES = _load()
LANGUAGES = tuple(sorted(_TABLES))


@cache
def people(language: str | None) -> People:
    """The words of a language and of English; of all languages where it is unknown or has none."""
    chosen = [language, "en"] if language in _TABLES else ["en", *LANGUAGES]
    names = list(dict.fromkeys(n for n in chosen if n))

    def words(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(w) for n in names for w in _TABLES[n].get(key, ())))

    pairs = [tuple(p) for n in names for p in _TABLES[n].get("ranges", ()) if isinstance(p, list)]
    plain = {f.name: words("and" if f.name == "joiners" else f.name) for f in fields(People) if f.name != "ranges"}
    return People(
        **plain | {"around": frozenset(plain["around"]), "desks": frozenset(plain["desks"])},  # type: ignore[arg-type]
        ranges=tuple((str(a), str(b)) for a, b in pairs),
    )


@cache
def every(key: str) -> tuple[str, ...]:
    """The words of one list in all languages: for what stands beside names on a page in whichever language."""
    return tuple(dict.fromkeys(str(w) for table in _TABLES.values() for w in table.get(key, ())))


def either(words: Iterable[str]) -> str:
    """A pattern for any of the words, longest first; ``*`` at a word's end is any ending.

    Never matches where there are no words.
    """
    ordered = sorted(set(words), key=lambda w: (-len(w), w))
    return "|".join(re.escape(w[:-1]) + r"\w{0,12}" if w.endswith("*") else re.escape(w) for w in ordered) or r"(?!)"
