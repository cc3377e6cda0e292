"""Politeness: one request at a time per host, with a rest after each.

Hosts are told apart by name, without port and trailing dot. Many hosts go in parallel;
the lanes of hosts at rest are forgotten, so that memory stays flat over many hosts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from model.errors import Busy

_FORGET_ABOVE = 256


@dataclass(slots=True)
class _Lane:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    users: int = 0


class Lanes:
    """``gap`` and ``patience`` are seconds (see ``HttpSettings``); ``monotonic`` and ``sleep`` tell and pass time."""

    def __init__(
        self, gap: float, patience: float, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._gap = gap
        self._patience = patience
        self._monotonic = monotonic
        self._sleep = sleep
        self._lanes: dict[str, _Lane] = {}

    def __len__(self) -> int:
        """How many hosts are remembered now."""
        return len(self._lanes)

    @asynccontextmanager
    async def turn(self, host: str, gap: float = 0.0) -> AsyncIterator[None]:
        """Waits until this host may be asked, and holds its lane meanwhile.

        ``gap`` lengthens the rest afterwards (a Crawl-delay). Raises ``Busy`` where the
        rest still to wait is longer than our patience; ``facts['retry_after']`` says how long.
        """
        name = host.rstrip(".").lower()
        lane = self._lanes.setdefault(name, _Lane())
        lane.users += 1
        try:
            async with lane.turn:
                await self._rest(name, lane)
                try:
                    yield
                finally:
                    lane.free_at = max(lane.free_at, self._monotonic() + max(self._gap, gap))
        finally:
            lane.users -= 1
            if len(self._lanes) > _FORGET_ABOVE:
                self._forget()

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks this host for so long (a Retry-After)."""
        lane = self._lanes.setdefault(host.rstrip(".").lower(), _Lane())
        lane.free_at = max(lane.free_at, self._monotonic() + seconds)

    async def _rest(self, name: str, lane: _Lane) -> None:
        wait = lane.free_at - self._monotonic()
        if wait > self._patience:
            raise Busy(f"{name} wants to be left alone for {wait:.0f} s; try again then", host=name, retry_after=wait)
        if wait > 0:
            await self._sleep(wait)

    def _forget(self) -> None:
        now = self._monotonic()
        self._lanes = {name: lane for name, lane in self._lanes.items() if lane.users or lane.free_at > now}
