"""``watch``: feeds, sitemaps and section pages that are looked at again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall, PressmarkError
from pressmark.cli.call import Call
from pressmark.cli.ingest import open_for_writing
from pressmark.cli.options import AllowAddressOption, ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import parse_network
from pressmark.cli.schedule import parse_every
from pressmark.cli.watch_looks import check_command, status_command

if TYPE_CHECKING:
    from flows.finding import Find
    from model.watch import Watch, WatchKind
    from storage import Archive

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
    urls: Annotated[
        list[str],
        typer.Argument(
            metavar="URL...",
            help="A site, one of its sections, a feed or a sitemap; or @list.txt (one a line).",
            show_default=False,
            callback=in_utf8,
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
    What is watched already gets the interval and the name that are said, and keeps those that are not. Of several
    addresses each is told of, and those that nothing was found at cost themselves only.

    \b
    Example:
      pressmark watch add https://harbour-ledger.example/
      pressmark watch add @papers.txt
      pressmark watch add https://harbour-ledger.example/sport --kind section --every 1h --name sport
    """
    from flows.finding import find_all
    from flows.pipeline import Pipeline

    call: Call = ctx.obj
    places = _places(call, urls)
    if name is not None and len(places) > 1:
        raise BadCall(f"--name is for one address, and these are {len(places)}")
    interval = int(parse_every(every).total_seconds()) if every is not None else None
    wanted = _kind(kind)
    networks = [parse_network(a) for a in allow_address or ()]
    failed = 0
    with open_for_writing(call, archive, places) as kept:
        pipeline = Pipeline.from_settings(kept, call.settings)
        for place, found in zip(places, find_all(pipeline, places, kind=wanted, allow_addresses=networks), strict=True):
            if not isinstance(found, PressmarkError):
                before = {watch.url: watch for watch in kept.watches.all()}
                _tell_added(call, place, found, _added(call, kept, found, interval, name), before, as_json)
            elif len(places) == 1:
                raise found
            else:
                failed += 1
                _tell_failed(call, place, found, as_json)
    if len(places) > 1:
        call.tell(f"{len(places)} addresses, {failed} at which nothing to watch was found")
    return 1 if failed else 0


def _places(call: Call, urls: Sequence[str]) -> list[str]:
    """Addresses, lists taken apart, each once. Raises ``BadCall`` for what is none."""
    from sources.files import list_entries
    from sources.http import parse_url

    entries = [x for url in urls for x in (list_entries(f"@{call.cwd / url[1:]}") if url.startswith("@") else [url])]
    for url in entries:
        if len(url) > _LONGEST_URL:
            raise BadCall(f"an address of {len(url):,} characters is not watched: {_LONGEST_URL:,} are the most")
        parse_url(url)
    return list(dict.fromkeys(url.strip() for url in entries))


def _added(call: Call, kept: Archive, finds: Sequence[Find], interval: int | None, name: str | None) -> list[Watch]:
    from model.watch import EVERY, Watch

    before = {watch.url: watch for watch in kept.watches.all()}
    added: list[Watch] = []
    for number, (place, what) in enumerate([(x.url, x.kind) for x in finds if x.chosen and x.kind is not None], start=1):
        called = f"{name} {number}" if name and number > 1 else name
        there = before.get(place, Watch(place, what, EVERY))
        kept.watches.add(Watch(place, what, interval or there.every, called or there.name), call.operator())
        added.append(kept.watches.find(place))
    return added


def _tell_added(
    call: Call, place: str, finds: Sequence[Find], added: Sequence[Watch], before: Mapping[str, Watch], as_json: bool
) -> None:
    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for
    from pressmark.cli.watch_lines import render_find, say_added

    if as_json:
        told = {"url": place, "found": [x.to_json() for x in finds], "added": [_plain(w) for w in added]}
        write_json(call.out, told | {"before": [_plain(before[w.url]) for w in added if w.url in before]})
        return
    console = console_for(call.out, call.environ)
    for found in finds:
        for part in render_find(found):
            console.print(part)
    for line in say_added(added, before):
        console.print(line, soft_wrap=True)


def _tell_failed(call: Call, place: str, error: PressmarkError, as_json: bool) -> None:
    from pressmark.cli.shapes import write_json

    if as_json:
        write_json(call.out, {"url": place, "problem": str(error)})
    else:
        said = str(error)
        call.tell(said if place in said else f"{place}: {said}")


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
