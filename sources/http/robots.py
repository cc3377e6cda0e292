"""robots.txt as RFC 9309 has it, read once per site and day.

4xx (but 429) means everything may be fetched; 5xx, 429 and no answer mean nothing may, for now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from protego import Protego

from model.capture import Truncated, header, parse_head
from model.errors import BadCall, Refused, TooLarge, Unreachable, Unreadable
from sources.http.busy import LONGEST
from sources.http.coding import unpacked
from sources.http.guard import beside
from sources.http.redirects import redirect_target
from sources.http.site_files import FAILURE_TTL, Get, Known, SiteFiles

PARSED_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB
REDIRECTS = 5
OVERRIDE_HINT = "to fetch it all the same, say why: --override-robots REASON"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one site's robots.txt says, for every robot."""

    parsed: Protego

    def crawl_delay(self, token: str) -> float:
        """Seconds between two requests, a week at most, 0 where nothing is said."""
        return min(float(self.parsed.crawl_delay(token) or 0.0), LONGEST)

    def allows(self, url: httpx2.URL, token: str) -> bool:
        """Whether the robot named ``token`` may fetch ``url``."""
        return bool(self.parsed.can_fetch(str(url), token))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps it names, as written, whatever they are."""
        return tuple(self.parsed.sitemaps)

    def check(self, url: httpx2.URL, token: str) -> None:
        """Raises ``Refused`` where the robot named ``token`` may not fetch ``url``."""
        if not self.allows(url, token):
            raise Refused(f"robots.txt of {url.host} asks robots not to fetch this; {OVERRIDE_HINT}", url=str(url), rule="robots")


class Robots:
    """Rules by site (scheme, host and port), fetched with ``get``."""

    def __init__(self, get: Get, ttl: float, monotonic: Callable[[], float]) -> None:
        self._get = get
        self._ttl = ttl
        self._files = SiteFiles(self._ask, monotonic)
        self.begin = self._files.begin

    async def rules(self, url: httpx2.URL) -> Rules:
        """The rules that hold for ``url``.

        Raises ``Unreachable`` or ``Busy`` where they cannot be had now, ``Refused`` where
        the guard forbids to ask. A failure is remembered for a minute.
        """
        known = await self._files.of(beside(url, "/robots.txt"))
        if isinstance(known, Rules):
            return known
        raise Unreachable(str(known), **known.facts)

    async def _ask(self, place: httpx2.URL) -> Known[Rules | Unreachable]:
        try:
            text = await self._text(place)
        except Unreachable as error:
            return Known(error, 0, FAILURE_TTL)
        return Known(Rules(Protego.parse(text)), len(text), self._ttl)

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
