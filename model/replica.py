"""Copies of an archive: what is known of them, and what copying and repairing came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Replica:
    """A copy of the archive as the ledger knows it: the name it was given, ``folder`` or ``s3``, how many segments and
    bytes, when it was last brought up to date and last read back in full (UTC text), how the last attempt ended.
    Where it is stands in the database of the machine that made it alone.
    """

    name: str
    kind: str
    segments: int
    bytes: int
    copied_at: str | None
    checked_at: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Replicated:
    """What one run of copying came to: the copy's name and kind, segments and bytes that it has now, bytes written,
    segments that were damaged there and are not any more, whether everything was read back, and what went
    wrong (a line each).
    """

    copy: str
    kind: str
    segments: int
    bytes: int
    written_bytes: int
    mended: tuple[str, ...]
    checked: bool
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True where nothing is missing there."""
        return not self.problems


DATABASE = "database"
"""What stands for the kind of a copy where something was written again from what the database holds."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Bytes of a segment that were put right: their offsets and lengths, the kind of the copy they came from, and where it is
    (empty for ``DATABASE``).
    """

    segment: str
    spans: tuple[tuple[int, int], ...]
    kind: str
    copy: str

    @property
    def bytes(self) -> int:
        """How many bytes."""
        return sum(length for _, length in self.spans)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair came to: segments and bytes looked at, what was mended, what no copy had in good order, and which copies, or
    files of them, could not be read (a line each); a copy that lacks a file is none of these.
    """

    segments: int
    bytes: int
    mended: tuple[Mended, ...]
    problems: tuple[str, ...]
    unreached: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True where every segment is now as it was written."""
        return not self.problems

    def to_event(self) -> Mapping[str, Any]:
        """As the ledger keeps it, without addresses."""
        mended = [{"segment": m.segment, "spans": [list(s) for s in m.spans], "copy": m.kind} for m in self.mended]
        return {"mended": mended, "left": len(self.problems)}
