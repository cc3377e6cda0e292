"""The names of collections: one line that a person reads, types again and searches for."""

from __future__ import annotations

import unicodedata

from model.errors import BadCall

LONGEST = 200
"""Characters that a collection's name may have."""

_BREAKING = {"Cc", "Zl", "Zp"}


def check_collection_name(name: str) -> str:
    """Lets a name for a collection through as it is. Raises ``BadCall`` for an empty one, one with line feeds or other
    control characters, and one that is too long. Names given before there was this rule stay what they are."""
    if not name.strip():
        raise BadCall("a collection needs a name")
    if any(unicodedata.category(c) in _BREAKING for c in name):
        raise BadCall("a collection's name is one line: give it without line feeds, tabs or other control characters")
    if len(name) > LONGEST:
        raise BadCall(f"a collection's name has at most {LONGEST} characters, not {len(name):,}: say the rest in a note")
    return name
