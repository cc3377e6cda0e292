"""One export as the formats see it: the pieces that go out, counted, and what is said of it at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from model.edtf import utc_text
from storage.export.chosen import Chosen, Piece
from storage.segments import SegmentFolder


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: how many files, their bytes, the hex SHA-256 where it is one file; captures that went along."""

    files: int
    bytes: int
    sha256: str | None = None
    captures: int = 0


@dataclass
class Export:
    """What a format works with."""

    chosen: Chosen
    folder: SegmentFolder
    archive: str
    software: str
    institution: str
    evidence: bool
    progress: Callable[[int, int], None]
    records: int = 0
    versions: int = 0

    @property
    def about(self) -> str:
        """What was asked for, in words."""
        selection = self.chosen.selection
        found = f"the records found by {selection.query!r}" if selection.query else "all records"
        until = f" up to {utc_text(selection.as_of)}" if selection.as_of else ""
        return f"{found}, {selection.which} versions{until}"

    def pieces(self) -> Iterator[Piece]:
        """The pieces that go out, counted as they go."""
        total = len(self.chosen.records)
        for done, piece in enumerate(self.chosen.pieces(), 1):
            yield piece
            self.records += 1
            self.versions += len(piece.issues)
            self.progress(done, total)
