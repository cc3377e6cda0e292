"""``schedule up``: flows of an archive carried out again and again, watched in Prefect."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.detached import detached
from pressmark.cli.ingest import open_for_writing
from pressmark.cli.options import AllowAddressOption, ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import parse_network
from pressmark.cli.safe import safe_line
from pressmark.cli.schedule_lines import say_entry, say_interval, say_loads, say_outlook
from pressmark.cli.scheduled import down_command, list_command, pause_command, resume_command, run_command, status_command

if TYPE_CHECKING:
    from flows.plan import Plan
    from flows.timetable import Entry
    from storage import Archive

__all__ = ["build_schedule", "parse_every", "say_interval", "say_loads"]


def build_schedule() -> typer.Typer:
    """The ``schedule`` group."""
    group = typer.Typer(help="Watch, revisit and audit at intervals, seen in Prefect.")
    group.callback()(_schedule)
    group.command("up")(up_command)
    group.command("status")(status_command)
    group.command("list")(list_command)
    group.command("run")(run_command)
    group.command("pause")(pause_command)
    group.command("resume")(resume_command)
    group.command("down")(down_command)
    return group


def _schedule() -> None:
    """Watch, revisit and audit at intervals, seen in Prefect."""


def up_command(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE...]",
            help="Take these in, instead: a URL, a file, a folder, or @list.txt (one source a line).",
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="INTERVAL", help="How often sources are taken in, such as 15m, 6h.", show_default=False),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Go on in the background; schedule down ends it.")] = False,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            help="The deployments' name in Prefect. Default: archive- and the archive's id.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65_535, help="Where our own Prefect server listens.", show_default=False),
    ] = None,
    allow_address: AllowAddressOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Look at watches, look at pieces again and audit, at intervals, until Ctrl-C.

    What runs when is the [schedule] table of pressmark.toml; by default watch and revisit every 15 min, audit
    weekly. With sources, these are taken in at an interval and nothing else runs. Says first what it will ask
    of hosts. Starts a Prefect server on this machine, unless PREFECT_API_URL names one; its database and log
    are in a folder beside the archive.

    \b
    Example:
      pressmark schedule up
      pressmark schedule up --detach
      pressmark schedule up @papers.txt --every 6h --archive papers
    """
    from flows.plan import Plan, planned
    from flows.room import home_beside
    from flows.server import check_port, locked_home

    call: Call = ctx.obj
    networks = (*call.settings.allow_addresses, *map(parse_network, allow_address or ()))
    entries = _entries(call, sources or [], every)
    with _opened(call, archive, entries) as kept:
        archive_id, where = kept.id, (call.cwd / kept.where).resolve()
        home = home_beside(where)
        with locked_home(home):  # told at once where one runs already
            pass
        if port is not None and not call.environ.get("PREFECT_API_URL"):
            check_port(port)
        plan = Plan(str(where), archive_id, name or f"archive-{archive_id}", planned(entries, kept.rounds.all(), call.now()))
        if detach:
            return detached(call, plan, home, as_json)
        _tell_outlook(call, kept, where, entries, as_json)
    # beside the archive, not in it: what is in it is kept, copied and verified, and this can be thrown away
    with locked_home(home), _sigterm_like_ctrl_c():
        try:
            ended = _serve(call, plan, home, port, networks)
        except KeyboardInterrupt:
            call.tell("schedule stopped; what was taken in is kept, and the same call starts it again")
            return 0
    call.tell(f"pressmark: the schedule ended by itself (exit code {ended}); why is said above, or in {home}/server.log")
    return 1


def _entries(call: Call, sources: Sequence[str], every: str | None) -> tuple[Entry, ...]:
    from flows.shards import plain_sources
    from flows.timetable import Entry, read_timetable

    if sources:
        if every is None:
            raise BadCall("say how often these sources are taken in: --every 6h")
        seconds = parse_every(every).total_seconds()
        entries: tuple[Entry, ...] = (Entry("ingest", seconds, parameters={"sources": list(sources)}),)
    elif every is not None:
        raise BadCall("--every is for sources; how often flows run is said in pressmark.toml: [schedule] watch = '15m'")
    else:
        entries = read_timetable(call.cwd)
        if not entries:
            raise BadCall("pressmark.toml leaves every flow out: there is nothing to schedule")
    told = []
    for entry in entries:
        if "sources" in entry.parameters:
            named = [_absolute(str(source), call.cwd) for source in entry.parameters["sources"]]
            plain_sources(named)
            entry = replace(entry, parameters={**entry.parameters, "sources": named})
        told.append(entry)
    return tuple(told)


def _opened(call: Call, archive: str | None, entries: Sequence[Entry]) -> Archive:
    named = [str(s) for entry in entries if entry.flow == "ingest" for s in entry.parameters["sources"]]
    return open_for_writing(call, archive, named) if named else call.open_to_write(archive)


def _tell_outlook(call: Call, kept: Archive, where: Path, entries: Sequence[Entry], as_json: bool) -> None:
    """What will be asked of hosts, before anything starts."""
    from flows.forecast import forecast
    from flows.outlook import outlook
    from flows.shards import plain_sources, say_sources

    shown = outlook(kept, entries, call.now())
    lines: list[str] = []
    told: dict[str, object] = {"archive": kept.id, "where": str(where)}
    flows = []
    for entry in entries:
        flow: dict[str, object] = {"flow": entry.flow, "every_seconds": entry.every, "cron": entry.cron}
        if entry.flow == "ingest" and entry.every is not None:
            plain, every = plain_sources(entry.parameters["sources"]), timedelta(seconds=entry.every)
            loads = forecast(plain, every, call.settings.host_gap)
            lines += [
                f"{say_sources(plain)} every {say_interval(every)} into archive {kept.id}, {where}",
                *say_loads(loads, every),
            ]
            told |= {"every_seconds": entry.every, "sources": len(plain), "hosts": loads}
        else:
            lines.append(f"{say_entry(entry)}, archive {kept.id}, {where}")
        flows.append(flow)
    if {"watch", "revisit"} & {entry.flow for entry in entries}:
        lines += say_outlook(shown)
        told["outlook"] = {"requests_a_day": shown.requests_a_day, "bytes_a_day": shown.bytes_a_day, "hosts": shown.hosts}
        if not kept.watches.all():
            call.tell("nothing is watched yet: pressmark watch add URL")
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, told | {"flows": flows})
    else:
        call.out.write("".join(f"{safe_line(line)}\n" for line in lines))
    call.out.flush()


def _serve(call: Call, plan: Plan, home: Path, port: int | None, networks: Sequence[str]) -> int:
    from flows.heartbeats import watch_heartbeats
    from flows.keeper import kept, python
    from flows.prefect_api import PrefectApi
    from flows.running import Running, told
    from flows.server import running_server
    from flows.settings import exported
    from model.edtf import utc_text

    environ = {**call.environ, **exported(call.settings.model_copy(update={"allow_addresses": tuple(networks)}))}
    with ExitStack() as stack:
        if given := environ.get("PREFECT_API_URL"):
            _say(call, f"Prefect server: {given}")
        else:
            _say(call, "starting a Prefect server, which takes some seconds ...")
            environ |= stack.enter_context(running_server(home, port, environ))
            watch_heartbeats(PrefectApi(environ["PREFECT_API_URL"]))
            ends = " (Ctrl-C ends it)" if call.err.isatty() else ""
            _say(call, f"watch the runs at {environ['PREFECT_API_URL'].removesuffix('/api')}{ends}")
        # not in the folder of the call: Prefect would import a person's own `flows` from there instead of ours
        command = python("flows.serving", json.dumps(plan.to_json()))
        stack.enter_context(told(home, Running(_own_process(), environ["PREFECT_API_URL"], utc_text(call.now()))))
        return stack.enter_context(kept(command, environ=environ, cwd=home)).wait()


def _own_process() -> int:
    import os

    return os.getpid()


def _say(call: Call, line: str) -> None:
    call.tell(line)
    call.err.flush()


def parse_every(text: str) -> timedelta:
    """``15m``, ``6h``, ``1d``, ``90s``; raises ``BadCall`` for anything else and for less than 5 s."""
    from flows.timetable import parse_interval

    return parse_interval(text, "--every")


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
