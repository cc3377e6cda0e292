"""Files of this machine, and standard input, as gathered captures: pages and whole archives of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import BinaryIO

from flows.gathered import Gathered, Told, defect
from model.errors import PressmarkError
from sources.files import read_stream
from sources.local import Item, member_name, read_source
from sources.warc import Archives, Held, Passed


def nothing_held(_wanted: object) -> tuple[()]:
    """What an archive holds that nobody asks."""
    return ()


def read_files(
    files: Sequence[str],
    told: Told,
    now: Callable[[], datetime],
    max_bytes: int,
    *,
    stdin: BinaryIO | None = None,
    held: Held = nothing_held,
) -> Iterator[Gathered]:
    """Every capture of every file, in order, and last the revisits that had to wait for other files.

    ``-`` is standard input. Nothing is raised: what is wrong with a file is its outcome.
    """
    with closing(Archives(now, max_bytes, held)) as archives:
        for source in files:
            try:
                for item in _members(source, told, now, max_bytes, stdin, archives):
                    yield from _gathered(source, item)
            except Exception as error:  # noqa: BLE001  one file must not end the run; the outcome tells it
                yield Gathered(source, None, defect(error, source, "read"))
        for path, late in archives.rest():
            yield from _gathered(path, late)


def _gathered(source: str, item: Item) -> Iterator[Gathered]:
    if isinstance(item, Passed):
        if not item.nothing:
            yield Gathered(source, note=f"{source}: {item}")
        return
    name = member_name(item)
    member = f"{source}#{name}" if name else source
    yield Gathered(member, item.capture, item) if isinstance(item, PressmarkError) else Gathered(member, item)


def _members(
    source: str, told: Told, now: Callable[[], datetime], max_bytes: int, stdin: BinaryIO | None, archives: Archives
) -> Iterator[Item]:
    if source != "-":
        yield from read_source(
            source, url=told.url, captured_at=told.captured_at, clock=now, max_bytes=max_bytes, archives=archives
        )
        return
    stream = stdin or sys.stdin.buffer
    try:
        yield read_stream(stream, url=told.url, captured_at=told.captured_at, clock=now, max_bytes=max_bytes)
    except PressmarkError as error:
        yield error
