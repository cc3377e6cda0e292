"""Dataclasses by their fields: which these are, what stands in them, and pickled as no more than that."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any


class Fields:
    """Pickled as its fields, in half the time of what dataclasses with slots do by themselves: articles come from processes
    that read, ledger entries go to those that check.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return kind, values_of(kind)(self)


@cache
def names_of(cls: Any) -> Mapping[str, None]:
    """The field names of a dataclass, in order."""
    return dict.fromkeys(f.name for f in dataclasses.fields(cls))


@cache
def values_of(cls: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What takes the fields of an object, in order."""
    return attrgetter(*names_of(cls))
