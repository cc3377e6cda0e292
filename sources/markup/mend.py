"""Mark-up that was meant to be XML, made so as far as characters go, in pieces.

Bare ampersands and less-than signs and HTML's named characters, common in feeds and wrong in
XML, are put right outside CDATA sections; characters that XML forbids go, and what stands before the
first mark-up. A document type is dropped: nothing in a listing needs an entity of its own.
"""

from __future__ import annotations

import re
from html import unescape

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?:(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)|([A-Za-z][A-Za-z0-9]{1,30};))?")
_LESS_THAN = re.compile(r"<(?![A-Za-z_:/!?\x80-\U0010ffff])")
_OPEN, _CLOSE = "<![CDATA[", "]]>"
_DOCTYPE = "<!DOCTYPE"
_HELD_BACK = 64  # longer than any reference and any mark looked for
_LONGEST_DOCTYPE = 20_000
_LONGEST_DECLARATION = 500
_DECLARATION = re.compile(r"\A<\?xml[^>]{0,500}\?>\s*")


class Mender:
    """Takes pieces of text in, gives mended ones out; ``finish`` gives what is left."""

    def __init__(self) -> None:
        self._rest = ""
        self._inside = False
        self._begun = False
        self._ended_doctype = False

    def feed(self, text: str) -> str:
        """The part of ``text``, and of what was held back before, that can be mended now."""
        self._rest += _FORBIDDEN.sub("", text)
        if not self._begun and not self._begin():
            return ""
        cut = len(self._rest) - _HELD_BACK
        return self._mended(cut) if cut > 0 else ""

    def finish(self) -> str:
        """The rest."""
        self._begun = True
        return self._mended(len(self._rest))

    def _begin(self) -> bool:
        """Drops what stands before the mark-up and its document type; false while more text is needed for that."""
        start = self._rest.find("<")
        if start < 0:
            self._rest = ""
            return False
        self._rest = self._rest[start:]
        if self._rest.startswith("<?xml") and "?>" not in self._rest and len(self._rest) < _LONGEST_DECLARATION:
            return False
        self._rest = _DECLARATION.sub("", self._rest, count=1)
        at = self._rest[:_LONGEST_DOCTYPE].upper().find(_DOCTYPE)
        if at < 0:
            self._begun = len(self._rest) > _HELD_BACK
            return self._begun
        subset = self._rest.find("[", at)
        plain = self._rest.find(">", at)
        end = plain if subset < 0 or (0 <= plain < subset) else self._end_of_subset(subset)
        if end < 0 and len(self._rest) <= _LONGEST_DOCTYPE:
            return False
        # one that never ends, or not within reason, takes all that was read of it along
        self._rest = self._rest[:at] + (self._rest[end + 1 :] if end >= 0 else "")
        self._begun = True
        return True

    def _end_of_subset(self, start: int) -> int:
        close = re.compile(r"\]\s*>").search(self._rest, start)
        return close.end() - 1 if close else -1

    def _mended(self, upto: int) -> str:
        """Mends the first ``upto`` characters, or a few less so that no mark or reference is torn."""
        out: list[str] = []
        at = 0
        while at < upto:
            mark = _CLOSE if self._inside else _OPEN
            found = self._rest.find(mark, at)
            end = found + len(mark) if 0 <= found < upto else upto
            if found < 0 or found >= upto:
                end = upto if self._inside else _whole(self._rest, at, upto)
                if end <= at:
                    break
            chunk = self._rest[at:end]
            out.append(chunk if self._inside else _LESS_THAN.sub("&lt;", _AMPERSAND.sub(_reference, chunk)))
            if 0 <= found < upto:
                self._inside = not self._inside
            at = end
        self._rest = self._rest[at:]
        return "".join(out)


def _whole(text: str, start: int, end: int) -> int:
    """Where to cut so that a reference or a tag which began before ``end`` is not torn."""
    if end < len(text) and text[end - 1] == "<":
        end -= 1
    begun = text.rfind("&", max(start, end - 33), end)
    return end if begun < 0 or end == len(text) or ";" in text[begun:end] else begun


def _reference(found: re.Match[str]) -> str:
    if found[1]:
        return found[0]
    if found[2]:
        meant = unescape(found[0])
        if meant != found[0] and ";" not in meant:
            return meant.replace("&", "&amp;").replace("<", "&lt;")
    return "&amp;" + found[0][1:]
