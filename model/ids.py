"""Minted, opaque identifiers, as in NOID and ARK: no vowels, no l, a check character last.

An archive id is six characters; a record id is the archive's id, a hyphen, ten random
characters and the check character. They say nothing about a URL, a title or a date.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

# the "betanumeric" repertoire of the NOID check digit algorithm
ALPHABET = "0123456789bcdfghjkmnpqrstvwxz"

Random = Callable[[int], int]
"""``Random(n)`` returns an unpredictable integer in ``range(n)``."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_ARCHIVE = re.compile(rf"[{ALPHABET}]{{6}}")
_RECORD = re.compile(rf"[{ALPHABET}]{{6}}-[{ALPHABET}]{{11}}")


def mint_archive_id(below: Random = secrets.randbelow) -> str:
    """Six random characters."""
    return "".join(ALPHABET[below(len(ALPHABET))] for _ in range(6))


def mint_record_id(archive_id: str, below: Random = secrets.randbelow) -> str:
    """``ARCHIVE-XXXXXXXXXXC`` with a check character over the whole."""
    number, drawn = below(len(ALPHABET) ** 10), ""  # drawn at once: one question to the system, not ten
    for _ in range(10):
        number, place = divmod(number, len(ALPHABET))
        drawn += ALPHABET[place]
    stem = f"{archive_id}-{drawn}"
    return stem + check_character(stem)


def check_character(stem: str) -> str:
    """The NOID check character: a wrong or two swapped characters never pass it."""
    total = sum(position * _VALUES.get(character, 0) for position, character in enumerate(stem, start=1))
    return ALPHABET[total % len(ALPHABET)]


def is_archive_id(text: str) -> bool:
    """True for the form of an archive id."""
    return _ARCHIVE.fullmatch(text) is not None


def is_record_id(text: str) -> bool:
    """True for the form of a whole record id whose check character is right."""
    return _RECORD.fullmatch(text) is not None and check_character(text[:-1]) == text[-1]
