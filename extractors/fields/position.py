"""A position as people print it: "president of the Brussels-based Example Committee, since 2014".

One phrase, without its subject and verb, becomes a role, an organization, a place and years.
"""

from __future__ import annotations

import re
from functools import cache

from extractors.fields import names
from extractors.words import agencies
from extractors.words.datelines import PLACES
from extractors.words.people import either, people
from model.article import Affiliation

_YEAR = r"(?:19|20)\d{2}"
_DEMONYM = re.compile(
    r"^(?:[A-Z]\w+(?:ish|ian|ean|ese|can|nch|tch|lian|raqi|aeli|stani|ani|reek|wiss|Kurd|anish|rian|sh|born)"
    r"|award-winning|veteran|former)[ -]",
    re.I,
)
_MAKES_WORKS = re.compile(
    r"(?:co-?)?(?:authors?|autorin|autor|autrice|auteur|autora|autore|creators?|hosts?|writers?|translators?|författare)", re.I
)
_POSSESSIVE = re.compile(r"^(?:the )?([A-Z][\w.&-]*(?: [A-Z][\w.&-]*){0,4})['’]s?\s+(?=\S)")
_BASED = re.compile(r"\b([A-Z][\w.’']*(?:[ -][A-Z][\w.’']*){0,2})-based\s+")
_CAPITAL = (
    r"(?=[\"“„»«]?(?:[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁІЇЄҐİ0-9]|\w+\.(?:com|de|org|net|at|ch|co|fr|es|it|nl|info|tv|uk|eu)\b|[a-z]+[A-Z]"
    r"|(?:universit|universidad|institut|école |faculté|facultad|facoltà|ministère|ministerio|hôpital)))"
)
_SENT_TO = re.compile(r"correspond|korrespond|corrispond|corresponsal|envoyée?|enviad[oa]|inviat[oa]", re.I)
_STUDIES = re.compile(
    r"(?:lecturer|professor\w*|reader|chair|docente?|dozent\w*|fellow|researcher|catedrátic[oa]|student|candidate)$",
    re.IGNORECASE,
)
_ORG_END = re.compile(
    r"\s*(?:[;:()|•\n]|\s[–—-]\s|,\s(?![A-Z][\w.]+(?:\.|,|$))|,\s(?=(?:an?|the|and|where|who|which|covering|based)\s)"
    r"|\s(?:where|who|whose|which|covering|specializing|specialising|focusing|focused|reporting|since|based|"
    r"and (?:also )?(?:the )?(?:also|author|host|co|has|is|was|an?|lives|writes|covers)\b"
    r"|seit|für|sowie|und (?:hat|ist|war|schreibt|verfasst|lebt)|où|qui|donde|que|sedan|som|där|sinds|waar|dove|onde|gdzie|którzy"
    r"|with over|with more|whose|in \d{4}|from \d{4}|for (?:over|more|the past|\w+ years))\b"
    r"|\.(?:\s|$)|,?\s(?:and|und|y|et|e|och|og|en)\s+(?:in|is|has|a|an|the author|ein|eine|er|sie|zu)\b)"
)
_PLACE = re.compile(
    r"^(?P<rest>.+?)\s+(?:in|à|en|em|a|i|w)\s+(?P<place>(?:the )?[A-ZÀ-ÞČŠŽŁ][\w.’'-]+(?:,? [A-ZÀ-ÞČŠŽŁ][\w.’'-]+){0,3})$"
)


@cache
def _patterns(language: str | None) -> dict[str, re.Pattern[str]]:
    words = people(language)
    flags = re.IGNORECASE
    article = rf"(?:(?:{either(words.articles)})\s+)?"
    return {
        "article": re.compile(rf"^(?:{either(a for a in words.articles if a.isalpha())})\s+", flags),
        "past": re.compile(rf"^(?:(?:{either(p for p in words.past if not p.endswith('-'))})\s+|ex-|eks-|oud-)", flags),
        "at": re.compile(rf"\s(?:(?i:{either(words.at)}))(?:\s+|(?<=['’]))(?:(?i:{article})){_CAPITAL}"),
        "of": re.compile(rf"^\s*(?:(?i:{either(words.of)}))\s*(?:(?i:{article})){_CAPITAL}"),
        "of_house": re.compile(rf"\s(?:(?i:{either(w for w in words.of if w.isalpha())}))\s+(?:(?i:{article})){_CAPITAL}"),
        "based": re.compile(rf",?\s*(?:(?i:{either(words.based)}))\s+([A-ZÀ-Þ][\w.’'-]+(?:,? [A-ZÀ-Þ][\w.’'-]+){{0,3}})"),
        "since": re.compile(rf",?\s*\b(?:{either(words.since)})\s+(?:\w+ )?({_YEAR})\b", flags),
        "until": re.compile(rf",?\s*\b(?:{either(words.until)})\s+(?:\w+ )?({_YEAR})\b", flags),
        "range": re.compile(
            "|".join(rf",?\s*\(?\b{re.escape(a)}\s+({_YEAR})\s+{re.escape(b)}\s+({_YEAR})\)?" for a, b in words.ranges)
            + rf"{'|' if words.ranges else ''},?\s*\(?({_YEAR})\s?[-–]\s?({_YEAR})\)?",
            flags,
        ),
    }


def read(text: str, language: str | None, *, past: bool = False, needs_role: bool = True) -> Affiliation | None:
    """One position; ``None`` where the phrase names neither a role nor an organization.

    ``needs_role`` asks for a known job word in it; a declared job title goes without.
    """
    patterns = _patterns(language)
    phrase = names.collapse(text).strip(" ,;.:")
    since, until, location = None, None, None
    found = patterns["range"].search(phrase)
    if found:
        since, until = [g for g in found.groups() if g][:2]
        phrase = phrase[: found.start()] + phrase[found.end() :]
    else:
        for label in ("since", "until"):
            found = patterns[label].search(phrase)
            if found:
                since, until = (found[1], until) if label == "since" else (since, found[1])
                phrase = phrase[: found.start()] + (" , " if phrase[found.end() :].strip() else "") + phrase[found.end() :]
    found = patterns["past"].match(phrase)
    if found:
        past, phrase = True, phrase[found.end() :]
    phrase = patterns["article"].sub("", phrase)
    found = patterns["past"].match(phrase)
    if found:
        past, phrase = True, phrase[found.end() :]
    owner = _POSSESSIVE.match(phrase)
    owned = owner[1] if owner and names.role_head(phrase[owner.end() :], language) else None
    if owner and owned:
        phrase = phrase[owner.end() :]
    found = _BASED.search(phrase)
    if found:
        location, phrase = found[1], phrase[: found.start()] + phrase[found.end() :]
    found = patterns["based"].search(phrase)
    if found:
        location, phrase = location or found[1], phrase[: found.start()] + phrase[found.end() :]
    phrase = re.sub(r"\s+(?:and|und|et|y|och|og|e|en)$", "", phrase.strip(" ,;.:"))
    role, organization = _split(phrase, language, needs_role)
    organization = organization or owned
    if role is None and organization is None:
        return None
    if organization and _is_post(role, organization, phrase):
        organization, location = None, location or organization
    if organization:
        placed = _PLACE.match(organization)
        if placed and not location and not placed["rest"].endswith((" of", " for")) and len(placed["rest"].split()) > 1:
            organization, location = placed["rest"], placed["place"]
    elif role:
        placed = _PLACE.match(role)
        if placed and names.role_head(placed["rest"], language) and not _STUDIES.search(placed["rest"]):
            role, location = placed["rest"], location or placed["place"]
    return Affiliation(organization, role, location, past or until is not None, since, until)


def _is_post(role: str | None, organization: str, phrase: str) -> bool:
    """True where somebody is sent to a place instead of working for it: "correspondant à Rome"."""
    if organization.casefold() in PLACES:
        return True
    told = re.search(rf"\s(?:à|a|en|em|in|au|aux)\s{re.escape(organization)}", phrase)
    return (
        bool(told and role and _SENT_TO.search(role))
        and not agencies.is_organization(organization)
        and not agencies.agency(organization)
    )


def _split(phrase: str, language: str | None, needs_role: bool) -> tuple[str | None, str | None]:
    patterns = _patterns(language)
    head = names.role_head(phrase, language)
    if head is None:
        return (None, None) if needs_role else (phrase or None, None)
    if len(phrase[: head.start()].split()) > 8:
        return None, None
    end = _title_end(phrase, head.end(), language)
    before, title, after = phrase[: head.start()], phrase[head.start() : end], phrase[end:]
    lead = _organization_before(before, title)
    if lead:
        before = before[len(lead[0]) :].lstrip()
    before = _DEMONYM.sub("", before + " ").strip()
    at = patterns["at"].search(after[:160])
    of = patterns["of"].match(after)
    if of and _MAKES_WORKS.fullmatch(title.split()[-1]):
        return None, None
    if at and of and re.match(r"\s(?:for|with|pour|para|per|voor)\s", at[0]):
        at = None  # "director of the Institute for Example": the organization's own "for"
    if at and _soon(after[: at.start()]):
        organization = _organization(after[at.end() :], language)
        if organization or needs_role:
            return _tidy(f"{before} {title}{after[: at.start()]}"), organization
    house = _house_later(after, language)
    if house and not (of and needs_role) and names.role_head(house[1], language) is None:
        return _tidy(f"{before} {title}{house[0]}"), house[1]
    if of and needs_role:
        return _tidy(f"{before} {title}"), _organization(after[of.end() :], language)
    comma = re.search(rf"\s*,\s*{_CAPITAL}", after)
    if comma and not needs_role and _soon(after[: comma.start()]) and agencies.is_organization(after[comma.end() :]):
        return _tidy(f"{before} {title}{after[: comma.start()]}"), _organization(after[comma.end() :], language)
    if not needs_role:
        return _tidy(phrase), None
    tail = re.match(r"\s+(?:of|für|de|för|on|for|au|à la)\s+[^,.;]{3,60}", after)
    role = f"{before} {title}{_role_end(tail[0]) if tail else ''}"
    return _tidy(role), lead[1] if lead else None


def _house_later(after: str, language: str | None) -> tuple[str, str] | None:
    """ "professora *de economia* da *Universidade …*", "Repórter da *Agência …*": what stands before an "of" whose
    capitalized words say that they are an organization, and these."""
    for found in _patterns(language)["of_house"].finditer(after[:120]):
        between = after[: found.start()]
        if len(between.split()) > 4 or re.search("[,;.]", between):
            return None
        organization = _organization(after[found.end() :], language)
        if organization and agencies.is_organization(organization):
            return between, organization
    return None


def _soon(between: str) -> bool:
    return not re.search(r"[.;]|\b(?:and|und|et|y|och|og|who|covering|where)\b(?!\s+\w+(?:\s|$))", between) and len(between) < 90


def _role_end(text: str) -> str:
    return re.split(r"\s(?:who|where|covering|whose|based|and (?:has|is|was|an?))\b", text)[0]


def _title_end(phrase: str, end: int, language: str | None) -> int:
    """The end of a compound title: "founder and CEO", "editor-in-chief", "reporter och redaktör"."""
    for _ in range(4):
        rest = phrase[end:]
        found = re.match(r"(?:[- ]in[- ][Cc]hief|\s+(?:and|und|et|y|och|og|e|en|i|&)\s+|\s+|/|-)", rest)
        if not found:
            return end
        if "hief" in found[0]:
            end += found.end()
            continue
        step = rest[found.end() :]
        following = names.role_head(step[:60], language)
        if (
            following is None
            or len(step[: following.start()].split()) > 3
            or re.search(r"[,.;]| (?:at|for|of|bei|von|der) ", step[: following.start()])
        ):
            return end
        end += found.end() + following.end()
    return end


def _organization_before(before: str, title: str) -> tuple[str, str] | None:
    """ "Fox News politics" (reporter) as what to take away and the organization."""
    found = re.match(r"((?:the )?[A-Z0-9][\w.&]*(?:[ -][A-Z0-9][\w.&]*)*)(?:['’]s)?(?=\s+[a-z]|\s*$)", before.strip())
    if not found or not title[:1].islower() or _DEMONYM.match(found[0] + " "):
        return None
    words = found[1].split()
    if len(words) == 1 and not (
        words[0].isupper()
        or agencies.is_organization(words[0])
        or "’s" in before
        or "'s" in before
        or re.search(r"[a-z][A-Z]", words[0])
    ):
        return None
    if (
        agencies.is_organization(found[1])
        or agencies.agency(found[1])
        or words[0].isupper()
        or "'s" in found[0]
        or "’s" in found[0]
    ):
        return before[: before.find(found[0]) + len(found[0])] + (
            "'s" if before.strip()[len(found[0]) :].startswith(("'s", "’s")) else ""
        ), found[1]
    return None


def _organization(text: str, language: str | None) -> str | None:
    found = _ORG_END.search(text)
    plain = (text[: found.start()] if found else text).strip(' ,;.:"“”„»«')
    plain = re.sub(r"(?:['’]?s)? (?:nyhetsdesk|news ?desk|newsroom|sportredaktion|redaktion|team|staff)$", "", plain)
    if plain.casefold() in people(language).desks or plain.casefold() in {"large", "home"}:
        return None
    return plain if 1 < len(plain) <= 120 else None


def _tidy(role: str) -> str | None:
    plain = names.collapse(role).strip(" ,;.:-–")
    return plain if plain and len(plain) <= 120 else None
