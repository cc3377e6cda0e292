"""A piece that is due to be looked at again, and a round of the flows: what is known of both between two runs.

All of it is operational: it may be lost, and is then made anew from what the archive holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A piece as its next look is planned from. Times are UTC text: ``looked_at`` the last look of whatever outcome,
    ``changed_at`` when its latest state was first seen, ``first_seen`` when its first was; ``changes`` counts those
    seen between the two. ``absent`` where the last look found nothing and the piece is not
    yet told as withdrawn; ``sick`` counts looks in a row that failed. ``url`` is where it was fetched last.
    """

    record: str
    url: str
    looked_at: str
    changed_at: str
    first_seen: str
    changes: int = 0
    absent: bool = False
    withdrawn: bool = False
    sick: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """The next look at a piece: ``due`` is UTC text, ``None`` where it is not looked at any more; then ``given_up`` says
    whether that is for failing. ``outcome`` and ``reason`` are the last look's.
    """

    standing: Standing
    due: str | None
    outcome: str | None = None
    reason: str | None = None
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Revisits:
    """How revisits are: pieces with a next look, those due by now, those that failed last time, those given up for
    failing, those too old for another look; ``next_due`` is the earliest next look.
    """

    planned: int
    due: int
    sick: int
    given_up: int
    over: int
    next_due: str | None

    def to_json(self) -> dict[str, Any]:
        """All of it under the same names."""
        return {name: getattr(self, name) for name in ("planned", "due", "sick", "given_up", "over", "next_due")}


@dataclass(frozen=True, slots=True)
class Round:
    """The last round of a flow. ``said`` is how it ended, ``None`` while it goes on or where it was killed.

    ``gap_since`` and ``gap_until`` bound the last time in which a round that was due did not take place.
    """

    flow: str
    began_at: str
    ended_at: str | None
    said: str | None
    gaps: int
    gap_since: str | None
    gap_until: str | None

    def to_json(self) -> dict[str, Any]:
        """All of it under the same names."""
        return {n: getattr(self, n) for n in ("flow", "began_at", "ended_at", "said", "gaps", "gap_since", "gap_until")}
