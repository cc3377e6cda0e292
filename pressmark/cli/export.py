"""``export``: what the archive holds, for other software and other houses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from model.export import INCOMPLETE, Exported, Format, format_named, versions_named
from pressmark.cli.call import Call
from pressmark.cli.edge import FAILED
from pressmark.cli.options import ArchiveOption, AsOfOption, ByOption, JsonOption, in_utf8

if TYPE_CHECKING:
    from storage import Archive

_LEFT_OUT = {
    "restricted": ("restricted record", "restricted records"),
    "not_searched": ("record not searched, its content is restricted", "records not searched, their content is restricted"),
    "reserved": (
        "capture whose publisher asks not to archive or mine it (--include-reserved REASON takes it along)",
        "captures whose publishers ask not to archive or mine them (--include-reserved REASON takes them along)",
    ),
    "not_seen": ("record that nobody had looked at by then", "records that nobody had looked at by then"),
}
_LINES = 20
_WITH_EVIDENCE = frozenset({Format.JSONL, Format.BAGIT, Format.OCFL})


def export_command(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUERY]", help="Records to export, as for search. Default: all.", show_default=False, callback=in_utf8
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="warc, wacz, bagit, ocfl, ninjs, jsonld, jsonl or csv (docs/export.md).",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="The file or folder to write; it must not be there.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(
            "--version",
            metavar="all|latest",
            help="Which versions. Default: all for warc, wacz, bagit and ocfl, else latest.",
            show_default=False,
        ),
    ] = None,
    as_of: AsOfOption = None,
    evidence: Annotated[bool, typer.Option("--evidence", help="Say of each value how it is known (jsonl, bagit).")] = False,
    include_reserved: Annotated[
        str | None,
        typer.Option(
            "--include-reserved",
            metavar="REASON",
            help="Also what publishers ask not to archive or mine; who and why goes into the ledger.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    by: ByOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write records for other software.

    What is restricted, or what publishers ask not to archive or mine, is left out and counted.

    \b
    Example:
      pressmark export --format warc --output harbour.warc.gz harbour budget
      pressmark export --format csv --output all.csv
    """
    from pressmark.cli.references import parse_moment
    from pressmark.cli.terminal import progress
    from storage import Selection

    call: Call = ctx.obj
    words = query or []
    if wrong := next((word for word in words if word.startswith("--")), None):
        raise BadCall(f"no such option: {wrong} (pressmark export --help tells more)")
    if not output or output == "-":
        raise BadCall("say where to write: --output PATH, a file or a folder that is not there yet")
    wanted = format_named(format)
    if evidence and wanted not in _WITH_EVIDENCE:
        raise BadCall(f"--evidence is for jsonl and bagit (ocfl has it always): {wanted} cannot say how a value is known")
    selection = Selection(
        query=" ".join(words) if words else None,
        which=versions_named(version, wanted),
        as_of=parse_moment("--as-of", as_of) if as_of is not None else None,
        reserved=include_reserved is not None,
    )
    opened = call.open(archive) if include_reserved is None else _open_for(call, archive, include_reserved)
    with opened as kept, progress(call, "exported, records:") as shown:
        if include_reserved is not None:
            kept.check_export(wanted, call.cwd / output, selection)
            kept.by(call.person(by)).gave_out(wanted.value, selection.query, include_reserved)
        done = kept.export(
            wanted,
            call.cwd / output,
            selection,
            institution=call.settings.institution or "",
            evidence=evidence,
            progress=shown.advance,
        )
    written = output + (INCOMPLETE if done.renamed else "")
    if as_json:
        from pressmark.cli.shapes import plain, write_json

        write_json(call.out, {"output": written, **plain(done)})
    else:
        _tell(call, written, done)
    return _told_lost(call, written, done)


def _tell(call: Call, output: str, done: Exported) -> None:
    from pressmark.cli.listings import say_size
    from pressmark.cli.safe import safe_line

    records, versions = _counted(done.records, "record"), _counted(done.versions, "version")
    captures = f", {_counted(done.captures, 'capture')}" if done.captures else ""
    files = "" if done.files == 1 else f"{_counted(done.files, 'file')}, "
    call.out.write(f"{safe_line(output)}: {records}, {versions}{captures}; {files}{say_size(done.bytes)}\n")
    if done.sha256:
        call.out.write(f"sha256 {done.sha256}\n")
    for reason, many in done.left_out.items():
        call.out.write(f"left out: {many:,} {_LEFT_OUT[reason][many != 1]}\n")


def _told_lost(call: Call, output: str, done: Exported) -> int:
    """Says on standard error what the database has lost, a line each, and gives the exit code."""
    if not done.lost:
        return 0
    for lost in done.lost[:_LINES]:
        stayed = f"{lost.record}@{lost.version}" if lost.version is not None else lost.record
        call.tell(f"the database has lost {lost.what}: {stayed} is left out")
    if (more := len(done.lost) - _LINES) > 0:
        call.tell(f"and {more:,} more rows")
    call.tell(f"{output} is not complete: run `pressmark verify`, then `pressmark rebuild`, and export again")
    return FAILED


def _counted(many: int, what: str) -> str:
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def _open_for(call: Call, archive: str | None, reason: str) -> Archive:
    if not reason.strip():
        raise BadCall("--include-reserved needs a reason: it goes into the ledger")
    return call.open_to_write(archive)
