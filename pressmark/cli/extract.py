"""``extract``: the article in a file, printed; nothing is stored.

With ``--manifest`` it reads one JSON object a line, ``{"id", "path", "url", "captured_at"}``, and
writes one a line in order of completion: ``{"id", "article", "cpu_s"}`` or ``{"id", "error"}``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from flows.extraction import Extraction, ExtractionPool, Job, extract_here
from model.errors import BadCall

if TYPE_CHECKING:
    from model.article import Article

# below this a page is read in this process: starting another costs more than the page
SMALL = 300_000
LARGEST = 100_000_000


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    path: str
    url: str | None = None
    captured_at: datetime | None = None


def extract_command(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Pages or plain texts; - is standard input.", show_default=False),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", help='JSON lines {"id", "path", "url", "captured_at"} instead of files.', show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Where the results of a manifest go, one a line.", show_default=False)
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where the page came from.", show_default=False)] = None,
    captured_at: Annotated[
        str | None,
        typer.Option(
            "--captured-at", metavar="TIME", help="When the copy was made; UTC if it has no offset.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a card.")] = False,
) -> int:
    """Read articles out of files and print them. Nothing is stored; no archive is needed.

    One file with --json prints one article, several print one JSON line each.

    \b
    Example:
      pressmark extract page.html --url https://harbour-ledger.example/news/budget
      pressmark extract saved/*.html --json
      pressmark extract --manifest pages.jsonl --output articles.jsonl
    """
    if manifest is not None or output is not None:
        if manifest is None or output is None or files or url or captured_at:
            raise BadCall("--manifest and --output go together, without files, --url or --captured-at")
        return extract_manifest(manifest, output)
    if not files:
        raise BadCall("name a file, or give --manifest and --output")
    if len(files) > 1 and (url or captured_at):
        raise BadCall("--url and --captured-at say something about one file: give one file with them")
    moment = _moment(captured_at) if captured_at else None
    out: TextIO = getattr(ctx.obj, "out", sys.stdout)
    err: TextIO = getattr(ctx.obj, "err", sys.stderr)
    return extract_files(files, out, err, url=url, captured_at=moment, as_json=as_json)


def extract_files(
    files: Sequence[str], out: TextIO, err: TextIO, *, url: str | None = None, captured_at: datetime | None = None, as_json: bool
) -> int:
    """Prints the article of each file, in order of completion; returns 1 if one could not be read."""
    several = len(files) > 1
    jobs = (Job(number, _bytes_of(name), url, (), captured_at) for number, name in enumerate(files))
    code = 0
    for result in _read(jobs, several):
        name = files[result.key]
        if result.article is None:
            code = 1
            err.write(f"pressmark: {name}: {result.problem}\n")
            if as_json and several:
                out.write(json.dumps({"file": name, "error": result.problem}, ensure_ascii=False) + "\n")
        elif as_json:
            plain = result.article.to_json()
            out.write(
                json.dumps({"file": name} | plain if several else plain, ensure_ascii=False, indent=None if several else 1) + "\n"
            )
        else:
            out.write(card(result.article, name))
    return code


def extract_manifest(manifest: Path, output: Path) -> int:
    """Reads every page a manifest names; see the module's docstring. Returns 0: a page that
    could not be read is a line with its ``error``. Raises ``BadCall`` for a wrong manifest.
    """
    lines = list(_lines(manifest))
    ids = [line.id for line in lines]

    def jobs() -> Iterator[Job]:
        for number, line in enumerate(lines):
            at = line.captured_at
            yield Job(number, _bytes_of(line.path), line.url, (), at.replace(tzinfo=UTC) if at and not at.tzinfo else at)

    with output.open("w", encoding="utf-8", newline="\n") as file:
        for result in _read(jobs(), len(lines) > 1):
            told: dict[str, Any] = {"id": ids[result.key]}
            if result.article is None:
                told["error"] = result.problem
            else:
                told |= {"article": result.article.to_json(), "cpu_s": round(result.cpu_s, 5)}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


def card(article: Article, name: str) -> str:
    """A few lines for people: what was read, without the body."""
    people = [f"{a.name}" + (f" ({a.affiliations[0].organization})" if a.affiliations and a.affiliations[0].organization else "")
              for a in article.authors]  # fmt: skip
    dateline = article.dateline.raw if article.dateline else None
    credits = list(dict.fromkeys(i.credit_line for i in article.images if i.credit_line))
    rows = (
        ("headline", article.headline),
        ("by", ", ".join(people)),
        ("published", article.date_published),
        ("modified", article.date_modified),
        ("dateline", dateline),
        ("publisher", article.publisher),
        ("photos", "; ".join(credits)),
        ("text", f"{len(article.text.split())} words, {article.type}, {article.access}"),
    )
    return f"{name}\n" + "".join(f"  {label:10} {' '.join(str(value).split())}\n" for label, value in rows if value)


def _read(jobs: Iterator[Job], several: bool) -> Iterator[Extraction]:
    if several:
        with ExtractionPool() as pool:
            yield from pool.run_many(jobs)
        return
    for job in jobs:
        if len(job.body) <= SMALL:
            yield extract_here(job)
        else:
            with ExtractionPool(1) as pool:
                yield pool.run(job)


def _bytes_of(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(LARGEST)
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST:
            raise BadCall(f"{name} is over {LARGEST // 1_000_000} MB: no article is that large", path=name)
        return path.read_bytes()
    except OSError as error:
        raise BadCall(f"{name} cannot be read: {error.strerror}", path=name) from None


def _lines(manifest: Path) -> Iterator[_Line]:
    try:
        with manifest.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield _Line.model_validate_json(line)
                    except ValidationError as error:
                        said = error.errors()[0]
                        raise BadCall(f"{manifest}, line {number}: {'.'.join(map(str, said['loc']))} {said['msg']}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadCall(f"{manifest} cannot be read: {error}") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadCall(f"--captured-at: {text!r} is no date-time such as 2018-12-18T06:00:00-05:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _main() -> int:
    from model.errors import PressmarkError
    from pressmark.cli.call import Call

    call = Call(sys.stdout, sys.stderr, {}, Path.cwd(), lambda: datetime.now(UTC), "extract")
    app = typer.Typer(add_completion=False)
    app.command()(extract_command)
    try:
        return int(app(standalone_mode=False, obj=call) or 0)
    except PressmarkError as error:
        call.err.write(f"pressmark: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(_main())
