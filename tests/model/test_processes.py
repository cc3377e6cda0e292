"""Processes of our own: Ctrl-C while they start is heard by the one that starts them alone."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is copied")
def test_a_copy_ends_with_its_parent_in_the_middle_of_its_work_and_lets_its_locks_go(tmp_path: Path) -> None:
    program = (
        "import fcntl, os, signal, sys, time\n"
        "from model.processes import copy\n"
        "def work(pipe):\n"
        "    pipe.send(os.getpid())\n"
        "    time.sleep(300)\n"
        "held = open(sys.argv[1])\n"
        "fcntl.flock(held, fcntl.LOCK_EX)\n"
        "process, pipe = copy(work, name='copied')\n"
        "print(pipe.recv(), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    lock = tmp_path / "lock"
    lock.touch()
    done = subprocess.run([sys.executable, "-c", program, str(lock)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    copied = int(done.stdout)
    with lock.open() as mine:
        for _ in range(200):
            try:
                fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        else:
            os.kill(copied, signal.SIGKILL)
            raise AssertionError("the copy goes on and holds the lock")
