"""Long lists a portion at a time: no engine takes a query with any number of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """The items in their order, at most so many at once; nothing where there are none."""
    found = list(items)
    for start in range(0, len(found), most):
        yield found[start : start + most]


def growing(items: Iterable[T], first: int = 100, most: int = 500) -> Iterator[list[T]]:
    """The items in their order, taken only as they are asked for: few at first, where the first may be enough."""
    waiting = iter(items)
    while some := list(islice(waiting, first)):
        yield some
        first = min(2 * first, most)
