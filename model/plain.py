"""Dataclasses as the plain values that JSON has: quickly as they are, or without what no database takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import orjson

from model.canonical import SCALARS
from model.clean import clean_text
from model.fields import names_of, values_of

_NUL = rb"\u0000"


def plain(value: Any) -> Any:
    """A value of ours as JSON has it; texts without NUL and lone surrogates."""
    kind = type(value)
    if kind is str:
        return clean_text(value)
    if kind in SCALARS:
        return value
    if kind is tuple or kind is list:
        return [plain(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    if dataclasses.is_dataclass(kind):
        return {name: plain(getattr(value, name)) for name in names_of(kind)}
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    return value


def json_as_it_is(value: Any, leaves: frozenset[type]) -> bytes | None:
    """A value as JSON; ``None`` where something has to be left out of its texts, or cannot be said. ``leaves`` are the types
    that hold nothing, ``SCALARS`` and the kinds that it has.
    """
    try:
        data = orjson.dumps(value, default=_as_dict)
        # the encoder writes NaN as null; a float is for ``canonical_json`` to tell of
        return None if _NUL in data or _has_floats(value, leaves) else data
    except TypeError:  # a lone surrogate, or what ``canonical_json`` will tell of
        return None


def _as_dict(value: object) -> object:
    """What the encoder has no form for: evidence in a mapping that is no dict."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _has_floats(root: Any, leaves: frozenset[type]) -> bool:
    """Whether anything within it is a float, for all that its types say."""
    waiting: list[Any] = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (tuple, list)):
            items: Collection[Any] = value
        elif isinstance(value, Mapping):
            items = value.values()
        else:
            kind: Any = type(value)
            items = values_of(kind)(value)
        kinds = set(map(type, items))
        if not leaves.issuperset(kinds):
            if float in kinds:
                return True
            waiting += [item for item in items if type(item) not in leaves]
    return False
