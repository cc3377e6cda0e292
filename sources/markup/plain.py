"""Titles and summaries of feeds as plain text: they come as text, as HTML and as HTML that was escaped twice."""

from __future__ import annotations

import re
from html import unescape

from sources.listing import LONGEST_TEXT, line

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_UNSEEN = re.compile(r"<(?:(script|style)\b|!--)", re.IGNORECASE)
_ENDS = {"script": re.compile(r"</script\s*>", re.I), "style": re.compile(r"</style\s*>", re.I), "": re.compile("-->")}
_LOOKED_AT = 40 * LONGEST_TEXT


def plain_text(text: str | None) -> str | None:
    """The words of a text that may be HTML, at most ``LONGEST_TEXT`` characters; ``None`` for none."""
    if not text:
        return None
    text = text[:_LOOKED_AT]
    if "&" in text or "<" in text:
        text = unescape(_words(text))
        if _TAG.search(text):  # escaped twice
            text = unescape(_words(text))
    return line(text)


def _words(text: str) -> str:
    """What stands between tags, and neither in scripts and styles nor in comments: those that end."""
    seen: list[str] = []
    endless: set[str] = set()
    at = begin = 0
    while (found := _UNSEEN.search(text, begin)) is not None:
        kind = (found[1] or "").lower()
        end = None if kind in endless else _ENDS[kind].search(text, found.end())
        if end is None:
            endless.add(kind)  # looked for once, however many begin
            begin = found.end()
            continue
        seen.append(text[at : found.start()])
        at = begin = end.end()
    return _TAG.sub(" ", " ".join([*seen, text[at:]]))
