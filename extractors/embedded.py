"""Embedded state of a page: JSON that its scripts carry beside the mark-up.

Next.js (``__NEXT_DATA__``, the streamed ``__next_f``), ``window.__INITIAL_STATE__ = {…}`` and
its like, and ``<script type="application/json">``. Parsed only when somebody asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from extractors import lenient_json
from extractors.dom import Element

MAX_STATES = 40
MAX_TOTAL = 6_000_000

_ASSIGNED = re.compile(
    r"(?:window\.|self\.|globalThis\.|var |let |const )?"
    r"(__[A-Za-z0-9_]{3,40}__|__[A-Z_]{3,40}|Fusion\.globalContent|_?initial_?[sS]tate|preloadedState|dataLayer)"
    r"\s{0,4}=\s{0,4}(?:JSON\.parse\(\s{0,4})?(?=[{\[\"'])"
)
_PUSHED = re.compile(r"__next_f\.push\(\s{0,4}(?=\[)")
_FLIGHT_ROW = re.compile(r"[0-9a-f]{1,6}:(?:T(?P<size>[0-9a-f]{1,8}),)?")


@dataclass(frozen=True)
class State:
    """One piece of embedded JSON: the name it goes by, and its data (``None`` if it is no JSON)."""

    name: str
    source: str

    @cached_property
    def data(self) -> Any:
        """The parsed JSON value; text that holds JSON once more is opened once more."""
        try:
            value = lenient_json.prefix(self.source, 0)
            return lenient_json.prefix(value, 0) if isinstance(value, str) and value[:1] in "{[" else value
        except lenient_json.NotJson:
            return None


def states(scripts: Iterable[Element]) -> Iterator[State]:
    """Every piece of embedded JSON in the scripts of a page, in order, within limits."""
    left, count, pushed = MAX_TOTAL, 0, list[str]()
    for script in scripts:
        text = script.text or ""
        kind = (script.get("type") or "").lower()
        if kind == "application/ld+json" or len(text) < 20 or len(text) > left:
            continue
        name = script.get("id") or script.get("data-name") or "json"
        for state in _of_script(name, kind, text, pushed):
            left -= len(state.source)
            count += 1
            yield state
            if count >= MAX_STATES or left <= 0:
                return
    yield from _flight(pushed)


def _of_script(name: str, kind: str, text: str, pushed: list[str]) -> Iterator[State]:
    if kind.endswith("json"):
        yield State(name, text.strip())
        return
    if "__next_f" in text:
        for found in _PUSHED.finditer(text):
            try:
                value = lenient_json.prefix(text, found.end())
            except lenient_json.NotJson:
                continue
            if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
                pushed.append(value[1])
        return
    for found in _ASSIGNED.finditer(text):
        yield State(found[1], text[found.end() :])


def _flight(pushed: list[str]) -> Iterator[State]:
    """The rows of React's stream: ``ID:JSON`` up to the line's end, and ``ID:Tsize,text`` of so many UTF-8 bytes."""
    stream = "".join(pushed)
    position = 0
    for _ in range(MAX_STATES * 20):
        row = _FLIGHT_ROW.match(stream, position)
        if row is None:
            position = stream.find("\n", position) + 1
            if not position:
                return
        elif row["size"]:
            text = stream[row.end() :].encode("utf-8")[: int(row["size"], 16)].decode("utf-8", "ignore")
            position = row.end() + len(text)
            yield State("__next_f", json.dumps(text, ensure_ascii=False))
        else:
            end = stream.find("\n", row.end())
            end = len(stream) if end < 0 else end
            if stream[row.end() : row.end() + 1] in {"{", "["}:
                yield State("__next_f", stream[row.end() : end])
            position = end + 1
