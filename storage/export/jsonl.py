"""JSON Lines: a version a line, all that is known of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.export.chosen import Issue, Piece
from storage.export.job import Export, Made
from storage.export.output import Counted, new_file
from storage.export.plain import line_of


def write(job: Export, path: Path) -> Made:
    """The lines, in the order of record ids and version numbers."""
    return write_lines(job, path, lambda piece, issue: as_json(line_of(job.archive, piece, issue, evidence=job.evidence)))


def write_lines(job: Export, path: Path, line: Callable[[Piece, Issue], str]) -> Made:
    """A line a version, in the order of record ids and version numbers."""
    with new_file(path) as file:
        out = Counted(file)
        for piece in job.pieces():
            for issue in piece.issues:
                out.write(line(piece, issue).encode() + b"\n")
    return Made(1, out.size, out.sha256)


def as_json(value: Any) -> str:
    """JSON on one line, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
