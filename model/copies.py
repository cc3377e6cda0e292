"""Other records with the same text, and where it likely comes from: guesses, with what they rest on."""

from __future__ import annotations

from dataclasses import dataclass

from model.change import Change


@dataclass(frozen=True, slots=True)
class Copy:
    """Another record that is likely a copy of a piece, or says that it is.

    ``shared`` is which part of the shorter text stands in the other, in hundredths; ``declared`` is true where
    one names the other's address as its own canonical one. ``change`` is what turns the piece into this copy.
    ``seen_at`` is when we first saw it.
    """

    record: str
    version: int
    url: str | None
    headline: str | None
    publisher: str | None
    date_published: str | None
    seen_at: str | None
    shared: int
    declared: bool
    change: Change | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text that several records have likely comes from: a guess, with what it rests on.

    ``basis`` is ``credited`` (a wire service named in one of them), ``declared`` (a canonical address) or
    ``earliest`` (the first published, as far as dates tell). ``record`` is empty for one that is not held.
    """

    basis: str
    name: str | None
    record: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Likely:
    """The likely copies of a version, most alike first, and the guess about their origin."""

    copies: tuple[Copy, ...] = ()
    origin: Origin | None = None
