"""``watch check`` and ``watch status``: looks at what is watched, and how they went."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pressmark.cli.call import Call
from pressmark.cli.ingest import Teller, say_totals
from pressmark.cli.options import AllowAddressOption, ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import parse_network

if TYPE_CHECKING:
    from storage import Archive


def status_command(
    ctx: typer.Context,
    watch: Annotated[
        str | None,
        typer.Argument(metavar="WATCH", help="An address or a name. Default: all.", show_default=False, callback=in_utf8),
    ] = None,
    given_up: Annotated[bool, typer.Option("--given-up", help="List the addresses that are not tried any more.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="List the addresses that are to be taken in yet.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Tell how watches are: the last look, the next one, gaps, what waits and what was given up.

    Below them how the pieces are that are looked at again; with --given-up also those whose last look failed.
    --waiting lists what is to be taken in yet, with why it was not so far.
    Exits 1 where a watch is sick.

    \b
    Example:
      pressmark watch status
      pressmark watch status sport --given-up
    """
    from rich.text import Text

    from pressmark.cli.safe import safe_line
    from pressmark.cli.shapes import plain, write_json
    from pressmark.cli.terminal import console_for
    from pressmark.cli.watch_lines import render_given_up, render_status, render_waiting

    call: Call = ctx.obj
    with call.open(archive) as kept:
        named = kept.watches.find(watch) if watch else None
        statuses = [s for s in kept.watches.looks.statuses() if named is None or s.watch.url == named.url]
        lost = kept.watches.looks.given_up(named) if given_up else []
        left = kept.watches.looks.all_waiting(named) if waiting else []
        below = [] if as_json or named else list(_below(kept, given_up, call.now()))
    console = console_for(call.out, call.environ)
    for status in statuses:
        mine = [x for x in lost if x.watch == status.watch.url]
        yet = [x for x in left if x.watch == status.watch.url]
        if as_json:
            told = status.to_json()
            told |= {"given_up_items": plain(mine)} if given_up else {}
            told |= {"waiting_items": [x.to_json() for x in yet]} if waiting else {}
            write_json(call.out, told)
            continue
        for part in (*render_status(status), *map(render_waiting, yet), *map(render_given_up, mine)):
            # one line a watch, for grep; what is told of it may be folded
            console.print(part, soft_wrap=isinstance(part, Text))
    for line in below:
        call.out.write(f"{safe_line(line)}\n")
    if not statuses and not as_json:
        call.tell("nothing is watched yet: pressmark watch add URL")
    return 1 if any(s.sick for s in statuses) else 0


def check_command(
    ctx: typer.Context,
    watches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WATCH...]", help="Addresses or names. Default: all.", show_default=False, callback=in_utf8),
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only those whose next look is due.")] = False,
    given_up: Annotated[bool, typer.Option("--given-up", help="Try given-up addresses again, too.")] = False,
    allow_address: AllowAddressOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Look at watches now, and take in what is new.

    Also takes in what earlier looks left waiting. Exits 1 if a look or an address failed, or one was refused.

    \b
    Example:
      pressmark watch check
      pressmark watch check sport --given-up
    """
    from flows.on_change import telling
    from flows.pipeline import Pipeline
    from flows.watching import Checked, check
    from model.edtf import utc_text
    from model.record import Outcome
    from model.watch import LookOutcome
    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for, progress
    from pressmark.cli.watch_lines import render_checked

    call: Call = ctx.obj
    networks = [parse_network(a) for a in allow_address or ()]
    started = time.monotonic()
    told: Counter[Outcome] = Counter()
    looks = failed = 0
    console = console_for(call.out, call.environ)
    with (
        call.open_to_write(archive) as kept,
        telling(kept, call.settings, call.tell),
        progress(call, "taken in:") as shown,
    ):
        named = [kept.watches.find(w) for w in watches] if watches else None
        if not kept.watches.all():
            call.tell("nothing is watched yet: pressmark watch add URL")
        if given_up and named is None:
            kept.revisits.try_again(utc_text(call.now()))
        pipeline = Pipeline.from_settings(kept, call.settings)
        teller = Teller(call, kept, as_json)
        keeping = call.settings.images
        for item in check(
            kept, pipeline, watches=named, due_only=due, given_up=given_up, images=keeping, allow_addresses=networks
        ):
            with shown.aside():
                if not isinstance(item, Checked):
                    told[item.outcome] += 1
                    teller.tell(item)
                    shown.advance(told.total())
                    continue
                looks += 1
                failed += item.outcome is LookOutcome.FAILED
                if as_json:
                    write_json(call.out, item.to_json())
                else:
                    console.print(render_checked(item), soft_wrap=True)
    if not as_json:
        looked = f"{looks} {'look' if looks == 1 else 'looks'}, {failed} failed; "
        call.out.write(looked + say_totals(told, time.monotonic() - started) + "\n")
    return 1 if failed or {Outcome.FAILED, Outcome.REFUSED} & told.keys() else 0


def _below(kept: Archive, sick: bool, now: datetime) -> Iterator[str]:
    """Rounds that were left out, and how the pieces are that are looked at again."""
    from flows.revisiting import counted
    from pressmark.cli.schedule_lines import say_gaps, say_revisits, say_sick

    yield from (say_gaps(this) for this in kept.rounds.all() if this.gaps)
    found = counted(kept, now)
    if found.planned or found.given_up:
        yield say_revisits(found)
        yield from (f"    {say_sick(x)}" for x in (kept.revisits.sick() if sick else ()))
