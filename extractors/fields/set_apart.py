"""A standfirst that no name and no description tells: a line in bold or italics right below the headline.

Notes stand there in the same dress: who the author is, where the piece was printed before, a caption, a notice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from extractors import printed_dates
from extractors.body.passages import Passage
from extractors.body.service import is_service_line
from extractors.fields import bio, byline, names
from extractors.fields.captions import split_caption
from extractors.fields.corrections import kind_of
from extractors.fields.language import EAST
from extractors.page import Page

_NEAR = 4  # passages below the headline
_SHORTEST, _SHORTEST_EAST, _LONGEST = 25, 10, 250
_TEXT = 6  # passages below it within which the text begins
_TEXT_BELOW = 60  # characters
_ALL = 0.95  # share of a line
_BYLINE_LONGEST = 80
_NAME_WORDS = (2, 3, 4)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_LABELLED = re.compile(r"[^\W\d_]{3,}(?:\s[^\W\d_]+){0,2}\s?[:：]\s")  # "Advertisement: ", "Warning: "
_PLACED = re.compile(r"[^a-zß-ÿ,.]{3,40}(?:\([^)]{2,30}\))?\s{0,2}[-–—]{1,2}\s")  # "PARIS – ", where a text begins
_OF_PICTURES = frozenset({"<figure>", "<figcaption>", "caption", "credit"})


def set_apart_below(page: Page, title: Passage, found: Sequence[Passage]) -> Passage | None:
    """The first line below the headline that is no byline, day or notice, where it is set apart from a text that follows it."""
    below = found[title.index + 1 : title.index + 1 + _NEAR]
    passage = next((p for p in below if not _is_beside(page, p)), None)
    if passage is None or not _is_set_apart(page, passage) or _is_of_another_kind(page, passage):
        return None
    text = found[passage.index + 1 : passage.index + 1 + _TEXT]
    return passage if any(len(p.text) >= _TEXT_BELOW and not p.bold for p in text) else None


def _is_set_apart(page: Page, passage: Passage) -> bool:
    size = len(passage.text)
    if size < (_SHORTEST_EAST if page.language in EAST else _SHORTEST):
        return False
    bold = passage.bold >= _ALL * size or _BOLD_STYLE.search(passage.element.get("style") or "") is not None
    is_line = not passage.linked and size <= _LONGEST and "<li>" not in passage.marks
    return is_line and (bold or "<em>" in passage.marks)


def _is_beside(page: Page, passage: Passage) -> bool:
    """Whether a line names an author or a day, or is a note: it may stand between headline and standfirst, and is none."""
    text = passage.text
    if text.casefold().replace("’", "'").startswith(_notes()) or kind_of(text, page.language) is not None:
        return True
    if len(text) > _BYLINE_LONGEST:
        return False
    said = byline.from_label(text, page.language) is not None or byline.read(text, page.language)
    return bool(said) or bool(printed_dates.find(text, page.language))


def _is_of_another_kind(page: Page, passage: Passage) -> bool:
    """Whether a line that is set apart is a caption, a notice, a note on the author or the text's first sentence."""
    text = passage.text
    if passage.near & _OF_PICTURES or _LABELLED.match(text) or _PLACED.match(text):
        return True
    if is_service_line(passage, page.language, False) or bio.speaks_of_author(text, page.language):
        return True
    if any(_is_about(text, size, page.language) for size in _NAME_WORDS):
        return True
    return split_caption(text, page.language).credit is not None


def _is_about(text: str, size: int, language: str | None) -> bool:
    name = " ".join(text.split()[:size]).strip(",")
    return names.is_person(name, language) and bio.is_about(text, name, language)


@cache
def _notes() -> tuple[str, ...]:
    table = tomllib.loads((files("extractors") / "words" / "standfirst.toml").read_text("utf-8"))
    return tuple(table["notes"])
