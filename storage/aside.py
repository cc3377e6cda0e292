"""Something asked on a thread of its own, and broken off where whoever waits for it is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

from storage.engines.breaking import Breaks

T = TypeVar("T")
_AGAIN = 0.05  # seconds


class Aside(Generic[T]):
    """Begins with ``ask`` at once; at the end it is waited for, unless that end is an error or an interrupt."""

    def __init__(self, ask: Callable[[Breaks], T], name: str) -> None:
        self._breaks = Breaks()
        self._threads = ThreadPoolExecutor(1, name)
        self._asked = self._threads.submit(ask, self._breaks)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        while kind is not None and not self._asked.done():
            self._breaks.off()
            wait([self._asked], _AGAIN)
        self._threads.shutdown()

    def result(self) -> T:
        """What came of it. Raises what it raised."""
        return self._asked.result()
