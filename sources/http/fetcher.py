"""The fetcher: one URL to one capture, by way of guard, robots.txt, lanes and redirects."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from socket import SOCK_STREAM, getaddrinfo
from types import TracebackType
from typing import Self

import httpcore2
import httpx2

from model.capture import Basis, Capture, Exchange, Truncated, header, parse_head
from model.errors import BadCall, Busy, PressmarkError, Refused, Unreachable
from sources.http.busy import ASKING_TO_WAIT, retry_after
from sources.http.exchange import Client, Headers
from sources.http.guard import Guard, parse_url
from sources.http.lanes import Alone, Claims, Lanes, Time
from sources.http.redirects import redirect_target
from sources.http.robots import Robots
from sources.http.settings import Conditional, HttpSettings
from sources.http.signals import signals_of
from sources.http.tdm import Reservations, file_of
from sources.http.wire import Resolver

# of their own: names that nobody answers for must not keep others waiting for a thread
_LOOKUPS = ThreadPoolExecutor(64, thread_name_prefix="names")


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Addresses as the operating system gives them, best first. Raises ``OSError`` where there is none."""
    found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, partial(getaddrinfo, host, port, type=SOCK_STREAM))
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Fetcher:
    """Fetches politely and safely; an async context manager, for one event loop at a time. Entered
    again, it still knows the robots.txt it has read and the rests that hosts are owed.

    Any number of ``fetch`` calls may run at once: those to one host queue up. Proxies and
    other settings of the environment are not looked at. ``clock`` tells aware UTC time,
    ``monotonic`` and ``sleep`` serve the rests between requests, ``chance`` (0 up to 1) their
    jitter, ``new_id`` gives the request id in an origin key, ``resolve`` turns names into
    addresses, ``tls`` is the context that certificates are checked with, ``claims`` gives leave to ask hosts
    where other processes ask them, too.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        claims: Claims | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        guard = Guard(settings.allow_networks, settings.ports)
        self._client = Client(settings, guard, resolve, clock, tls or httpcore2.default_ssl_context())
        self._claims = claims or Alone()
        self._lanes = Lanes(settings.host_gap, settings.patience, Time(monotonic, sleep, clock, chance), self._claims)
        self._robots = Robots(self._site_file, settings.robots_ttl, monotonic)
        self._reservations = Reservations(self._site_file, settings.robots_ttl, monotonic)
        self._open = False

    @property
    def settings(self) -> HttpSettings:
        """What it was told."""
        return self._settings

    @property
    def is_open(self) -> bool:
        """True between entering and leaving it."""
        return self._open

    async def __aenter__(self) -> Self:
        for known in (self._client, self._lanes, self._robots, self._reservations):
            known.begin()
        self._claims.begin()
        self._open = True
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open = False
        self._claims.end()

    async def fetch(
        self,
        url: str,
        *,
        obey_robots: bool = True,
        override_reason: str | None = None,
        conditional: Conditional | None = None,
        follow: bool = True,
    ) -> Capture:
        """One capture of ``url`` as its server answers now, redirects followed unless ``follow`` is false.

        Any status but 429 and 503 comes back as a capture, 304, 404 and 500 too; so does
        an entity cut short (``truncated``). Where ``obey_robots`` is false a reason must be
        given; it is kept in ``context['robots_override']``.

        Raises ``Refused`` (guard, robots.txt, redirect loop or too many redirects),
        ``Unreachable``, ``Busy`` (429, 503, or the host rests longer than our patience or
        failed again and again; ``facts['retry_after']`` in seconds, ``None`` where not said),
        ``TooLarge`` (header),
        ``Unreadable`` (not HTTP), ``BadCall``. The error's ``capture`` holds the hops that
        were answered before, ``None`` where there are none.
        """
        if not self._open:
            raise BadCall("the fetcher is closed: use it in an async with block")
        if not obey_robots and not (override_reason or "").strip():
            raise BadCall("robots.txt is set aside only with a reason: --override-robots REASON")
        context: dict[str, object] = {} if obey_robots else {"robots_override": override_reason}
        if self._settings.proxy is not None:
            context["proxy"] = True
        first = parse_url(url)
        hops: list[Exchange] = []
        try:
            await self._follow(first, hops, obey_robots, conditional, follow)
        except PressmarkError as error:
            if hops:
                error.capture = self._capture(url, hops, context, signals_of(hops[-1], self._settings.robots_token))
            raise
        return self._capture(url, hops, context, await self._signals(hops[-1], obey_robots))

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that robots.txt of the site of ``url`` names. Raises as ``fetch`` does for robots.txt."""
        return (await self._robots.rules(parse_url(url))).sitemaps

    async def _follow(
        self, first: httpx2.URL, hops: list[Exchange], obey_robots: bool, conditional: Conditional | None, follow: bool
    ) -> None:
        target: httpx2.URL | None = first
        seen: set[str] = set()
        while target is not None:
            here = target
            if str(here) in seen:
                raise Refused(f"{first.host} redirects in a circle", url=str(here), rule="redirects")
            if len(hops) > self._settings.max_redirects:
                limit = self._settings.max_redirects
                raise Refused(f"{first.host} redirects more than {limit} times", url=str(here), rule="redirects")
            seen.add(str(here))
            hops.append(await self._hop(here, obey_robots, _validators(conditional, first, here)))
            if hops[-1].status in ASKING_TO_WAIT:
                raise _busy(hops[-1], here.host)
            if not follow:
                return
            try:
                target = redirect_target(hops[-1])
            except BadCall as error:
                # the page's fault, not the caller's
                raise Refused(str(error), **error.facts) from error

    async def _hop(self, url: httpx2.URL, obey_robots: bool, validators: Headers) -> Exchange:
        token, gap = self._settings.robots_token, 0.0
        if obey_robots:
            rules = await self._robots.rules(url)
            rules.check(url, token)
            gap = rules.crawl_delay(token)
        async with self._lanes.turn(url.host, gap):
            return await self._exchange(url, validators)

    async def _site_file(self, url: httpx2.URL, max_bytes: int) -> Exchange:
        async with self._lanes.turn(url.host, aside=True):
            return await self._exchange(url, max_bytes=max_bytes)

    async def _exchange(self, url: httpx2.URL, extra: Headers = (), max_bytes: int | None = None) -> Exchange:
        """One exchange, and what it says of the host's health."""
        try:
            exchange = await self._client.exchange(url, extra, max_bytes)
        except Unreachable:
            self._lanes.failed(url.host, "did not answer")
            raise
        wait = retry_after(exchange) if exchange.status in ASKING_TO_WAIT else None
        if wait:
            self._lanes.hold(url.host, wait)
        if exchange.status in ASKING_TO_WAIT and not wait:
            self._lanes.failed(url.host, f"answered {exchange.status}")
        elif exchange.truncated is Truncated.TIME:
            self._lanes.failed(url.host, "took too long")
        else:
            self._lanes.answered(url.host)
        return exchange

    async def _signals(self, last: Exchange, obey_robots: bool) -> tuple[str, ...]:
        """What the page says, and where it is silent on mining, what its site says of all its pages."""
        token, url = self._settings.robots_token, parse_url(last.url)
        said = signals_of(last, token)
        if not 200 <= last.status < 300 or last.truncated or any(signal.startswith("tdm-") for signal in said):
            return said
        try:
            if obey_robots and not (await self._robots.rules(url)).allows(file_of(url), token):
                return said
        except PressmarkError:  # forgotten since the page was asked for; the page is had
            return said
        return tuple(sorted({*said, *await self._reservations.signals(url)}))

    def _capture(self, url: str, hops: Sequence[Exchange], context: dict[str, object], signals: tuple[str, ...]) -> Capture:
        last = hops[-1]
        media_type = (header(parse_head(last.head), "content-type") or "").partition(";")[0].strip().lower()
        return Capture(
            basis=Basis.FETCHED,
            origin_key=f"fetch:{self._new_id()}",
            received_at=self._clock(),
            at=last.at,
            url=url.strip(),
            final_url=last.url,
            exchanges=tuple(hops),
            media_type=media_type or None,
            truncated=last.truncated,
            signals=signals,
            context=context,
        )


def _validators(conditional: Conditional | None, first: httpx2.URL, here: httpx2.URL) -> Headers:
    if conditional is None or str(parse_url(conditional.url) if conditional.url else first) != str(here):
        return ()
    pairs = ((b"If-None-Match", conditional.etag), (b"If-Modified-Since", conditional.last_modified))
    return tuple((name, value.encode("latin-1")) for name, value in pairs if value)


def _busy(exchange: Exchange, host: str) -> Busy:
    wait = retry_after(exchange)
    when = f"in {wait:.0f} s" if wait else "later"
    message = f"{host} answered {exchange.status}; try again {when}"
    return Busy(message, url=exchange.url, status=exchange.status, retry_after=wait)
