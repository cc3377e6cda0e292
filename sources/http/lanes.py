"""Politeness: one request at a time per host, with a rest after each.

Hosts are told apart by name, without port and trailing dot. Many hosts go in parallel;
the lanes of hosts at rest are forgotten, so that memory stays flat over many hosts.

A host that is in trouble (it does not answer, or asks to wait without saying how long) is
given more time after each failure in a row, and after the third it is left alone: every
further request ends at once, with the time to try again. Then one request is let through,
which decides anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from model.errors import Busy

BACK_OFF = 10.0
LEFT_ALONE_AFTER = 3
LEFT_ALONE = 600.0
LEFT_ALONE_AT_MOST = 3600.0

_FORGET_ABOVE = 256


@dataclass(slots=True)
class _Lane:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    rest_until: float = 0.0  # our manners
    held_until: float = 0.0  # the host's wish, or its trouble
    troubles: int = 0
    trouble: str = ""
    users: int = 0

    def is_forgettable(self, now: float) -> bool:
        remembered = self.held_until + (LEFT_ALONE if self.troubles else 0.0)
        return not self.users and max(self.rest_until, remembered) <= now


@dataclass(frozen=True, slots=True)
class Time:
    """What time is and how it passes: seconds that only grow, a way to let them pass, the clock
    on the wall (aware), and ``chance``, which gives numbers from 0 up to 1 for jitter."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    clock: Callable[[], datetime]
    chance: Callable[[], float]


class Claims(Protocol):
    """Leave to ask hosts, where other processes may ask them, too."""

    def begin(self) -> None:
        """Before the first request."""

    def end(self) -> None:
        """After the last one."""

    async def claim(self, host: str) -> float:
        """Waits until this process may ask a host; the seconds that it is owed before. ``release`` follows."""

    def may_ask(self, host: str) -> bool:
        """Whether the claim still holds."""

    def release(self, host: str, rest: float) -> None:
        """A host was asked, or is not after all: it is owed so many seconds from now on."""


class Alone:
    """Where no other process asks any host."""

    def begin(self) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """Nothing to do."""

    async def claim(self, host: str) -> float:
        """At once."""
        return 0.0

    def may_ask(self, host: str) -> bool:
        """Always."""
        return True

    def release(self, host: str, rest: float) -> None:
        """Nobody else wants it."""


class Lanes:
    """``gap`` and ``patience`` are seconds (see ``HttpSettings``)."""

    def __init__(self, gap: float, patience: float, time: Time, claims: Claims | None = None) -> None:
        self._claims = claims or Alone()
        self._gap = gap
        self._patience = patience
        self._time = time
        self._lanes: dict[str, _Lane] = {}

    def __len__(self) -> int:
        """How many hosts are remembered now."""
        return len(self._lanes)

    def begin(self) -> None:
        """Before a new event loop: nobody waits any more, and the rests that hosts are owed stay."""
        for lane in self._lanes.values():
            lane.turn, lane.users = asyncio.Lock(), 0

    @asynccontextmanager
    async def turn(self, host: str, gap: float = 0.0, *, aside: bool = False) -> AsyncIterator[None]:
        """Waits until this host may be asked, and holds its lane meanwhile.

        ``gap`` lengthens the rest afterwards (a Crawl-delay). ``aside`` is for the few files
        that tell how a site wants to be treated, asked once a day: they neither wait for the
        rest nor begin one. Raises ``Busy`` where the wait would be longer than our patience;
        ``facts['retry_after']`` says how long.
        """
        name = _named(host)
        lane = self._lanes.setdefault(name, _Lane())
        lane.users += 1
        try:
            async with lane.turn:
                await self._claimed(name, lane, aside)
                try:
                    yield
                finally:
                    if not aside:
                        lane.rest_until = self._time.monotonic() + max(self._gap, gap)
                    self._claims.release(name, self._owed(lane))
        finally:
            lane.users -= 1
            if len(self._lanes) > _FORGET_ABOVE:
                self._forget()

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks this host for so long (a Retry-After)."""
        lane = self._lanes.setdefault(_named(host), _Lane())
        lane.held_until = max(lane.held_until, self._time.monotonic() + seconds)

    def failed(self, host: str, what: str) -> None:
        """The host is in trouble, once more in a row (``what`` such as ``did not answer``): it is given time, half as long
        to one and a half times as long as others in the same place, so that a crowd does not come back all at once."""
        lane = self._lanes.setdefault(_named(host), _Lane())
        lane.troubles += 1
        lane.trouble = what
        over = lane.troubles - LEFT_ALONE_AFTER
        seconds = BACK_OFF * 2 ** (lane.troubles - 1) if over < 0 else min(LEFT_ALONE * 2 ** min(over, 8), LEFT_ALONE_AT_MOST)
        self.hold(host, seconds * (0.5 + self._time.chance()))

    def answered(self, host: str) -> None:
        """The host is well: what failed before is forgotten."""
        lane = self._lanes.get(_named(host))
        if lane is not None:
            lane.troubles = 0

    async def _claimed(self, name: str, lane: _Lane, aside: bool) -> None:
        """Returns when the host has had its rest and is still ours to ask."""
        while True:
            owed = await self._claims.claim(name)
            now = self._time.monotonic()
            if owed > self._patience:
                lane.held_until = max(lane.held_until, now + owed)
            lane.rest_until = max(lane.rest_until, now + owed)
            try:
                await self._wait(name, lane, lane.held_until if aside else max(lane.held_until, lane.rest_until))
            except BaseException:
                self._claims.release(name, self._owed(lane))
                raise
            if self._claims.may_ask(name):
                return
            self._claims.release(name, 0.0)

    def _owed(self, lane: _Lane) -> float:
        return max(0.0, max(lane.rest_until, lane.held_until) - self._time.monotonic())

    async def _wait(self, name: str, lane: _Lane, until: float) -> None:
        seconds = until - self._time.monotonic()
        if seconds > self._patience:
            when = f"{self._time.clock() + timedelta(seconds=seconds + 60):%H:%MZ on %d %B %Y}"
            often = f", {lane.troubles} troubles in a row" if lane.troubles > 1 else ""
            why = f"{lane.trouble}{often}" if lane.troubles else f"wants to be left alone for {seconds:.0f} s"
            raise Busy(f"{name} {why}; it is not asked again before {when}, try then", host=name, retry_after=seconds)
        if seconds > 0:
            await self._time.sleep(seconds)

    def _forget(self) -> None:
        now = self._time.monotonic()
        self._lanes = {name: lane for name, lane in self._lanes.items() if not lane.is_forgettable(now)}


def _named(host: str) -> str:
    return host.rstrip(".").lower()
