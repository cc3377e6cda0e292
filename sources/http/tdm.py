"""Reservations of text and data mining that a site states for all of its pages.

``/.well-known/tdmrep.json`` of the TDM Reservation Protocol (W3C Community Group, final
report of 2024): a list of rules ``{location, tdm-reservation, tdm-policy}``. Asked for once
a day and site, after a page was had; whatever is wrong with it is no statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from model.capture import header, parse_head
from model.errors import PressmarkError
from sources.http.coding import unpacked
from sources.http.guard import beside
from sources.http.site_files import FAILURE_TTL, Get, Known, SiteFiles

PATH = "/.well-known/tdmrep.json"
READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``location`` is a path pattern as in robots.txt, ``signals`` what it says of pages there."""

    location: str
    signals: tuple[str, ...]


class Reservations:
    """What sites reserve, fetched with ``get``."""

    def __init__(self, get: Get, ttl: float, monotonic: Callable[[], float]) -> None:
        self._get = get
        self._ttl = ttl
        self._files = SiteFiles(self._ask, monotonic)
        self.begin = self._files.begin

    async def signals(self, url: httpx2.URL) -> tuple[str, ...]:
        """The site's signals for one page, such as ``tdm-reservation: 1``; of several rules the most specific."""
        rules = await self._files.of(file_of(url))
        path = url.raw_path.decode("ascii", "replace")
        matching = [rule for rule in rules if matches(rule.location, path)]
        return max(matching, key=lambda rule: len(rule.location)).signals if matching else ()

    async def _ask(self, place: httpx2.URL) -> Known[tuple[Rule, ...]]:
        try:
            exchange = await self._get(place, READ_BYTES)
        except PressmarkError:  # the page was had and is kept; only this statement could not be
            return Known((), 0, FAILURE_TTL)
        if exchange.status != 200 or exchange.truncated is not None:
            return Known((), 0, self._ttl)
        text = unpacked(exchange.entity, header(parse_head(exchange.head), "content-encoding"), READ_BYTES)
        return Known(parse(text), len(text), self._ttl)


def file_of(url: httpx2.URL) -> httpx2.URL:
    """Where the site of a page states its reservations."""
    return beside(url, PATH)


def parse(text: bytes) -> tuple[Rule, ...]:
    """The rules of a ``tdmrep.json``; what is no rule is passed over."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(rule for item in (found if isinstance(found, list) else []) if (rule := _rule(item)) is not None)


def _rule(item: object) -> Rule | None:
    if not isinstance(item, dict) or not isinstance(item.get("location"), str):
        return None
    reservation, policy = item.get("tdm-reservation"), item.get("tdm-policy")
    if str(reservation) not in {"0", "1"} or isinstance(reservation, bool):
        return None
    signals = [f"tdm-reservation: {reservation}"]
    if isinstance(policy, str) and policy.isprintable() and policy.strip():
        signals.insert(0, f"tdm-policy: {policy.strip()}")
    return Rule(item["location"], tuple(signals))


def matches(pattern: str, path: str) -> bool:
    """Whether a path begins as a pattern says: ``*`` is anything, ``$`` at its end the end (RFC 9309, 2.2.3).

    One pass over the path whatever the pattern, because strangers write both.
    """
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for piece in others[:-1] if anchored else others:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if not anchored:
        return True
    return path.endswith(others[-1]) and len(path) - len(others[-1]) >= at if others else at == len(path)
