"""A byline taken apart: who, as what, for whom.

"By A. Person and B. Person, The Paper", "C. Person, Science Editor", "D. Person 기자".
A byline is read from left to right: names gather until a role or an organization stands
after them, which then belongs to all of them; the next name begins anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from extractors.fields import names, others, position
from extractors.words import agencies
from extractors.words.datelines import PLACES
from extractors.words.people import either, people
from model.article import Affiliation, Author

MAX_LENGTH = 400
_EAST = r"\u3040-\u30ff\u3400-\u9fff가-힣"
_TIME = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d{2}\b|\b\d{1,2}\. ?\w+ \d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b\d+ (?:min|minute)s?\b"
    r"|\b(?:updated?|published|posted|aktualisiert|veröffentlicht|stand|publié|mis à jour|publicado|"
    r"actualizado|pubblicato|aggiornato|uppdaterad|publicerad|oppdatert|publisert|opdateret|güncelleme|опубликовано|обновлено)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:\w\.\s+[A-Z])|\s(?:is|are|was|has|covers|joined|ist|sind|schreibt|est|es|è|é|är|er)\s(?:an?|the|ein|eine|une?|une|en|ett|de)?\b|\w\w\w\.$",
    re.I,
)
_BREAKS = re.compile(r"\s[|·•►/–—-]+\s|\s*[|·•►]\s*|\n+|\s{3,}")


_SENT_FROM = re.compile(r"\s*[／/][\u3400-\u9fff]{1,8}(?:報導|报道|電|電文|讯|訊|專訪)\s*$")


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a byline: ``kind`` is name, agency, desk, role, organization or other."""

    kind: str
    text: str


@cache
def _lead(language: str | None) -> re.Pattern[str]:
    words = people(language).by
    spaced = [w for w in words if not re.match(rf"[{_EAST}]", w)]
    east = [w for w in words if w not in spaced]
    return re.compile(
        rf"^[\s\-–—|•·*(\[]*(?:(?:{either(spaced)})(?:\s*[:：]\s*|\s+)(?=\S)|(?:{either(east)})[\s:：/／|=＝]*(?=\S))",
        re.IGNORECASE,
    )


@cache
def _joins(language: str | None) -> re.Pattern[str]:
    words = [w for w in people(language).joiners if w not in {"、", "・", ",", "،", "·", "-"}]
    east = [w for w in words if re.fullmatch(rf"[{_EAST}]+", w)]
    spaced = [w for w in words if w not in east]
    return re.compile(
        rf"\s*[,;、،；]\s+(?:{either(spaced)})\s+|\s+(?:{either(spaced)})\s+|\s*[,;、،；&]\s*|\s+/\s+|(?<=\w)/(?=\w)",
        re.IGNORECASE,
    )


def without_lead(text: str, language: str | None) -> tuple[str, bool]:
    """A byline without its "By", and whether there was one."""
    plain, had = text.strip(), False
    for _ in range(3):
        found = _lead(language).match(plain)
        if not found:
            break
        plain, had = plain[found.end() :].strip(), True
    return plain, had


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
    later = list(_BREAKS.finditer(text))[:3]
    starts = (found.end() for found in later)
    return next((text[at:] for at in starts if ":" in text[at : at + 25] and without_lead(text[at:], language)[1]), None)


def read(text: str, language: str | None, publisher: str | None = None, *, single: bool = False) -> tuple[Author, ...]:
    """The authors that a byline names, with the roles and organizations printed there.

    ``single`` lets one-word names pass (in an element that holds nothing but a name).
    Empty where nobody is named.
    """
    plain = names.collapse(text)[:MAX_LENGTH]
    plain, _ = without_lead(plain, language)
    plain = _SENT_FROM.sub("", plain)
    parts = [p for chunk in _chunks(plain) for p in _parts(chunk, language, publisher, single)]
    return _gather(parts)


def read_pieces(pieces: list[str], language: str | None, publisher: str | None = None) -> tuple[Author, ...]:
    """The same for a byline that mark-up has taken apart already, each piece with one thing in it."""
    joined: list[str] = []
    edges = re.compile(
        rf"^(?:{either(people(language).joiners)})\s+|\s+(?:{either(people(language).joiners)})$|^(?:{either(people(language).joiners)})$",
        re.IGNORECASE,
    )
    for piece in pieces:
        plain = edges.sub("", piece.strip(" ,;|·•/–—-")).strip(" ,;|·•/–—-")
        if joined and _single(joined[-1]) and _single(plain) and not any(w in {plain.casefold()} for w in people(language).by):
            joined[-1] = f"{joined[-1]} {plain}"
        elif plain:
            joined.append(plain)
    parts = [
        p
        for piece in joined
        for chunk in _chunks(without_lead(piece[:MAX_LENGTH], language)[0])
        for p in _parts(chunk, language, publisher, False)
    ]
    return _gather(parts)


def _single(text: str) -> bool:
    return bool(re.fullmatch(r"[A-ZÀ-Þ][\w’'-]+", text))


def _chunks(text: str) -> list[str]:
    """The pieces between strong separators, without dates and reading times."""
    kept: list[str] = []
    for whole in _BREAKS.split(text):
        chunk = others.without(whole)
        found = _TIME.search(chunk)
        if found:
            chunk = chunk[: found.start()]
        chunk = chunk.strip(" ,;:-–—")
        if chunk:
            kept.append(chunk)
    return kept


def _parts(chunk: str, language: str | None, publisher: str | None, single: bool) -> list[Part]:
    plain, _ = without_lead(chunk, language)
    if "/" in plain and agencies.agency(plain):
        return [Part("agency", plain)]
    if language == "zh":
        plain = re.sub(r"(?<=[\u3400-\u9fff]{2}) +(?=[\u3400-\u9fff]{2})", "、", plain)
    pieces: list[str] = []
    joiners: list[str] = []
    last = 0
    for found in _joins(language).finditer(plain):
        pieces.append(plain[last : found.start()])
        joiners.append(found[0].strip().casefold())
        last = found.end()
    pieces.append(plain[last:])
    merged = [pieces[0]]
    for joiner, piece in zip(joiners, pieces[1:], strict=True):
        before = merged[-1]
        if (
            (joiner in {"y", "e", "i"} and " " in before and " " not in piece.strip() and not agencies.agency(piece))
            or (names.role_head(before, language) and names.role_head(piece, language) and not joiner.startswith((",", ";")))
            or (joiner in {"and", "&"} and before.casefold().startswith(("u.s. ", "u.n. ", "u.k. ")))
        ):
            merged[-1] = f"{before} {joiner} {piece}"
        else:
            merged.append(piece)
    parts = [_classify(piece, language, publisher, single) for piece in merged]
    for at in range(1, len(parts)):
        named = parts[at - 1] and parts[at - 1][-1].kind == "name"
        behind = _FOR_WHOM.match(merged[at].strip()) if named else None
        if behind:
            parts[at] = [Part("organization", names.clean(behind[1]))]
        elif named and [p.kind for p in parts[at]] == ["name", "role"] and _common_words(parts[at], language):
            parts[at] = [Part("role", names.clean(merged[at]))]  # "A. Person, Home Security Expert"
    if len(merged) > 2 and any(j in {"and", "und", "et", "og", "och"} for j in joiners[:-1]) and joiners[-1] == ",":
        last_one = parts[-1]
        if [p.kind for p in last_one] == ["name"] and len(last_one[0].text.split()) > 2:
            parts[-1] = [Part("organization", last_one[0].text)]  # "A and B, Three Word Paper": names end with the "and"
    return [p for part in parts for p in part]


_FOR_WHOM = re.compile(
    r"(?:(?:special|exclusive) (?:to|for)|for|spécial pour|pour|especial para|exclusivo para|da|do|dalla?|del(?:la)?|für) "
    r"((?:the |the |la |el |il |o |a |die |den )?[A-ZÀ-ÞĀ-Ž].{1,60})$"
)


def _common_words(parts: list[Part], language: str | None) -> bool:
    """True where what looks like a name before a role holds a word of trades and subjects."""
    return any(t.casefold() in people(language).around for t in parts[0].text.split())


def _classify(piece: str, language: str | None, publisher: str | None, single: bool) -> list[Part]:
    plain, _ = without_lead(piece, language)
    plain = names.clean(plain)
    if not plain:
        return []
    if agencies.agency(plain):
        return [Part("agency", plain)]
    tokens = plain.casefold().split()
    if plain.casefold() in people(language).desks or (
        names.role_head(plain, language) is None and any(_desk(t, language) for t in tokens)
    ):
        return [Part("desk", plain)]
    if plain.casefold() in PLACES:
        return [Part("place", plain)]
    if publisher and names.key(plain) == names.key(publisher):
        return [Part("organization", plain)]
    for_whom = re.match(r"(.+?)\s+(?:for|für|pour|para|per|voor)\s+(.+)$", plain, re.IGNORECASE)
    if for_whom and len(for_whom[1].split()) > 1 and names.is_person(for_whom[1], language):
        return [Part("name", for_whom[1]), Part("organization", for_whom[2])]
    placed = re.match(r"(.+?)\s(?:à|au|in|aus|en|em|from)\s[A-ZÀ-ÞĀ-Ž][^,;]{1,40}$", plain)
    if placed and len(placed[1].split()) > 1 and names.is_person(placed[1], language):
        return [Part("name", placed[1])]
    if re.match(r"The [A-Z]", plain) and names.role_head(plain, language) is None:
        return [Part("organization", plain)]
    plain = re.sub(r"^[가-힣·]{2,8}=(?=[가-힣]{2,4}(?:\s|$))", "", plain)  # "place=name"
    if names.is_person(plain, language, single=single):
        return _maybe_glued(plain)
    head = names.role_head(plain, language)
    if head is not None:
        return _with_role(plain, head.start(), language)
    end = agencies.at_end(plain)
    if end and names.is_person(end[0], language):
        return [Part("name", end[0]), Part("organization", end[1])]
    the = re.match(r"(.+?)\s+((?:The|USA)\s+[A-Z].+)$", plain)
    if the and names.is_person(the[1], language):
        return [Part("name", the[1]), Part("organization", the[2])]
    if agencies.is_organization(plain) or plain.startswith(("U.S. ", "U.N. ", "U.K. ")):
        return [] if names.never(plain, language) else [Part("organization", plain)]
    return [Part("other", plain)]


def _desk(token: str, language: str | None) -> bool:
    return any(t in people(language).desks for t in (token, *token.split("-"))) and len(token) > 3


def _maybe_glued(plain: str) -> list[Part]:
    end = agencies.at_end(plain)
    if end and len(end[0].split()) >= 2:
        return [Part("name", end[0]), Part("organization", end[1])]
    the = re.match(r"(\S+(?: \S+){1,3}?) (The [A-Z].+)$", plain)
    if the:
        return [Part("name", the[1]), Part("organization", the[2])]
    return [Part("name", plain)]


def _with_role(plain: str, head: int, language: str | None) -> list[Part]:
    """A piece with a job title in it: the name before it, if any, and the title."""
    east = re.fullmatch(rf"([{_EAST}]{{2,5}})\s*([{_EAST} ]+)", plain)
    if east and names.role_head(east[2], language) and names.is_person(east[1], language):
        return [Part("name", east[1]), Part("role", east[2])]
    short = re.fullmatch(rf"([{_EAST}]{{2,4}}?)([{_EAST}]{{2,6}})", plain)
    if short and head and names.is_person(plain[:head], language):
        return [Part("name", plain[:head].strip()), Part("role", plain[head:].strip())]
    tokens = plain.split(" ")
    around = people(language).around
    for cut in range(2, min(len(tokens), 5)):
        name, rest = " ".join(tokens[:cut]), " ".join(tokens[cut:])
        begins = (
            tokens[cut].casefold() in around
            or (names.role_head(tokens[cut], language) is not None)
            or agencies.agency(tokens[cut])
        )
        if begins and names.is_person(name, language):
            return [Part("name", name), Part("role", rest)]
    if len(tokens) > 9 or _SENTENCE.search(plain):
        return []
    if names.never(plain, language) and tokens[0].casefold() not in around:
        return []
    lead = names.role_head(plain, language)
    if lead and lead.start() == 0 and names.is_person(plain[lead.end() :].strip(" :,"), language):
        return [Part("role", lead[0]), Part("name", plain[lead.end() :].strip(" :,"))]
    return [Part("role", plain)]


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
        elif part.kind in {"agency", "desk"} and (not people_named or not pending or part.text == part.text.lower()):
            found.append(Author(part.text))
            pending, told = [], False
        elif part.kind in {"role", "organization", "agency"} or (
            part.kind == "other" and last == "role" and part.text[:1].isupper()
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


def organization_in(tail: str, language: str | None) -> str | None:
    """The organization in what follows the names of a byline, or ``None``: a name in capitals' shape
    that neither a place nor a date nor furniture of the page can be."""
    plain = tail.strip(" ,|·•–-")
    if tail[:1] in {"|", "•", "·"} or not plain:
        return None
    found = _TIME.search(plain)
    plain = names.clean(plain[: found.start()] if found else plain)
    words = plain.split()
    if (
        not 1 <= len(words) <= 5
        or not plain[:1].isupper()
        or any(_desk(w.casefold(), language) for w in words)
        or names.never(plain, language)
        or plain.casefold() in PLACES
    ):
        return None
    if agencies.agency(plain) or agencies.is_organization(plain):
        return plain
    titled = all(w[:1].isupper() or w in {"of", "the", "and", "de", "la"} for w in words)
    return plain if len(words) >= 2 and titled and found and names.role_head(plain, language) is None else None


def with_role(author: Author, role: str, organization: str | None) -> Author:
    """The author with one more role; a role in front of an agency ("AP Sports Writer") is parted."""
    words = role.split()
    if organization is None and len(words) > 1:
        for count in (3, 2, 1):
            first = " ".join(words[:count])
            if len(words) > count and (agencies.agency(first) or agencies.agency(first.upper())):
                organization, role = first, " ".join(words[count:])
                break
    if (
        organization is None
        and (said := position.read(role, None, needs_role=False)) is not None
        and said.organization
        and said.role
    ):
        return replace(author, role=author.role or said.role, affiliations=(*author.affiliations, said))
    return replace(author, role=author.role or role, affiliations=(*author.affiliations, Affiliation(organization, role)))


def with_organization(author: Author, organization: str) -> Author:
    """The author with an organization; it joins a role that stands without one."""
    plain = re.sub(r"^(?:for|für|pour|para|at|of)\s+", "", organization, flags=re.IGNORECASE)
    plain = plain[4:] if plain.startswith("the ") else plain
    last = author.affiliations[-1] if author.affiliations else None
    if last and last.organization is None:
        return replace(author, affiliations=(*author.affiliations[:-1], replace(last, organization=plain)))
    return replace(author, affiliations=(*author.affiliations, Affiliation(plain)))
