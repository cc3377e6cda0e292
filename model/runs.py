"""Runs: three short words one behind the other, of which the index has marks among its words.

The words that nearly every text has are short ones, wherever words are parted. A phrase of them ("it is one of the") is in
few texts and each of its words in all: by its words alone, their places would be compared in every text. So a text has
a mark for each of its runs, and a phrase is looked for where the marks of its runs are. A mark is a hash: what has
it may lack the run, and the phrase itself is still looked for there.

Texts and queries are marked by this module alone, for good: were it changed, every index would have to be made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from model.folding import is_unparted

LONGEST = 4
"""Letters of a short word."""
SIGN = ":"
"""How a mark begins, and no word that anybody may look for: folding leaves no such sign."""


def marks(words: Sequence[str]) -> list[str]:
    """The marks of the runs in words of the index, each once. No run has words of a field, pairs of characters of a script
    that parts no words, or the sign between parts."""
    short = [word if len(word) <= LONGEST and word != SIGN else "" for word in words]
    if not all(map(str.isascii, short)):
        short = ["" if is_unparted(word) else word for word in short]
    threes = zip(short, short[1:], short[2:], strict=False)
    hashes = {crc32(f"{a} {b} {c}".encode()) & 0xFFFF for a, b, c in threes if a and b and c}
    return [f"{SIGN}{value:04x}" for value in sorted(hashes)]


def instead_of(phrase: Sequence[str]) -> list[str]:
    """The words and marks of the index that all texts with a phrase have and few others, where it has a run; else none."""
    found = marks(phrase)
    return [*found, *(word for word in phrase if len(word) > LONGEST)] if found else []
