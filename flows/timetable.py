"""What runs when: the ``[schedule]`` table of ``pressmark.toml``.

    [schedule]
    watch = "15m"                     # an interval
    revisit = "15m"
    audit = { cron = "0 3 * * sun" }  # or a cron line, in UTC unless it has a timezone
    [schedule.ingest]
    every = "6h"
    sources = ["@papers.txt"]

``watch``, ``revisit`` and ``audit`` run where nothing else is said; ``false`` leaves one out. What a flow
can be told stands beside ``every`` or ``cron`` under the names of its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.cron import parse_cron
from flows.rhythm import rhythm_named
from flows.settings import FILE, TABLES, read_file
from model.errors import BadCall
from model.export import Format, format_named, versions_named

TIME = "{time}"
"""What stands for the time of its round in the name of what an export writes."""
SHORTEST = timedelta(seconds=5)
PARAMETERS: Mapping[str, frozenset[str]] = {
    "watch": frozenset(),
    "revisit": frozenset({"most", "rhythm"}),
    "ingest": frozenset({"sources", "collection", "note"}),
    "backfill": frozenset({"sources", "memento"}),
    "reprocess": frozenset({"minutes"}),
    "audit": frozenset({"days"}),
    "export": frozenset({"format", "output", "query", "version"}),
}
"""The flows, each with what it can be told."""

_DEFAULTS = {"watch": "15m", "revisit": "15m", "audit": "7d"}
_WHEN = frozenset({"every", "cron", "timezone"})
_EVERY = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>s|m|min|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A flow and when it runs: every so many seconds, or by a cron line."""

    flow: str
    every: float | None = None
    cron: str | None = None
    timezone: str = "UTC"
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_timetable(cwd: Path) -> tuple[Entry, ...]:
    """What is scheduled in a folder. Raises ``BadCall`` for what cannot be, naming the key."""
    said = read_file(cwd).get(TABLES, {})
    if not isinstance(said, dict):
        raise BadCall(f"{FILE}: {TABLES} is a table: [{TABLES}]")
    for name in said:
        if name not in PARAMETERS:
            near = get_close_matches(name.lower(), PARAMETERS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"flows are {', '.join(PARAMETERS)}"
            raise BadCall(f"{FILE}: there is no flow {name!r} to schedule; {hint}", key=name)
    wanted = {**_DEFAULTS, **said}
    return tuple(_placed(_entry(name, wanted[name]), cwd) for name in PARAMETERS if wanted.get(name, False) is not False)


def _placed(entry: Entry, cwd: Path) -> Entry:
    """What is written is found from the folder of ``pressmark.toml``: rounds run in another one."""
    if "output" not in entry.parameters:
        return entry
    return replace(entry, parameters={**entry.parameters, "output": str(written_to(entry.parameters["output"], cwd))})


def _entry(flow: str, said: object) -> Entry:
    where = f"{FILE}: {TABLES}.{flow}"
    table = {"every": said} if isinstance(said, str) else said
    if not isinstance(table, dict):
        raise BadCall(f"{where} takes an interval such as 15m, a table, or false, not {said!r}")
    for key in table:
        if key not in _WHEN | PARAMETERS[flow]:
            known = ", ".join(sorted(_WHEN | PARAMETERS[flow]))
            raise BadCall(f"{where} has no {key!r}: it takes {known}", key=key)
    if ("every" in table) == ("cron" in table):
        raise BadCall(f"{where} takes every or cron, one of them")
    zone = str(table.get("timezone", "UTC"))
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadCall(f"{where}.timezone is {zone!r}: give one such as Europe/Vienna") from None
    parameters = {key: value for key, value in table.items() if key not in _WHEN}
    _check_parameters(flow, parameters, where)
    if "cron" in table:
        return Entry(flow, None, parse_cron(str(table["cron"]), f"{where}.cron"), zone, parameters)
    return Entry(flow, parse_interval(str(table["every"]), f"{where}.every").total_seconds(), None, zone, parameters)


def _check_parameters(flow: str, said: Mapping[str, Any], where: str) -> None:
    for key, value in said.items():
        kind: type | tuple[type, ...] = list if key == "sources" else (int, float) if key in {"most", "minutes", "days"} else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadCall(
                f"{where}.{key} is {value!r}: give {'a list' if kind is list else 'a text' if kind is str else 'a number'}"
            )
    if "rhythm" in said:
        rhythm_named(said["rhythm"])
    needed = {"ingest": ("sources",), "backfill": ("sources", "memento"), "export": ("format", "output")}.get(flow, ())
    for key in needed:
        if not said.get(key):
            raise BadCall(f"{where} needs {key}")
    if said.keys() & {"collection", "note"}:
        _check_labels(said, where)
    if flow == "export":
        _check_export(said, where)


def _check_labels(said: Mapping[str, Any], where: str) -> None:
    from flows.deciding import check_labels  # with SQLAlchemy, as below

    try:
        check_labels(said.get("collection"), said.get("note"))
    except BadCall as error:
        raise BadCall(f"{where}: {error}") from None


def _check_export(said: Mapping[str, Any], where: str) -> None:
    from storage import check_query  # with SQLAlchemy, which most timetables do not need

    try:
        format = format_named(said["format"])
        versions_named(said.get("version"), format)
    except BadCall as error:
        raise BadCall(f"{where}: {error}") from None
    if "query" in said:
        try:
            check_query(said["query"])
        except BadCall as error:
            raise BadCall(f"{where}.query: {error}") from None
    try:
        written_to(said["output"], Path())
    except BadCall as error:
        raise BadCall(f"{where}.output: {error}") from None
    if format is not Format.OCFL and TIME not in said["output"]:
        raise BadCall(f"{where}.output needs {TIME} in it: nothing is written over, so each round needs a name of its own")


def written_to(output: str, cwd: Path) -> Path:
    """Where an export goes, ``~`` being somebody's home. Raises ``BadCall`` for an address and for the home of nobody."""
    if "://" in output:
        raise BadCall(f"an export is written into a folder of this machine, not to an address such as {output}")
    try:
        return cwd / Path(output).expanduser()
    except RuntimeError:
        raise BadCall(f"there is nobody here whose home {output} could be in: write the whole path") from None


def parse_interval(text: str, what: str) -> timedelta:
    """``15m``, ``6h``, ``1d``, ``90s``; raises ``BadCall``, naming ``what``, for anything else and for less than 5 s."""
    found = _EVERY.fullmatch(text.strip().lower())
    if found is None:
        raise BadCall(f"{what} takes an interval such as 15m, 6h or 1d, not {text!r}")
    every = timedelta(**{_UNITS[found["unit"]]: int(found["count"])})
    if every < SHORTEST:
        raise BadCall(f"{what} takes 5s or more: a round needs some seconds itself")
    return every
