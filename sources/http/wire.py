"""A network backend that writes down what went over the wire, for one exchange.

It resolves a name once, has every address checked by the guard, and connects to one of
the addresses checked. TLS is below the recording: what is kept is the HTTP inside it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import httpcore2

from model.errors import TooLarge, Unreachable
from sources.http.guard import Guard

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Name and port to addresses as text, best first; raises ``OSError`` where there is none."""

_ADDRESSES_TRIED = 3
# h11, which parses the response, ends a head here too: bare line feeds included
_BLANK_LINE = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d")


class Recording:
    """The bytes of one exchange as they went over the wire, up to the end of the response head.

    ``sent`` is the request; ``head`` the final response's status line and header, empty
    line included, empty as long as it has not come. Interim responses (1xx) are passed
    over. ``ended`` is true once the other side sent its last byte. ``at`` is when the
    request was sent, or the attempt begun as long as it was not.
    """

    def __init__(self, max_head_bytes: int, clock: Callable[[], datetime]) -> None:
        self.sent = b""
        self.at = clock()
        self.answered_at: datetime | None = None
        self.head = b""
        self.protocol = "http/1.1"
        self.ended = False
        self.ip: str | None = None
        self.tls: str | None = None
        self._clock = clock
        self._limit = max_head_bytes
        self._pending = bytearray()

    def send(self, data: bytes) -> None:
        """Takes bytes of the request."""
        if not self.sent:
            self.at = self._clock()
        self.sent += data

    def feed(self, data: bytes) -> None:
        """Takes received bytes. Raises ``TooLarge`` where a head does not end within its limit."""
        self.ended = not data
        if self.head or self.protocol != "http/1.1":
            return
        searched = max(0, len(self._pending) - 2)
        self._pending += data
        while (end := _BLANK_LINE.search(self._pending, searched)) is not None:
            head, self._pending = bytes(self._pending[: end.end()]), self._pending[end.end() :]
            searched = 0
            if _INTERIM.match(head) is None and len(head) <= self._limit:
                self._answered(head)
                return
            if len(head) > self._limit:
                break
        if end is not None or len(self._pending) > self._limit:
            raise self._too_large()

    def begin(self, session: Any) -> None:
        """TLS was agreed on: what passed before it was between us and a proxy, and is forgotten."""
        self.sent, self.head, self.answered_at = b"", b"", None
        self._pending.clear()
        self.tls = f"{session.version()} {session.cipher()[0]}"
        self.protocol = "h2" if session.selected_alpn_protocol() == "h2" else "http/1.1"

    def render(self, request: bytes, head: bytes) -> None:
        """Takes what HTTP/2 frames said, in the form of HTTP/1.1. Raises ``TooLarge``."""
        self.sent = request
        if len(head) > self._limit:
            raise self._too_large()
        self._answered(head)

    def _answered(self, head: bytes) -> None:
        self.head = head
        self.answered_at = self._clock()
        self._pending.clear()

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the answer's header is over {self._limit:,} bytes", limit=self._limit)


class RecordingStream(httpcore2.AsyncNetworkStream):
    """A stream that hands a copy of what passes to a recording."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, recording: Recording) -> None:
        self._inner = inner
        self._recording = recording

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        self._recording.feed(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._recording.send(buffer)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        # the root's dot is part of the name in DNS, but never of the name in a certificate
        name = server_hostname.rstrip(".") if server_hostname else None
        stream = await self._inner.start_tls(ssl_context, name, timeout)
        self._recording.begin(stream.get_extra_info("ssl_object"))
        return RecordingStream(stream, self._recording)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class RecordingBackend(httpcore2.AsyncNetworkBackend):
    """Connects to guarded addresses only; without a guard to a proxy, which whoever runs this chose.

    One backend serves one exchange.
    """

    def __init__(self, recording: Recording, guard: Guard | None, resolve: Resolver) -> None:
        self._recording = recording
        self._guard = guard
        self._resolve = resolve
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        # all of them, not only the one used: a name that leads inside as well is a trap
        for address in addresses:
            if self._guard is not None:
                self._guard.check_address(address, port, host)
        failure: Exception | None = None
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                # a proxy's address is not the site's, and nobody else's business
                self._recording.ip = address if self._guard else None
                return RecordingStream(stream, self._recording)
        if failure is None:
            raise Unreachable(f"{host} has no address", host=host)
        raise failure

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return [str(ip_address(host))]
        except ValueError:  # a name, or an odd spelling that the resolver turns into an address
            pass
        try:
            return await self._resolve(host, port)
        except OSError as error:
            raise Unreachable(f"the name {host} was not found ({(error.strerror or str(error)).lower()})", host=host) from error
        except UnicodeError as error:
            raise Unreachable(f"the name {host} was not found (no name can be spelt so)", host=host) from error

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
