"""JSON Lines: a version a line, all that is known of it."""

from __future__ import annotations

import json
from pathlib import Path

from storage.export.job import Export, Made
from storage.export.output import Counted, new_file
from storage.export.plain import line_of


def write(job: Export, path: Path) -> Made:
    """The lines, in the order of record ids and version numbers."""
    with new_file(path) as file:
        out = Counted(file)
        for piece in job.pieces():
            for issue in piece.issues:
                line = line_of(job.archive, piece, issue, evidence=job.evidence)
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return Made(1, out.size, out.sha256)
