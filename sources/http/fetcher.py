"""The fetcher: one URL to one capture, by way of guard, robots.txt, lanes and redirects."""

from __future__ import annotations

import asyncio
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from socket import SOCK_STREAM
from types import TracebackType
from typing import Self

import httpcore2
import httpx2

from model.capture import Basis, Capture, Exchange, header, parse_head
from model.errors import BadCall, Busy, PressmarkError, Refused
from sources.http.exchange import Client, Headers
from sources.http.guard import Guard, parse_url
from sources.http.lanes import Lanes
from sources.http.redirects import redirect_target
from sources.http.robots import Robots
from sources.http.settings import Conditional, HttpSettings
from sources.http.signals import signals_of
from sources.http.wire import Resolver

_ASKING_TO_WAIT = frozenset({429, 503})


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Addresses as the operating system gives them, best first. Raises ``OSError`` where there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Fetcher:
    """Fetches politely and safely; an async context manager, for one event loop.

    Any number of ``fetch`` calls may run at once: those to one host queue up. Proxies and
    other settings of the environment are not looked at. ``clock`` tells aware UTC time,
    ``monotonic`` and ``sleep`` serve the rests between requests, ``new_id`` gives the
    request id in an origin key, ``resolve`` turns names into addresses, ``tls`` is the
    context that certificates are checked with.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        guard = Guard(settings.allow_networks, settings.ports)
        self._client = Client(settings, guard, resolve, clock, tls or httpcore2.default_ssl_context())
        self._lanes = Lanes(settings.host_gap, settings.patience, monotonic, sleep)
        self._robots = Robots(self._robots_exchange, settings.robots_ttl, monotonic)
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open = False

    async def fetch(
        self,
        url: str,
        *,
        obey_robots: bool = True,
        override_reason: str | None = None,
        conditional: Conditional | None = None,
    ) -> Capture:
        """One capture of ``url`` as its server answers now, redirects followed.

        Any status but 429 and 503 comes back as a capture, 304, 404 and 500 too; so does
        an entity cut short (``truncated``). Where ``obey_robots`` is false a reason must be
        given; it is kept in ``context['robots_override']``.

        Raises ``Refused`` (guard, robots.txt, redirect loop or too many redirects),
        ``Unreachable``, ``Busy`` (429, 503, or the host rests longer than our patience;
        ``facts['retry_after']`` in seconds, ``None`` where not said), ``TooLarge`` (header),
        ``Unreadable`` (not HTTP), ``BadCall``. The error's ``capture`` holds the hops that
        were answered before, ``None`` where there are none.
        """
        if not self._open:
            raise BadCall("the fetcher is closed: use it in an async with block")
        if not obey_robots and not (override_reason or "").strip():
            raise BadCall("robots.txt is set aside only with a reason: --override-robots REASON")
        context: dict[str, object] = {} if obey_robots else {"robots_override": override_reason}
        first = parse_url(url)
        hops: list[Exchange] = []
        try:
            await self._follow(first, hops, obey_robots, conditional)
        except PressmarkError as error:
            if hops:
                error.capture = self._capture(url, hops, context)
            raise
        return self._capture(url, hops, context)

    async def _follow(self, first: httpx2.URL, hops: list[Exchange], obey_robots: bool, conditional: Conditional | None) -> None:
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
            _raise_busy(hops[-1], self._lanes, here.host)
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
            return await self._client.exchange(url, validators)

    async def _robots_exchange(self, url: httpx2.URL, max_bytes: int) -> Exchange:
        async with self._lanes.turn(url.host):
            return await self._client.exchange(url, max_bytes=max_bytes)

    def _capture(self, url: str, hops: Sequence[Exchange], context: dict[str, object]) -> Capture:
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
            signals=signals_of(last, self._settings.robots_token),
            context=context,
        )


def _validators(conditional: Conditional | None, first: httpx2.URL, here: httpx2.URL) -> Headers:
    if conditional is None or str(parse_url(conditional.url) if conditional.url else first) != str(here):
        return ()
    pairs = ((b"If-None-Match", conditional.etag), (b"If-Modified-Since", conditional.last_modified))
    return tuple((name, value.encode("latin-1")) for name, value in pairs if value)


def _raise_busy(exchange: Exchange, lanes: Lanes, host: str) -> None:
    if exchange.status not in _ASKING_TO_WAIT:
        return
    wait = retry_after(exchange)
    if wait:
        lanes.hold(host, wait)
    when = "later" if wait is None else f"in {wait:.0f} s"
    raise Busy(f"{host} answered {exchange.status}; try again {when}", url=exchange.url, status=exchange.status, retry_after=wait)


def retry_after(exchange: Exchange) -> float | None:
    """Seconds from the request on that Retry-After asks for (RFC 9110, 10.2.3), or ``None``."""
    value = (header(parse_head(exchange.head), "retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - exchange.at).total_seconds())
