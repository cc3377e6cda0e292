"""``collection``: records that a person puts together under a name."""

from __future__ import annotations

from typing import Annotated

import typer

from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, ByOption, JsonOption, ReasonOption, in_utf8
from pressmark.cli.references import find_reference

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The collection's name.", show_default=False, callback=in_utf8)]
RecordsArgument = Annotated[
    list[str],
    typer.Argument(metavar="RECORD...", help="Ids, their unambiguous beginnings, or URLs.", show_default=False, callback=in_utf8),
]


def build_collection() -> typer.Typer:
    """The ``collection`` group."""
    group = typer.Typer(help="Put records together under a name, and take them out again.")
    group.callback()(_collection)
    group.command("add")(add_command)
    group.command("remove")(remove_command)
    group.command("list")(list_command)
    return group


def _collection() -> None:
    """Put records together under a name, and take them out again."""


def add_command(
    ctx: typer.Context,
    name: NameArgument,
    records: RecordsArgument,
    reason: ReasonOption = None,
    by: ByOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Put records into a collection, which begins with its first.

    \b
    Example:
      pressmark collection add harbour c4p9xk-7f c4p9xk-2b
    """
    return _collect(ctx.obj, name, records, True, reason, by, archive, as_json)


def remove_command(
    ctx: typer.Context,
    name: NameArgument,
    records: RecordsArgument,
    reason: ReasonOption = None,
    by: ByOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take records out of a collection. That they were in it stays in the ledger.

    \b
    Example:
      pressmark collection remove harbour c4p9xk-2b --reason "another harbour"
    """
    return _collect(ctx.obj, name, records, False, reason, by, archive, as_json)


def list_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """List the collections and how many records each has.

    \b
    Example:
      pressmark collection list
      pressmark search 'collection:harbour'
    """
    from pressmark.cli.safe import safe_line
    from pressmark.cli.shapes import write_json

    call: Call = ctx.obj
    with call.open(archive) as kept:
        collections = kept.collections()
    for name, count in collections.items():
        if as_json:
            write_json(call.out, {"collection": name, "records": count})
        else:
            call.out.write(safe_line(f"{name}  {count:,} {'record' if count == 1 else 'records'}") + "\n")
    if not collections and not as_json:
        call.tell("no collections yet: pressmark collection add NAME RECORD begins one")
    return 0


def _collect(
    call: Call,
    name: str,
    records: list[str],
    member: bool,
    reason: str | None,
    by: str | None,
    archive: str | None,
    as_json: bool,
) -> int:
    from pressmark.cli.safe import safe_line
    from pressmark.cli.shapes import write_json

    person = call.person(by)
    with call.open_to_write(archive) as kept:
        found = [find_reference(kept, text).record for text in records]
        changed = kept.by(person).collect(found, name, member=member, reason=reason)
    if as_json:
        write_json(call.out, {"collection": name, "member": member, "records": changed})
        return 0
    done = "added to" if member else "removed from"
    for record in dict.fromkeys(found):
        said = f"{done} {name}" if record in changed else f"{'already' if member else 'not'} in {name}"
        call.out.write(safe_line(f"{record}  {said}") + "\n")
    return 0
