"""robots.txt as RFC 9309 has it, read once per site and day.

4xx (but 429) means everything may be fetched; 5xx, 429 and no answer mean nothing may, for now.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx2
from protego import Protego

from model.capture import Exchange, Truncated, header, parse_head
from model.errors import BadCall, Refused, TooLarge, Unreachable, Unreadable
from sources.http.coding import unpacked
from sources.http.guard import parse_url
from sources.http.redirects import redirect_target

PARSED_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB
REDIRECTS = 5
FAILURE_TTL = 60.0
SITES_KEPT = 256
TEXT_KEPT = 2_000_000  # characters; parsed, hostile files take up to 60 times as much memory
OVERRIDE_HINT = "to fetch it all the same, say why: --override-robots REASON"

Get = Callable[[httpx2.URL, int], Awaitable[Exchange]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What one site's robots.txt says, for every robot. ``size`` is characters read."""

    parsed: Protego
    size: int

    def crawl_delay(self, token: str) -> float:
        """Seconds between two requests, 0 where nothing is said."""
        return float(self.parsed.crawl_delay(token) or 0.0)

    def check(self, url: httpx2.URL, token: str) -> None:
        """Raises ``Refused`` where the robot named ``token`` may not fetch ``url``."""
        if not self.parsed.can_fetch(str(url), token):
            raise Refused(f"robots.txt of {url.host} asks robots not to fetch this; {OVERRIDE_HINT}", url=str(url), rule="robots")


@dataclass(slots=True)
class _Site:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: Rules | Unreachable | None = None
    until: float = 0.0


class Robots:
    """Rules by site (scheme, host and port), fetched with ``get`` (URL and most bytes to read)."""

    def __init__(self, get: Get, ttl: float, monotonic: Callable[[], float]) -> None:
        self._get = get
        self._ttl = ttl
        self._monotonic = monotonic
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    async def rules(self, url: httpx2.URL) -> Rules:
        """The rules that hold for ``url``.

        Raises ``Unreachable`` or ``Busy`` where they cannot be had now, ``Refused`` where
        the guard forbids to ask. A failure is remembered for a minute.
        """
        place = str(url.copy_with(raw_path=b"/robots.txt"))
        site = self._sites.setdefault(place, _Site())
        self._sites.move_to_end(place)
        self._forget()
        async with site.turn:
            if site.known is None or site.until <= self._monotonic():
                site.known, ttl = await self._ask(parse_url(place))
                site.until = self._monotonic() + ttl
        if isinstance(site.known, Rules):
            return site.known
        raise Unreachable(str(site.known), **site.known.facts)

    def _forget(self) -> None:
        """Lets the sites go that were not asked for longest, where together they take too much."""
        size = sum(site.known.size for site in self._sites.values() if isinstance(site.known, Rules))
        while len(self._sites) > 1 and (len(self._sites) > SITES_KEPT or size > TEXT_KEPT):
            _, gone = self._sites.popitem(last=False)
            size -= gone.known.size if isinstance(gone.known, Rules) else 0

    async def _ask(self, place: httpx2.URL) -> tuple[Rules | Unreachable, float]:
        try:
            text = await self._text(place)
            return Rules(Protego.parse(text), len(text)), self._ttl
        except Unreachable as error:
            return error, FAILURE_TTL

    async def _text(self, place: httpx2.URL) -> str:
        try:
            exchange = await self._get(place, PARSED_BYTES)
        except (TooLarge, Unreadable) as error:
            raise _closed(place, f"cannot be read: {error}") from error
        for _ in range(REDIRECTS):
            try:
                target = redirect_target(exchange)
                if target is None:
                    break
                exchange = await self._get(target, PARSED_BYTES)
            except BadCall:
                return ""  # leads nowhere: there is no robots.txt
            except (Refused, TooLarge, Unreadable) as error:
                raise _closed(place, f"leads astray: {error}") from error
        if exchange.status == 429 or exchange.status >= 500:
            raise _closed(place, f"answered {exchange.status}")
        if not 200 <= exchange.status < 300:
            return ""  # RFC 9309, 2.3.1.3: unavailable; more than five redirects as well
        if exchange.truncated not in {None, Truncated.LENGTH}:
            raise _closed(place, "came only in part")
        coding = header(parse_head(exchange.head), "content-encoding")
        return unpacked(exchange.entity, coding, PARSED_BYTES).decode("utf-8-sig", "replace")


def _closed(place: httpx2.URL, why: str) -> Unreachable:
    return Unreachable(
        f"robots.txt of {place.host} {why}; that means nothing may be fetched now, try again later; {OVERRIDE_HINT}",
        url=str(place),
        rule="robots",
    )
