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
_SIGNS = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f"  # of scripts that part no words
_RUN = re.compile(rf"[{_SIGNS}]+|[^\W_]+")
_PARTING = bytes(c if chr(c).isalnum() else ord(" ") for c in range(128)) + bytes(128)
_MARKS = "“”‘’–—…\u00a0"
"""What keeps most texts from being plain ASCII, and parts words like any other sign."""
_SPARSE = 1.125  # bytes a character up to which few words have letters beyond ASCII: these are folded one by one
_UNPARTED = re.compile(rf"[{_SIGNS}]")
_PIECES = re.compile(rf"[{_SIGNS}]+|[^\s{_SIGNS}]+")


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


def has_unparted(words: str) -> bool:
    """Whether some of the words of an index are of such a script."""
    return _UNPARTED.search(words) is not None


def _cut(folded: str) -> list[str]:
    """Pairs, where scripts part no words; beside a word of another script the character there once more by itself, so that
    5日 and 第5次 are found in 第5次会议, 5日外交部 and 外交部 in 3月5日外交部, with a space between or none.
    """
    if not has_unparted(folded):
        return folded.split()
    words: list[str] = []
    before: str | None = None
    for piece in _PIECES.findall(folded):
        run = piece if is_unparted(piece) else None
        if before is None and run is not None and words and len(run) > 1:
            words.append(run[0])
        elif before is not None and run is None and len(before) > 1:
            words.append(before[-1])
        words += [piece] if run is None or len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
        before = run
    return words


def index_text(text: str | None) -> str:
    """``index_words`` as one string."""
    return b" ".join(index_bytes(text or "")).decode()
