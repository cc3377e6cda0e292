"""What a schedule will do and ask of hosts, a few lines each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pressmark.cli.times import say_moment

if TYPE_CHECKING:
    from flows.forecast import Load
    from flows.outlook import Outlook
    from flows.prefect_api import Deployed, Ran
    from flows.timetable import Entry
    from model.changes import Listener
    from model.revisit import Planned, Revisits, Round

SHOWN = 10
ENDED = frozenset({"Completed", "Failed", "Crashed", "Cancelled"})
"""States of a run that nothing comes after."""
_ONE_AT_A_TIME = "Deployment concurrency limit reached"  # as Prefect's server has it


def say_interval(every: timedelta) -> str:
    """``15 min``, ``6 h``, ``1 d``, in the largest unit that divides it."""
    seconds = int(every.total_seconds())
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def say_entry(entry: Entry) -> str:
    """``watch every 15 min``, ``audit at 0 3 * * sun (UTC)``."""
    if entry.every is not None:
        return f"{entry.flow} every {say_interval(timedelta(seconds=entry.every))}"
    return f"{entry.flow} at {entry.cron} ({entry.timezone})"


def say_ran(ran: Ran) -> str:
    """How a run stands, and what it said."""
    if ran.state == "Cancelled" and (ran.message or "").startswith(_ONE_AT_A_TIME):
        return "cancelled: another round of it goes on just now, and one runs at a time"
    return f"{ran.state.lower()}{': ' + ran.message if ran.message else ''}"


def say_flow(one: Deployed, last: Ran | None, following: Ran | None) -> str:
    """A scheduled flow, how its last round ended or that one goes on, and when the next one is."""
    goes_on = last is not None and last.state not in ENDED
    said = "a round goes on" if goes_on else f"last {say_ran(last)}" if last else "no round yet"
    when = "paused" if one.paused else f"next {say_moment(following.expected)}" if following else "none scheduled"
    return f"{one.flow:<10} {said}; {when}"


def say_loads(loads: Sequence[Load], every: timedelta) -> list[str]:
    """What is asked of each host, the largest few by name, and whether the interval can be kept."""
    if not loads:
        return ["no host is asked anything: these are files"]
    lines = [
        f"  {load.host}: {load.pages} {'page' if load.pages == 1 else 'pages'}, "
        f"up to {load.requests_a_day:,.0f} requests a day, robots.txt among them"
        for load in loads[:SHOWN]
    ]
    if len(loads) > SHOWN:
        rest = loads[SHOWN:]
        lines.append(f"  {len(rest)} more hosts: up to {max(r.requests_a_day for r in rest):,.0f} requests a day each")
    slowest = loads[0]
    if slowest.round_seconds > every.total_seconds():
        minutes = slowest.round_seconds / 60
        lines.append(
            f"  a round takes at least {minutes:,.1f} min, because {slowest.host} is asked only one page at a time: "
            f"about {slowest.rounds_a_day:,.0f} rounds a day instead of {86_400 / every.total_seconds():,.0f}"
        )
    return lines


def say_outlook(shown: Outlook) -> list[str]:
    """What watches and revisits ask of each host, the largest few by name; requests and gigabytes a day in all."""
    lines = []
    for host in shown.hosts[:SHOWN]:
        what = [f"{host.watches} {'watch' if host.watches == 1 else 'watches'}"] if host.watches else []
        what += [f"{host.pieces:,} {'piece' if host.pieces == 1 else 'pieces'} to look at again"] if host.pieces else []
        lines.append(f"  {host.host}: {' and '.join(what)}, up to {host.requests_a_day:,.0f} requests a day")
    if len(shown.hosts) > SHOWN:
        rest = shown.hosts[SHOWN:]
        lines.append(f"  {len(rest)} more hosts: up to {rest[0].requests_a_day:,.0f} requests a day each")
    each = f"{shown.bytes_each / 1000:,.0f} kB"
    lines.append(
        f"up to {shown.requests_a_day:,.0f} requests and {_say_bytes(shown.bytes_a_day)} a day as things stand ({each} a copy, "
        f"if every answer is a page in full); each new piece adds {shown.looks_each} looks in its first year"
    )
    return lines


def _say_bytes(length: float) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB")):
        if length >= size:
            return f"{length / size:,.1f} {unit}"
    return f"{length / 1e3:,.0f} kB"


def say_gaps(this: Round) -> str:
    """How often rounds that were due did not take place, and when last."""
    times = "once" if this.gaps == 1 else f"{this.gaps} times"
    return (
        f"rounds of {this.flow} were left out {times}, last between {say_moment(this.gap_since)} and {say_moment(this.gap_until)}"
    )


def say_revisits(found: Revisits) -> str:
    """How many pieces are looked at again, when next, and how many are sick."""
    said = f"{found.planned:,} {'piece' if found.planned == 1 else 'pieces'} to be looked at again, {found.due:,} of them due"
    said += f", next {say_moment(found.next_due)}" if found.next_due else ""
    said += f"; {found.sick:,} failed last time, {found.given_up:,} given up" if found.sick or found.given_up else ""
    return said


def say_sick(sick: Planned) -> str:
    """A piece whose last look failed, and why."""
    tries = f"{sick.standing.sick} {'try' if sick.standing.sick == 1 else 'tries'}"
    what = f"given up after {tries}" if sick.given_up else f"failed {tries}, next {say_moment(sick.due)}"
    return f"{what}: {sick.standing.url}  {sick.reason or ''}"


def say_listener(found: Listener) -> str:
    """What a listener was told of changes, and since when it fails."""
    said = f"the {found.name} was told of {found.told:,} {'change' if found.told == 1 else 'changes'}"
    said += f", last {say_moment(found.told_at)}" if found.told_at else ""
    if found.failing_since:
        said += f"; failing since {say_moment(found.failing_since)}, tried again in the next round: {found.reason}"
    return said + (f"; {found.given_up:,} given up" if found.given_up else "")
