"""State that attributes hand to a script: islands of Astro, pages of Inertia, roots of React and the like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.etree import _Element

from extractors import lenient_json
from extractors.dom import Element
from extractors.embedded import MAX_TOTAL, State

_SHORTEST = 400  # characters; less is settings
_MOST = 12
_ATTRIBUTES = ("props", "data-page", "data-props", "data-react-props", "data-state", "data-initial-state")
_PATH = "//*[{}]".format(" or ".join(f"@{name}" for name in _ATTRIBUTES))
_DEPTH = 40


def states(tree: Element) -> Iterator[State]:
    """The JSON objects in attributes that are known to hold a page's data, in order, within limits."""
    left = MAX_TOTAL
    found = tree.xpath(_PATH)
    for element in islice((e for e in found if isinstance(e, _Element)), _MOST) if isinstance(found, list) else ():
        for name in _ATTRIBUTES:
            text = (element.get(name) or "").strip()
            left -= len(text)
            if len(text) < _SHORTEST or text[0] != "{" or left < 0:
                continue
            if element.tag == "astro-island":
                try:
                    yield State("astro-island", json.dumps(_plain(lenient_json.prefix(text, 0), 0), ensure_ascii=False))
                except lenient_json.NotJson:
                    continue
            else:
                yield State(name, text)


def _plain(value: Any, depth: int) -> Any:
    """Astro's ``[0, value]`` and ``[1, [values]]`` as the values."""
    if depth > _DEPTH:
        return None
    if isinstance(value, list) and len(value) == 2 and value[0] in (0, 1):
        value = value[1]
        if isinstance(value, list):
            return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item, depth + 1) for name, item in value.items()}
    return value
