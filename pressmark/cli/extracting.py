"""The work of ``extract``: pages of files and of manifests, read in processes where there are several.

A manifest has one JSON object a line, ``{"id", "path", "url", "captured_at"}``; results are
written one a line in order of completion: ``{"id", "article", "cpu_s"}`` or ``{"id", "error"}``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.extraction import ExtractionPool
from flows.worker import Extraction, Job, extract_here
from model.errors import BadCall, PressmarkError, TooLarge, Unreadable
from pressmark.cli.call import Call
from pressmark.cli.cards import article_card
from pressmark.cli.safe import json_text
from pressmark.cli.shapes import write_json
from pressmark.cli.terminal import console_for, words_in_line

# below this a page is read in this process: starting another costs more than the page
SMALL = 300_000
LARGEST = 100_000_000


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    path: str
    url: str | None = None
    captured_at: datetime | None = None


def extract_files(
    call: Call, files: Sequence[str], *, url: str | None = None, captured_at: datetime | None = None, as_json: bool
) -> int:
    """Prints the article of each file, in order of completion; returns 1 if one could not be read."""
    several = len(files) > 1
    unread: dict[int, str] = {}
    wanted = ((number, name, url, captured_at) for number, name in enumerate(files))
    console = console_for(call.out, call.environ)
    for result in _read(_jobs(wanted, unread), several):
        name = files[result.key]
        if result.article is None:
            unread[result.key] = result.problem or "it could not be read"
        elif as_json:
            plain = result.article.to_json()
            write_json(call.out, {"file": name} | plain if several else plain)
        else:
            console.print(words_in_line(name, "dim"), soft_wrap=True)
            console.print(article_card(result.article))
    for number, problem in unread.items():
        call.tell(f"pressmark: {files[number]}: {problem}")
        if as_json:
            write_json(call.out, {"file": files[number], "error": problem})
    return 1 if unread else 0


def extract_manifest(manifest: Path, output: Path) -> int:
    """Reads every page a manifest names; see the module's docstring. Returns 0: a page that
    could not be read is a line with its ``error``. Raises ``BadCall`` for a wrong manifest.
    """
    lines = list(_lines(manifest))
    unread: dict[int, str] = {}
    wanted = ((number, line.path, line.url, _aware(line.captured_at)) for number, line in enumerate(lines))
    with _written(output) as file:
        for result in _read(_jobs(wanted, unread), len(lines) > 1):
            if result.article is None:
                unread[result.key] = result.problem or "it could not be read"
                continue
            told = {"id": lines[result.key].id, "article": result.article.to_json(), "cpu_s": round(result.cpu_s, 5)}
            file.write(json_text(told) + "\n")
        for number, problem in unread.items():
            file.write(json_text({"id": lines[number].id, "error": problem}) + "\n")
    return 0


Wanted = tuple[int, str, str | None, datetime | None]


def _jobs(wanted: Iterator[Wanted], unread: dict[int, str]) -> Iterator[Job]:
    """A job for every file that can be read; why not goes to ``unread`` for the others."""
    for number, name, url, captured_at in wanted:
        try:
            yield Job(number, _bytes_of(name), url, (), captured_at)
        except PressmarkError as error:
            unread[number] = str(error)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment


def _written(output: Path) -> TextIO:
    try:
        return output.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadCall(f"{output} cannot be written: {error.strerror}") from error


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
            raise TooLarge(f"it is over {LARGEST // 1_000_000} MB: no article is that large", limit=LARGEST)
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}", path=name) from error


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
