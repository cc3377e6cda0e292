"""The command line. Heavy modules are imported by the command that needs them, not before."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.edge import refuse, run

__all__ = ["Call", "main", "run"]


def main() -> None:
    """The ``pressmark`` console script."""
    out, err = _robust(sys.stdout), _robust(sys.stderr)
    program = Path(sys.argv[0]).name if sys.argv[0] else "pressmark"
    call = Call(out, err, os.environ, Path(), lambda: datetime.now(UTC), program)
    try:
        call = replace(call, cwd=Path.cwd())
    except OSError as error:  # removed while a shell stood in it, or not to be entered
        code = refuse(
            sys.argv[1:], call, BadCall(f"the current folder cannot be used ({error.strerror}): go to one that is there")
        )
    else:
        code = run(sys.argv[1:], call)
    try:
        out.flush()
    except OSError:  # told already; Python would try, and complain, once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    sys.exit(code)


def _robust(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed by the caller, as in 2>&-
        return Path(os.devnull).open("w", encoding="utf-8")
    # cards and names hold what an encoding cannot say; JSON is written so that it never needs this
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream
