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
_SIGNED_CHINESE = re.compile(
    r"[（(【\[](?:本报|本刊|通讯员|通訊員|记者|記者|作者|责任编辑|責任編輯|编辑|編輯)[^（()）。]{2,40}[)）】\]]"
)


def is_about_entry(text: str, language: str | None) -> bool:
    """Whether a line says who posted the piece and when, where it is filed, or how many have read it."""
    plain = text.lower().replace("’", "'")
    if len(text) <= _POSTED_LONGEST and plain.startswith(_words("posted")):
        return bool(_TIME.search(text) or printed_dates.find(text, language))
    if len(text) <= _FILED_LONGEST and plain.startswith(_words("filed")):
        return True
    if len(text) <= _WITHIN_LONGEST and any(w in plain for w in _words("within")):
        return True
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
    """The passages before a heading over whom to ask, where nothing but such lines follows it."""
    size = 0
    for at in range(len(kept) - 1, 0, -1):
        passage = kept[at]
        if _is_set_apart(passage) and passage.text.lower().replace("’", "'").strip(" :.") in _words("contacts"):
            if size <= _CONTACTS * sum(len(p.text) for p in kept[:at]):
                return before_contacts(kept[:at])
            break
        if len(passage.text) > _CONTACT:
            break
        size += len(passage.text)
    return list(kept)


def _heads_answers(passage: Passage, found: Sequence[Passage], language: str | None) -> bool:
    text = passage.text
    if passage.linked or len(text) > _HEADING_LONGEST or not _is_heading(passage):
        return False
    if comments(language).fullmatch(text):
        if text.lower().strip(" :") not in _words("opinion"):
            return True
        below = (p.text for p in found if p.index > passage.index and len(p.text) <= _POSTED_LONGEST)
        return any(_TIME.search(line) or printed_dates.find(line, language) for line in below)
    number, _, rest = text.lower().partition(" ")
    return number.isdigit() and rest.startswith(_words("answers"))


def _is_heading(passage: Passage) -> bool:
    return passage.tag in HEADINGS or passage.bold >= _BOLD * len(passage.text)


def _is_set_apart(passage: Passage) -> bool:
    return _is_heading(passage) or passage.text.endswith((":", "："))


@cache
def _counted() -> frozenset[str]:
    return frozenset(_words("counted"))


@cache
def _words(kind: str) -> tuple[str, ...]:
    table = tomllib.loads((files("extractors") / "words" / "endings.toml").read_text("utf-8"))
    return tuple(sorted(table[kind]))
