"""Embedded state of a page: JSON that its scripts carry beside the mark-up.

Next.js (``__NEXT_DATA__``, the streamed ``__next_f``), ``window.__INITIAL_STATE__ = {…}`` and
its like, ``window["queries"].push({…})``, ``<script type="application/json">`` (an answer that the
page's own server fetched is opened), and attributes that hand a script its data. Parsed only when somebody asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Any

from extractors import lenient_json
from extractors.dom import Element

MAX_STATES = 40
MAX_TOTAL = 6_000_000

MAX_ROWS = 800
_MOST_PUSHES = 1000
_SHORTEST_PUSH = 200  # characters; shorter are events for counters and advertisements

# each begins with letters that the expression engine leaps to: a page has a megabyte of scripts
_SETS = r"(?:[\"']\])?\s{0,4}=\s{0,4}(?:JSON\.parse\(\s{0,4})?(?=[{\[\"'])"
_ASSIGNED = [
    re.compile(f"({name}){_SETS}")
    for name in (r"__[A-Za-z]\w{2,40}", r"Fusion\.globalContent", r"initial_?[sS]tate", "preloadedState", "dataLayer")
]
_PUSHED = re.compile(r"\.push\(\s{0,4}(?=\{)")
_PUSHED_TO = re.compile(r"\b(?:window|self|globalThis)(?:\.|\[[\"'])([\w$.:-]{2,60})(?:[\"']\])?(?:\s?\|\|\s?\[\]\s?\))?$")
_STREAMED = re.compile(r"__next_f\.push\(\s{0,4}(?=\[)")
_FLIGHT_ROW = re.compile(r"(?P<id>[0-9a-f]{1,6}):(?:T(?P<size>[0-9a-f]{1,8}),)?")
_REFERENCE = re.compile(r'"\$([0-9a-f]{1,6})"')
_MARK_UP = re.compile(r"</?(?:p|div|br|h[1-6]|span|figure|img)\b", re.I)


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
            if isinstance(value, str) and value[:1] in {"{", "["}:
                value = lenient_json.prefix(value, 0)
        except lenient_json.NotJson:
            return None
        return _opened(value)


def _opened(value: Any) -> Any:
    """What is in an answer of a server, which SvelteKit keeps as it came; any other value as it is."""
    body = value.get("body") if isinstance(value, dict) and "status" in value else None
    if not isinstance(body, str) or body[:1] not in {"{", "["}:
        return value
    try:
        return lenient_json.prefix(body, 0)
    except lenient_json.NotJson:
        return value


def states(scripts: Iterable[Element]) -> Iterator[State]:
    """Every piece of embedded JSON in the scripts of a page, in order, within limits; React's stream last."""
    texts = [(script, script.text or "") for script in scripts]
    streams = [text for _, text in texts if "__next_f" in text]
    left = MAX_TOTAL
    for state in islice(_set_or_pushed((s, t) for s, t in texts if "__next_f" not in t), MAX_STATES):
        left -= len(state.source)
        if left < 0:
            break
        yield state
    yield from _flight("".join(piece for text in streams for piece in _streamed(text))[:MAX_TOTAL])


def _set_or_pushed(scripts: Iterable[tuple[Element, str]]) -> Iterator[State]:
    for script, text in scripts:
        kind = (script.get("type") or "").lower()
        if kind == "application/ld+json" or not 20 <= len(text) <= MAX_TOTAL:
            continue
        if kind.endswith("json"):
            yield State(script.get("id") or script.get("data-name") or "json", text.strip())
            continue
        for name, start in sorted(_places(text), key=itemgetter(1)):
            yield State(name, text[start:])


def _places(text: str) -> Iterator[tuple[str, int]]:
    """Where a script sets or pushes a value: under which name, and where the value begins."""
    for pattern in _ASSIGNED:
        for found in islice(pattern.finditer(text), MAX_STATES):
            yield found[1], found.end()
    for found in islice(_PUSHED.finditer(text, 0, max(0, len(text) - _SHORTEST_PUSH)), _MOST_PUSHES):
        to = _PUSHED_TO.search(text[max(0, found.start() - 90) : found.start()])
        if to is not None:
            yield to[1], found.end()


def _streamed(text: str) -> Iterator[str]:
    for found in _STREAMED.finditer(text):
        try:
            value = lenient_json.prefix(text, found.end())
        except lenient_json.NotJson:
            return  # no stream: a parser that fails by the thousand is dear
        if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
            yield value[1]


def _flight(stream: str) -> Iterator[State]:
    """The rows of React's stream, each a state.

    A text of its own that is plain is put back where a row refers to it (once: a page cannot make
    much out of little); mark-up speaks for itself and stays a state.
    """
    rows = list(_rows(stream))
    texts = {name: text for name, text, is_text in rows if is_text and not _MARK_UP.search(text[:20_000])}
    for name, text, is_text in rows:
        if is_text:
            if name not in texts:
                yield State("__next_f", json.dumps(text, ensure_ascii=False))
        elif texts:
            yield State("__next_f", _REFERENCE.sub(lambda found: _put_back(found, texts), text))
        else:
            yield State("__next_f", text)


def _put_back(reference: re.Match[str], texts: dict[str, str]) -> str:
    text = texts.get(reference[1])
    if text is None:
        return reference[0]
    texts[reference[1]] = ""
    return json.dumps(text, ensure_ascii=False)


def _rows(stream: str) -> Iterator[tuple[str, str, bool]]:
    """``ID:JSON`` up to the line's end, ``ID:Tsize,text`` of so many UTF-8 bytes: the ID, the words, whether they are text."""
    position = 0
    for _ in range(MAX_ROWS):
        row = _FLIGHT_ROW.match(stream, position)
        if row is None:
            position = stream.find("\n", position) + 1
            if not position:
                return
        elif row["size"]:
            size = int(row["size"], 16)
            # a character is at least a byte: no need to look further
            text = stream[row.end() : row.end() + size].encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore")
            position = row.end() + len(text)
            yield row["id"], text, True
        else:
            end = stream.find("\n", row.end())
            end = len(stream) if end < 0 else end
            if stream[row.end() : row.end() + 1] in {"{", "["}:
                yield row["id"], stream[row.end() : end], False
            position = end + 1
