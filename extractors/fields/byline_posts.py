"""What is printed behind a name in a byline, as the author's role, organization and affiliations."""

from __future__ import annotations

import re
from dataclasses import replace

from extractors.fields import names, position
from extractors.fields.byline_parts import day_at, is_desk_word
from extractors.words import agencies
from extractors.words.datelines import PLACES
from model.article import Affiliation, Author


def organization_in(tail: str, language: str | None) -> str | None:
    """The organization in what follows the names of a byline, or ``None``: a name in capitals' shape
    that neither a place nor a date nor furniture of the page can be."""
    plain = tail.strip(" ,|·•–-")
    if tail[:1] in {"|", "•", "·"} or not plain:
        return None
    day = day_at(plain)
    plain = names.clean(plain[:day])
    words = plain.split()
    if (
        not 1 <= len(words) <= 5
        or not plain[:1].isupper()
        or any(is_desk_word(w.casefold(), language) for w in words)
        or names.never(plain, language)
        or plain.casefold() in PLACES
    ):
        return None
    if agencies.agency(plain) or agencies.is_organization(plain):
        return plain
    titled = all(w[:1].isupper() or w in {"of", "the", "and", "de", "la"} for w in words)
    return plain if len(words) >= 2 and titled and day is not None and names.role_head(plain, language) is None else None


_JOBS = re.compile(
    r"(?:(?:senior|sports?|news|city|business) )?"
    r"(?:staff|reporters?|writers?|correspondents?|columnists?|contributors?|editors?|critics?)\b",
    re.I,
)


def _paper(first: str, job: str) -> bool:
    """True for a paper's name in front of a job: "Courier staff writer", "Star-Courier correspondent"."""
    house = agencies.is_paper(first) or (agencies.is_organization(first) and job.casefold() == "staff")
    return house and bool(_JOBS.match(job)) and names.role_head(first, None) is None


def with_role(author: Author, role: str, organization: str | None) -> Author:
    """The author with one more role; a role in front of an agency ("AP Sports Writer") is parted."""
    role = role.rstrip(") ") if role.count(")") > role.count("(") else role
    words = role.split()
    if organization is None and len(words) > 1:
        for count in (3, 2, 1):
            first = " ".join(words[:count])
            known = agencies.agency(first) or agencies.agency(first.upper()) or _paper(first, " ".join(words[count:]))
            if len(words) > count and known:
                organization, role = first, " ".join(words[count:])
                break
    if (
        organization is None
        and (said := position.read(role, None, needs_role=False)) is not None
        and (said.organization or said.location)
        and said.role
    ):
        return replace(author, role=author.role or said.role, affiliations=(*author.affiliations, said))
    return replace(author, role=author.role or role, affiliations=(*author.affiliations, Affiliation(organization, role)))


def with_organization(author: Author, organization: str) -> Author:
    """The author with an organization; it joins a role that stands without one."""
    plain = re.sub(r"^(?:for|für|pour|para|at|of)\s+", "", organization, flags=re.IGNORECASE)
    plain = re.sub(r"^(?:the|el|la|le|il|lo|o|a|die|der|das) (?=[A-ZÀ-Þ])", "", plain)
    last = author.affiliations[-1] if author.affiliations else None
    if last and last.organization is None:
        return replace(author, affiliations=(*author.affiliations[:-1], replace(last, organization=plain)))
    return replace(author, affiliations=(*author.affiliations, Affiliation(plain)))
