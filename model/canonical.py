"""Canonical JSON read back: the values that ``article.canonical_json`` was given."""

from __future__ import annotations

import json
from typing import Any

import orjson

_DIGITS = bytes(ord("0") if chr(c).isdecimal() and c < 128 else c for c in range(256))
_LONG = b"0" * 19  # digits of an integer that may need more than 64 bits


def plain_of(data: bytes) -> Any:
    """What ``json.loads`` makes of canonical JSON, in a fifth of the time. Raises ``ValueError`` for what is no JSON,
    ``RecursionError`` for what is nested too deeply.
    """
    if _LONG in data.translate(_DIGITS):
        return json.loads(data)  # the quick reader would make a float of it
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)
