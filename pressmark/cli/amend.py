"""``amend``, ``note`` and ``restrict``: what a person says of a record, with name and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.errors import BadCall
from model.record import Scope
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, ByOption, JsonOption, ReasonOption, RecordArgument, in_utf8, reference
from pressmark.cli.references import find_reference, parse_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

AmendedArgument = Annotated[
    str,
    typer.Argument(metavar="RECORD[@N]", help="A record, or its version N. Bare: the latest.", callback=reference),
]


def amend_command(
    ctx: typer.Context,
    record: AmendedArgument,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Such as headline=…, authors/0/role=…, or authors=JSON. Empty: it is not there.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option("--clear", metavar="FIELD", help="Take a stated value back.", show_default=False, callback=in_utf8),
    ] = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """State what a version says, field by field, over what was read.

    A new reading by you: earlier ones stay, later releases never outrank it. Only this version is amended.
    Restricted content can be amended, too; it stays restricted, and nothing of it is shown.

    \b
    Example:
      pressmark amend c4p9xk-7f@2 --set authors/0/role=editor --reason "as in the printed edition"
      pressmark amend c4p9xk-7f@2 --clear authors/0/role --reason "it was another Tarn"
    """
    from model.amendable import pointer_of, said
    from storage.restrictions import is_hidden

    call: Call = ctx.obj
    person, why = call.person(by), _reason(reason)
    stated = dict(_pair(text) for text in values or ())
    if len(stated) < len(values or ()):
        raise BadCall("a field is set twice: say each once")
    cleared = [pointer_of(name) for name in clear or ()]
    with call.open_to_write(archive) as kept:
        wanted = find_reference(kept, record)
        if wanted.reading is not None:
            raise BadCall(f"a version is amended, not one of its readings: {wanted.record}@{wanted.version}")
        # says which versions there are, and nothing of what it shows is told
        view = kept.show(wanted.record, wanted.version, restricted=True)
        version, closed = view.version, is_hidden(view.restrictions)
        version, number = kept.by(person).amend(wanted.record, version, stated, cleared, reason=why)
    if as_json:
        said_of = {"record": wanted.record, "version": version, "reading": number, "restricted": closed}
        return _json(call, said_of | {"set": stated, "clear": cleared})
    told = [f"{said(p)} is {_say(v)}" for p, v in stated.items()] + [f"{said(p)} is as read again" for p in cleared]
    return _tell(
        call,
        f"amended {wanted.record}@{version}.{number} by {person}: {'; '.join(told)}{'; its content stays restricted' * closed}",
    )


def note_command(
    ctx: typer.Context,
    record: RecordArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to remark.", show_default=False, callback=in_utf8)],
    by: ByOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Keep a remark with a record.

    \b
    Example:
      pressmark note c4p9xk-7f "the photograph is cropped in the printed edition"
    """
    call: Call = ctx.obj
    person = call.person(by)
    with call.open_to_write(archive) as kept:
        found = find_reference(kept, record).record
        new = kept.by(person).note(found, text)
    if as_json:
        return _json(call, {"record": found, "note": text, "new": new})
    return _tell(call, f"noted with {found} by {person}" if new else f"{found} has this very note already")


def restrict_command(
    ctx: typer.Context,
    record: RecordArgument,
    scope: Annotated[
        Scope | None,
        typer.Option(
            "--scope", help="content: what it says is not shown, found or exported (default); export: shown here, not exported."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="The last day (UTC) or time of it. Default: no end.", show_default=False),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Lift it: that of --scope, or all of the record's.")] = False,
    reason: ReasonOption = None,
    by: ByOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Keep a record without showing what it says.

    It stays held, verified, rebuilt and listed by id, address and dates. show, search and diff refuse what
    it says without --restricted REASON, which goes into the ledger.

    \b
    Example:
      pressmark restrict c4p9xk-7f --until 2036-12-31 --reason "a minor is named"
      pressmark restrict c4p9xk-7f --lift --reason "the order was withdrawn"
    """
    call: Call = ctx.obj
    person, why = call.person(by), _reason(reason)
    if lift and until:
        raise BadCall("--lift ends a restriction now: --until says nothing beside it")
    end = parse_moment("--until", until) if until else None
    if end is not None and end <= call.now():
        raise BadCall(f"--until is over already: {until}")
    with call.open_to_write(archive) as kept:
        found = find_reference(kept, record).record
        hand = kept.by(person)
        scopes: Sequence[str] = [(scope or Scope.CONTENT).value]
        if lift:
            scopes = hand.lift(found, scope, reason=why)
        else:
            hand.restrict(found, scope or Scope.CONTENT, reason=why, until=end)
    if as_json:
        from model.edtf import utc_text

        shape: dict[str, Any] = {"record": found, "scopes": scopes, "lifted": lift, "until": utc_text(end) if end else None}
        return _json(call, shape)
    if lift:
        return _tell(call, f"lifted by {person}: {found} is no longer restricted in {' and '.join(scopes)}")
    return _tell(call, f"restricted by {person}: {scopes[0]} of {found}" + (f", until the end of {until}" if until else ""))


def _pair(text: str) -> tuple[str, Any]:
    from model.amendable import pointer_of, value_of

    name, equals, value = text.partition("=")
    if not equals:
        raise BadCall(f"--set takes FIELD=VALUE, not {text[:60]!r}")
    pointer = pointer_of(name)
    return pointer, value_of(pointer, value)


def _reason(reason: str | None) -> str:
    if reason is None or not reason.strip():
        raise BadCall("it needs a reason: --reason WHY")
    return reason


def _say(value: Any) -> str:
    import json

    return "empty" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(call: Call, shape: dict[str, Any]) -> int:
    from pressmark.cli.shapes import write_json

    write_json(call.out, shape)
    return 0


def _tell(call: Call, line: str) -> int:
    from pressmark.cli.safe import safe_line

    call.out.write(safe_line(line) + "\n")
    return 0
