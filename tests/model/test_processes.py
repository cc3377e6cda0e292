"""Processes of our own: Ctrl-C while they start is heard by the one that starts them alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

_SCRIPT = """
import sys, time
from multiprocessing.connection import Connection
from model.processes import start
try:
    print("ready", flush=True)
    start(Connection.poll, None, name="one", preload="storage.comparing")
    time.sleep(30)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.2, 0.3, 0.5])
def test_an_interrupt_while_a_process_starts_prints_nothing(seconds: float) -> None:
    command = [sys.executable, "-c", _SCRIPT]
    caller = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert caller.stdout is not None and caller.stdout.readline() == "ready\n"
    time.sleep(seconds)
    os.killpg(caller.pid, signal.SIGINT)
    _, said = caller.communicate(timeout=60)
    assert (caller.returncode, said) == (130, "")
