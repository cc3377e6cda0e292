"""How often a piece is looked at again: a pure function of what is known of it.

The default is the ladder of NewsDiffs: the longer a piece has stood unchanged, the longer it rests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from model.edtf import parse_utc
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


def requests_a_day(ages: Mapping[timedelta, float], ladder: Ladder = LADDER) -> float:
    """What pieces cost, in looks a day, by how many there are of each age."""
    return sum(count * (DAY / rest) for age, count in ages.items() if (rest := ladder.rest(age)) is not None)
