"""A place as a dateline prints it, and as it is written in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.words.datelines import is_region_code

_SMALL = "de del la los di da do das dos of the am an der im in bei ob auf sur les le und y e et and near al el na на w i"
SMALL = frozenset(_SMALL.split())
_FIRST = frozenset({"la", "le", "el", "al", "lo", "st", "os", "as"})
_WORD = re.compile(r"[^\W\d_][\w.]*")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")  # between whose words no space stands


def in_mixed_case(place: str, language: str | None = None) -> str:
    """A place printed in capitals as it is written in a sentence; others unchanged. Turkish has two letters I."""
    dotless = language in {"tr", "az"}
    letters = [c for c in place if c.isalpha()]
    shouted = [w for w in place.split() if len(re.sub(r"\W", "", w)) > 2 and w.isupper()]
    if not letters or not shouted:
        return place

    def word(found: re.Match[str]) -> str:
        text = found[0]
        tail = text[1:].replace("I", "ı") if dotless and text.isupper() else text[1:]
        low = text[0] + tail.replace("İ", "i").lower()
        before = place[: found.start()]
        if before.endswith("(") and is_region_code(text, language):
            return text  # "HARBORVILLE (NSW)"
        if text.isupper() and before[-1:] in {"'", "’"} and len(text) == 1:
            return text.lower()  # "ST. JOHN'S"
        if text.isupper() and len(text) == 2 and not before.endswith(", "):
            if not before and low.lower() in _FIRST and place != text:
                return low  # "LA PAZ"
            if before and low.lower() in SMALL:
                return low.lower()  # "CIUDAD DE MÉXICO"
        if "." in text.rstrip(".") or (len(text) < 3 and text != place) or not text.isupper() or text in {"USA", "UAE", "DC"}:
            return text
        return low.lower() if before[-1:] == " " and before[-2:-1] != "," and low.lower() in SMALL else low

    return _WORD.sub(word, place)


def as_place(place: str, language: str | None) -> str:
    """The place of a dateline without what clings to it, in mixed case."""
    return in_mixed_case(_without_reporter(_without_stop(place), language), language)


def _without_stop(place: str) -> str:
    """ "PUERTO VIEJO.—": the full stop belongs to the dash, that of "Calif." to the place."""
    return place.removesuffix(".") if "," not in place and "." not in place[:-1] and len(place.split()[-1]) > 4 else place


def _without_reporter(place: str, language: str | None) -> str:
    """ "Ali DENEME/İSTANBUL": the reporter stands before the place in Turkish datelines."""
    return (
        re.sub(r"^(?:[A-ZÇĞİÖŞÜ][a-zçğıöşü]+[ -])+[A-ZÇĞİÖŞÜ]{2,}(?:-[^/]*)?/\s?(?=[A-ZÇĞİÖŞÜ])", "", place)
        if language == "tr"
        else place
    )


def places_again(place: str, texts: Iterator[str]) -> bool:
    """True where a place is named once more, in mixed case, in any of these texts."""
    first = re.split(r"[,/(\[]", in_mixed_case(place))[0].strip()
    if _HAN.fullmatch(first):
        return any(first in t for t in texts)
    if len(first) < 3:
        return False
    pattern = re.compile(rf"(?<!\w){re.escape(first)}(?:er|s|n)?(?!\w)")
    return any(pattern.search(t) for t in texts)
