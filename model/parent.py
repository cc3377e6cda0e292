"""A process that ends with the one that started it, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1  # prctl(2)


def end_with(parent: int) -> None:
    """Has this process killed when its parent, by its id, is gone. Linux only, which looks at the thread that started it: that
    must live as long as the parent. Whatever this process has of the parent's (locks, connections) then goes at that
    moment, and not when a piece of work is done.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # gone before that was said
        os._exit(1)
