"""A program that ends with us, however we end.

A keeper process starts the program in a session of its own, so that Ctrl-C reaches us alone
and we end things in their order, and holds the other end of a pipe. When the pipe closes,
because we closed it or because we are no more, it ends the program and all that it started.
Run as ``python -m flows.keeper COMMAND...``, this module is the keeper.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

ASKED_SECONDS = 40.0
"""How long a program may take to end when it is asked to: on a busy machine, telling a Prefect server takes its time."""
STOP_SECONDS = 10.0
"""The same where it is told to."""
_LOOK = 0.5


@contextmanager
def kept(
    command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, output: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a command for as long as the context lasts; what is yielded ends when the command does.

    ``output`` takes what it prints; by default it prints where we print. The modules of ``cwd``
    are not put before ours.
    """
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-m", "flows.keeper", *command],
        env=environ,
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        yield keeper
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait()  # the keeper itself waits no longer than it must


def python(*arguments: str) -> list[str]:
    """The command that runs a module with this Python, with no module of the folder it runs in before ours."""
    return [sys.executable, "-P", "-m", *arguments]


def _keep(command: Sequence[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it, and their children with them
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    while program.poll() is None:
        closed, _, _ = select.select([sys.stdin], [], [], _LOOK)
        if closed:
            break
    code = program.poll()
    # asked as by Ctrl-C first, and the program alone: what it started it ends in its own order
    ends = (
        (os.kill, signal.SIGINT, ASKED_SECONDS),
        (os.killpg, signal.SIGTERM, STOP_SECONDS),
        (os.killpg, signal.SIGKILL, STOP_SECONDS),
    )
    for end, kind, seconds in ends:
        if not _is_there(program):
            break
        with suppress(ProcessLookupError):
            end(program.pid, kind)
        until = time.monotonic() + seconds
        while _is_there(program) and time.monotonic() < until:
            time.sleep(0.05)
    return 0 if code is None else abs(code)


def _is_there(program: subprocess.Popen[bytes]) -> bool:
    program.poll()  # collects it, or it would be there for ever
    try:
        os.killpg(program.pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(_keep(sys.argv[1:]))
