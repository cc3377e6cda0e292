"""Long lists a portion at a time: no engine takes a query with any number of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """The items in their order, at most so many at once; nothing where there are none."""
    found = list(items)
    for start in range(0, len(found), most):
        yield found[start : start + most]
