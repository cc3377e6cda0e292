"""Web links as HTTP's ``Link`` header and link-format TimeMaps write them (RFC 8288, RFC 6690)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINK = re.compile(r"[\s,]*<([^<>]{1,8000})>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]+))?)*)")
_PARAMETER = re.compile(r";\s*([\w*-]+)\s*(?:=\s*(?:\"([^\"]*)\"|([^\s\",;]+)))?")


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its target, its relation types, and its other parameters by lower-cased name."""

    target: str
    rels: frozenset[str]
    parameters: dict[str, str]


def links_of(text: str) -> Iterator[Link]:
    """The links of a text, in order; what cannot be understood between them is passed over."""
    position = 0
    while True:
        found = _LINK.match(text, position)
        if found is None:
            position = text.find("<", position + 1)
            if position < 0:
                return
            continue
        parameters = {m[1].lower(): m[2] if m[2] is not None else m[3] or "" for m in _PARAMETER.finditer(found[2])}
        yield Link(found[1].strip(), frozenset(parameters.get("rel", "").lower().split()), parameters)
        position = found.end()
