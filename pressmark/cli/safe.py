"""Outside text made harmless: for a terminal, for one line, and as JSON.

A page, a file name or a server's answer may hold escape sequences that drive the reader's
terminal, and controls that turn the direction of what follows (Unicode TR 36, 3.1), so that
``gnp.exe`` reads as ``exe.png``. People see that something stood there; programs get it escaped.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, TextIO

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_CONTROLS = {c: _REPLACED for c in (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))} | {0x1B: "\N{SYMBOL FOR ESCAPE}"}
_SEPARATORS = dict.fromkeys((0x2028, 0x2029), " ")
# overrides, embeddings and isolates are shown; the bare marks only help neighbouring words along, and every
# script is read without them
_DIRECTIONS = {
    c: f"\N{MATHEMATICAL LEFT ANGLE BRACKET}U+{c:04X}\N{MATHEMATICAL RIGHT ANGLE BRACKET}"
    for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_MARKS = dict.fromkeys((0x061C, 0x200E, 0x200F), "")
_SAFE = _CONTROLS | _SEPARATORS | _DIRECTIONS | _MARKS
_ONE_LINE = _SAFE | {0x09: _REPLACED, 0x0A: _REPLACED}

_SURROGATES = re.compile("[\ud800-\udfff]")
_ALWAYS_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BEYOND_ASCII = re.compile("[^\x00-\x7e]")


def safe(text: str) -> str:
    """Text without anything that drives a terminal; line feeds and tabs are kept."""
    return text.translate(_SAFE)


def safe_line(text: str) -> str:
    """The same, on one line."""
    return text.translate(_ONE_LINE)


def json_text(value: Any, *, ascii_only: bool = False) -> str:
    """Plain values as JSON (RFC 8259) on one line, controls escaped, lone surrogates replaced, as RFC 7493 asks."""
    text = _SURROGATES.sub(_REPLACED, json.dumps(value, ensure_ascii=False))
    return (_BEYOND_ASCII if ascii_only else _ALWAYS_ESCAPED).sub(_escaped, text)


def says_everything(out: TextIO) -> bool:
    """True where a stream's encoding has every character."""
    return codecs.lookup(getattr(out, "encoding", None) or "utf-8").name == "utf-8"


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if ord(found[0]) > 0x7F else "\\u007f"
