"""A byline taken apart: who, as what, for whom.

"By A. Person and B. Person, The Paper", "C. Person, Science Editor", "D. Person 기자".
A byline is read from left to right: names gather until a role or an organization stands
after them, which then belongs to all of them; the next name begins anew.
"""

from __future__ import annotations

import re
from functools import cache

from extractors.fields import names
from extractors.fields.byline_joined import opened
from extractors.fields.byline_parts import BREAKS, FOR_WHOM, MAX_LENGTH, Part, chunks, parts_of, without_lead
from extractors.fields.byline_posts import with_organization, with_role
from extractors.words.people import either, people
from model.article import Author

__all__ = ["from_label", "read", "read_pieces", "says_by", "without_lead"]

_WRAPPED = re.compile(r"^[(（【\[]([^()（）【】\[\]]+)[)）】\]]$")
_PRONOUNS = re.compile(r"\s*[(\[](?:she|he|they|ze|xe|any)(?:/[a-z]{2,6}){1,3}[)\]]", re.IGNORECASE)
_FROM_WHERE = re.compile(r"(?<=\w)\s+(?:reports?|reporting|reported) (?:from|in) [A-ZÀ-Þ].*$|(?<=\w)\s+berichtet aus [A-ZÀ-Þ].*$")
_DATED = re.compile(
    r"(?:[^\W\d_]{3,14}:?\s+)?(?:on\s+)?\d[\d./:-]{5,18}"
    r"(?:[\s,|-]+(?:at|um|à|a las|alle|às|om|kl\.?)?\s*\d{1,2}[:.h]\d{2}(?:\s?[ap]m)?)?[\s,|-]+",
    re.IGNORECASE,
)
_AT_HOUR = re.compile(r"(?<=\w)\s+(?:@|à l['’]adresse|a las?|en|às|a|alle|klo|kl\.?|op|om|на|в)\s+\d{1,2}[:.]\d{2}(?!\d).*$")
_AT_END = re.compile(r"(?<=\w)\s+(?:@|à l['’]adresse)$")
_OFFICE = re.compile(r"(?=[^\W\d_])(?![a-z])[^!?\s]+(?:\s[^!?\s]+){0,8}")
_REPORTS_FROM = re.compile(r"(?:reporting|reports|reported) (?:from|in)|berichtet aus", re.IGNORECASE)
_SENT_FROM = re.compile(r"\s*[／/][\u3400-\u9fff]{1,8}(?:報導|报道|電|電文|讯|訊|專訪)\s*$")


def says_by(text: str) -> bool:
    """True where a text in any language is or ends with what stands before an author's name."""
    return bool(_any_lead().search(text))


@cache
def _any_lead() -> re.Pattern[str]:
    words = (w for w in people(None).by if len(w) > 1)
    return re.compile(rf"(?:^|[\s|·•(–—,.;])(?:{either(words)})\s*[:：]?\s*$", re.IGNORECASE)


def from_label(text: str, language: str | None) -> str | None:
    """A text from where its byline begins: at its start, or at "Author:" behind a place or a date; else ``None``."""
    if without_lead(text, language)[1]:
        return text
    later = list(BREAKS.finditer(text))[:3]
    starts = (found.end() for found in later)
    return next((text[at:] for at in starts if ":" in text[at : at + 25] and without_lead(text[at:], language)[1]), None)


def read(text: str, language: str | None, publisher: str | None = None, *, single: bool = False) -> tuple[Author, ...]:
    """The authors that a byline names, with the roles and organizations printed there.

    ``single`` lets one-word names pass (in an element that holds nothing but a name).
    Empty where nobody is named.
    """
    plain = _WRAPPED.sub(r"\1", _PRONOUNS.sub("", names.collapse(text)[:MAX_LENGTH]))
    plain = _FROM_WHERE.sub("", _of_others(language).sub("", plain))
    plain, led = without_lead(plain, language)
    plain = _AT_HOUR.sub("", plain) if led else plain
    dated = _DATED.match(plain)
    if dated:  # "Published 05/03/2026 at 16:45 by A. Person"
        behind, led = without_lead(plain[dated.end() :], language)
        plain = behind if led and not re.search(r"\d", behind) else plain
    plain = opened(_SENT_FROM.sub("", plain), language)
    return _gather(_parts(plain, language, publisher, single))


def read_pieces(pieces: list[str], language: str | None, publisher: str | None = None) -> tuple[Author, ...]:
    """The same for a byline that mark-up has taken apart already, each piece with one thing in it."""
    joined: list[str] = []
    edges = _edges(language)
    for piece, before in zip(pieces, ["", *pieces], strict=False):
        if _REPORTS_FROM.fullmatch(piece.strip()) or _REPORTS_FROM.fullmatch(before.strip()):
            continue  # "Reporting from" and the place
        plain = edges.sub("", _AT_END.sub("", piece.strip(" ,;|·•/–—-"))).strip(" ,;|·•/–—-")
        if joined and _is_credit_of_another(plain, language):
            break
        whole = bool(joined) and _single(joined[-1]) and _single(plain) and plain.casefold() not in people(language).by
        if joined and FOR_WHOM.match(plain):
            joined[-1] = f"{joined[-1]}, {plain}"
        elif joined and (whole or joined[-1].casefold().endswith(" on behalf of")):
            joined[-1] = f"{joined[-1]} {plain}"
        elif plain:
            joined.append(plain)
    opened_pieces = (opened(without_lead(piece[:MAX_LENGTH], language)[0], language) for piece in joined)
    return _gather([p for piece in opened_pieces for p in _parts(piece, language, publisher, False)])


def _parts(text: str, language: str | None, publisher: str | None, single: bool) -> list[Part]:
    """The parts of a byline; the place behind its house and a dash is none: "A. Person, The Paper — Town"."""
    found: list[Part] = []
    for chunk in chunks(text):
        if found and _is_credit_of_another(chunk, language):
            break  # "Penulis A. Person | Editor B. Person"
        parts = parts_of(chunk, language, publisher, single)
        place = found and found[-1].kind == "organization" and [p.kind for p in parts] == ["name"] and " & " not in chunk
        if not (place and re.search(rf"[–—]\s+{re.escape(chunk)}$", text)):
            found += parts
    return found


def _is_credit_of_another(chunk: str, language: str | None) -> bool:
    """Whether a piece of a byline is one word for who checked the piece or took its pictures, and a name."""
    job, _, name = chunk.partition(" ")
    return job.casefold() in people(language).checked and names.is_person(name, language)


@cache
def _of_others(language: str | None) -> re.Pattern[str]:
    """Matches who took the pictures, named with that in brackets: "… und A. Person (Fotos)"."""
    joiners, checked = either(people(language).joiners), either(people(language).checked)
    return re.compile(
        rf"(?:\s*[,/|]\s*|\s+(?:{joiners})\s+)[^\W\d_a-zß-ÿ][\w.’'-]*(?:\s[^\W\d_][\w.’'-]*){{1,3}}\s?\((?i:{checked})\)"
    )


@cache
def _edges(language: str | None) -> re.Pattern[str]:
    words = either(people(language).joiners)
    return re.compile(rf"^[(\[]?(?:{words})\s+|\s+[(\[]?(?:{words})$|^[(\[]?(?:{words})$", re.IGNORECASE)


def _single(text: str) -> bool:
    return bool(re.fullmatch(r"[A-ZÀ-Þ][\w’'-]+", text))


def _gather(parts: list[Part]) -> tuple[Author, ...]:
    if parts and parts[0].kind == "organization":  # "a-paper.example, Frankfurt, Germany"
        parts = [p for p in parts if p.kind != "name" or len(p.text.split()) > 1]
    found: list[Author] = []
    pending: list[int] = []
    told = False
    ahead: str | None = None
    people_named = any(p.kind == "name" for p in parts)
    last = ""
    for one in parts:
        part = _in_its_place(one) if pending else one
        if part.kind == "name":
            if told:
                pending, told = [], False
            if any(names.key(a.name) == names.key(part.text) for a in found):
                continue
            pending.append(len(found))
            found.append(Author(part.text))
            if ahead:
                found[-1] = with_role(found[-1], ahead, None)
                ahead = None
        elif part.kind == "agency" and not found and last == "organization":
            found.append(Author(parts[0].text))  # "The Paper with The Agency" is the paper's
        elif part.kind == "desk" and people_named and not found:
            continue  # "Redacción / A. Person"
        elif part.kind in {"agency", "desk"} and (not people_named or not pending or part.text == part.text.lower()):
            found.append(Author(part.text))
            pending, told = [], False
        elif part.kind in {"role", "organization", "agency"} or (
            part.kind == "other" and last == "role" and _OFFICE.fullmatch(part.text)
        ):
            told = True
            if not pending and part.kind == "role":
                ahead = part.text
            for index in pending:
                author = found[index]
                if part.kind == "role":
                    found[index] = with_role(author, part.text, None)
                else:
                    found[index] = with_organization(author, part.text)
        last = part.kind
    if not found:
        found = [Author(p.text) for p in parts if p.kind == "organization"][:1]
    return tuple(found)


def _in_its_place(part: Part) -> Part:
    """A part behind a name: "da Folha" says for whom, "Staff Writer" says as what."""
    if part.kind == "name" and (house := re.match(r"(?:da|do|dalla?|della?) (?=[A-ZÀ-Þ]\S+ \S)", part.text)):
        return Part("organization", part.text[house.end() :])
    if part.kind == "desk" and re.search(r"(?:writer|reporter|correspondent|contributor)s?$", part.text, re.IGNORECASE):
        return Part("role", part.text)
    return part
