"""What stands below the last sentence of a plain text: makers, a closing byline, a note about the author."""

from __future__ import annotations

import re
from dataclasses import replace

from extractors.fields import bio, signed
from extractors.text.line import CLOSED, LONG, Line, is_byline, is_house, is_led
from extractors.words.people import either, people

# what desks leave at the end of a copy: initials ("abc/def", "PTI ABC DEF"), "Enditem", "(END)", an address
_MARK = re.compile(
    r"@\w{2,30}|_{2,}|\*+|[A-Za-z]{2,4}(?:\s?[/-]{1,2}\s?[A-Za-z]{2,4}){1,4}\s?/?|\(?(?:END|Enditem|ENDS|Fim|Fin|Lusa/Fim)\)?"
    r"|={2,}\s?\w+|\(?(?:PTI|ANI|IANS|UNI)(?: [A-Z]{2,4}){1,4}\)?|-{2,}|[\w.+-]{2,40}@[\w.-]{3,60}|© ?dpa[\w-]*.*"
)


def _is_contact(text: str, writers: list[str]) -> bool:
    """True for how to reach a writer: "Contact A. Person at …"."""
    return (
        bool(re.match(r"(?:Contact|Reach|Email|E-mail|Follow)\s", text))
        and len(text) < 200
        and any(w.lower() in text.lower() for w in writers)
    )


def read_ending(lines: list[Line], first: int, writers: list[str], language: str | None) -> int:
    """The index after the body's last line; the kinds of what follows it are set in ``lines``."""
    makers = re.compile(rf"^(?:\(?\s*)?(?:{either(people(language).reporting)})(?!\w)", re.IGNORECASE)
    contributed = re.compile(r"\bcontributed (?:to this|reporting)", re.IGNORECASE)
    last = len(lines)
    for index in range(len(lines) - 1, max(first, len(lines) - 25), -1):
        line = lines[index]
        kind = line.kind
        if kind == "text":
            if _closing(line.text, language):
                kind = "furniture" if writers else "byline"
            elif len(line.text) < 60 and is_house(line.text) and _closing(lines[index - 1].text, language):
                kind = "furniture" if writers else "house"
        if kind == "text":
            if makers.match(line.text) or (contributed.search(line.text) and len(line.text) < 400):
                kind = "makers"
            elif _is_note(line.text, writers, language):
                kind = "note"
            elif _MARK.fullmatch(line.text) or line.text in writers or _is_contact(line.text, writers):
                kind = "furniture"
            elif index > first + 1 and lines[index - 1].kind == "text" and _runs_on(lines, index, writers, language):
                kind = "note"
        lines[index] = replace(line, kind=kind)
        if kind == "text":
            later = [o.kind for o in lines[index + 1 :]]
            if len(line.text) < LONG and not CLOSED.search(line.text) and "note" in later:
                lines[index] = replace(line, kind="furniture")
                continue
            break
        if kind in {"note", "makers", "byline", "house"} or (kind == "furniture" and index > first):
            last = index
    return last


def _closing(text: str, language: str | None) -> bool:
    """True for a byline below the text: "By A. Person, Rome Bureau", "-- A. Person"."""
    if len(text) > 120 or text.endswith((".", "!", "?")):
        return False
    return (is_led(text, language) and is_byline(text, language)) or bool(signed.behind_dash(text, language))


def _is_note(text: str, writers: list[str], language: str | None) -> bool:
    if len(text) > 1800:
        return False
    if re.match(rf"(?:{either(s for s in people(language).subjects if ' ' in s)})(?!\w)", text, re.IGNORECASE):
        return bool(bio.read(text, None, language).affiliations)
    return any(bio.is_about(text, name, language) for name in writers)


def _runs_on(lines: list[Line], index: int, writers: list[str], language: str | None) -> bool:
    """True for the later lines of a note that was broken at names ("… A. Person" / "is a … at …")."""
    return lines[index].text[:3].casefold().startswith("is ") and any(lines[index - 1].text.endswith(w) for w in writers)
