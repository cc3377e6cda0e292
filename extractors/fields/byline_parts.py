"""What each piece of a byline is: a name, a job, an agency, a desk, an organization, a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractors.date_words import every_label
from extractors.fields import names, others
from extractors.fields.byline_houses import articles, house_behind, out_of_brackets
from extractors.fields.byline_joined import EAST, apart
from extractors.words import agencies
from extractors.words.datelines import PLACES
from extractors.words.people import either, every, people

MAX_LENGTH = 400
WITH = frozenset(every("with"))
_SENTENCE = re.compile(
    r"(?:\w\.\s+[A-Z])|\s(?:is|are|was|has|covers|joined|ist|sind|schreibt|est|es|è|é|är|er)\s(?:an?|the|ein|eine|une?|une|en|ett|de)?\b|\w\w\w\.$",
    re.I,
)
BREAKS = re.compile(r"\s[|·•►/–—-]+\s|\s*[|·•►]\s*|\n+|\s{3,}")
_TIME = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d{2}\b|\b\d{1,2}\. ?\w+ \d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b\d+ (?:min|minute)s?\b"
    r"|\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_SHORT_LABEL = 4  # characters; what is shorter may be a name


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a byline: ``kind`` is name, agency, desk, role, organization or other."""

    kind: str
    text: str


@cache
def _lead(language: str | None) -> re.Pattern[str]:
    words = people(language).by
    spaced = [w for w in words if not re.match(rf"[{EAST}]", w)]
    east = [w for w in words if w not in spaced]
    return re.compile(
        rf"^[\s\-–—|•·*(\[]*(?:(?:{either(spaced)})(?:\s*[:：]\s*|\s+)(?=\S)|(?:{either(east)})[\s:：/／|=＝・]*(?=\S))",
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


_LEFT_OVER = re.compile(rf"\s+(?:{either(every('before_day'))})\s*$")


def day_at(text: str) -> int | None:
    """Where a date, a reading time or a word that announces them begins; ``None`` where there is none."""
    labels = (w.start() for w in _WORD.finditer(text) if _begins_label(text, w))
    found = _TIME.search(text)
    return min((p for p in (next(labels, None), found.start() if found else None) if p is not None), default=None)


def _begins_label(text: str, word: re.Match[str]) -> bool:
    for label in _labels().get(word[0].casefold(), ()):
        end = word.start() + len(label)
        if text[word.start() : end].casefold() == label and not text[end : end + 1].isalnum():
            return True
    return False


@cache
def _labels() -> dict[str, list[str]]:
    """Words that say which date follows, by the first of them."""
    found: dict[str, list[str]] = {}
    for label in every_label():
        if len(label) > _SHORT_LABEL and (word := _WORD.match(label)):
            found.setdefault(word[0], []).append(label)
    return found


def chunks(text: str) -> list[str]:
    """The pieces between strong separators, without dates and reading times."""
    kept: list[str] = []
    for whole in BREAKS.split(text):
        chunk = others.without(whole)
        if chunk != whole:
            chunk = _LEFT_OVER.sub("", chunk)
        day = day_at(chunk)
        if day is not None:
            chunk = _LEFT_OVER.sub("", chunk[:day])
        chunk = chunk.strip(" ,;:-–—")
        if chunk:
            kept.append(chunk)
    return kept


def parts_of(chunk: str, language: str | None, publisher: str | None, single: bool) -> list[Part]:
    plain, _ = without_lead(chunk, language)
    plain = out_of_brackets(plain, language)
    if "/" in plain and agencies.agency(plain) and not names.is_person(plain.split("/")[0], language):
        return [Part("agency", plain)]
    merged, joiners = apart(plain, language)
    parts = [_classify(piece, language, publisher, single) for piece in merged]
    for at in range(1, len(parts)):
        with_copy = joiners[at - 1 : at] and joiners[at - 1].lstrip(",; ") in WITH and [p.kind for p in parts[at]] == ["agency"]
        if with_copy and [p.kind for p in parts[at - 1]] == ["name"]:
            parts[at] = []  # whose copy was used, not for whom somebody works
            continue
        if joiners[at - 1 : at] == [","] and agencies.is_legal_form(merged[at].strip()):
            parts[at - 1 : at + 1] = [], [Part("organization", f"{merged[at - 1].strip()}, {merged[at].strip()}")]
            continue
        named = parts[at - 1] and parts[at - 1][-1].kind == "name"
        behind = FOR_WHOM.match(merged[at].strip()) if named else None
        job = names.role_head(merged[at].strip(), language) if named and not parts[at] else None
        if job and job[0] == merged[at].strip():
            parts[at] = [Part("role", job[0])]  # behind a name "reporter" is a job, before one it leads in
        elif behind:
            parts[at] = [Part("organization", names.clean(behind[1]))]
        elif (
            named
            and "".join(joiners[at - 1 : at]).isalpha()
            and parts[at]
            and parts[at][-1].kind == "organization"
            and is_surname(merged[at].strip())
        ):
            parts[at] = [Part("name", names.clean(merged[at]))]  # "A. Person and Emily Post"
        elif (
            parts[at - 1]
            and parts[at - 1][-1].kind in {"name", "role"}
            and (joiners[at - 1 : at] == [","] or [p.kind for p in parts[at]] != ["name"])  # "and Emily Star" is a person
            and house_behind(merged[at].strip(), language)
        ):
            parts[at] = [Part("organization", names.clean(merged[at]))]
        elif named and [p.kind for p in parts[at]] == ["name", "role"] and _common_words(parts[at], language):
            parts[at] = [Part("role", names.clean(merged[at]))]  # "A. Person, Home Security Expert"
    if len(merged) > 2 and any(j in {"and", "und", "et", "og", "och"} for j in joiners[:-1]) and joiners[-1] == ",":
        last_one = parts[-1]
        if [p.kind for p in last_one] == ["name"] and len(last_one[0].text.split()) > 2:
            parts[-1] = [Part("organization", last_one[0].text)]  # "A and B, Three Word Paper": names end with the "and"
    return [p for part in parts for p in part]


_ALSO_SURNAMES = frozenset({"post", "star", "page", "sterling", "bell"})
_OF_PAPERS = frozenset({"daily", "evening", "morning", "sunday", "weekly", "national", "local", "regional", "global", "new"})
_DIRECTIONS = frozenset({"north", "south", "east", "west"})


def is_surname(piece: str) -> bool:
    """True for two words of which the last is a paper's and a surname, and the first nothing that papers are called by."""
    first, _, last = piece.partition(" ")
    paper = first.casefold() in _OF_PAPERS | _DIRECTIONS or first.casefold() in PLACES or agencies.is_organization(first)
    return last.istitle() and first.istitle() and last.casefold() in _ALSO_SURNAMES and not paper


_FROM_DESK = re.compile(
    rf"(\S+(?: \S+){{1,3}}?) (?:{either(every('from_desk'))}) (\S{{5,}})$", re.IGNORECASE
)  # "A. Person Da Redação"
_PLACED = rf"\s(?:{either(every('writes_from'))})\s[A-ZÀ-ÞĀ-Ž][^,;]{{1,40}}$"
_FROM_PLACE, _NAME_PLACED = re.compile(_PLACED), re.compile(rf"(.+?){_PLACED}")
_SPOKEN = re.compile(r"[!?]|(?:\S+\s+){9}\S")  # a sentence, which no name of an organization is
_FOR = re.compile(rf"(.+?)\s+(?:{either(every('for'))}|of(?= the\s))\s+(.+?)(?:\s+staff)?$", re.IGNORECASE)
FOR_WHOM = re.compile(
    rf"(?:(?i:{either(every('for'))}|of(?= the\s))|{either(every('of_house'))}) "
    rf"((?:(?i:{either(every('articles'))}) )?[A-ZÀ-ÞĀ-Ž].{{1,60}}?)(?:\s+staff)?$"
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
    if re.fullmatch(rf"[{EAST}]{{2,6}}(?:报道|報導|報道)", plain):
        return []
    if re.match(r"The [A-Z].* (?:editors|staff|team)$", plain):
        return [Part("desk", plain)]
    from_desk = _FROM_DESK.match(plain)
    if from_desk and from_desk[2].casefold() in people(language).desks and names.is_person(from_desk[1], language):
        return [Part("name", from_desk[1])]
    tokens = plain.casefold().split()
    if plain.casefold() in people(language).desks or (
        names.role_head(plain, language) is None and any(is_desk_word(t, language) for t in tokens)
    ):
        return [Part("desk", plain)]
    if plain.casefold() in PLACES:
        return [Part("place", plain)]
    if publisher and names.key(plain) == names.key(publisher):
        return [Part("organization", plain)]
    for_whom = _FOR.match(plain)
    if (
        for_whom
        and len(for_whom[1].split()) > 1
        and names.is_person(for_whom[1], language)
        and names.role_head(for_whom[1], language) is None
    ):
        return [Part("name", for_whom[1]), Part("organization", for_whom[2])]
    placed = _NAME_PLACED.match(plain)
    if placed and len(placed[1].split()) > 1 and names.is_person(placed[1], language):
        return [Part("name", placed[1])]
    articled = re.match(r"The [A-Z]", plain) or (language in {"es", "fr", "pt"} and articles(language).match(plain))
    if articled and names.role_head(plain, language) is None:
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
        return [] if names.never(plain, language) or _SPOKEN.search(plain) else [Part("organization", plain)]
    return [Part("other", plain)]


def is_desk_word(token: str, language: str | None) -> bool:
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
    house, _, rest = plain.partition(" ")
    if re.match(rf"[{EAST}]{{2,}}", house) and agencies.is_house_east(house) and names.role_head(rest, language):
        told = _with_role(rest, 0, language)  # "the paper, the name, reporter" without a mark between them
        return [*told, Part("organization", house)] if [p.kind for p in told] == ["name", "role"] else told
    sent = re.fullmatch(r"([\u3400-\u9fff]{2,8}?)(记者|記者)([\u3400-\u9fff]{2,4})", plain)
    if sent and agencies.is_house_east(sent[1]) and names.is_person(sent[3], language):
        return [Part("name", sent[3]), Part("role", sent[2]), Part("organization", sent[1])]
    east = re.fullmatch(rf"([{EAST}]{{2,5}})\s*([{EAST} ]+)", plain)
    if east and names.role_head(east[2], language) and names.is_person(east[1], language):
        return [Part("name", east[1]), Part("role", east[2])]
    short = re.fullmatch(rf"([{EAST}]{{2,4}}?)([{EAST}]{{2,6}})", plain)
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
    titled = names.role_head(plain, language)
    bare = _FROM_PLACE.sub("", plain[titled.end() :].strip(" :,")) if titled else ""
    before = plain[: titled.start()].split() if titled else []
    if titled and bare and len(before) <= 4 and names.is_person(bare, language):
        return [Part("role", plain[: titled.end()]), Part("name", bare)]  # "political reporter A. Person in Rome"
    return [Part("role", plain)]
