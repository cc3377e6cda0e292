"""For whom an author works: job titles and employers that structured data declares, and how
what several places say about one author comes together.

An affiliation belongs to its author. What is merged keeps the fuller of two descriptions of
one position and never joins a role from one place to an organization from another, unless
one of the two stood alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from extractors import declared
from extractors.fields import names, position
from extractors.page import Page
from model.article import Affiliation

_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,500}>")
_EMPLOYERS = ("worksFor", "affiliation", "memberOf")


def of_person(page: Page, person: dict[str, Any]) -> tuple[Affiliation, ...]:
    """What a schema.org ``Person`` declares: ``jobTitle`` with ``worksFor`` or ``affiliation``."""
    role = next(iter(_names(page, person.get("jobTitle"))), None)
    employers = [o for key in _EMPLOYERS for o in _names(page, person.get(key))]
    employers = list({names.key(o): o for o in employers if names.key(o) and not o.startswith("http")}.values())
    own = names.key(str(person.get("name") or ""))
    employers = [o for o in employers if names.key(o) != own]
    position_ = declared_title(role, page.language) if role else None
    if position_ and not employers:
        return (position_,)
    if not employers:
        return ()
    first = Affiliation(employers[0], position_.role if position_ else None, position_.location if position_ else None)
    return (first, *(Affiliation(o) for o in employers[1:]))


def prose(text: str) -> str:
    """A declared description as a person reads it: without tags and entities."""
    return declared.plain(_TAG.sub(" ", declared.plain(text)) if "<" in text or "&lt;" in text else text)


def declared_title(title: str, language: str | None) -> Affiliation | None:
    """A job title as declared: "Reporter", or with its organization, "Reporter at The Example"."""
    plain = names.collapse(title).strip(" ,;.|")
    if not 2 < len(plain) <= 120 or plain.casefold() in {"author", "autor", "person", "contributor", "none", "null"}:
        return None
    return position.read(plain, language, needs_role=False)


def merge(known: Iterable[Affiliation], more: Iterable[Affiliation]) -> tuple[Affiliation, ...]:
    """Two lists of positions of one person as one, without saying anything twice."""
    found = list(known)
    for item in more:
        _add(found, item)
    return tuple(found)


def _add(found: list[Affiliation], item: Affiliation) -> None:
    for index, other in enumerate(found):
        if other.past != item.past:
            continue
        same_role = _close(other.role, item.role)
        same_organization = _close(other.organization, item.organization)
        if same_role and _first(other.organization) and _first(other.organization) == _first(item.organization) and not item.past:
            return
        if same_organization and (same_role or not other.role or not item.role):
            found[index] = _fuller(other, item)
            return
        if same_role and (not other.organization or not item.organization):
            found[index] = _fuller(other, item)
            return
        if not item.past and (
            (other.organization is None and item.role is None) or (item.organization is None and other.role is None)
        ):
            found[index] = _fuller(other, item)
            return
        if same_organization and not item.past and other.role and item.role:
            return  # one post in two wordings: the first place asked is believed
        if item.organization is None and other.role and item.role and not item.past:
            return
    found.append(item)


def _fuller(a: Affiliation, b: Affiliation) -> Affiliation:
    return replace(
        a,
        organization=a.organization or b.organization,
        role=a.role or b.role,
        location=a.location or b.location,
        since=a.since or b.since,
        until=a.until or b.until,
    )


def _first(organization: str | None) -> str:
    return next((w for w in names.key(organization or "").split() if w not in {"the", "der", "die", "das"} and len(w) > 2), "")


def _close(a: str | None, b: str | None) -> bool:
    if not a or not b:
        return False
    left, right = names.key(a), names.key(b)
    return left == right or (min(len(left), len(right)) > 4 and (f" {left} " in f" {right} " or f" {right} " in f" {left} "))


def _names(page: Page, given: Any) -> Iterator[str]:
    for item in given if isinstance(given, list) else [given]:
        value = page.deref(item)
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, str) and value.strip():
            yield declared.plain(value)
