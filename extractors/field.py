"""A field, its candidates, and the one resolver that every field goes through.

A strategy is a plain generator ``(Page) -> Iterator[Candidate[T]]``. A field is its name,
its strategies in order of trust, and an ``accept`` check. ``resolve`` runs them all, takes
the first accepted candidate (or the one ``choose`` points at) and keeps the others beside
it as evidence. A list (authors, images) is one candidate as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from model.article import Evidence, How, Rejected

if TYPE_CHECKING:
    from extractors.page import Page

T = TypeVar("T")

REJECTED_KEPT = 8
QUOTE_KEPT = 300


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """One value that one strategy found: how, where (see ``model.article.Evidence``), and
    the words themselves. ``detail`` is evidence for parts of the value, keyed by JSON pointer
    relative to it (``/0/affiliations/0``), where a part was found elsewhere than the whole.
    ``cue`` is a free hint to ``choose`` and ``accept`` (a class name, a position).
    """

    value: T
    how: How
    where: str
    quote: str
    detail: Mapping[str, Evidence] = field(default_factory=dict)
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A candidate with the name of the strategy that found it."""

    strategy: str
    candidate: Candidate[T]


@dataclass(frozen=True, slots=True)
class Resolved(Generic[T]):
    """The winner and its evidence, keyed by JSON pointer relative to the field."""

    value: T | None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)


Strategy = Callable[["Page"], Iterator[Candidate[T]]]
Accept = Callable[["Page", T], str | None]
Choose = Callable[["Page", Sequence[Found[T]]], int]


def _anything(_page: Page, _value: object) -> str | None:
    return None


def _first(_page: Page, _found: Sequence[Found[T]]) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """``accept`` returns ``None`` or the reason why a value cannot be this field.

    ``choose`` gets the accepted candidates in order and returns the index of the winner.
    ``fallbacks`` are dear strategies, run only where the others found nothing acceptable.
    """

    name: str
    strategies: Sequence[Strategy[T]]
    accept: Accept[T] = _anything
    choose: Choose[T] = _first
    fallbacks: Sequence[Strategy[T]] = ()


def resolve(field: Field[T], page: Page) -> Resolved[T]:
    """Runs the strategies of a field over a page; see the module's docstring.

    Never raises for what a page contains; a strategy that raises is a defect of ours.
    """
    accepted, refused = _gather(field, field.strategies, page)
    if not accepted and field.fallbacks:
        more, also = _gather(field, field.fallbacks, page)
        accepted, refused = more, [*refused, *also]
    if not accepted:
        return Resolved(None)
    winner = accepted[field.choose(page, accepted)]
    losers = [_rejected(f, "lower precedence") for f in accepted if f is not winner and not _same_value(f, winner)]
    losers += [_rejected(f, why) for f, why in refused]
    chosen = winner.candidate
    own = Evidence(winner.strategy, chosen.how, chosen.where, shorten(chosen.quote), tuple(losers[:REJECTED_KEPT]))
    return Resolved(chosen.value, {"": own, **chosen.detail})


def shorten(quote: str) -> str:
    """A quote with white space collapsed, cut at ``QUOTE_KEPT`` characters."""
    return " ".join(quote.split())[:QUOTE_KEPT]


def _gather(field: Field[T], strategies: Sequence[Strategy[T]], page: Page) -> tuple[list[Found[T]], list[tuple[Found[T], str]]]:
    accepted: list[Found[T]] = []
    refused: list[tuple[Found[T], str]] = []
    for strategy in strategies:
        name = f"{field.name}.{strategy.__name__.lstrip('_')}"
        for candidate in strategy(page):
            found = Found(name, candidate)
            reason = field.accept(page, candidate.value)
            if reason is None:
                accepted.append(found)
            else:
                refused.append((found, reason))
    return accepted, refused


def _same_value(a: Found[T], b: Found[T]) -> bool:
    return a.candidate.value == b.candidate.value


def _rejected(found: Found[T], reason: str) -> Rejected:
    c = found.candidate
    return Rejected(found.strategy, c.how, c.where, shorten(c.quote), reason)
