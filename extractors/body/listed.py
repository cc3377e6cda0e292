"""Lists that belong to a piece though their lines are too short to look like text: lines that a paragraph announces,
and the box of key points above the first paragraph (``words/lists.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from extractors.body.passages import Passage

_UNLINKED = 0.3  # share of a line that may be links
_POINTS_ABOVE = 12  # passages above the first paragraph among which its key points are looked for
_POINTS = 2  # lines that are a list
_POINT = 20, 300  # characters of a key point
_POSSIBLE = 0.05  # chance
_STOPS = " 。.:：です"


def announced(found: Sequence[Passage], known: set[int], language: str | None) -> Iterator[Passage]:
    """The lines of its make right below a chosen paragraph that announces them."""
    ends = _words("announced", language)
    running = False
    for before, passage in pairwise(found if ends else ()):
        if before.index in known and before.text.rstrip(_STOPS).endswith(ends):
            running = True
        running = running and _is_next(before, passage)
        if running and passage.index not in known:
            yield passage


def key_points(found: Sequence[Passage], chances: Mapping[int, float], first: int, language: str | None) -> Iterator[Passage]:
    """The lines of a box of key points above the passage of the index ``first``, by its class name or its heading."""
    above = [p for p in found if first - _POINTS_ABOVE <= p.index < first]
    points = [p for p in above if "<li>" in p.marks and _POINT[0] <= len(p.text) <= _POINT[1] and _is_unlinked(p)]
    if len(points) < _POINTS:
        return
    heading = next((p.text for p in reversed(above) if p.index < points[0].index), "").lower().replace("’", "'")
    if heading.strip(" :") in _words("headings", language) or any(_is_named(p, language) for p in points):
        yield from (p for p in points if chances[p.index] >= _POSSIBLE)


def _is_next(before: Passage, passage: Passage) -> bool:
    parent = passage.element.getparent()
    alike = (before.tag, before.marks) == (passage.tag, passage.marks) and before.element.getparent() is parent
    return alike and passage.index == before.index + 1 and passage.linked < len(passage.text)


def _is_unlinked(passage: Passage) -> bool:
    return passage.linked < _UNLINKED * len(passage.text)


def _is_named(passage: Passage, language: str | None) -> bool:
    return any(passage.near.issuperset(name.split("-")) for name in _words("boxes", language))


@cache
def _words(group: str, language: str | None) -> tuple[str, ...]:
    table = tomllib.loads((files("extractors") / "words" / "lists.toml").read_text("utf-8"))
    return tuple(w for name in dict.fromkeys(("any", "en", language or "en")) for w in table.get(name, {}).get(group, ()))
