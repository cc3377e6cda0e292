"""``changes``: what publishers changed, for people, programs and feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall, StorageUnavailable
from pressmark.cli.browse import LimitOption, parse_limit, tell_each
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import parse_since, say_since

if TYPE_CHECKING:
    from datetime import datetime

    from model.changes import ChangesWanted
    from storage import Archive


def changes_command(
    ctx: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="24h, 7d, 2w, a day (UTC), or a date-time with its offset.")
    ] = "24h",
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field", metavar="FIELD", help="Only changes of this field, such as headline.", show_default=False, callback=in_utf8
        ),
    ] = None,
    substantive: Annotated[
        bool, typer.Option("--substantive", help="Leave out what changed only in quotes, dashes or spaces.")
    ] = False,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Only new, changed, gone or restored.", show_default=False, callback=in_utf8),
    ] = None,
    limit: LimitOption = "all",
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="atom: a feed (RFC 4287).", show_default=False, callback=in_utf8),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="With --format: the file to write.", show_default=False, callback=in_utf8),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Tell what publishers changed or withdrew, and whether they announced it.

    --field and --kind can be given several times.

    \b
    Example:
      pressmark changes --since 7d --field headline --substantive
      pressmark changes --since 2026-11-20T08:00+01:00 --json
      pressmark changes --since 30d --kind changed --format atom --output changes.atom
    """
    from pressmark.cli.listings import render_change_line

    call: Call = ctx.obj
    moment, most = parse_since(since, call.now()), parse_limit(limit)
    wanted = _wanted(field or (), kind or (), substantive=substantive)
    if form not in {None, "atom"}:
        raise BadCall(f"--format takes atom, not {form!r}; without it the changes are told as text, with --json as JSON")
    if form and as_json:
        raise BadCall("--format atom and --json are two forms: give one of them")
    if output is not None and not form:
        raise BadCall("--output says where the feed goes: give --format atom with it")
    with call.open(archive) as kept:
        if form:
            return _feed(call, kept, moment, most, wanted, output)
        found = kept.changes(moment, most, wanted=wanted)
        return tell_each(call, found, as_json, render_change_line, f"no changes seen {say_since(since)}")


def _feed(call: Call, kept: Archive, since: datetime, most: int | None, wanted: ChangesWanted, output: str | None) -> int:
    from flows.changes_feed import feed_of
    from storage import replace_durably

    data, count = feed_of(kept, call.settings, since, most, wanted)
    if output is None:
        # as references where needed, so that it is UTF-8 whatever the stream's encoding is
        call.out.write(data.decode("utf-8").encode("ascii", "xmlcharrefreplace").decode("ascii"))
        return 0
    path = call.cwd / Path(output)
    try:
        replace_durably(path, data)
    except OSError as error:
        raise StorageUnavailable(f"the feed cannot be written to {output}: {error.strerror or error}") from error
    call.tell(f"{count} {'change' if count == 1 else 'changes'} in {output}")
    return 0


def _wanted(fields: Sequence[str], kinds: Sequence[str], *, substantive: bool) -> ChangesWanted:
    from model.changes import FIELDS, KINDS, ChangesWanted

    return ChangesWanted(_known("--kind", kinds, KINDS), _known("--field", fields, FIELDS), substantive)


def _known(option: str, said: Iterable[str], known: Sequence[str]) -> frozenset[str]:
    found = [value.strip().lower().replace("-", "_") for value in said]
    for value in found:
        if value not in known:
            near = get_close_matches(value, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}"
            raise BadCall(f"{option} does not know {value[:40]!r}; {hint}")
    return frozenset(found)
