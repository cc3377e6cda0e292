"""JSON as pages really carry it: a strict parser first, a forgiving one where that fails.

The forgiving one runs in linear time and mends what publishers' templates break: comments,
trailing or missing commas, unescaped quotes and line breaks inside strings, values that a
template left empty, bad escapes, a document that breaks off.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

MAX_DEPTH = 64
MAX_SIZE = 4_000_000

_SPACE = re.compile(r"(?:[\s;\ufeff\xa0]+|//[^\n]*|/\*.{0,4000}?\*/|<!--|-->|<!\[CDATA\[|\]\]>)+", re.S)
_PLAIN = re.compile(r'[^"\\]+')
_BARE = re.compile(r"[^,\]}\s][^,\]}\n]*")
_ENDS_STRING = re.compile(r"\s*(?:[,}\]:]|$)")
_AFTER_COMMA = re.compile(r'\s*,\s*(?:["{\[\]}]|-?\d|true\b|false\b|null\b|[\w$@]{1,40}\s*:)')
_KEY = re.compile(r"'?([\w$@.-]{1,100})'?\s{0,8}(?=:)")
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class NotJson(ValueError):
    """Not JSON even for the forgiving parser, too deep, or too large."""


def parse(text: str) -> Any:
    """One JSON value; several one after another come back as a list.

    Numbers too long to be numbers, NaN and infinities become ``None``. Raises ``NotJson``.
    """
    if len(text) > MAX_SIZE:
        raise NotJson(f"over {MAX_SIZE:,} characters")
    text = text.strip().strip("\ufeff;")
    for attempt in (text, html.unescape(text)) if "&quot;" in text[:200] else (text,):
        try:
            return _DECODER.decode(attempt)
        except RecursionError:
            raise NotJson("nested too deeply") from None
        except ValueError:
            continue
    return _Forgiving(html.unescape(text) if "&quot;" in text[:200] else text).document()


def prefix(text: str, start: int) -> Any:
    """The JSON value that begins at ``start``, whatever follows it. Raises ``NotJson``."""
    try:
        return _DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        raise NotJson("no JSON value begins here") from None


def _int(digits: str) -> int | None:
    return int(digits) if len(digits) < 40 else None


def _float(digits: str) -> float | None:
    value = float(digits)
    return value if abs(value) < 1e300 else None


def _nothing(_name: str) -> None:
    return None


_DECODER = json.JSONDecoder(parse_int=_int, parse_float=_float, parse_constant=_nothing, strict=False)


class _Forgiving:
    """A recursive descent over the text that never goes back further than one look-ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def document(self) -> Any:
        values: list[Any] = []
        while self._skip():
            if self.text[self.at] not in "{[":
                self.at += 1
                if not values and self.at > 200:
                    break
                continue
            values.append(self._value())
        if not values:
            raise NotJson("no object or list in it")
        return values[0] if len(values) == 1 else values

    def _skip(self) -> bool:
        found = _SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.at < len(self.text)

    def _value(self) -> Any:
        if not self._skip():
            return None
        first = self.text[self.at]
        if first in "{[":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise NotJson("nested too deeply")
            value = self._object() if first == "{" else self._list()
            self.depth -= 1
            return value
        if first == '"':
            return self._string()
        bare = _BARE.match(self.text, self.at)
        if bare is None:
            return None
        self.at = bare.end()
        word = bare[0].strip()
        if word in {"true", "false"}:
            return word == "true"
        if word in {"null", "undefined", "NaN"}:
            return None
        if _NUMBER.fullmatch(word):
            return float(word) if "." in word else int(word)
        return word.strip("'")

    def _object(self) -> dict[str, Any]:
        self.at += 1
        found: dict[str, Any] = {}
        while self._skip():
            mark = self.text[self.at]
            if mark == "}":
                self.at += 1
                break
            if mark == "]":  # the list around it closes: this object's own bracket is missing
                break
            if mark in ",:":
                self.at += 1
                continue
            key = self._key(mark)
            if self._skip() and self.text[self.at] == ":":
                self.at += 1
                value = self._value()
                if isinstance(key, str):
                    found[key] = value
            elif mark in "{[":
                self._value()
        return found

    def _key(self, mark: str) -> Any:
        if mark in "{[":
            return None
        bare = _KEY.match(self.text, self.at)
        if bare is None:
            return self._value()
        self.at = bare.end()
        return bare[1]

    def _list(self) -> list[Any]:
        self.at += 1
        found: list[Any] = []
        while self._skip():
            mark = self.text[self.at]
            if mark == "]":
                self.at += 1
                break
            if mark == "}":
                break
            if mark in ",:":
                self.at += 1
                continue
            found.append(self._value())
        return found

    def _string(self) -> str:
        self.at += 1
        parts: list[str] = []
        text, size = self.text, len(self.text)
        while self.at < size:
            plain = _PLAIN.match(text, self.at)
            if plain:
                parts.append(plain[0])
                self.at = plain.end()
                continue
            if text[self.at] == "\\":
                self._escape(parts)
                continue
            self.at += 1  # a quote: the end, unless more of the sentence follows
            if self._closes():
                break
            parts.append('"')
        return "".join(parts)

    def _closes(self) -> bool:
        rest = self.text[self.at : self.at + 80]
        if not _ENDS_STRING.match(rest):
            return False
        # said "no", he wrote -> a comma too: only a comma before another value ends a string
        return not rest.lstrip().startswith(",") or bool(_AFTER_COMMA.match(rest)) or len(rest.strip()) < 2

    def _escape(self, parts: list[str]) -> None:
        code = self.text[self.at + 1 : self.at + 2]
        if code == "u":
            try:
                parts.append(chr(int(self.text[self.at + 2 : self.at + 6], 16)))
                self.at += 6
                return
            except ValueError:
                code = ""
        parts.append(_ESCAPES.get(code, code))
        self.at += 2
