"""Text as it is searched: case and diacritics folded, scripts brought to one form.

The same preparation for every engine: letters that people type in several forms are
unified (Arabic and Persian yeh and kaf, alef with its signs), and scripts that do not part
words are cut into overlapping pairs, so that a word inside a sentence is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        **dict.fromkeys("يىې", "ی"),
        "ك": "ک",
        **dict.fromkeys("أإآٱ", "ا"),
        "ة": "ه",
        "ۀ": "ه",
        "ؤ": "و",
        "ئ": "ی",
        "ß": "ss",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "\u0640": None,  # tatweel
        "\u200c": None,  # zero-width non-joiner
        "\u00ad": None,
    }
)
_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]+|[^\W_]+")
_PARTING = bytes(c if chr(c).isalnum() else ord(" ") for c in range(128)) + bytes(128)
_MARKS = "“”‘’–—…\u00a0"
"""What keeps most texts from being plain ASCII, and parts words like any other sign."""
_SPARSE = 1.125  # bytes a character up to which few words have letters beyond ASCII: these are folded one by one
_UNPARTED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]")


class _WithoutMarks(dict[int, int | None]):
    """A translation table that drops combining characters; it learns each character once."""

    def __missing__(self, point: int) -> int | None:
        self[point] = found = None if unicodedata.combining(chr(point)) else point
        return found


_WITHOUT_MARKS = _WithoutMarks()


def fold(text: str | None) -> str:
    """One form for all spellings of a name or word; words parted by one space."""
    lowered = _lowered(text or "")
    return b" ".join(_plain_words(lowered)).decode() if lowered.isascii() else lowered


def _lowered(text: str) -> str:
    """A text as it is folded; where it is plain ASCII then, its signs still in it."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    for mark in _MARKS:
        lowered = lowered.replace(mark, " ")
    if len(lowered.encode("utf-8", "replace")) > len(lowered) * _SPARSE:
        return _folded(lowered)
    lowered = " ".join([word if word.isascii() else _folded_word(word) for word in lowered.split()])
    return lowered if lowered.isascii() else " ".join(_RUN.findall(lowered))


def _plain_words(lowered: str) -> list[bytes]:
    """The words of plain ASCII."""
    return lowered.encode().translate(_PARTING).split()


def _folded(lowered: str) -> str:
    lowered = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
    # once more: compatibility forms such as 𝕊 come out as capitals
    kept = lowered.casefold().translate(_WITHOUT_MARKS)
    lowered = unicodedata.normalize("NFC", kept).translate(_LETTERS)
    return " ".join(_RUN.findall(lowered))


@lru_cache(maxsize=2048)
def _folded_word(word: str) -> str:
    return _folded(word)


def index_words(text: str | None) -> list[str]:
    """The words of a text as they go into the index: folded, unparted scripts as pairs."""
    return index_text(text).split()


@lru_cache(maxsize=16)
def index_bytes(text: str) -> Sequence[bytes]:
    """``index_words``, each as UTF-8."""
    # search and near-duplicate signatures ask for the words of one text in turn
    lowered = _lowered(text)
    return _plain_words(lowered) if lowered.isascii() else [word.encode() for word in _cut(lowered)]


def is_unparted(word: str) -> bool:
    """Whether a word of the index is of a script that parts no words: mostly a pair of its characters."""
    return _UNPARTED.match(word) is not None


def _cut(folded: str) -> list[str]:
    words: list[str] = []
    for run in folded.split():
        if len(run) > 1 and is_unparted(run):
            words += (run[i : i + 2] for i in range(len(run) - 1))
        else:
            words.append(run)
    return words


def index_text(text: str | None) -> str:
    """``index_words`` as one string."""
    return b" ".join(index_bytes(text or "")).decode()
