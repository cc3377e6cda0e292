"""Lines about an article that are none of its words: date, byline, reading time and share lines, lines that
lead to other pieces, and labels of advertisements.

They are told by what they say (``words/service_lines.toml``) and go whatever the weights make of
them, so that one of them never looks like an edit of the text.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from extractors.body.endings import is_about_entry, signs_off
from extractors.body.furniture import begins_as, points_elsewhere
from extractors.body.passages import Passage
from extractors.date_words import fold, labels, month
from extractors.dom import HEADINGS
from extractors.fields import names
from extractors.words import agencies
from extractors.words.people import people

_LONGEST = 120  # characters
_LONGEST_BELOW = 250
_BYLINE_LONGEST = 80
_OFFER_LONGEST = 350
_ROW_LINKED = 0.75
_BAR = re.compile(r"\s[|｜]\s")
_SITE_AND_DAY = re.compile(r"(?:https?://|www\.)\S+\s*(?:\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2})")  # above a text on Chinese portals
_RIGHTS_NEAR = 40  # characters in which the year of a copyright line stands
_RIGHTS = re.compile(r"(?:©|\(c\)|copyright\b)", re.IGNORECASE)
_END_MARK = re.compile(r"#{1,5}(?: #{1,5})*|[-–—] ?(?:30|ends?) ?[-–—]|ends|enditem|[*⁂](?: ?[*⁂]){0,4}", re.IGNORECASE)
_INITIALS = re.compile(
    r"[A-Z]{2,4}(?:/[A-Z]{2,4}){1,3}|[a-z]{2,4}/(?: ?[a-z]{2,4}/){0,3}"
)  # who wrote and released it: "RK/SM", "bsi/ mir/"
_RATED = re.compile(r"\(.{3,80}\) Loading\.\.\.")  # stars for a piece, while a script fetches them
_SOURCES_LONGEST = 40
_LISTED = re.compile(r"[,;/|] ?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SENTENCE = re.compile(r"(?<=[.!?:–—|])\s+")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\d+")
_DAY = re.compile(
    r"(?<!\d)(?:\d{1,2}[:.h]\d{2}(?!\d)|\d{4}\s?[./年년-]\s?\d{1,2}\s?[./月월-]\s?\d{1,2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})(?!\d))"
)
_SIGNATURE_EAST = re.compile(
    r"[/\[(]?\s?(?:\S{1,8}=)?(?:[가-힣]{2,4}\s?\S{0,4}(?:기자|특파원)[,·\s]*)+(?:[\w.+-]{2,40}@[\w.-]{3,60})?\s?[\])]?"
)
_MAIL = re.compile(r"[\w.+-]{1,40}@[\w-]{1,40}(?:\.[\w-]{1,20}){1,4}")
_NAME = re.compile(r"[^\W\d_a-zß-ÿ]")
_ENDS = ".!?…。！？:"
_FRAME = " -–—*·.[]()"
_CUE_LONGEST = 30  # characters up to a colon
_RUNNING = frozenset(("p", "div"))
_TITLE = 25  # characters
_ADDRESS = re.compile(r"://|^www\.|^\S+$")


def is_service_line(passage: Passage, language: str | None, begun: bool) -> bool:
    """True for a date, byline, reading time or share line, a pointer to another piece, or an advertisement's label.

    ``begun``: running text stands before it.

    Between paragraphs a bare date may be part of a chronicle, and a name a signature:
    there only a ``<time>``, pointers, labels, and lines of buttons and minutes go. Of headings only pointers do.
    """
    text = passage.text
    if points_elsewhere(text, passage.linked, language) or is_offer(passage, language) or _is_rights_line(text):
        return True
    if is_about_entry(text, language) and passage.tag not in HEADINGS:
        return True
    if _is_picture_line(text) or (begun and _is_shouted_link(passage)):
        return True
    if begun and len(text) <= _LONGEST_BELOW and _stands_below(text, language):
        return True
    if len(text) > _LONGEST or passage.tag in HEADINGS:
        return False
    if _is_row_of_links(passage) or (not begun and _SITE_AND_DAY.match(text)):
        return True
    if "<time>" in passage.near or _heads_entry(passage, language):
        return True
    if is_label(text, language) or _RATED.fullmatch(text):
        return True
    words = [fold(w) for w in _TOKEN.findall(text)]
    if _all_of("share", words, language) or (_numbered(words) and _all_of("reading", words, language)):
        return True
    if begun and language == "ko" and (_SIGNATURE_EAST.fullmatch(text) or _MAIL.fullmatch(text)):
        return True
    return not begun and (is_date(text, language) or _is_byline(text, language))


def _heads_entry(passage: Passage, language: str | None) -> bool:
    """True for the time of an entry in a live blog with nothing but its author beside it: "15:04 A. Person"."""
    times = [" ".join("".join(map(str, t.itertext())).split()) for t in passage.element.iter("time")]
    if len(times) != 1 or not times[0] or times[0] not in passage.text:
        return False
    said = passage.text.replace(times[0], "", 1).strip(" |·•,–—-")
    return not said or names.is_person(said, language) or _is_byline(said, language)


def is_label(text: str, language: str | None) -> bool:
    """True for a whole line over an advertisement or a row of buttons."""
    plain = text.lower()
    return not _known("labels", language).isdisjoint((plain, plain.strip(_FRAME)))


def is_offer(passage: Passage, language: str | None) -> bool:
    """True for a paragraph that is a link to subscribe or follow, or that asks for subscribers to a newsletter."""
    text, linked = passage.text, passage.linked
    if not linked or len(text) > _OFFER_LONGEST or passage.tag in HEADINGS:
        return False
    if linked >= 0.9 * len(text):
        return begins_as(text, language) == "appeal"
    words = {w.lower() for w in _TOKEN.findall(text)}
    if not words & _known("letters", None) and "newsletter" not in text.lower() and len(words & _known("networks", None)) < 2:
        return False
    return any(begins_as(said, language) == "appeal" for said in _SENTENCE.split(text))


def ends_piece(passage: Passage, language: str | None) -> bool:
    """True for what at the end of a piece is none of it: a mark of the end ("###"), a title that is a link to
    another piece, and a line in bold or italics that asks readers for something."""
    text = passage.text
    if passage.tag in _RUNNING and len(text) >= _TITLE and _is_link(passage) and not _ADDRESS.search(text):
        return True
    if (
        is_end_mark(text)
        or signs_off(text)
        or _INITIALS.fullmatch(text)
        or (len(text) <= _SOURCES_LONGEST and all(_is_source(s, language) for s in _LISTED.split(text)))
    ):
        return True
    set_apart = passage.bold >= 0.8 * len(text) or not passage.marks.isdisjoint(("<em>", "<i>"))
    return set_apart and len(text) <= _LONGEST and any(begins_as(s, language) == "appeal" for s in _SENTENCE.split(text))


def is_end_mark(text: str) -> bool:
    """True for what says that a piece is over: "###", "-30-", "Ends", a row of asterisks."""
    return _END_MARK.fullmatch(text) is not None


def _is_row_of_links(passage: Passage) -> bool:
    """True for links parted by bars: "Discuss this | Write to us"."""
    return passage.linked >= _ROW_LINKED * len(passage.text) and _BAR.search(passage.text) is not None


def _is_link(passage: Passage) -> bool:
    return passage.linked >= 0.95 * len(passage.text)


def _is_shouted_link(passage: Passage) -> bool:
    """True for a paragraph that is one link in capitals: the headline of another piece."""
    text = passage.text
    return passage.tag in _RUNNING and len(text) >= _TITLE and _is_link(passage) and text == text.upper() != text.lower()


def _is_picture_line(text: str) -> bool:
    """True for "Photo: …": a credit or a caption that stands apart from its picture."""
    said, colon, _ = text[:_CUE_LONGEST].replace("：", ":").partition(":")
    return bool(colon) and len(text) <= _LONGEST_BELOW and said.lower().strip(_FRAME) in _known("pictures", None)


def _is_source(text: str, language: str | None) -> bool:
    """True for a desk, an agency or a site: "red", "dpa", "paper.example"."""
    plain = text.strip(" .()[]")
    return plain.casefold() in people(language).desks or agencies.agency(plain) is not None or agencies.is_address(plain)


def _is_rights_line(text: str) -> bool:
    if not _RIGHTS.match(text) or len(text) > _OFFER_LONGEST:
        return False
    return bool(_YEAR.search(text[:_RIGHTS_NEAR])) or any(w.lower() in _known("rights", None) for w in _TOKEN.findall(text))


def _numbered(words: list[str]) -> bool:
    return any(w.isdigit() for w in words)


def _all_of(kind: str, words: list[str], language: str | None) -> bool:
    letters = [w for w in words if not w.isdigit()]
    return len(words) > (kind == "share") and bool(letters) and all(w in _known(kind, language) for w in letters)


def is_date(text: str, language: str | None) -> bool:
    """True for a line that is no more than a date, with or without a time and what they are called."""
    rest = [fold(w) for w in _TOKEN.findall(labels(language).sub(" ", text))]
    months = [w for w in rest if not w.isdigit() and month(w, language)]
    if not (_DAY.search(text) or (months and _numbered(rest))):
        return False
    if text[-1] not in _ENDS and labels(language).search(text):
        return True  # "Ann Lee · Posted: 3 March 2026, 10:00"
    known = _known("dates", language)
    return all(w.isdigit() or w in months or w in known for w in rest)


def _is_byline(text: str, language: str | None) -> bool:
    """``By Ann Lee``: a word that begins bylines, then nothing but names."""
    if len(text) > _BYLINE_LONGEST or text[-1] in _ENDS:
        return False
    lowered = text.lower()
    by = next((w for w in _by(language) if lowered.startswith((w + " ", w + ": "))), None)
    if by is None:
        return False
    names = _TOKEN.findall(text[len(by) :])
    joiners = people(language).joiners
    return 2 <= len(names) <= 8 and all(n.lower() in joiners or _NAME.match(n) for n in names)


def _stands_below(text: str, language: str | None) -> bool:
    """True for what a desk prints under or between the paragraphs: who edited it, whose rights, how to read on."""
    plain = text.lower().lstrip("（([【〈<※*▶☞◎- ")
    return plain.startswith(_below(language))


@cache
def _below(language: str | None) -> tuple[str, ...]:
    return tuple(sorted(_known("below", language)))


@cache
def _by(language: str | None) -> tuple[str, ...]:
    words = people(language)
    return tuple(sorted({w.rstrip(":") for w in (*words.by, *words.checked)}, key=lambda w: (-len(w), w)))


@cache
def _known(kind: str, language: str | None) -> frozenset[str]:
    table = tomllib.loads((files("extractors") / "words" / "service_lines.toml").read_text("utf-8"))
    return frozenset(w for name in ("any", "en", language or "en") for w in table.get(name, {}).get(kind, ()))
