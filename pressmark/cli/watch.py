"""``watch``: feeds, sitemaps and section pages that are looked at again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.ingest import open_for_writing
from pressmark.cli.options import AllowAddressOption, ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import parse_network
from pressmark.cli.schedule import parse_every
from pressmark.cli.watch_looks import check_command, status_command

if TYPE_CHECKING:
    from model.watch import Watch, WatchKind

_LONGEST_URL = 1000

WatchArgument = Annotated[
    str, typer.Argument(metavar="WATCH", help="The address or the name of a watch.", show_default=False, callback=in_utf8)
]


def build_watch() -> typer.Typer:
    """The ``watch`` group."""
    group = typer.Typer(help="Watch feeds, sitemaps and sections for new articles.")
    group.callback()(_watch)
    group.command("add")(add_command)
    group.command("list")(list_command)
    group.command("remove")(remove_command)
    group.command("status")(status_command)
    group.command("check")(check_command)
    return group


def _watch() -> None:
    """Watch feeds, sitemaps and sections for new articles."""


def add_command(
    ctx: typer.Context,
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="A site, one of its sections, a feed or a sitemap.", show_default=False, callback=in_utf8
        ),
    ],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only a feed, a sitemap or a section.", show_default=False)
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="INTERVAL",
            help="How often, such as 15m, 6h, 1d. Default: as before, 15m where it is new.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What the watch is called.", show_default=False, callback=in_utf8)
    ] = None,
    allow_address: AllowAddressOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find what lists a site's articles, and watch it.

    Looks at the page, the feeds it points at and the sitemaps robots.txt names, and says what was found and what
    was chosen and why. Nothing is taken in yet: watch check does that. Makes the archive where there is none.
    What is watched already gets the interval and the name that are said, and keeps those that are not.

    \b
    Example:
      pressmark watch add https://harbour-ledger.example/
      pressmark watch add https://harbour-ledger.example/sport --kind section --every 1h --name sport
    """
    from flows.finding import find
    from flows.pipeline import Pipeline
    from model.watch import EVERY, Watch
    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for
    from pressmark.cli.watch_lines import render_find, say_added
    from sources.http import parse_url

    call: Call = ctx.obj
    if len(url) > _LONGEST_URL:
        raise BadCall(f"an address of {len(url):,} characters is not watched: {_LONGEST_URL:,} are the most")
    parse_url(url)
    interval = int(parse_every(every).total_seconds()) if every is not None else None
    wanted = _kind(kind)
    networks = [parse_network(a) for a in allow_address or ()]
    with open_for_writing(call, archive, [url]) as kept:
        finds = find(Pipeline.from_settings(kept, call.settings), url.strip(), kind=wanted, allow_addresses=networks)
        chosen = [(x.url, x.kind) for x in finds if x.chosen and x.kind is not None]
        before = {watch.url: watch for watch in kept.watches.all()}
        added: list[Watch] = []
        for number, (place, what) in enumerate(chosen, start=1):
            called = f"{name} {number}" if name and number > 1 else name
            there = before.get(place, Watch(place, what, EVERY))
            kept.watches.add(Watch(place, what, interval or there.every, called or there.name), call.operator())
            added.append(kept.watches.find(place))
    if as_json:
        told = {"found": [x.to_json() for x in finds], "added": [_plain(w) for w in added]}
        write_json(call.out, told | {"before": [_plain(before[w.url]) for w in added if w.url in before]})
        return 0
    console = console_for(call.out, call.environ)
    for found in finds:
        for part in render_find(found):
            console.print(part)
    for line in say_added(added, before):
        console.print(line, soft_wrap=True)
    return 0


def list_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """List what is watched.

    \b
    Example:
      pressmark watch list
    """
    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for
    from pressmark.cli.watch_lines import render_watch

    call: Call = ctx.obj
    with call.open(archive) as kept:
        watches = kept.watches.all()
    if as_json:
        for watch in watches:
            write_json(call.out, _plain(watch))
    else:
        console = console_for(call.out, call.environ)
        for watch in watches:
            console.print(render_watch(watch), soft_wrap=True)
        if not watches:
            call.tell("nothing is watched yet: pressmark watch add URL")
    return 0


def remove_command(ctx: typer.Context, watch: WatchArgument, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Stop watching something. What it brought in stays; what it left waiting is forgotten.

    \b
    Example:
      pressmark watch remove sport
    """
    from pressmark.cli.safe import safe_line
    from pressmark.cli.shapes import write_json

    call: Call = ctx.obj
    with call.open_to_write(archive) as kept:
        found = kept.watches.find(watch)
        kept.watches.remove(found, call.operator())
    if as_json:
        write_json(call.out, {"removed": _plain(found)})
    else:
        call.out.write(f"not watched any more: {safe_line(found.url)}\n")
    return 0


def _kind(text: str | None) -> WatchKind | None:
    from model.watch import WatchKind

    if text is None:
        return None
    try:
        return WatchKind(text.strip().lower())
    except ValueError:
        raise BadCall(f"--kind takes feed, sitemap or section, not {text!r}") from None


def _plain(watch: Watch) -> dict[str, object]:
    return {"url": watch.url, "kind": watch.kind.value, "name": watch.name, "every": watch.every, "since": watch.since}
