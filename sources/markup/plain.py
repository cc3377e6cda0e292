"""Titles and summaries of feeds as plain text: they come as text, as HTML and as HTML that was escaped twice."""

from __future__ import annotations

import re
from html import unescape

from sources.listing import LONGEST_TEXT, line

_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]{0,2000}|!--.{0,2000}?--)>", re.DOTALL)
_SKIPPED = re.compile(r"<(script|style)\b.{0,20000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LOOKED_AT = 40 * LONGEST_TEXT


def plain_text(text: str | None) -> str | None:
    """The words of a text that may be HTML, at most ``LONGEST_TEXT`` characters; ``None`` for none."""
    if not text:
        return None
    text = text[:_LOOKED_AT]
    if "&" in text or "<" in text:
        text = _TAG.sub(" ", _SKIPPED.sub(" ", text))
        text = unescape(text)
        if _TAG.search(text):  # escaped twice
            text = unescape(_TAG.sub(" ", text))
    return line(text)
