"""The index of a WACZ: CDXJ, a line for each page or file that can be replayed, sorted by key and time.

The key is the address in SURT form as wayback software makes it: scheme, fragment and a leading ``www`` dropped, the
host turned round, all in lower case, the query's parts sorted.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from model.capture import header, parse_head
from storage.warc import Member

_AT_ONCE = 1 << 24
_WWW = re.compile(r"www\d*\.")
_PORTS = {"http": 80, "https": 443}
_STATUS = re.compile(rb"\S+ +(\d{3})(?!\d)")
_REPLAYED = frozenset({"response", "revisit", "resource"})


def surt(url: str) -> str | None:
    """The key of a web address, ``None`` for what is none: ``example,paper)/news?a=1&b=2``."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    shown = host if ":" in host else ",".join(reversed(_WWW.sub("", host, 1).split(".")))
    at = f":{port}" if port is not None and port != _PORTS[parts.scheme] else ""
    query = "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    path = parts.path.lower().rstrip("/") or "/"
    key = f"{shown}{at}){path}" + (f"?{query}" if query else "")
    return key.replace(" ", "%20")


def index_line(member: Member, name: str, offset: int, length: int) -> str | None:
    """The line of a record in the file ``name``; ``None`` for one that is not replayed."""
    url = member.headers.get("warc-target-uri", "")
    key = surt(url) if member.type in _REPLAYED else None
    if key is None:
        return None
    told = {"url": url, "mime": _mime(member), "digest": member.headers.get("warc-payload-digest")}
    if member.headers.get("content-type", "").startswith("application/http"):
        status = _STATUS.match(member.block)
        told["status"] = status[1].decode("ascii") if status else None
    told |= {"length": str(length), "offset": str(offset), "filename": name}
    stamp = re.sub(r"\D", "", member.headers.get("warc-date", ""))[:14]
    return f"{key} {stamp} {json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=True)}"


class Sorter:
    """Lines sorted without holding all of them: portions go to files of a folder, under a name of their own, as soon as
    they have more than ``at_once`` characters."""

    def __init__(self, folder: Path, name: str, at_once: int = _AT_ONCE) -> None:
        self._at_once = at_once
        self._size = 0
        self._folder = folder
        self._name = name
        self._lines: list[str] = []
        self._runs: list[Path] = []

    def add(self, line: str) -> None:
        """One line, without its end."""
        self._lines.append(line + "\n")
        self._size += len(line)
        if self._size > self._at_once:
            path = self._folder / f"{self._name}-{len(self._runs)}"
            path.write_text("".join(sorted(self._lines)), "utf-8")
            self._runs.append(path)
            self._lines, self._size = [], 0

    def lines(self) -> Iterator[str]:
        """All of them in order, with their ends."""
        with ExitStack() as stack:
            files = [stack.enter_context(path.open(encoding="utf-8", newline="")) for path in self._runs]
            yield from heapq.merge(*files, sorted(self._lines))


def _mime(member: Member) -> str:
    if member.type == "revisit":
        return "warc/revisit"
    said = member.headers.get("content-type", "")
    if said.startswith("application/http"):
        said = header(parse_head(member.block[: member.block.find(b"\r\n\r\n") + 4]), "content-type") or ""
    return said.partition(";")[0].strip().lower() or "unk"
