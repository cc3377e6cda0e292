"""What a person states about an article: values for single fields, each at its place.

Places are described in ``model.amendable``. A value under a member of a list is tied to what that member
was called when it was stated: releases number authors and pictures anew, and a role must not
pass to somebody else.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.amendable import said as place_said
from model.article import Article, Evidence, How, Rejected
from model.article_back import article_from_json
from model.diff import plain
from model.errors import BadCall

SCHEMA = "urn:pressmark:schema:statement:1"
STRATEGY = "person"

_NAMES = ("name", "organization", "url", "caption", "text", "credit_line")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person said at once: ``values`` by pointer, ``clear`` the pointers whose earlier
    values are taken back, ``anchors`` what members of lists were called, by their pointers.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    clear: tuple[str, ...] = ()
    anchors: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape that is kept: only what was stated."""
        return {
            "$schema": SCHEMA,
            "set": dict(self.values),
            "clear": list(self.clear),
            "anchors": dict(self.anchors),
            "reason": self.reason,
        }

    @staticmethod
    def from_json(given: Mapping[str, Any]) -> Statement:
        """The inverse of ``to_json``."""
        values, anchors = given.get("set") or {}, given.get("anchors") or {}
        return Statement(dict(values), tuple(given.get("clear") or ()), dict(anchors), str(given.get("reason") or ""))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement with who made it, when (UTC text), and as which reading of the version."""

    reading: int
    agent: str
    at: str
    said: Statement


@dataclass(frozen=True, slots=True)
class Stated:
    """One value in force that a person stated, beside what was read.

    ``read`` is what the release read there. ``placed`` is ``False`` where the member of a list
    that it was said of is not there any more: the value is then kept and told, not shown.
    """

    pointer: str
    value: Any
    read: Any
    agent: str
    at: str
    reason: str
    reading: int
    placed: bool

    @property
    def agrees(self) -> bool:
        """True where the release reads the same."""
        return bool(self.value == self.read)


def state(article: Article, values: Mapping[str, Any], clear: Sequence[str], reason: str, *, discreet: bool = False) -> Statement:
    """A statement about an article as it is now read. Raises ``BadCall`` for a place that it has not (``discreet``: without
    a word of what it has), for two values of which one lies inside the other, and for nothing to say."""
    if not values and not clear:
        raise BadCall("nothing to amend: give --set FIELD=VALUE or --clear FIELD")
    if not reason.strip():
        raise BadCall("an amendment needs a reason: --reason WHY")
    places = [*values, *clear]
    for place in places:
        if any(other != place and other.startswith(place + "/") for other in places) or places.count(place) > 1:
            raise BadCall(f"{place_said(place)} is named twice: say each field once")
    anchors: dict[str, str] = {}
    shape = article.to_json()
    for pointer in values:
        try:
            anchors |= _anchors(shape, pointer)
        except BadCall:
            if not discreet:
                raise
            whole = place_said("/" + pointer.split("/")[1])
            raise BadCall(
                f"{place_said(pointer)} does not fit what is there, which is restricted: set {whole} as JSON, "
                "or be shown it first (pressmark show --restricted REASON)"
            ) from None
    return Statement(dict(values), tuple(clear), anchors, reason.strip())


def overlay(article: Article, spoken: Sequence[Spoken]) -> tuple[Article, tuple[Stated, ...]]:
    """The article with persons' values over what a release read, field by field; the last word wins.

    Evidence of such a value is ``stated``; what the release found stands beside it as rejected.
    """
    live = _in_force(spoken)
    if not live:
        return article, ()
    shape = article.to_json()
    read = article.to_json()
    evidence: dict[str, Evidence] = dict(article.evidence)
    told: list[Stated] = []
    for pointer, who in live:
        value = who.said.values[pointer]
        place = _place(shape, pointer, who.said.anchors, value)
        if place is not None and _put(shape, place, value):
            was = _get(read, place)
            evidence = _evidence(evidence, place, value, who)
            told.append(Stated(place, value, was, who.agent, who.at, who.said.reason, who.reading, True))
        else:
            told.append(Stated(pointer, value, None, who.agent, who.at, who.said.reason, who.reading, False))
    shape.pop("evidence")
    return dataclasses.replace(article_from_json(shape), evidence=evidence), tuple(told)


def stated_pointers(spoken: Sequence[Spoken]) -> list[str]:
    """The places where a person's value is in force."""
    return [pointer for pointer, _ in _in_force(spoken)]


def _in_force(spoken: Sequence[Spoken]) -> list[tuple[str, Spoken]]:
    live: list[tuple[str, Spoken]] = []
    for who in spoken:
        gone = (*who.said.clear, *who.said.values)
        live = [(p, w) for p, w in live if not any(p == g or p.startswith(g + "/") for g in gone)]
        live += ((pointer, who) for pointer in who.said.values)
    return live


def _evidence(known: Mapping[str, Evidence], place: str, value: Any, who: Spoken) -> dict[str, Evidence]:
    lost = known.get(place)
    rejected: tuple[Rejected, ...] = ()
    if lost is not None:
        reason = "a person's value outranks it"
        rejected = (Rejected(lost.strategy, lost.how, lost.where, lost.quote, reason), *lost.rejected)
    kept = {p: e for p, e in known.items() if p != place and not p.startswith(place + "/")}
    quote = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return kept | {place: Evidence(STRATEGY, How.STATED, f"reading:{who.reading}", " ".join(quote.split()), rejected)}


def _anchors(shape: Mapping[str, Any], pointer: str) -> dict[str, str]:
    """What the members of lists on the way to a place are called; raises ``BadCall`` where there is none."""
    found: dict[str, str] = {}
    value: Any = shape
    parts = pointer.split("/")[1:]
    for depth, part in enumerate(parts):
        here = "/" + "/".join(parts[: depth + 1])
        if isinstance(value, list):
            if int(part) >= len(value):
                whole = here.rpartition("/")[0]
                listed = place_said(whole)
                raise BadCall(f"{listed} has {len(value)} here, so there is no {place_said(here)}: set {listed} as JSON")
            value = value[int(part)]
            found[here] = _name(value)
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            whole = here.rpartition("/")[0]
            raise BadCall(f"{place_said(whole)} is empty here: set it as JSON")
    return found


def _place(shape: Mapping[str, Any], pointer: str, anchors: Mapping[str, str], stated: Any) -> str | None:
    """Where the value belongs in an article of today, its list members found again by their names."""
    value: Any = shape
    place = said = ""
    for part in pointer.split("/")[1:]:
        said += "/" + part
        if isinstance(value, list):
            names = {anchors.get(said, "")} | ({_name(stated)} if pointer.startswith(said) else set())
            at = _member(value, int(part), {n for n in names if n})
            if at is None:
                return None
            part = str(at)
            value = value[at]
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
        else:
            return None
        place += "/" + part
    return place


def _member(members: Sequence[Any], index: int, names: set[str]) -> int | None:
    order = [index, *range(len(members))]
    return next((i for i in order if i < len(members) and _name(members[i]) in names), None)


def _name(member: Any) -> str:
    text = next((member[k] for k in _NAMES if member.get(k)), "") if isinstance(member, Mapping) else member
    return plain(text).casefold() if isinstance(text, str) else ""


def _put(shape: dict[str, Any], place: str, value: Any) -> bool:
    parts = place.split("/")[1:]
    owner: Any = shape
    for part in parts[:-1]:
        owner = owner[int(part)] if isinstance(owner, list) else owner[part]
    if isinstance(owner, list):
        owner[int(parts[-1])] = value
        return True
    if isinstance(owner, dict):
        owner[parts[-1]] = value
        return True
    return False


def _get(shape: Any, place: str) -> Any:
    for part in place.split("/")[1:]:
        if isinstance(shape, list):
            shape = shape[int(part)] if int(part) < len(shape) else None
        else:
            shape = shape.get(part) if isinstance(shape, Mapping) else None
    return shape
