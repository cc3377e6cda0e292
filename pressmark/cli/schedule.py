"""``schedule``: sources taken in again and again, watched in Prefect."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.ingest import open_for_writing
from pressmark.cli.options import AllowAddressOption, ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import parse_network
from pressmark.cli.safe import safe_line

if TYPE_CHECKING:
    from flows.forecast import Load

SHOWN = 10
_EVERY = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>s|m|min|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_SHORTEST = timedelta(seconds=5)


def build_schedule() -> typer.Typer:
    """The ``schedule`` group."""
    group = typer.Typer(help="Take sources in again and again, at an interval, watched in Prefect.")
    group.callback()(_schedule)
    group.command("up")(up_command)
    return group


def _schedule() -> None:
    """Take sources in again and again, at an interval, watched in Prefect."""


def up_command(
    ctx: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="A URL, a file, a folder, or @list.txt (one source a line).", show_default=False
        ),
    ],
    every: Annotated[str, typer.Option("--every", metavar="INTERVAL", help="Such as 15m, 6h, 1d.", show_default=False)],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            help="The deployment's name in Prefect. Default: archive- and the archive's id.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="Where our own Prefect server listens.", show_default=False)] = None,
    allow_address: AllowAddressOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take sources in at once and then at an interval, until Ctrl-C.

    Says first what it will ask of hosts. Starts a Prefect server on this machine, unless
    PREFECT_API_URL names one; its database and log are in a folder beside the archive.
    Lists are read again in every round. Makes the archive where there is none, and says so.

    \b
    Example:
      pressmark schedule up https://harbour-ledger.example/news/budget --every 15m
      pressmark schedule up @papers.txt --every 6h --archive papers
    """
    from flows.forecast import forecast
    from flows.server import locked_home
    from flows.shards import plain_sources, say_sources

    call: Call = ctx.obj
    interval = parse_every(every)
    networks = (*call.settings.allow_addresses, *map(parse_network, allow_address or ()))
    named = [_absolute(source, call.cwd) for source in sources]
    plain = plain_sources(named)
    with open_for_writing(call, archive, named) as kept:
        archive_id, where = kept.id, (call.cwd / kept.where).resolve()
    loads = forecast(plain, interval, call.settings.host_gap)
    if as_json:
        _tell_json(call, archive_id, where, interval, plain, loads)
    else:
        head = f"{say_sources(plain)} every {say_interval(interval)} into archive {archive_id}, {where}"
        call.out.write("".join(f"{safe_line(line)}\n" for line in (head, *say_loads(loads, interval))))
    call.out.flush()
    plan = {
        "sources": named,
        "archive": str(where),
        "archive_id": archive_id,
        "every": interval.total_seconds(),
        "name": name or f"archive-{archive_id}",
    }
    # beside the archive, not in it: what is in it is kept, copied and verified, and this can be thrown away
    with locked_home(where.with_name(f"{where.name}.schedule")) as home, _sigterm_like_ctrl_c():
        try:
            ended = _serve(call, plan, home, port, networks)
        except KeyboardInterrupt:
            call.tell("schedule stopped; what was taken in is kept, and the same call starts it again")
            return 0
    call.tell(f"pressmark: the schedule ended by itself (exit code {ended}); why is said above, or in {home}/server.log")
    return 1


def _serve(call: Call, plan: Mapping[str, object], home: Path, port: int | None, networks: Sequence[str]) -> int:
    from flows.keeper import kept, python
    from flows.server import free_port, running_server
    from flows.settings import exported

    environ = {**call.environ, **exported(call.settings.model_copy(update={"allow_addresses": tuple(networks)}))}
    with ExitStack() as stack:
        if given := environ.get("PREFECT_API_URL"):
            _say(call, f"Prefect server: {given}")
        else:
            _say(call, "starting a Prefect server, which takes some seconds ...")
            environ |= stack.enter_context(running_server(home, port or free_port(), environ))
            _say(call, f"watch the runs at {environ['PREFECT_API_URL'].removesuffix('/api')} (Ctrl-C ends it)")
        # not in the folder of the call: Prefect would import a person's own `flows` from there instead of ours
        command = python("flows.deployments", json.dumps(plan))
        return stack.enter_context(kept(command, environ=environ, cwd=home)).wait()


def _say(call: Call, line: str) -> None:
    call.tell(line)
    call.err.flush()


def parse_every(text: str) -> timedelta:
    """``15m``, ``6h``, ``1d``, ``90s``; raises ``BadCall`` for anything else and for less than 5 s."""
    found = _EVERY.fullmatch(text.strip().lower())
    if found is None:
        raise BadCall(f"--every takes an interval such as 15m, 6h or 1d, not {text!r}")
    every = timedelta(**{_UNITS[found["unit"]]: int(found["count"])})
    if every < _SHORTEST:
        raise BadCall("--every takes 5s or more: a round needs some seconds itself")
    return every


def say_interval(every: timedelta) -> str:
    """``15 min``, ``6 h``, ``1 d``, in the largest unit that divides it."""
    seconds = int(every.total_seconds())
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


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


def _tell_json(call: Call, archive_id: str, where: Path, every: timedelta, plain: Sequence[str], loads: Sequence[Load]) -> None:
    from pressmark.cli.shapes import write_json

    told = {"archive": archive_id, "where": str(where), "every_seconds": every.total_seconds(), "sources": len(plain)}
    write_json(call.out, told | {"hosts": loads})


def _absolute(source: str, cwd: Path) -> str:
    # runs do not start in the folder of the call
    from sources.files import Kind, kind_of

    if source == "-":
        return source
    if source.startswith("@"):
        return f"@{cwd / source[1:]}"
    return source if kind_of(source) is Kind.URL else str(cwd / source)


@contextmanager
def _sigterm_like_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
