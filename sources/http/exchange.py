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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore2
import httpx2

from model.capture import Exchange, Truncated, header, parse_head
from model.errors import TooLarge, Unreachable, Unreadable
from sources.http.guard import Guard
from sources.http.pool import connection_pool
from sources.http.settings import HttpSettings
from sources.http.wire import Recording, Resolver

Headers = tuple[tuple[bytes, bytes], ...]

_TRANSFER_ENCODING = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_PROXY_SECRET = re.compile(rb"^proxy-authorization:[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})")
_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(slots=True)
class Client:
    """Makes single exchanges. ``clock`` tells aware UTC time, ``resolve`` turns names into addresses."""

    settings: HttpSettings
    guard: Guard
    resolve: Resolver
    clock: Callable[[], datetime]
    tls: ssl.SSLContext
    places: asyncio.Semaphore = field(init=False)

    def begin(self) -> None:
        """Before an event loop: nobody waits for a place."""
        self.places = asyncio.Semaphore(self.settings.connections)

    async def exchange(
        self, url: httpx2.URL, extra: Headers = (), max_bytes: int | None = None, content: bytes | None = None
    ) -> Exchange:
        """GETs one URL without following redirects, or POSTs ``content`` to it.

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
            if self.settings.proxy is not None:
                self.guard.check_unresolved(url.host, url.port or _DEFAULT_PORT[url.scheme])
            async with self.places:
                with _foreign_errors(url):
                    truncated = await self._in_time(self._request(url, extra, content), recording, limit, chunks)
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
            request=_PROXY_SECRET.sub(b"", recording.sent, count=1) if self.settings.proxy else recording.sent,
            head=_TRANSFER_ENCODING.sub(b"X-Archive-Orig-Transfer-Encoding", recording.head),
            entity=b"".join(chunks),
            status=int(status[1]),
            at=recording.at,
            ip=recording.ip,
            protocol=recording.protocol,
            tls=recording.tls,
            truncated=truncated,
            clock_offset=_clock_offset(recording),
        )

    async def _in_time(
        self, request: httpcore2.Request, recording: Recording, limit: int, chunks: list[bytes]
    ) -> Truncated | None:
        async with asyncio.timeout(self.settings.total_time):
            return await self._read(request, recording, limit, chunks)

    async def _read(self, request: httpcore2.Request, recording: Recording, limit: int, chunks: list[bytes]) -> Truncated | None:
        room = limit
        async with connection_pool(self.settings, recording, self.guard, self.resolve, self.tls) as pool:
            with _head_errors(request.url.host.decode("ascii"), recording):
                response = await pool.handle_async_request(request)
            if recording.protocol == "h2":
                recording.render(*_rendered(request, response))
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

    def _request(self, url: httpx2.URL, extra: Headers, content: bytes | None) -> httpcore2.Request:
        settings = self.settings
        host = url.raw_host if b":" not in url.raw_host else b"[" + url.raw_host + b"]"
        return httpcore2.Request(
            method=b"GET" if content is None else b"POST",
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
                *(() if content is None else ((b"Content-Length", b"%d" % len(content)),)),
                (b"Connection", b"close"),
            ],
            content=content,
            extensions={"timeout": {"connect": settings.connect_time, "read": settings.silence, "write": settings.silence}},
        )


def _rendered(request: httpcore2.Request, response: httpcore2.Response) -> tuple[bytes, bytes]:
    """An HTTP/2 request and the head of its answer as HTTP/1.1 would have said them."""
    asked = [b"%b %b HTTP/1.1" % (request.method, request.url.target)]
    asked += [b"%b: %b" % (name, value) for name, value in request.headers if name != b"Connection"]
    told = [b"HTTP/1.1 %d " % response.status, *(b"%b: %b" % pair for pair in response.headers)]
    return b"\r\n".join([*asked, b"", b""]), b"\r\n".join([*told, b"", b""])


def _clock_offset(recording: Recording) -> int | None:
    """Seconds by which the server's clock is ahead of ours, by its Date (which has no fractions: -1 is none)."""
    value = header(parse_head(recording.head), "date")
    if value is None or recording.answered_at is None:
        return None
    try:
        date = parsedate_to_datetime(value)
        return round((date.replace(tzinfo=date.tzinfo or UTC) - recording.answered_at).total_seconds())
    except (ValueError, OverflowError):
        return None


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
    except httpcore2.ProxyError as error:
        raise Unreachable(f"the proxy does not lead to {url.host} ({error})", url=where, proxy=True) from error
    except (httpcore2.ConnectTimeout, httpcore2.ConnectError) as error:
        raise Unreachable(f"no connection to {url.host} ({_cause(error)})", url=where) from error
    except (httpcore2.ReadTimeout, httpcore2.WriteTimeout, TimeoutError) as error:
        raise _Cut(Truncated.TIME, Unreachable(f"{url.host} did not answer in time", url=where)) from error
    except (httpcore2.ReadError, httpcore2.WriteError) as error:
        reason = Unreachable(f"{url.host} broke the connection off ({_cause(error)})", url=where)
        raise _Cut(Truncated.DISCONNECT, reason) from error
    except httpcore2.RemoteProtocolError as error:  # chunks that make no sense, or fewer bytes than announced
        reason = Unreachable(f"{url.host} broke its answer off ({_plainly(error)})", url=where)
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
        raise Unreadable(f"{host} did not answer in HTTP ({_plainly(error)})", host=host) from error


def _plainly(error: httpcore2.RemoteProtocolError) -> str:
    """What is wrong with an answer, without the server's own words."""
    return str(error).partition(": bytearray")[0]


def _cause(error: BaseException) -> str:
    """The innermost words in plain language: httpcore wraps what asyncio wraps what the system said."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    if isinstance(error, ssl.SSLError):
        return getattr(error, "verify_message", "") or (error.reason or "TLS failed").replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno).lower()
    return str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
