"""Runs: three short words one behind the other, of which the index has marks among its words.

The words that nearly every text has are short ones, wherever words are parted. A phrase of them ("it is one of the") is in
few texts and each of its words in all: by its words alone, their places would be compared in every text. So a text has
a mark for each of its runs, and a phrase is looked for where the marks of its runs are. A mark is a hash: what has
it may lack the run, and the phrase itself is still looked for there.

Texts and queries are marked by this module alone, for good: were it changed, every index would have to be made anew.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from zlib import crc32

from model.folding import is_unparted

LONGEST = 4
"""Letters of a short word."""
SIGN = ":"
"""How a mark begins, and no word that anybody may look for: folding leaves no such sign."""

APART = f" {SIGN} "
"""What stands between the parts of a text."""

_COUNTS = bytes(length <= LONGEST for length in range(256))
_SHORT_ONES = re.compile(b"\\x01{3,}")


def marks(parts: Iterable[Sequence[bytes]]) -> list[str]:
    """The marks of the runs in words of the index (UTF-8), part by part, each once. No run has pairs of characters of a script
    that parts no words."""
    runs: set[bytes] = set()
    for words in parts:
        within = (found.span() for found in _SHORT_ONES.finditer(_short(words)))
        runs |= {b" ".join(words[place : place + 3]) for start, end in within for place in range(start, end - 2)}
    hashes = sorted({crc32(run) & 0xFFFF for run in runs})
    packed = struct.pack(f">{len(hashes)}H", *hashes).hex(" ", 2)
    return f"{SIGN}{packed}".replace(" ", f" {SIGN}").split() if hashes else []


def _short(words: Sequence[bytes]) -> bytes:
    """For each word whether it counts as short."""
    if b"".join(words).isascii():
        with suppress(ValueError):  # some word does not have its length in a byte
            return bytes(map(len, words)).translate(_COUNTS)
    texts = [word.decode() for word in words]
    return bytes([len(word) <= LONGEST and not is_unparted(word) for word in texts])


def instead_of(phrase: Sequence[str]) -> list[str]:
    """The words and marks of the index that all texts with a phrase have and few others, where it has a run; else none."""
    found = marks([[word.encode() for word in phrase]])
    return [*found, *(word for word in phrase if len(word) > LONGEST)] if found else []
