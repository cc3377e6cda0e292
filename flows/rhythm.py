"""How often a piece is looked at again: a pure function of what is known of it.

The default is the ladder of NewsDiffs: the longer a piece has stood unchanged, the longer it rests. The
adaptive rhythm follows each piece's own changes; ``benchmarks.rhythm`` measures both on a made process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from model.edtf import parse_utc
from model.errors import BadCall
from model.revisit import Standing

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Rhythm(Protocol):
    """Says when a piece is looked at next."""

    @property
    def span(self) -> timedelta:
        """For how long a piece that never changes is looked at."""

    def after(self, standing: Standing) -> datetime | None:
        """The next look; ``None`` where there is none any more."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """``rungs`` are (age, rest): a piece whose latest state is younger than ``age`` rests so long.

    Age counts from when the latest state was first seen to the last look, so a piece that changes is
    young again. One that was not there is asked for at least every 12 h, until it is back or told as
    withdrawn (``storage.timeline``).
    """

    rungs: Sequence[tuple[timedelta, timedelta]]
    absent: timedelta = 12 * HOUR

    @property
    def span(self) -> timedelta:
        """For how long a piece that never changes is looked at."""
        return max((age for age, _ in self.rungs), default=timedelta())

    def after(self, standing: Standing) -> datetime | None:
        """The next look; ``None`` where the piece is older than the last rung."""
        last = parse_utc(standing.looked_at)
        rest = self.rest(last - parse_utc(standing.changed_at))
        if standing.absent:
            rest = min(rest or self.absent, self.absent)
        return None if rest is None else last + rest

    def rest(self, age: timedelta) -> timedelta | None:
        """How long a piece of an age rests."""
        return next((rest for limit, rest in self.rungs if age < limit), None)


LADDER = Ladder(
    (
        (3 * HOUR, 15 * MINUTE),
        (DAY, HOUR),
        (7 * DAY, 3 * HOUR),
        (30 * DAY, 3 * DAY),
        (365 * DAY, 30 * DAY),
    )
)


@dataclass(frozen=True, slots=True)
class Adaptive:
    """A rest is a share of the estimated time between a piece's changes, 15 min at least and twice the ladder's at most.

    The estimate is that of a Poisson process with what is known beforehand worth one change: (time watched + time
    since the last change) / (changes seen + 1). So a piece that changes every night is asked for in every night's
    part, and one that never does soon rests twice as long as on the ladder.
    """

    ladder: Ladder
    share: float = 0.3
    shortest: timedelta = 15 * MINUTE

    @property
    def span(self) -> timedelta:
        """For how long a piece that never changes is looked at."""
        return self.ladder.span

    def after(self, standing: Standing) -> datetime | None:
        """The next look; ``None`` where the piece is older than the ladder's last rung."""
        last = parse_utc(standing.looked_at)
        watched, since = last - parse_utc(standing.first_seen), last - parse_utc(standing.changed_at)
        rest = self.rest(watched, since, standing.changes)
        if standing.absent:
            rest = min(rest or self.ladder.absent, self.ladder.absent)
        return None if rest is None else last + rest

    def rest(self, watched: timedelta, since: timedelta, changes: int) -> timedelta | None:
        """How long a piece rests that was watched so long and changed so often, so long ago last."""
        rung = self.ladder.rest(since)
        if rung is None:
            return None
        return max(self.shortest, min((watched + since) / (changes + 1) * self.share, 2 * rung))


ADAPTIVE = Adaptive(LADDER)
RHYTHMS: Mapping[str, Rhythm] = {"ladder": LADDER, "adaptive": ADAPTIVE}


def rhythm_named(name: str) -> Rhythm:
    """A rhythm by its name. Raises ``BadCall``."""
    if name not in RHYTHMS:
        raise BadCall(f"there is no rhythm {name!r}: there are {', '.join(RHYTHMS)}")
    return RHYTHMS[name]
