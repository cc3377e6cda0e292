"""One document POSTed to an address that the operator named, through the same guard as every other request."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime

import httpcore2

from model.errors import BadCall, Unreachable
from sources.http.exchange import Client
from sources.http.fetcher import system_resolver
from sources.http.guard import Guard, parse_url
from sources.http.settings import HttpSettings
from sources.http.wire import Resolver

_ANSWER_BYTES = 64_000  # nobody reads it


def post(
    url: str,
    document: bytes,
    settings: HttpSettings,
    *,
    media_type: str = "application/json",
    resolve: Resolver = system_resolver,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Hands a document over; any 2xx answer means that it was taken. Redirects are not followed. Not from within a
    running event loop.

    Raises ``Refused`` (guard), ``BadCall``, ``Unreadable``, and ``Unreachable`` for no answer or another one. Messages name
    the host and never the address: that may be a secret.
    """
    asyncio.run(_post(url, document, settings, media_type, resolve, tls or httpcore2.default_ssl_context()))


async def _post(
    url: str, document: bytes, settings: HttpSettings, media_type: str, resolve: Resolver, tls: ssl.SSLContext
) -> None:
    try:
        where = parse_url(url)
    except BadCall:  # whose words have the address in them
        raise BadCall("the address to tell of changes is no web address that can be asked") from None
    guard = Guard(settings.allow_networks, settings.ports)
    client = Client(settings, guard, resolve, lambda: datetime.now(UTC), tls)
    client.begin()
    headers = ((b"Content-Type", media_type.encode("ascii")),)
    exchange = await client.exchange(where, headers, _ANSWER_BYTES, document)
    if not 200 <= exchange.status < 300:
        raise Unreachable(f"{where.host} answered {exchange.status}", host=where.host, status=exchange.status)
