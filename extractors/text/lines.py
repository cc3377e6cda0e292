"""Plain wire copy, line by line: where each line stands and what it is.

Kinds: ``title``, ``byline``, ``house`` (the agency under a byline), ``date``, ``caption``
(with a credit), ``furniture`` (left over from the page), ``makers`` ("Reporting by …"),
``note`` (about the author), ``text``.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from extractors import filed, printed_dates
from extractors.fields import bio, byline, names
from extractors.fields.captions import is_credit, split_caption
from extractors.words import agencies
from extractors.words.people import either, people
from extractors.words.wire import is_furniture
from model.article import Author

_CLOSED = re.compile(r"[.!?…»”\"'’。！？)]$")
_SLUG = re.compile(r"^[A-Z]{2}-[A-Z]{2}--?[\w-]+,")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
HEADER_LINES = 60
PICTURE_LINES = 2_000
LONG = 80


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words with white space collapsed, and the characters of the text it takes."""

    text: str
    start: int
    end: int
    kind: str = "text"

    @property
    def where(self) -> str:
        return f"text:{self.start}-{self.end}"


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
            if len(row) <= 100 and not _CLOSED.search(row):
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
    last = _ending(told, first, writers, language)
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
        standfirst = index <= 3 and any(_is_byline(o.text, language) for o in lines[index + 1 : index + 5])
        if len(line.text) >= LONG and _CLOSED.search(line.text) and not standfirst and not _is_byline(line.text, language):
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
        bare = _without_date(line.text, language).strip(" ,|·-–")
        if titled and not named and bare != line.text and names.is_person(bare, language):
            told[index] = replace(line, kind="byline")
            named, at = True, index
        elif _only_date(line.text, language):
            told[index] = replace(line, kind="date")
        elif titled and _names_two(line.text) and is_credit(line.text, language, strict=True):
            told[index] = replace(line, kind="caption")
        elif titled and named and index - at <= 1 and len(line.text) < 60 and _is_house(line.text):
            told[index] = replace(line, kind="house")
        elif titled and _is_byline(line.text, language) and (not named or index - at <= 1 or _led(line.text, language)):
            told[index] = replace(line, kind="byline")
            named, at = True, index
        elif titled and named and told[index - 1].kind == "byline" and _is_role(line.text, language):
            told[index] = replace(line, kind="role")
        elif not titled and len(line.text) <= 300:
            told[index] = replace(line, kind="title")
            titled = True
        elif _SLUG.match(line.text):
            told[index] = replace(line, kind="furniture")
    return told


def _is_house(text: str) -> bool:
    return agencies.agency(text) is not None or agencies.is_organization(text)


def _led(text: str, language: str | None) -> bool:
    return byline.without_lead(text, language)[1]


def _names_two(text: str) -> bool:
    """True for "A. Person, THE AGENCY": a credit alone on its line, not a byline's role."""
    parts = [p for p in re.split(r"\s*[,/]\s*", text) if p]
    return len(parts) == 2 and agencies.agency(parts[1]) is not None and not re.match(r"by\s", text, re.IGNORECASE)


def _bylined(text: str, language: str | None) -> tuple[Author, ...]:
    rest, _ = byline.without_lead(text, language)
    return byline.read(rest, language)


def _is_byline(text: str, language: str | None) -> bool:
    rest, had = byline.without_lead(text, language)
    if len(rest) > 240 or (not had and _CLOSED.search(rest) and not rest.endswith((")", "."))):
        return False
    authors = byline.read(rest, language, single=False)
    persons = [a for a in authors if names.is_person(a.name, language)]
    if not persons or len(persons) != len(authors):
        return False
    if had:
        return True
    said = sum(len(a.name) + len(a.role or "") + sum(len(x.organization or "") for x in a.affiliations) for a in authors)
    left = len(re.sub(r"\W|\d", "", _without_date(rest, language)))
    return left <= 1.35 * len(re.sub(r"\W", "", "x" * said)) and bool(re.match(r"[^\W\d_]", rest))


def _without_date(text: str, language: str | None) -> str:
    for found in printed_dates.find(text, language):
        return text[: found.start] + text[found.end :]
    return text


def _is_role(text: str, language: str | None) -> bool:
    head = names.role_head(text, language)
    return head is not None and len(text) < 110 and not text.endswith(".")


def _only_date(text: str, language: str | None) -> bool:
    dates = printed_dates.find(text, language)
    if not dates or len(text) > 110:
        return bool(_CLOCK.match(text)) and len(text) < 20
    inside = sum(d.end - d.start for d in dates)
    rest = re.sub(r"[\W\d_]|(?i:uhr|a\.?m|p\.?m|et|est|edt|gmt|updated?|published|posted|on|at)", "", text)
    return inside >= 0.5 * len(text) or len(rest) <= 40


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


def _ending(lines: list[Line], first: int, writers: list[str], language: str | None) -> int:
    """The end of the body; the kinds of what follows it are set in ``lines``."""
    makers = re.compile(rf"^(?:\(?\s*)?(?:{either(people(language).reporting)})(?!\w)", re.IGNORECASE)
    contributed = re.compile(r"\bcontributed (?:to this|reporting)", re.IGNORECASE)
    last = len(lines)
    for index in range(len(lines) - 1, max(first, len(lines) - 25), -1):
        line = lines[index]
        kind = line.kind
        if kind == "text":
            if makers.match(line.text) or (contributed.search(line.text) and len(line.text) < 400):
                kind = "makers"
            elif _is_note(line.text, writers, language):
                kind = "note"
            elif re.fullmatch(r"@\w{2,30}|_{2,}|\*+", line.text) or line.text in writers:
                kind = "furniture"
            elif index > first + 1 and lines[index - 1].kind == "text" and _runs_on(lines, index, writers, language):
                kind = "note"
        lines[index] = replace(line, kind=kind)
        if kind == "text":
            later = [o.kind for o in lines[index + 1 :]]
            if len(line.text) < LONG and not _CLOSED.search(line.text) and "note" in later:
                lines[index] = replace(line, kind="furniture")
                continue
            break
        if kind in {"note", "makers"} or (kind == "furniture" and index > first):
            last = index
    return last


def _is_note(text: str, writers: list[str], language: str | None) -> bool:
    if len(text) > 1800:
        return False
    if re.match(rf"(?:{either(s for s in people(language).subjects if ' ' in s)})(?!\w)", text, re.IGNORECASE):
        return bool(bio.read(text, None, language).affiliations)
    return any(bio.is_about(text, name, language) for name in writers)


def _runs_on(lines: list[Line], index: int, writers: list[str], language: str | None) -> bool:
    """True for the later lines of a note that was broken at names ("… A. Person" / "is a … at …")."""
    return lines[index].text[:3].casefold().startswith("is ") and any(lines[index - 1].text.endswith(w) for w in writers)
