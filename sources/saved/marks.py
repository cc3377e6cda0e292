"""The marks that programs leave in an HTML page when they save it."""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass

_TOP, _BOTTOM, _NEAR = 32_768, 16_384, 12_000

_SINGLEFILE = re.compile(r"<!--\s*(?:Page saved with|Archive processed by) (SingleFile(?:(?!-->)\S)*+)(.{0,6000}?)-->", re.DOTALL)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d{2,5}\)\s*(\S+?)\s*-->", re.IGNORECASE)
_META = re.compile(r"""<meta\s+name=["']?savepage-(url|date)["']?\s+content=(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_WOMBAT = re.compile(r"""__wm\.wombat\(\s*["'](https?:[^"']{1,4000})["']\s*,\s*["'](\d{14})["']""")
_ARCHIVED_ON = re.compile(r"FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a mark says, in its own words; see ``sources.saved.statement.Saved``."""

    software: str | None
    url: str | None
    saved_at: str | None
    where: str


def read_marks(body: bytes) -> Marks | None:
    """The marks of SingleFile, Save Page WE, a browser's "page complete" or the Wayback Machine, in this order."""
    top = _text(body[:_TOP])
    found = _SINGLEFILE.search(top)
    if found is not None:
        lines = dict(_line(x) for x in found[2].splitlines())
        return Marks(found[1], lines.get("url"), lines.get("saved date"), "singlefile-comment")
    metas = _META.findall(_around(body, b"savepage-url"))
    meta = {name.lower(): html.unescape(double or single) for name, double, single in metas}
    if "url" in meta:
        return Marks("Save Page WE", meta["url"], meta.get("date"), "savepage-meta")
    found = _SAVED_FROM.search(top)
    if found is not None and found[1].lower().startswith(("http://", "https://")):
        return Marks(None, html.unescape(found[1]), None, "saved-from-comment")
    return _wayback(body)


def _wayback(body: bytes) -> Marks | None:
    wombat = _WOMBAT.search(_around(body, b"__wm.wombat("))
    archived = _ARCHIVED_ON.search(_text(body[-_BOTTOM:]))
    if wombat is None:
        return Marks("Wayback Machine", None, archived[1], "wayback-banner") if archived else None
    digits = wombat[2]
    moment = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:]}+00:00"
    return Marks("Wayback Machine", html.unescape(wombat[1]), archived[1] if archived else moment, "wayback-banner")


def _line(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _around(body: bytes, mark: bytes) -> str:
    """The text around a mark, wherever it is: what was put into the head before it may be megabytes long."""
    at = body.find(mark)
    return _text(body[max(0, at - 100) : at + _NEAR]) if at >= 0 else ""


def _text(part: bytes) -> str:
    wide = part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return part.decode("utf-16" if wide else "utf-8", "replace")
