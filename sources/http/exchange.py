"""One request and its answer, within limits, as an ``Exchange``.

Every exchange has a connection of its own, closed afterwards: its bytes, its address and
its TLS session are then beyond doubt, and nothing a server sends too much of can spill
into the next answer.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import datetime

import httpcore2
import httpx2

from model.capture import Exchange, Truncated
from model.errors import TooLarge, Unreachable, Unreadable
from sources.http.guard import Guard
from sources.http.settings import HttpSettings
from sources.http.wire import Recording, RecordingBackend, Resolver

Headers = tuple[tuple[bytes, bytes], ...]

_TRANSFER_ENCODING = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})")
_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Client:
    """Makes single exchanges. ``clock`` tells aware UTC time, ``resolve`` turns names into addresses."""

    settings: HttpSettings
    guard: Guard
    resolve: Resolver
    clock: Callable[[], datetime]
    tls: ssl.SSLContext

    async def exchange(self, url: httpx2.URL, extra: Headers = (), max_bytes: int | None = None) -> Exchange:
        """GETs one URL without following redirects.

        What was cut short is told by ``truncated``: over ``max_bytes``, out of time, or
        disconnected. Raises ``Refused`` (guard), ``Unreachable`` where nothing of the
        entity came, ``TooLarge`` for a header over its limit, ``Unreadable`` for an answer
        that is not HTTP.
        """
        recording = Recording(self.settings.max_head_bytes, self.clock)
        limit = self.settings.max_bytes if max_bytes is None else max_bytes
        chunks: list[bytes] = []
        truncated: Truncated | None = None
        try:
            with _foreign_errors(url):
                async with asyncio.timeout(self.settings.total_time):
                    truncated = await self._read(self._request(url, extra), recording, limit, chunks)
        except _Cut as cut:
            # without a byte of the entity there is nothing to keep
            if not any(chunks):
                raise cut.reason from cut.__cause__
            truncated = cut.kind
        status = _STATUS.match(recording.head)
        if status is None:
            raise Unreadable(f"{url.host} did not answer in HTTP", url=str(url))
        return Exchange(
            url=str(url),
            request=recording.sent,
            head=_TRANSFER_ENCODING.sub(b"X-Archive-Orig-Transfer-Encoding", recording.head),
            entity=b"".join(chunks),
            status=int(status[1]),
            at=recording.at,
            ip=recording.ip,
            tls=recording.tls,
            truncated=truncated,
        )

    async def _read(self, request: httpcore2.Request, recording: Recording, limit: int, chunks: list[bytes]) -> Truncated | None:
        backend = RecordingBackend(recording, self.guard, self.resolve)
        room = limit
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self.tls, network_backend=backend, max_connections=1, max_keepalive_connections=0
        ) as pool:
            with _head_errors(request.url.host.decode("ascii"), recording):
                response = await pool.handle_async_request(request)
            try:
                async with aclosing(response.aiter_stream()) as stream:
                    async for chunk in stream:
                        chunks.append(chunk[:room])
                        room -= len(chunk)
                        if room < 0:
                            return Truncated.LENGTH
            finally:
                await response.aclose()
        return None

    def _request(self, url: httpx2.URL, extra: Headers) -> httpcore2.Request:
        settings = self.settings
        host = url.raw_host if b":" not in url.raw_host else b"[" + url.raw_host + b"]"
        return httpcore2.Request(
            method=b"GET",
            url=httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port or _DEFAULT_PORT[url.scheme], target=url.raw_path
            ),
            headers=[
                (b"Host", host if url.port is None else host + b":%d" % url.port),
                (b"User-Agent", settings.agent.encode("ascii", "replace")),
                (b"Accept", b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
                # no br or zstd: what archives use to read WARCs in twenty years knows gzip
                (b"Accept-Encoding", b"gzip"),
                *extra,
                (b"Connection", b"close"),
            ],
            extensions={"timeout": {"connect": settings.connect_time, "read": settings.silence, "write": settings.silence}},
        )


class _Cut(Exception):
    """An answer that ended early: how, and what it comes to where nothing of it came."""

    def __init__(self, kind: Truncated, reason: Unreachable) -> None:
        super().__init__(kind)
        self.kind = kind
        self.reason = reason


@contextmanager
def _foreign_errors(url: httpx2.URL) -> Iterator[None]:
    """Translates what httpcore, h11 and asyncio raise; our own errors pass."""
    where = str(url)
    try:
        yield
    except TooLarge as error:
        raise TooLarge(f"{url.host}: {error}", url=where, **error.facts) from error
    except (httpcore2.ConnectTimeout, httpcore2.ConnectError) as error:
        raise Unreachable(f"no connection to {url.host} ({_cause(error)})", url=where) from error
    except (httpcore2.ReadTimeout, httpcore2.WriteTimeout, TimeoutError) as error:
        raise _Cut(Truncated.TIME, Unreachable(f"{url.host} did not answer in time", url=where)) from error
    except (httpcore2.ReadError, httpcore2.WriteError) as error:
        reason = Unreachable(f"{url.host} broke the connection off ({_cause(error)})", url=where)
        raise _Cut(Truncated.DISCONNECT, reason) from error
    except httpcore2.RemoteProtocolError as error:  # chunks that make no sense, or fewer bytes than announced
        reason = Unreachable(f"{url.host} broke its answer off ({error})", url=where)
        raise _Cut(Truncated.DISCONNECT, reason) from error
    except httpcore2.LocalProtocolError as error:
        raise Unreadable(f"{url.host} cannot be asked for this address ({error})", url=where) from error


@contextmanager
def _head_errors(host: str, recording: Recording) -> Iterator[None]:
    """Tells an answer that is not HTTP from none at all; meant for the time until the head is read."""
    try:
        yield
    except httpcore2.RemoteProtocolError as error:
        if recording.ended and not recording.head:
            raise Unreachable(f"{host} closed the connection without a whole answer", host=host) from error
        raise Unreadable(f"{host} did not answer in HTTP ({error})", host=host) from error


def _cause(error: BaseException) -> str:
    """The innermost words in plain language: httpcore wraps what asyncio wraps what the system said."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    if isinstance(error, ssl.SSLError):
        return getattr(error, "verify_message", "") or (error.reason or "TLS failed").replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno).lower()
    return str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
