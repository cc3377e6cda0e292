"""Processes of our own, started so that they know nothing of the program that starts them, or as a copy of it.

No word of the subject, but the one floor under all rooms that start processes, who must not do so at one moment.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from weakref import WeakSet

from model.parent import end_with

_STARTING = threading.Lock()
_OURS: WeakSet[Connection] = WeakSet()


def start(work: Callable[..., None], *given: object, name: str, preload: str | None = None) -> tuple[BaseProcess, Connection]:
    """Runs ``work(pipe, *given)`` in a process of its own, and gives it with this side of the pipe. When this process is gone,
    however it ends, the pipe ends there.

    ``preload`` is a module with all that is heavy: processes are forked from a server that has read it, so that a second one
    costs milliseconds. Raises ``OSError`` or ``EOFError`` where none can be started.
    """
    context = _context(preload)
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=work, args=(theirs, *given), daemon=True, name=name)
    try:
        with _main_left_out():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    _OURS.add(ours)
    return process, ours


def can_copy() -> bool:
    """Whether ``copy`` may be used: nothing else runs in this process that a copy would have half of (Linux says so)."""
    tasks = Path("/proc/self/task")
    return sys.platform == "linux" and tasks.is_dir() and len(list(tasks.iterdir())) == 1


def copy(work: Callable[..., None], *given: object, name: str) -> tuple[BaseProcess, Connection]:
    """The same as ``start`` in a copy of this process: at once, without reading any module again; it is killed when this
    process is gone. Only where ``can_copy``; ``work`` must touch nothing that was open before it. Raises ``OSError``.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    _OURS.add(ours)
    process = context.Process(target=_copied, args=(os.getpid(), work, theirs, *given), daemon=True, name=name)
    try:
        with _STARTING, _interrupts_held():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _copied(parent: int, work: Callable[..., None], pipe: Connection, *given: object) -> None:
    end_with(parent)
    gc.freeze()  # what was open before is closed by its owner alone
    for ours in list(_OURS):  # or pipes would not end where this process' caller is killed
        ours.close()
    work(pipe, *given)


@contextmanager
def _main_left_out() -> Iterator[None]:
    """Keeps a new process from importing the caller's main module again, and from hearing Ctrl-C while it starts.

    ``multiprocessing`` imports it for functions defined there; ours are not. In a Prefect run it
    would load all of Prefect into every worker, in a script without a guard run it again.
    """
    main = sys.modules["__main__"]
    with _STARTING, _interrupts_left_out():
        kept = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
        main.__spec__ = None
        if "__file__" in kept:
            del main.__file__
        try:
            yield
        finally:
            for name, value in kept.items():
                setattr(main, name, value)


@contextmanager
def _interrupts_left_out() -> Iterator[None]:
    """What starts inherits that this thread hears no SIGINT: interrupted among its imports, it would print a traceback.
    Ours end by their pipes.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # starting it makes the signal heard again
    with _interrupts_held():
        yield


@contextmanager
def _interrupts_held() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context(preload: str | None) -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload] if preload else [])
    return context
