"""A watch: a feed, sitemap or section page that is looked at again and again, and what a look at it said.

The list of watches is in the ledger. What looks left behind (validators, what was listed, when
the next look is due) is operational: it may be lost, and then the next look is like a first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

EVERY = 900
"""Seconds between two looks where nobody says otherwise."""


class WatchKind(StrEnum):
    """What is watched."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"


class LookOutcome(StrEnum):
    """How a look ended."""

    LISTED = "listed"  # something is listed; whether any of it is new is another question
    UNCHANGED = "unchanged"  # the server or the bytes said so
    FAILED = "failed"


class ItemState(StrEnum):
    """What became of an address that a watch listed."""

    WAITING = "waiting"  # to be taken in, for the first time or again
    TAKEN = "taken"  # taken in: new, changed, unchanged, gone or held
    KNOWN = "known"  # the archive, or another watch, had it already
    PASSED = "passed"  # older than the watch, or too many at the first look
    GIVEN_UP = "given_up"  # refused, or failed too often; can be tried again


@dataclass(frozen=True, slots=True)
class Watch:
    """``every`` is seconds. ``name`` is what a person calls it, one watch a name; ``since`` when it was added."""

    url: str
    kind: WatchKind
    every: int = EVERY
    name: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What the last look left of one document: validators as sent, the digest of its bytes, and the date
    of change that a sitemap index gave it (``changed``). ``at`` is when it was last asked for.
    """

    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    changed: str | None = None
    at: str | None = None

    def to_json(self) -> dict[str, str]:
        """Without what is empty."""
        named = ("etag", "last_modified", "digest", "changed", "at")
        return {name: value for name in named if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Listed:
    """One address that a look found: ``key`` is ``model.identity.alias_key`` of it, ``context`` what is said
    of it there, ``wanted`` whether it should be taken in where nobody has it.
    """

    key: str
    url: str
    context: Mapping[str, Any] = field(default_factory=dict)
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a watch. ``at`` and ``due`` (the next look) are UTC text; ``listed`` is empty unless the outcome
    says otherwise; ``pages`` replaces what was known of the watch's documents; ``all_read`` is true where
    everything that the watch lists now is in ``listed``, so that a lack of overlap means a gap.
    ``sick`` counts failed looks in a row.
    """

    watch: str
    at: str
    outcome: LookOutcome
    due: str
    reason: str | None = None
    shape: str | None = None
    listed: tuple[Listed, ...] = ()
    pages: Mapping[str, Page] = field(default_factory=dict)
    all_read: bool = True
    sick: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A watch rolled over: nothing it listed at ``since`` was listed any more at ``until``."""

    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a look means: what is ``new``, which addresses others have (``known``) or are ``passed`` over, which were
    seen before (``seen``); ``same`` where it lists what the last one did, neither more nor less.
    """

    new: tuple[Listed, ...] = ()
    known: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    gap: Gap | None = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """An address to be taken in for a watch. ``tries`` counts those that failed, ``reason`` is why the last one did, and
    ``due`` (UTC text) when it is tried again; both are empty where nobody has tried yet.
    """

    watch: str
    key: str
    url: str
    context: Mapping[str, Any]
    tries: int
    reason: str | None = None
    due: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What ``watch status --waiting --json`` tells of it."""
        return {name: getattr(self, name) for name in ("watch", "url", "tries", "reason", "due")}


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a waiting address; ``due`` is when it is tried again where it still waits."""

    watch: str
    key: str
    state: ItemState
    tries: int = 0
    reason: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An address that is not tried any more, and why."""

    watch: str
    url: str
    tries: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class WatchStatus:
    """How a watch is. ``sick`` counts failed looks in a row, ``gaps`` how often it rolled over between two
    looks, ``gap_at`` when that was last seen; ``listed``, ``waiting`` and ``given_up`` count addresses.
    """

    watch: Watch
    looked_at: str | None = None
    outcome: str | None = None
    reason: str | None = None
    shape: str | None = None
    due: str | None = None
    sick: int = 0
    gaps: int = 0
    gap_at: str | None = None
    listed: int = 0
    waiting: int = 0
    given_up: int = 0
    pages: Mapping[str, Page] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``watch status --json``: everything but the validators."""
        told = {name: getattr(self, name) for name in ("looked_at", "outcome", "reason", "shape", "due", "sick", "gaps")}
        told |= {name: getattr(self, name) for name in ("gap_at", "listed", "waiting", "given_up")}
        w = self.watch
        return {"url": w.url, "kind": w.kind.value, "name": w.name, "every": w.every, "since": w.since, **told}
