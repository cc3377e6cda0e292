"""What tells a character set that nobody declares (``charsets.toml``)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_PRINTED = "“”‘’„‚‹›«»–—…•·©®™°§£€\xa0"  # what every language prints


@dataclass(frozen=True, slots=True)
class Latin:
    """A character set of Latin letters: for each language the characters beyond ASCII that it writes, in both cases."""

    charset: str
    alphabets: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A character set of another script: its letters, and those of them that make up most of any text."""

    charset: str
    letters: re.Pattern[str]
    frequent: re.Pattern[str]


@cache
def latin() -> tuple[Latin, ...]:
    """Character sets of Latin letters, the first of two that fit alike first."""
    return tuple(
        Latin(kind["charset"], tuple(frozenset(f"{letters}{letters.upper()}{_PRINTED}") for letters in kind["alphabets"]))
        for kind in _data()["latin"]
    )


@cache
def scripts() -> tuple[Script, ...]:
    """Character sets of scripts other than Latin and East Asian, the first of two that fit alike first."""
    return tuple(
        Script(charset, re.compile(f"[{kind['letters']}]"), re.compile(f"[{kind['frequent']}]"))
        for kind in _data()["script"]
        for charset in kind["charsets"]
    )


@cache
def chinese() -> str:
    """Characters that make up much of any Chinese text."""
    return "".join(str(_data()["chinese"]["frequent"]).split())


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("charsets.toml").read_text("utf-8"))
