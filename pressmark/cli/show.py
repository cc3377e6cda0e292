"""``show``, ``history`` and ``diff``: one record, closely."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from model.copies import Likely
from model.errors import BadCall, NotFound
from pressmark.cli.call import Call
from pressmark.cli.options import (
    ArchiveOption,
    AsOfOption,
    JsonOption,
    KnownAtOption,
    RecordArgument,
    RestrictedOption,
    VersionArgument,
)
from pressmark.cli.references import Reference, find_reference, moments, parse_version
from pressmark.cli.restricted import note_looks, open_looking

if TYPE_CHECKING:
    from model.record import History


class Format(StrEnum):
    """What ``show --format`` prints."""

    CARD = "card"
    TEXT = "text"
    JSON = "json"


def show_command(
    ctx: typer.Context,
    record: VersionArgument,
    why: Annotated[bool, typer.Option("--why", help="How we know: the evidence for every value, and what was rejected.")] = False,
    form: Annotated[
        Format,
        typer.Option(
            "--format", help="card: for people; text: the plain text alone; json: the article alone, as extract prints it."
        ),
    ] = Format.CARD,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    restricted: RestrictedOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show one version: what it says, when it was seen, how we know.

    \b
    Example:
      pressmark show c4p9xk-7f
      pressmark show c4p9xk-7f@1 --why
      pressmark show c4p9xk-7f --as-of 2026-11-20
      pressmark show https://harbour-ledger.example/news/budget --format text
    """
    call: Call = ctx.obj
    when = moments(as_of, known_at)
    with open_looking(call, archive, restricted) as kept:
        wanted = find_reference(kept, record, **when)
        if as_of is not None and wanted.version is not None:
            raise BadCall(f"--as-of finds the version itself: give {wanted.record} without @{wanted.version}")
        view = kept.show(wanted.record, wanted.version, wanted.reading, restricted=restricted is not None, **when)
        note_looks(call, kept, [wanted.record], restricted)
        labels = kept.history(wanted.record, restricted=True, **when).labels
        likely = Likely() if when else kept.likely_copies(wanted.record, view.version)
    from pressmark.cli.safe import safe
    from pressmark.cli.shapes import plain, write_json
    from pressmark.cli.terminal import console_for

    if view.is_lost:
        call.tell("what was read of this page is damaged: run `pressmark repair --from COPY`, then `pressmark rebuild`")
    if as_json or form is Format.JSON:
        write_json(call.out, plain(view) | {"labels": labels, "likely": plain(likely)} if as_json else view.article)
        return 0
    if form is Format.TEXT:
        text = view.article.text + "\n"
        call.out.write(safe(text) if call.out.isatty() else text)
        return 0
    from pressmark.cli.cards import version_card
    from pressmark.cli.reading import render_body
    from pressmark.cli.why import render_why

    console = console_for(call.out, call.environ)
    console.print(version_card(view, labels, likely))
    console.print()
    console.print(render_why(view.article, view.stated) if why else render_body(view.article))
    return 0


def history_command(
    ctx: typer.Context,
    record: RecordArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    restricted: RestrictedOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show a record through time: its states, changes and withdrawal.

    With --as-of up to that time, with --known-at as far as the archive knew it then.

    \b
    Example:
      pressmark history c4p9xk-7f
      pressmark history c4p9xk-7f --known-at 2026-11-20T12:00
      pressmark history https://harbour-ledger.example/news/budget
    """
    call: Call = ctx.obj
    when = moments(as_of, known_at)
    with open_looking(call, archive, restricted) as kept:
        found = find_reference(kept, record, **when).record
        history = kept.history(found, restricted=restricted is not None, **when)
        note_looks(call, kept, [found], restricted)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, history)
        return 0
    from pressmark.cli.terminal import console_for
    from pressmark.cli.timeline import render_history

    console_for(call.out, call.environ).print(render_history(history))
    return 0


def diff_command(
    ctx: typer.Context,
    record: RecordArgument,
    before: Annotated[
        str | None, typer.Argument(metavar="[A]", help="A version number. Default: the last but one in time.", show_default=False)
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[B]", help="A version number. Default: the last in time.", show_default=False)
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Show paragraphs that are the same, too.")] = False,
    as_of: Annotated[
        list[str] | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="Compare what the page said then with the latest; given twice, with what it said at the second.",
            show_default=False,
        ),
    ] = None,
    known_at: KnownAtOption = None,
    restricted: RestrictedOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show what differs between two versions, word by word.

    In colour on a terminal; elsewhere, or with NO_COLOR set, as [-removed-] {+added+}.

    \b
    Example:
      pressmark diff c4p9xk-7f
      pressmark diff c4p9xk-7f 1 3
      pressmark diff c4p9xk-7f --as-of 2026-11-20
    """
    from model.change import compare
    from pressmark.cli.differences import differences, render_differences
    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for, in_colour

    call: Call = ctx.obj
    when = moments(None, known_at)
    shown = restricted is not None
    with open_looking(call, archive, restricted) as kept:
        wanted = find_reference(kept, record, **when)
        if as_of:
            if before or after or len(as_of) > 2:
                raise BadCall("--as-of, once or twice, stands instead of version numbers")
            then = [moments(text, known_at) for text in as_of]
            old = kept.show(wanted.record, restricted=shown, **then[0])
            new = kept.show(wanted.record, restricted=shown, **(then[1] if len(then) > 1 else when))
        else:
            first, second = _two_versions(kept.history(wanted.record, restricted=shown, **when), wanted, before, after)
            old = kept.show(wanted.record, first, restricted=shown, **when)
            new = kept.show(wanted.record, second, restricted=shown, **when)
        note_looks(call, kept, [wanted.record], restricted)
    found = differences(old, new, compare(old.read, new.read))
    if as_json:
        write_json(call.out, found)
        return 0
    console = console_for(call.out, call.environ)
    console.print(render_differences(found, colour=in_colour(console), whole=whole))
    return 0


def _two_versions(history: History, wanted: Reference, before: str | None, after: str | None) -> tuple[int, int]:
    """The numbers given; else the state asked for (or the last) and the one before it in time.

    The publisher's states are looked at first, copies beside only where one of them is meant
    or where there is nothing else.
    """
    a, b = parse_version(before) if before else None, parse_version(after) if after else wanted.version
    if a is not None and b is not None:
        return a, b
    every = [state.version for state in history.states]
    order = [state.version for state in history.states if state.strand == "publisher"] or every
    if b is not None and b not in order:
        order = every
    if b is not None and b not in order:
        raise NotFound(f"{history.record} has no version {b}: pressmark history {history.record} shows those there are")
    last = order.index(b) if b is not None else len(order) - 1
    if a is not None:
        return a, order[last]
    if last == 0:
        raise BadCall(f"nothing to compare with: no version of {history.record} stands before @{order[0]}")
    return order[last - 1], order[last]
