"""How many states of a piece a rhythm catches, for how many requests: ``python -m benchmarks.rhythm [--pieces 4000]``.

A made process, seeded: of the pieces 20 % are breaking stories (edited every 20 minutes at first, ever less often over a
day), 30 % get a nightly edit for some days, 10 % are evergreen (edited once a month or so for a year), and 40 % never change.
A state is caught where a look falls into its time. Told are the share of states caught and looks a piece for the
ladder, for the ladder coarser and finer, and for the adaptive rhythm with smaller and larger shares.
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from flows.rhythm import ADAPTIVE, DAY, HOUR, LADDER, MINUTE

YEAR = 365 * DAY
FIRST = timedelta(minutes=5)
"""When a watch finds a piece after it was published."""

Rest = Callable[[timedelta, timedelta, int], timedelta | None]
"""From a piece's age, the time since its last seen change, and how many changes were seen, how long it rests."""


def edits(draw: random.Random) -> list[timedelta]:
    """When a piece changes, from its publication on, in order, within a year."""
    kind = draw.random()
    at, found = timedelta(), list[timedelta]()
    if kind < 0.2:
        pause = 20 * MINUTE
        while at < DAY:
            at += draw.expovariate(1.0) * pause
            pause *= 1.25
            found.append(at)
    elif kind < 0.5:
        found = [n * DAY + draw.uniform(-1, 1) * HOUR for n in range(1, draw.randint(2, 6))]
    elif kind < 0.6:
        while at < YEAR:
            at += draw.expovariate(1.0) * 35 * DAY
            found.append(at)
    return [x for x in found if x < YEAR]


def looked(changes: Sequence[timedelta], rest: Rest) -> tuple[int, int]:
    """States caught and looks, of one piece over a year."""
    at, last, seen, looks = FIRST, FIRST, 0, 1
    caught = {bisect_right(changes, at)}
    state = bisect_right(changes, at)
    while (pause := rest(at, at - last, seen)) is not None and at + pause < YEAR:
        at += pause
        looks += 1
        now = bisect_right(changes, at)
        if now != state:
            state, last, seen = now, at, seen + 1
            caught.add(now)
    return len(caught), looks


def ladder(scale: float) -> Rest:
    """The ladder, its rests longer or shorter by a factor."""

    def rest(_age: timedelta, since: timedelta, _seen: int) -> timedelta | None:
        found = LADDER.rest(since)
        return None if found is None else found * scale

    return rest


def adaptive(share: float) -> Rest:
    """The adaptive rhythm with another share of the estimated time between changes."""
    return replace(ADAPTIVE, share=share).rest


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=4000)
    count = parser.parse_args().pieces
    draw = random.Random(2026)
    pieces = [edits(draw) for _ in range(count)]
    states = sum(len(changes) + 1 for changes in pieces)
    rhythms = [(f"ladder x {scale}", ladder(scale)) for scale in (0.5, 1.0, 1.5, 2.0)]
    rhythms += [(f"adaptive, {share} of the mean", adaptive(share)) for share in (0.1, 0.2, 0.3, 0.35, 0.4, 0.8)]
    for name, rest in rhythms:
        told = [looked(changes, rest) for changes in pieces]
        caught, looks = sum(x for x, _ in told), sum(y for _, y in told)
        print(f"{name:<28} {caught / states:6.1%} of the states, {looks / count:6.1f} looks a piece in a year")


if __name__ == "__main__":
    main()
