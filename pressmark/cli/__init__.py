"""The command line. Heavy modules are imported by the command that needs them, not before."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from pressmark.cli.call import Call
from pressmark.cli.edge import run

__all__ = ["Call", "main", "run"]


def main() -> None:
    """The ``pressmark`` console script."""
    for stream in (sys.stdout, sys.stderr):
        _never_fails(stream)
    program = Path(sys.argv[0]).name if sys.argv[0] else "pressmark"
    call = Call(sys.stdout, sys.stderr, os.environ, Path.cwd(), lambda: datetime.now(UTC), program)
    code = run(sys.argv[1:], call)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _never_fails(stream: TextIO) -> None:
    # file names and pages hold what an encoding cannot say; \udc80 is also right JSON
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
