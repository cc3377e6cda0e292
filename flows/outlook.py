"""What watches and revisits will ask of hosts and bring home, said before a schedule starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.revisiting import newcomers
from flows.rhythm import LADDER, rhythm_named
from flows.shards import host_of
from flows.timetable import Entry
from model.edtf import parse_utc
from storage import Archive

_DAY = 86_400.0
ASSUMED_BYTES = 40_000
"""What a copy takes where nothing is held yet to measure it by: a page as sent, compressed."""


@dataclass(frozen=True, slots=True)
class HostOutlook:
    """One host's share: ``watches`` on it, ``pieces`` to be looked at again, and the most requests a day for both."""

    host: str
    watches: int
    pieces: int
    requests_a_day: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """``hosts``, most requests first. ``bytes_a_day`` is what comes home where every answer is a page in full, at
    ``bytes_each``; ``looks_each`` how often a new piece that never changes is looked at again in all.
    """

    hosts: tuple[HostOutlook, ...]
    bytes_a_day: float
    bytes_each: float
    looks_each: int

    @property
    def requests_a_day(self) -> float:
        """Of all hosts."""
        return sum(host.requests_a_day for host in self.hosts)


def outlook(archive: Archive, entries: Sequence[Entry], now: datetime) -> Outlook:
    """What is asked of hosts as watches and pieces stand now, pieces that no round has planned yet among them. robots.txt
    (once a day a host) and new pieces come on top; a round that takes longer than its interval makes it less.
    """
    flows = {entry.flow: entry for entry in entries}
    hosts: dict[str, list[float]] = {}

    def count(url: str, place: int, looks: float) -> None:
        found = hosts.setdefault(host_of(url), [0.0, 0.0, 0.0])
        found[place] += 1
        found[2] += looks

    if "watch" in flows:
        least = flows["watch"].every or 0.0
        for watch in archive.watches.all():
            count(watch.url, 0, _DAY / max(watch.every, least))
    if "revisit" in flows:
        least = flows["revisit"].every or 1.0
        fresh = newcomers(archive, rhythm_named(flows["revisit"].parameters.get("rhythm", "ladder")), now)
        coming = [(x.standing.url, x.standing.looked_at, x.due) for x in fresh if x.due is not None]
        for url, looked, due in (*archive.revisits.dues(), *coming):
            rest = (parse_utc(due) - parse_utc(looked)).total_seconds()
            count(url, 1, _DAY / max(rest, least))
    copies, length = archive.rounds.kept()
    each = length / copies if copies else float(ASSUMED_BYTES)
    told = [HostOutlook(host, int(x[0]), int(x[1]), x[2]) for host, x in hosts.items()]
    told.sort(key=lambda x: (-x.requests_a_day, x.host))
    return Outlook(tuple(told), sum(x.requests_a_day for x in told) * each, each, _looks_each())


def _looks_each() -> int:
    looks, before = 0.0, timedelta()
    for age, rest in LADDER.rungs:
        looks += (age - before) / rest
        before = age
    return round(looks)
