"""What stands around and behind a piece on blogs, small papers and in press releases (``words/endings.toml``): lines
that say who posted it, counts of its readers, their answers below a heading, and whom to ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from extractors import printed_dates
from extractors.body.passages import Passage
from extractors.date_words import comments
from extractors.dom import HEADINGS

_POSTED_LONGEST = 160  # characters
_FILED_LONGEST = 420
_COUNTED_LONGEST = 60
_WITHIN_LONGEST = 250
_HEADING_LONGEST = 200
_BEGUN = 100  # characters of a passage behind which readers' answers may begin
_BOLD = 0.8  # share of a line that is set as a heading
_CONTACT = 200  # characters of a line about whom to ask
_CONTACTS = 0.5  # of the text before them, what such lines may be
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
_NUMBER = re.compile(r"[\d\s.,:：()（）x×-]*\d[\d\s.,:：()（）x×次-]*")
_SIGNED = re.compile(r"[(\[][^\W\d_]{2,5}[,;]?\s\d{1,2}\.\s?\d{1,2}\.\s?\d{4}[)\]]")
_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»“)]*$")
_HALF_OF_DAY = re.compile(r"\b[ap]\.\s?m\.$", re.I)
_OF_A_TITLE = re.compile(r"[\s:]*[\"“”„«‘'「]")  # "2 responses to “The goose”"
_REACHED = re.compile(r"@|https?://|www\.|\d(?:[\s()/.–-]{0,2}\d){5}")  # an address or a telephone
_SIGNED_CHINESE = re.compile(
    r"[（(【\[](?:本报|本刊|通讯员|通訊員|记者|記者|作者|责任编辑|責任編輯|编辑|編輯)[^（()）。]{2,40}[)）】\]]"
)


def is_about_entry(text: str, language: str | None) -> bool:
    """Whether a line says who posted the piece and when, where it is filed, or how many have read it.

    A sentence may begin as such a line does: "Posted in Kabul, the envoy …", "Dodał, że 5 marca …".
    """
    plain = text.lower().replace("’", "'")
    is_sentence = _SENTENCE.search(text) is not None and _HALF_OF_DAY.search(text) is None
    if len(text) <= _POSTED_LONGEST and not is_sentence and (begins := _beginning(plain, "posted")):
        followed = plain[len(begins) : len(begins) + 1]
        return followed != "," and bool(_TIME.search(text) or printed_dates.find(text, language))
    if len(text) <= _FILED_LONGEST and (_beginning(plain, "filed") or (not is_sentence and _beginning(plain, "filed_in"))):
        return True
    if len(text) <= _WITHIN_LONGEST and any(w in plain for w in _words("within")):
        return any(w in plain for w in _words("slips"))
    return len(text) <= _COUNTED_LONGEST and any(c.isdigit() for c in text) and _NUMBER.sub("", plain) in _counted()


def signs_off(text: str) -> bool:
    """Whether the last line of a piece is no more than who wrote it and when, in brackets."""
    return bool(_SIGNED.fullmatch(text) or _SIGNED_CHINESE.fullmatch(text))


def before_answers(likely: Sequence[Passage], found: Sequence[Passage], language: str | None) -> list[Passage]:
    """The likely passages before a heading over readers' answers; all of them where none stands behind running text."""
    begins = next((p.index for p in likely if len(p.text) >= _BEGUN), None)
    if begins is None:
        return list(likely)
    heading = next((p.index for p in found if p.index > begins and _heads_answers(p, found, language)), None)
    return [p for p in likely if heading is None or p.index < heading]


def before_contacts(kept: Sequence[Passage]) -> list[Passage]:
    """The passages before a heading over whom to ask, where nothing but such lines follows it, an address or a telephone
    among them, and no other heading."""
    size, reached = 0, False
    for at in range(len(kept) - 1, 0, -1):
        passage = kept[at]
        if _is_set_apart(passage) and passage.text.lower().replace("’", "'").strip(" :.") in _words("contacts"):
            if reached and size <= _CONTACTS * sum(len(p.text) for p in kept[:at]):
                return before_contacts(kept[:at])
            break
        if len(passage.text) > _CONTACT or passage.tag in HEADINGS:
            break
        size += len(passage.text)
        reached = reached or _REACHED.search(passage.text) is not None
    return list(kept)


def _heads_answers(passage: Passage, found: Sequence[Passage], language: str | None) -> bool:
    text = passage.text
    if passage.linked or len(text) > _HEADING_LONGEST or not _is_heading(passage):
        return False
    if comments(language).fullmatch(text):
        if text.lower().strip(" :") not in _words("opinion"):
            return True
        return _is_dated_below(passage, found, language)
    number, _, rest = text.lower().partition(" ")
    begins = _beginning(rest, "answers") if number.isdigit() else None
    return begins is not None and bool(_OF_A_TITLE.match(rest, len(begins)) or _is_dated_below(passage, found, language))


def _is_dated_below(passage: Passage, found: Sequence[Passage], language: str | None) -> bool:
    """Whether short lines with a day or a time of day stand below a heading, as readers' answers have them."""
    below = (p.text for p in found if p.index > passage.index and len(p.text) <= _POSTED_LONGEST)
    return any(_TIME.search(line) or printed_dates.find(line, language) for line in below)


def _is_heading(passage: Passage) -> bool:
    return passage.tag in HEADINGS or passage.bold >= _BOLD * len(passage.text)


def _is_set_apart(passage: Passage) -> bool:
    return _is_heading(passage) or passage.text.endswith((":", "："))


def _beginning(plain: str, kind: str) -> str | None:
    return next((w for w in _words(kind) if plain.startswith(w)), None)


@cache
def _counted() -> frozenset[str]:
    return frozenset(_words("counted"))


@cache
def _words(kind: str) -> tuple[str, ...]:
    table = tomllib.loads((files("extractors") / "words" / "endings.toml").read_text("utf-8"))
    return tuple(sorted(table[kind]))
