"""What a schedule will ask of hosts, said before it starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flows.shards import FILES, by_host

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Load:
    """One host's share. ``round_seconds`` is the least a round takes, because of the gap between
    two requests; where it is longer than the interval, rounds are left out and ``rounds_a_day``
    is fewer than asked for. Redirects and a robots.txt that asks for a longer delay are not
    foreseen.
    """

    host: str
    pages: int
    round_seconds: float
    rounds_a_day: float
    requests_a_day: float


def forecast(sources: Sequence[str], every: timedelta, host_gap: float) -> tuple[Load, ...]:
    """The load on each host, largest first. A round asks for each page once and for robots.txt once.

    ``host_gap`` is seconds between two requests to one host.
    """
    hosts = {host: len(urls) for host, urls in by_host(sources).items() if host != FILES}
    seconds = every.total_seconds()
    # all hosts of a schedule are one run: the slowest host decides whether the next round is left out
    longest = max((pages * host_gap for pages in hosts.values()), default=0.0)
    rounds = _DAY / (seconds * max(1, math.ceil(longest / seconds)))
    loads = [Load(host, pages, pages * host_gap, rounds, rounds * (pages + 1)) for host, pages in hosts.items()]
    return tuple(sorted(loads, key=lambda load: (-load.pages, load.host)))
