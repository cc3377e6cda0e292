"""``list``, ``search``, ``stats`` and ``events``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, AsOfOption, JsonOption, KnownAtOption, RestrictedOption, in_utf8, reference
from pressmark.cli.references import find_reference, moments, parse_since
from pressmark.cli.restricted import note_looks, open_looking

if TYPE_CHECKING:
    from rich.console import RenderableType

    from model.record import RecordLine

MOST = 1_000_000_000
"""No archive has as many lines; a database's integers end at 64 bits."""

LimitOption = Annotated[str, typer.Option("--limit", metavar="N|all", help="How many at most.")]


def list_command(
    ctx: typer.Context,
    limit: LimitOption = "50",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    restricted: RestrictedOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """List records, newest first.

    \b
    Example:
      pressmark list --limit 10
      pressmark list --json --limit all --as-of 2026-11-20
    """
    from pressmark.cli.listings import render_record_line

    call: Call = ctx.obj
    most, when = parse_limit(limit), moments(as_of, known_at)
    said = "no records then" if when else "no records yet: pressmark ingest SOURCE takes one in"
    with open_looking(call, archive, restricted) as kept:
        lines: Iterable[RecordLine] = kept.list(most, restricted=restricted is not None, **when)
        if restricted is not None:
            lines = list(lines)
            note_looks(call, kept, [line.record for line in lines], restricted)
        return tell_each(call, lines, as_json, render_record_line, said)


def search_command(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words to find.", show_default=False, callback=in_utf8)],
    limit: LimitOption = "20",
    restricted: RestrictedOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find records by words, names, publishers or dates.

    All words must be in one version: "a phrase" in quotes, -word for what must not be there. They are
    looked for in headline, standfirst, text and captions, and in the names of authors, photographers
    and agencies. A field before a word, or before a phrase, looks in one place:

    \b
      author:       names of authors
      affiliation:  whom authors work or worked for
      credit:       names of photographers
      agency:       picture agencies and wire services
      publisher:    the publisher
      section:      its section
      tag:          keywords
      collection:   a collection, by its whole name
      changed:      what the publisher changed in a version, such as headline
      since:        published on that day, month or year, or later, as printed
      until:        published then, or earlier

    \b
    Example:
      pressmark search harbour budget -library
      pressmark search '"harbour budget" author:okafor since:2024-03'
    """
    from pressmark.cli.listings import render_hit

    call: Call = ctx.obj
    if wrong := next((word for word in query if word.startswith("--")), None):
        raise BadCall(f"no such option: {wrong} (pressmark search --help tells more)")
    most = parse_limit(limit) or MOST
    with open_looking(call, archive, restricted) as kept:
        hits = kept.search(" ".join(query), most, restricted=restricted is not None)
        note_looks(call, kept, [hit.line.record for hit in hits], restricted)
        return tell_each(call, hits, as_json, render_hit, "nothing found")


def stats_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Count what the archive holds.

    \b
    Example:
      pressmark stats
    """
    call: Call = ctx.obj
    with call.open(archive) as kept:
        stats = kept.stats()
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, stats)
        return 0
    from pressmark.cli.listings import render_stats
    from pressmark.cli.terminal import console_for

    console_for(call.out, call.environ).print(render_stats(stats))
    return 0


def events_command(
    ctx: typer.Context,
    record: Annotated[
        str | None,
        typer.Argument(metavar="[RECORD]", help="Only what concerns this record.", show_default=False, callback=reference),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="Only this kind of ledger entry or PREMIS event.", show_default=False),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="24h, 7d, 2w, a day (UTC), or a date-time with its offset.", show_default=False
        ),
    ] = None,
    limit: LimitOption = "100",
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Tell what was done, when, by whom and why: the ledger as PREMIS events.

    \b
    Example:
      pressmark events --limit 20
      pressmark events --kind restriction --since 7d
      pressmark events https://harbour-ledger.example/news/budget
    """
    from pressmark.cli.listings import render_event

    call: Call = ctx.obj
    most = parse_limit(limit)
    moment = parse_since(since, call.now()) if since else None
    if kind is not None:
        from storage.events import check_kind

        kind = check_kind(kind)
    with call.open(archive) as kept:
        found = find_reference(kept, record).record if record else None
        lines = kept.events(found, most, kind=kind, since=moment)
        return tell_each(call, lines, as_json, render_event, "no such events" if kind or since else "no events yet")


def parse_limit(text: str) -> int | None:
    """``--limit``: how many, or ``None`` for all. Raises ``BadCall``."""
    if text.strip().lower() == "all":
        return None
    if not text.isdecimal() or not 1 <= int(text[:20]) <= MOST:
        raise BadCall(f"--limit takes a number from 1 to {MOST:,}, or all, not {text[:40]!r}")
    return int(text)


def tell_each(
    call: Call, items: Iterable[Any], as_json: bool, render: Callable[[Any], Iterable[RenderableType]], none_said: str
) -> int:
    """Prints each item, as JSON or rendered, or on stderr that there is none."""
    from rich.text import Text

    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for

    console = console_for(call.out, call.environ)
    empty = True
    for item in items:
        empty = False
        if as_json:
            write_json(call.out, item)
        else:
            for part in render(item):
                # a heading is never folded, so that a line stays a line for grep
                console.print(part, soft_wrap=isinstance(part, Text))
    if empty and not as_json:
        call.tell(none_said)
    return 0
