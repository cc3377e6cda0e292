"""The connection of one exchange: straight to the site, or by way of a proxy that was chosen on purpose."""

from __future__ import annotations

import ssl
from urllib.parse import unquote, urlsplit

import httpcore2

from sources.http.guard import Guard
from sources.http.settings import HttpSettings
from sources.http.wire import Recording, RecordingBackend, Resolver


def connection_pool(
    settings: HttpSettings, recording: Recording, guard: Guard, resolve: Resolver, tls: ssl.SSLContext
) -> httpcore2.AsyncConnectionPool:
    """A pool of one connection that is closed after use, and whose bytes are recorded.

    By way of a proxy, http goes as a request to it and https through a tunnel; it resolves the
    name, so that the guard has seen nothing but the name before (``Guard.check_unresolved``).
    """
    if settings.proxy is None:
        return httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            network_backend=RecordingBackend(recording, guard, resolve),
            max_connections=1,
            max_keepalive_connections=0,
            http2=settings.http2,
        )
    parts = urlsplit(settings.proxy)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return httpcore2.AsyncHTTPProxy(
        f"{parts.scheme}://{host}:{port}",
        proxy_auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
        ssl_context=tls,
        network_backend=RecordingBackend(recording, None, resolve),
        max_connections=1,
        max_keepalive_connections=0,
        http2=settings.http2,
    )
