"""``extract``: the article in a file, printed; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.options import check_standard_input, in_utf8
from pressmark.cli.references import parse_captured_at, parse_url


def extract_command(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...", help="Pages, plain texts or folders of them; - is standard input.", show_default=False
        ),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", help='JSON lines {"id", "path", "url", "captured_at"} instead of files.', show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Where the results of a manifest go, one a line.", show_default=False)
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Where the page came from.", show_default=False, callback=in_utf8)
    ] = None,
    captured_at: Annotated[
        str | None,
        typer.Option("--captured-at", metavar="TIME", help="When the copy was made, with its offset.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a card.")] = False,
) -> int:
    """Print the articles in files; nothing is stored.

    One file with --json prints one article, several print one JSON line each.

    \b
    Example:
      pressmark extract page.html --url https://harbour-ledger.example/news/budget
      pressmark extract saved/*.html --json
      pressmark extract --manifest pages.jsonl --output articles.jsonl
    """
    from pressmark.cli.extracting import extract_files, extract_manifest

    if manifest is not None or output is not None:
        if manifest is None or output is None or files or url or captured_at:
            raise BadCall("--manifest and --output go together, without files, --url or --captured-at")
        return extract_manifest(manifest, output)
    if not files:
        raise BadCall("name a file, or give --manifest and --output")
    if len(files) > 1 and (url or captured_at):
        raise BadCall("--url and --captured-at say something about one file: give one file with them")
    call: Call = ctx.obj
    files = list(_taken_apart(files))
    if "-" in files:
        check_standard_input()
    moment = parse_captured_at(captured_at, call.now()) if captured_at else None
    return extract_files(call, files, url=parse_url(url) if url else None, captured_at=moment, as_json=as_json)


def _taken_apart(files: Iterable[str]) -> Iterator[str]:
    from sources.files import folder_files

    for file in files:
        if file != "-" and Path(file).is_dir():
            yield from map(str, folder_files(file, archives=False))
        else:
            yield file
