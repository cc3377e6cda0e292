"""Plain wire copy, line by line: where each line stands and what it is.

Kinds: ``title``, ``byline``, ``house`` (the agency under a byline), ``date``, ``caption``
(with a credit), ``furniture`` (left over from the page), ``makers`` ("Reporting by …"),
``note`` (about the author), ``text``.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from extractors import filed
from extractors.fields import byline, names
from extractors.fields.captions import is_credit, split_caption
from extractors.text.ending import read_ending
from extractors.text.line import CLOSED, LONG, Line, is_byline, is_house, is_led, is_only_date, is_role, without_date
from extractors.words import agencies
from extractors.words.wire import is_furniture, is_slug
from model.article import Author

_SLUG = re.compile(r"^[A-Z]{2}-[A-Z]{2}--?[\w-]+,")
HEADER_LINES = 60
PICTURE_LINES = 2_000


def split(text: str) -> list[Line]:
    """The lines that are not empty; a hard-wrapped text has its paragraphs put together first."""
    lines: list[Line] = []
    position = 0
    gap = True
    wrapped = _wrapped(text)
    for raw in text.splitlines(keepends=True):
        plain = raw.strip(" \t\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029\u00a0\ufeff")
        if plain:
            start = position + raw.index(plain)
            end = start + len(plain)
            if wrapped and not gap and lines:
                lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {names.collapse(plain)}", end=end)
            else:
                lines.append(Line(names.collapse(plain), start, end))
        gap = not plain
        position += len(raw)
    return lines


def _wrapped(text: str) -> bool:
    """True where most lines end in the middle of a sentence at about the same width."""
    inside = ended = 0
    rows = [r.strip() for r in text.splitlines()]
    for row, following in itertools.pairwise(rows):
        if len(row) >= 45 and following:
            if len(row) <= 100 and not CLOSED.search(row):
                inside += 1
            else:
                ended += 1
    return inside >= 6 and inside > 2 * ended


@dataclass(frozen=True, slots=True)
class Copy:
    """The lines of a text with their kinds, where the body begins and ends, and its dateline."""

    lines: tuple[Line, ...]
    first: int
    last: int
    filed: filed.Filed | None


def classify(lines: list[Line], language: str | None) -> Copy:
    """Says what each line is. ``first`` and ``last`` bound the body (``last`` exclusive)."""
    told = [
        replace(line, kind="furniture") if is_furniture(line.text) or _SLUG.match(line.text) else line for line in _joined(lines)
    ]
    first, dateline = _beginning(told, language)
    told = _header(told, first, language)
    writers = [a.name for i, line in enumerate(told) if line.kind == "byline" for a in _bylined(line.text, language)]
    last = read_ending(told, first, writers, language)
    return Copy(tuple(_pictures(told, first, language)), first, last, dateline)


def _joined(lines: list[Line]) -> list[Line]:
    """Lines of which the second goes on with "& B. Person" put together."""
    whole: list[Line] = []
    for index, line in enumerate(lines):
        if (
            whole
            and index < 12
            and re.match(r"(?:&|and|und|et|y)\s+[^\W\d_]", line.text)
            and len(line.text) < 140
            and len(whole[-1].text) < 140
        ):
            whole[-1] = replace(whole[-1], text=f"{whole[-1].text} {line.text}", end=line.end)
        else:
            whole.append(line)
    return whole


def _beginning(lines: list[Line], language: str | None) -> tuple[int, filed.Filed | None]:
    if lines and len(lines[0].text) > 300:  # a text without a headline
        found = filed.read(lines[0].text, language)
        return 0, found if found is not None and found.sure else None
    paragraphs = 0
    for index, line in enumerate(lines[:HEADER_LINES]):
        if line.kind == "furniture" or index == 0:
            continue
        found = filed.read(line.text, language)
        if found is not None and found.sure and len(line.text) > found.end + 40 and not _captioned(line.text, language):
            return index, found
        if len(line.text) > 200 and not _captioned(line.text, language) and not _again(lines, index):
            paragraphs += 1
            if paragraphs > 2:
                break
    for index, line in enumerate(lines[:200]):
        if index == 0 or line.kind == "furniture" or _captioned(line.text, language) or _again(lines, index):
            continue
        standfirst = index <= 3 and any(is_byline(o.text, language) for o in lines[index + 1 : index + 5])
        if len(line.text) >= LONG and CLOSED.search(line.text) and not standfirst and not is_byline(line.text, language):
            return index, None
    return min(1, len(lines)), None


def _header(lines: list[Line], first: int, language: str | None) -> list[Line]:
    told = list(lines)
    titled = False
    named = False
    at = 0
    for index, line in enumerate(told[:first]):
        if line.kind == "furniture":
            continue
        bare = without_date(line.text, language).strip(" ,|·-–")
        if titled and not named and bare != line.text and names.is_person(bare, language):
            told[index] = replace(line, kind="byline")
            named, at = True, index
        elif is_only_date(line.text, language):
            told[index] = replace(line, kind="date")
        elif titled and _names_two(line.text) and is_credit(line.text, language, strict=True):
            told[index] = replace(line, kind="caption")
        elif titled and named and index - at <= 1 and len(line.text) < 60 and is_house(line.text):
            told[index] = replace(line, kind="house")
        elif titled and is_byline(line.text, language) and (not named or index - at <= 1 or is_led(line.text, language)):
            told[index] = replace(line, kind="byline")
            named, at = True, index
        elif titled and named and told[index - 1].kind == "byline" and is_role(line.text, language):
            told[index] = replace(line, kind="role")
        elif not titled and is_slug(line.text) and any(_could_be_title(o, language) for o in told[index + 1 : first][:2]):
            told[index] = replace(line, kind="furniture")
        elif not titled and len(line.text) <= 300:
            told[index] = replace(line, kind="title")
            titled = True
        elif _SLUG.match(line.text):
            told[index] = replace(line, kind="furniture")
    return told


def _could_be_title(line: Line, language: str | None) -> bool:
    if line.kind != "text" or not 12 <= len(line.text) <= 300 or is_only_date(line.text, language):
        return False
    return not is_byline(line.text, language)


def _names_two(text: str) -> bool:
    """True for "A. Person, THE AGENCY": a credit alone on its line, not a byline's role."""
    parts = [p for p in re.split(r"\s*[,/]\s*", text) if p]
    return len(parts) == 2 and agencies.agency(parts[1]) is not None and not re.match(r"by\s", text, re.IGNORECASE)


def _bylined(text: str, language: str | None) -> tuple[Author, ...]:
    rest, _ = byline.without_lead(text, language)
    return byline.read(rest, language)


def _captioned(text: str, language: str | None) -> bool:
    if len(text) > 700:
        return False
    found = split_caption(text, language)
    return found.credit is not None and found.credit.names_someone and len(found.credit.unclear) == 0


def _again(lines: list[Line], index: int) -> bool:
    """True where the same words stand in another line too: a caption that was copied twice."""
    stem = lines[index].text[:70]
    return len(stem) >= 40 and any(i != index and o.text.startswith(stem) for i, o in enumerate(lines[:HEADER_LINES]))


def _pictures(lines: list[Line], first: int, language: str | None) -> list[Line]:
    """Captions: above the body any line with a credit, in the body only one that nothing else can be."""
    told = list(lines)
    for index, line in enumerate(told):
        if line.kind != "text":
            continue
        above = index < first
        if above and (_captioned(line.text, language) or (_again(told, index) and len(line.text) >= 40)):
            told[index] = replace(line, kind="caption")
        elif first < index < PICTURE_LINES and len(line.text) < 450 and _captioned(line.text, language):
            credit = split_caption(line.text, language).credit
            words = (credit.credit_line or "") if credit else ""
            announced = re.match(
                r"(?:file |handout )?(?:photo|foto|picture|image|bild|reuters/|ap photo|afp|©|credit|fotó|фото)", words, re.I
            )
            if announced or is_credit(line.text, language, strict=True):
                told[index] = replace(line, kind="caption")
    return told
