"""What lies on this machine as captures: one file may hold one page or a whole archive of them.

``read_source`` looks at the first bytes and hands the file to the reader of its kind. What
cannot be taken comes as an error between the captures, so that one bad member costs only
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from model.capture import Capture
from model.errors import BadCall, PressmarkError
from sources.files import read_file
from sources.warc import Archives, Passed, container_of

Item = Capture | PressmarkError | Passed
"""One member of a source: its capture, or why there is none; and at the end of an archive file what was
passed over. An error's ``facts['member']`` names the member.
"""


def read_source(
    path: str | Path,
    *,
    url: str | None,
    captured_at: datetime | None,
    clock: Callable[[], datetime],
    max_bytes: int,
    archives: Archives,
) -> Iterator[Item]:
    """Every capture that a file holds, in the order of the file; read as it is asked for, so that memory stays flat.

    ``url`` and ``captured_at`` are what a person says of a single copy. ``max_bytes`` bounds
    each member. ``archives`` is shared by the files of one call: revisits come out of its ``rest``.
    Raises nothing for what is wrong with the file: that is among the items.
    """
    try:
        container = container_of(Path(path))
        if container is None:
            yield read_file(path, url=url, captured_at=captured_at, clock=clock, max_bytes=max_bytes)
            return
        if url or captured_at:
            raise BadCall(f"{Path(path).name} says itself what it holds and since when: leave out --url and --captured-at")
        yield from archives.read(Path(path), container)
    except PressmarkError as error:
        yield error


def member_name(item: Capture | PressmarkError) -> str | None:
    """What to call an item within its source; ``None`` where it is all of it."""
    if isinstance(item, PressmarkError):
        member = item.facts.get("member")
        return str(member) if member else None
    if item.imported is None:
        return None
    return item.imported.record_id or item.url
