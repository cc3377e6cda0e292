"""Work of an engine that another thread can break off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Breaks:
    """What is at work now, by what breaks it off."""

    def __init__(self) -> None:
        self._at_work: list[Callable[[], object]] = []
        self._lock = Lock()

    @contextmanager
    def by(self, cancel: Callable[[], object]) -> Iterator[None]:
        """What is done within can be broken off by ``cancel``, which is not called after it and raises nothing."""
        with self._lock:
            self._at_work.append(cancel)
        try:
            yield
        finally:
            with self._lock:
                self._at_work.remove(cancel)

    def off(self) -> None:
        """Breaks off what is at work; the engine then raises an error where it works. What begins later is not touched."""
        with self._lock:
            for cancel in self._at_work:
                cancel()
