"""``schedule status``, ``list``, ``run``, ``pause``, ``resume`` and ``down``: a schedule that runs, asked and told."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.errors import BadCall, NotFound, Unreachable
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption, in_utf8
from pressmark.cli.safe import safe_line
from pressmark.cli.schedule_lines import ENDED, say_flow, say_gaps, say_listener, say_ran, say_revisits
from pressmark.cli.times import say_moment

if TYPE_CHECKING:
    from flows.prefect_api import Deployed, PrefectApi, Ran
    from model.revisit import Round

_WAIT_SECONDS = 3_600.0

FlowArgument = Annotated[
    str, typer.Argument(metavar="FLOW", help="Such as watch, revisit or audit.", show_default=False, callback=in_utf8)
]
MaybeFlow = Annotated[
    str | None,
    typer.Argument(metavar="[FLOW]", help="Such as watch. Default: all.", show_default=False, callback=in_utf8),
]


def status_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Tell how the schedule is: who runs it, each flow's last round and next one, gaps, what is due again.

    Exits 1 where none runs, or its server does not answer.

    \b
    Example:
      pressmark schedule status
    """
    from flows.prefect_api import PATIENCE
    from flows.revisiting import counted
    from pressmark.cli.shapes import write_json

    call: Call = ctx.obj
    with call.open(archive) as kept:
        archive_id, home = kept.id, _home(call, kept.where)
        rounds, revisits = kept.rounds.all(), counted(kept, call.now())
        listeners = kept.listeners.all()
    running, api = _server(call, home, PATIENCE)
    away: str | None = None
    flows: list[tuple[Deployed, Ran | None, Ran | None]] = []
    try:
        flows = [(one, api.last(one), api.next(one)) for one in api.deployed(archive_id)] if api is not None else []
    except Unreachable as error:  # what the archive knows is told all the same
        away = str(error)
    if as_json:
        said = {"archive": archive_id, "running": asdict(running) if running is not None else None, "problem": away}
        plain = [asdict(one) | {"last": _plain(last), "next": _plain(following)} for one, last, following in flows]
        known = {"rounds": [r.to_json() for r in rounds], "revisits": revisits.to_json()}
        write_json(call.out, said | {"flows": plain, **known, "listeners": [x.to_json() for x in listeners]})
    else:
        lines = [
            f"process {running.process} since {say_moment(running.since)}, {running.page}"
            if running is not None
            else "no schedule runs"
        ]
        lines += [away] if away else []
        lines += [say_flow(*flow) for flow in flows]
        lines += [line for this in rounds for line in _round_lines(this)]
        lines.append(say_revisits(revisits))
        lines += [say_listener(x) for x in listeners]
        call.out.write("".join(f"{safe_line(line)}\n" for line in lines))
    return 0 if api is not None and away is None else 1


def list_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """List what pressmark.toml schedules, whether it runs or not.

    \b
    Example:
      pressmark schedule list
    """
    from flows.settings import FILE
    from flows.timetable import read_timetable
    from pressmark.cli.schedule_lines import say_entry
    from pressmark.cli.shapes import write_json

    call: Call = ctx.obj
    call.place(archive)
    entries = read_timetable(call.cwd)
    if not (call.cwd / FILE).exists():
        call.tell(f"there is no {FILE} here: this is what runs where nothing is said")
    if not entries and not as_json:
        call.out.write("nothing is scheduled here: pressmark.toml leaves every flow out\n")
    for entry in entries:
        if as_json:
            write_json(call.out, asdict(entry))
        else:
            told = "".join(f", {name} {value}" for name, value in entry.parameters.items())
            call.out.write(safe_line(f"{say_entry(entry)}{told}") + "\n")
    return 0


def run_command(
    ctx: typer.Context,
    flow: FlowArgument,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has ended; exit 1 where it failed.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Run a scheduled flow now, besides its schedule.

    \b
    Example:
      pressmark schedule run audit --wait
    """
    from flows.prefect_api import LONG_PATIENCE, PATIENCE
    from pressmark.cli.shapes import write_json

    call: Call = ctx.obj
    api, archive_id = _needed(call, archive, LONG_PATIENCE if wait else PATIENCE)
    ran = api.run(api.named(archive_id, flow))
    until = time.monotonic() + _WAIT_SECONDS
    while wait and ran.state not in ENDED and time.monotonic() < until:
        time.sleep(0.5)
        ran = api.read(ran.id)
    if as_json:
        write_json(call.out, asdict(ran))
    else:
        call.out.write(safe_line(f"{flow}, run {ran.name}: {say_ran(ran)}") + "\n")
    return 0 if ran.state == "Completed" or not wait else 1


def pause_command(ctx: typer.Context, flow: MaybeFlow = None, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Let the schedule of a flow rest, or all of them. A round that goes on is not ended.

    \b
    Example:
      pressmark schedule pause revisit
    """
    return _told(ctx.obj, flow, archive, as_json, paused=True)


def resume_command(ctx: typer.Context, flow: MaybeFlow = None, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Let what was paused go on.

    \b
    Example:
      pressmark schedule resume
    """
    return _told(ctx.obj, flow, archive, as_json, paused=False)


def down_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """End the schedule that runs on this machine. What was taken in is kept.

    \b
    Example:
      pressmark schedule down
    """
    from flows.running import need_running, stop
    from pressmark.cli.shapes import write_json

    call: Call = ctx.obj
    # not by way of the database or the settings: a schedule can be ended whatever state these are in
    home = _home(call, Path(archive or _place_as_it_was(call)))
    running = need_running(home)
    stop(running, home)
    if as_json:
        write_json(call.out, {"ended": running.process})
    else:
        call.out.write(f"the schedule (process {running.process}) has ended\n")
    return 0


def _told(call: Call, flow: str | None, archive: str | None, as_json: bool, *, paused: bool) -> int:
    from flows.prefect_api import PATIENCE
    from pressmark.cli.shapes import write_json

    api, archive_id = _needed(call, archive, PATIENCE)
    chosen = [api.named(archive_id, flow)] if flow else api.deployed(archive_id)
    for one in chosen:
        (api.pause if paused else api.resume)(one)
    with call.open_to_write(archive) as kept:
        for one in chosen:
            if one.paused != paused:
                kept.rounds.rest(one.flow, paused=paused, person=call.operator())
    for one in chosen:
        if as_json:
            write_json(call.out, {"flow": one.flow, "name": one.name, "paused": paused})
        else:
            call.out.write(safe_line(f"{one.flow} {'is paused' if paused else 'goes on'}") + "\n")
    if not chosen:
        raise NotFound("nothing is scheduled for this archive: pressmark schedule up")
    return 0


def _home(call: Call, where: Path) -> Path:
    from flows.room import home_beside

    return home_beside(call.cwd / where)


def _server(call: Call, home: Path, patience: float) -> tuple[Any, PrefectApi | None]:
    """The schedule that runs on this machine, and the server to be asked: its own, or PREFECT_API_URL's."""
    from flows.prefect_api import PrefectApi
    from flows.running import find_running

    running = find_running(home)
    given = call.environ.get("PREFECT_API_URL") or (running.api if running is not None else None)
    if given is not None and not given.startswith(("http://", "https://")):
        raise BadCall(f"PREFECT_API_URL is {given!r}: give an address such as http://127.0.0.1:4200/api")
    key = call.environ.get("PREFECT_API_KEY")
    return running, PrefectApi(given, key, patience=patience, tell=call.tell) if given else None


def _place_as_it_was(call: Call) -> str:
    """Where the archive is that a schedule was started for: also in a folder whose ``pressmark.toml`` was broken since."""
    from flows.running import find_running
    from flows.settings import read_file

    try:
        return call.place(None)
    except BadCall as error:
        place = call.environ.get("PRESSMARK_ARCHIVE")
        with suppress(BadCall):  # another of its settings may be the wrong one
            place = place or str(read_file(call.cwd).get("archive", ""))
        place = place or "archive"
        if find_running(_home(call, Path(place))) is not None:
            return place
        raise BadCall(f"{error} (schedule down --archive DIR ends a schedule all the same)") from error


def _needed(call: Call, archive: str | None, patience: float) -> tuple[PrefectApi, str]:
    with call.open(archive) as kept:
        archive_id, home = kept.id, _home(call, kept.where)
    _, api = _server(call, home, patience)
    if api is None:
        raise NotFound("no schedule runs for this archive: pressmark schedule up starts one")
    return api, archive_id


def _round_lines(this: Round) -> Iterable[str]:
    ended = f"ended {say_moment(this.ended_at)}: {this.said}" if this.ended_at else "has not ended"
    yield f"{this.flow:<10} round of {say_moment(this.began_at)} {ended}"
    if this.gaps:
        yield f"{'':<10} {say_gaps(this)}"


def _plain(ran: Ran | None) -> dict[str, Any] | None:
    return None if ran is None else asdict(ran)
