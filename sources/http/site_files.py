"""Files by which a site says how it wants to be treated: asked for once a day, by site, and remembered."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import httpx2

from model.capture import Exchange

SITES_KEPT = 2_000
TEXT_KEPT = 2_000_000  # characters; parsed, hostile files take up to 60 times as much memory
FAILURE_TTL = 60.0

Get = Callable[[httpx2.URL, int], Awaitable[Exchange]]
"""Asks for a URL, reading so many bytes at most."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What a file said, how many characters that took, and for how many seconds it holds."""

    value: T
    size: int
    ttl: float


@dataclass(slots=True)
class _Site(Generic[T]):
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: Known[T] | None = None
    until: float = 0.0

    @property
    def size(self) -> int:
        return self.known.size if self.known else 0


class SiteFiles(Generic[T]):
    """What ``ask`` makes of each file, by its URL. Several that want one file wait for one request."""

    def __init__(self, ask: Callable[[httpx2.URL], Awaitable[Known[T]]], monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._sites: OrderedDict[str, _Site[T]] = OrderedDict()
        self._size = 0

    async def of(self, place: httpx2.URL) -> T:
        """What the file at ``place`` says. Raises what ``ask`` raises, which is not remembered."""
        name = str(place)
        site = self._sites.setdefault(name, _Site())
        self._sites.move_to_end(name)
        self._forget()
        async with site.turn:
            if site.known is None or site.until <= self._monotonic():
                known = await self._ask(place)
                if self._sites.get(name) is site:
                    self._size += known.size - site.size
                site.known, site.until = known, self._monotonic() + known.ttl
            return site.known.value

    def begin(self) -> None:
        """Before a new event loop: nobody waits any more, and what is known stays known."""
        for site in self._sites.values():
            site.turn = asyncio.Lock()

    def _forget(self) -> None:
        """Lets the sites go that were not asked for longest, where together they take too much."""
        while len(self._sites) > 1 and (len(self._sites) > SITES_KEPT or self._size > TEXT_KEPT):
            _, gone = self._sites.popitem(last=False)
            self._size -= gone.size
