"""What one process serves: the flows of one archive, each with when it runs first. No Prefect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flows.timetable import Entry
from model.edtf import parse_utc
from model.revisit import Round

_SOON = 1.0
_DAY = 86_400.0
_LATER = 600.0


@dataclass(frozen=True, slots=True)
class Planned:
    """A flow, and in how many seconds from the start its first round is (for intervals)."""

    entry: Entry
    first: float = _SOON


@dataclass(frozen=True, slots=True)
class Plan:
    """``name`` is what the deployments are called in Prefect, ``archive`` the archive's folder."""

    archive: str
    archive_id: str
    name: str
    planned: tuple[Planned, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``from_json`` reads them back."""
        return asdict(self)

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> Plan:
        """The inverse of ``to_json``."""
        planned = tuple(Planned(Entry(**x["entry"]), x["first"]) for x in said["planned"])
        return Plan(said["archive"], said["archive_id"], said["name"], planned)


def planned(entries: Sequence[Entry], rounds: Sequence[Round], now: datetime) -> tuple[Planned, ...]:
    """When each flow runs first: those with rounds of less than a day at once, half an interval apart from each other at
    most; slower ones an interval after their last round, so that starting a schedule anew is not an audit each time.
    """
    last = {x.flow: parse_utc(x.began_at) for x in rounds}
    found: list[Planned] = []
    for place, entry in enumerate(entries):
        every = entry.every or 0.0
        first = _SOON + place * min(every / 2, 60.0)
        if every >= _DAY:
            gone = (now - last[entry.flow]).total_seconds() if entry.flow in last else every
            first = max(_LATER, every - gone)
        found.append(Planned(entry, first))
    return tuple(found)
