"""TimeMaps: which copies of an address an archive has, in the forms that are in use.

Link-format (RFC 7089, 5), the JSON of Memento aggregators, and the CDX listings in JSON that
pywb and the Wayback Machine call TimeMaps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from model.edtf import parse_utc
from model.errors import Unreadable
from sources.memento.addresses import whole
from sources.memento.links import links_of

_STAMP = re.compile(r"\d{14}")
_LISTING = re.compile(r"(?P<collection>https?://.+?/)timemap/(?:json|cdxj?)/?(?:\?url=)?")


@dataclass(frozen=True, slots=True)
class Memento:
    """One copy: where it is, and of when."""

    uri: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TimeMap:
    """Copies in order of time, and the other pages of the list."""

    mementos: tuple[Memento, ...]
    pages: tuple[str, ...] = ()


def timemap_of(text: str, uri: str) -> TimeMap:
    """Reads a TimeMap; ``uri`` is where it came from. Raises ``Unreadable`` for what is none."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    try:
        if start in {"{", "["}:
            found = _from_json(text, uri)
        elif start == "<":
            found = _from_links(text, uri)
        else:
            raise ValueError("it begins like no TimeMap")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(f"what {uri} answers is no TimeMap that can be read", url=uri) from error
    mementos, pages = found
    return TimeMap(tuple(sorted(set(mementos), key=lambda m: (m.at, m.uri))), tuple(dict.fromkeys(p for p in pages if p != uri)))


def http_date(text: str | None) -> datetime | None:
    """A date as ``Memento-Datetime`` has it (RFC 1123), in UTC; ``None`` where it is none."""
    try:
        moment = parsedate_to_datetime(text) if text else None
        return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stamp_date(stamp: str) -> datetime | None:
    """A moment in the fourteen figures of web archives; ``None`` where they are none."""
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if _STAMP.fullmatch(stamp) else None
    except ValueError:
        return None


def _from_links(text: str, uri: str) -> tuple[list[Memento], list[str]]:
    mementos: list[Memento] = []
    pages: list[str] = []
    known = False
    for link in links_of(text):
        known = known or bool(link.rels & {"original", "timegate", "self", "memento", "timemap"})
        if "memento" in link.rels:
            at, copy = http_date(link.parameters.get("datetime")), whole(uri, link.target)
            if at is not None and copy is not None:
                mementos.append(Memento(copy, at))
        elif "timemap" in link.rels and "self" not in link.rels:
            page = whole(uri, link.target)
            pages += [] if page is None else [page]
    if not known:
        raise ValueError("links of no TimeMap")
    return mementos, pages


def _from_json(text: str, uri: str) -> tuple[list[Memento], list[str]]:
    try:
        plain = json.loads(text)
    except ValueError:
        plain = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(plain, dict) and ("mementos" in plain or "timemap_index" in plain or "timegate_uri" in plain):
        held = plain.get("mementos") or {}
        copies = [(whole(uri, m["uri"]), parse_utc(m["datetime"])) for m in held.get("list", ())]
        beside = held.get("pages") or plain.get("pages") or {}
        pages = [m["uri"] for m in plain.get("timemap_index", ())] + [str(v) for k, v in beside.items() if k != "self"]
        listed = [Memento(copy, at) for copy, at in copies if copy is not None]
        return listed, [found for page in pages if (found := whole(uri, page)) is not None]
    rows = plain if isinstance(plain, list) else [plain]
    return list(_listed(rows, uri)), []


def _listed(rows: list[Any], uri: str) -> Iterator[Memento]:
    """A listing of captures: a row each, a mapping, or a list under a first row of names."""
    found = _LISTING.match(uri)
    if found is None:
        raise ValueError("a listing whose archive cannot be told from its address")
    names = rows[0] if rows and isinstance(rows[0], list) else None
    for row in rows[1:] if names else rows:
        entry: Mapping[str, Any] = dict(zip(names, row, strict=False)) if names else row
        address = entry.get("url") or entry.get("original")
        if "timestamp" not in entry:
            raise ValueError("a row without a time")
        at = stamp_date(str(entry["timestamp"]))
        if at is not None and isinstance(address, str):
            yield Memento(f"{found['collection']}{entry['timestamp']}/{address}", at)
