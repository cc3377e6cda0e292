"""A person's program that is given a document; no shell sees a word of it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import ExitStack

from model.clean import clean_text
from model.errors import Unreachable

_REASON = 300
_LAST_WORDS = 100_000


def run_program(command: str, document: bytes, seconds: float) -> None:
    """Runs a command line with a document on its standard input, for so long at most. Its end with 0 means taken.

    Raises ``Unreachable`` otherwise, with the last line of what it said on standard error.
    """
    with ExitStack() as stack:
        try:
            given, said = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            given.write(document)
            given.seek(0)
            process = subprocess.Popen(
                shlex.split(command), stdin=given, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
            )
        except OSError as error:
            raise Unreachable(f"the program cannot be started: {error.strerror or error}") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Unreachable(f"the program did not end within {seconds:.0f} s") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code != 0:
            said.seek(max(0, os.fstat(said.fileno()).st_size - _LAST_WORDS))
            lines = clean_text(said.read(_LAST_WORDS).decode("utf-8", "replace")).strip().splitlines()
            ended = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
            raise Unreachable(f"the program {ended}{f': {lines[-1][:_REASON]}' if lines else ''}")
