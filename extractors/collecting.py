"""When Python looks for garbage while a page is read: once, at its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def once() -> Iterator[None]:
    """Puts the collector off until the block is left, and then has it look through what is new.

    A page is thousands of live objects and hardly a cycle before it is done with: looking through them a
    dozen times on the way finds nothing and is a thirtieth of the time. The collector is the whole process's;
    where the caller has switched it off, it stays off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        gc.enable()
