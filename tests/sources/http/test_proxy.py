"""A proxy is used only where one is named, and then it looks names up itself."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from model.capture import Capture
from model.errors import PressmarkError, Refused, Unreachable
from sources.http import Fetcher, HttpSettings, Resolver

Serve = Callable[..., AbstractAsyncContextManager[int]]

PAGE = b"HTTP/1.1 200 OK\r\nX-OdD:  1\r\nContent-Length: 5\r\n\r\nstory"


class Proxy:
    """A proxy on loopback that leads everything to one port, and writes down what it was asked."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.heads: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        try:
            inner_reader, inner = await asyncio.open_connection("127.0.0.1", self._target)
            if head.startswith(b"CONNECT"):
                writer.write(b"HTTP/1.1 200 Connected\r\nX-Proxy: yes\r\n\r\n")
            else:
                method, url, rest = head.split(b" ", 2)
                inner.write(b"%b /%b %b" % (method, url.split(b"/", 3)[3], rest))
            await asyncio.gather(_pour(reader, inner), _pour(inner_reader, writer))
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


async def never(host: str, port: int) -> tuple[str, ...]:
    assert host == "127.0.0.1" or host == "proxy.test", f"{host} was looked up here"
    return ("127.0.0.1",)


def by_proxy(
    serve: Serve, settings: HttpSettings, url: str, login: str = "", **more: ssl.SSLContext | None
) -> tuple[Capture, Proxy]:
    async def go() -> tuple[Capture, Proxy]:
        async with serve({"/story": PAGE}, None, more.get("server_tls")) as port:
            proxy = Proxy(port)
            server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
            there = f"http://{login}proxy.test:{server.sockets[0].getsockname()[1]}"
            wanted = replace(settings, proxy=there, allow_networks=())
            async with server, Fetcher(wanted, resolve=never, tls=more.get("tls")) as fetcher:
                return await fetcher.fetch(url), proxy

    return asyncio.run(go())


def test_http_goes_to_the_proxy_and_its_secret_stays_there(serve: Serve, settings: HttpSettings) -> None:
    capture, proxy = by_proxy(serve, settings, "http://paper.test/story", "me:open%20sesame@")
    (exchange,) = capture.exchanges
    assert exchange.head + exchange.entity == PAGE
    assert exchange.request.startswith(b"GET http://paper.test:80/story HTTP/1.1\r\n")
    assert b"roxy" not in exchange.request
    asked = [head for head in proxy.heads if b"/story" in head]
    assert b"Proxy-Authorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n" in asked[0]
    assert asked[0].replace(b"Proxy-Authorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n", b"") == exchange.request
    assert (exchange.ip, capture.context) == (None, {"proxy": True})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://localhost/"]
)
def test_inside_addresses_are_refused_by_way_of_a_proxy_too(serve: Serve, settings: HttpSettings, url: str) -> None:
    with pytest.raises(Refused, match="not a public address"):
        by_proxy(serve, settings, url)


def test_unusual_ports_are_refused_by_way_of_a_proxy_too(serve: Serve, settings: HttpSettings) -> None:
    with pytest.raises(Refused, match="port 22"):
        by_proxy(serve, settings, "http://paper.test:22/")


def test_a_proxy_that_is_not_there(settings: HttpSettings) -> None:
    async def go() -> None:
        async with Fetcher(replace(settings, proxy="http://127.0.0.1:9"), resolve=never) as fetcher:
            await fetcher.fetch("http://paper.test/story")

    with pytest.raises(Unreachable, match=r"no connection to paper\.test"):
        asyncio.run(go())


def test_a_proxy_that_refuses_to_lead_there(settings: HttpSettings) -> None:
    async def forbid(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(forbid, "127.0.0.1", 0)
        there = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, Fetcher(replace(settings, proxy=there), resolve=never) as fetcher:
            await fetcher.fetch("https://paper.test/story")

    with pytest.raises(PressmarkError, match=r"the proxy does not lead to paper\.test \(403 Forbidden\)"):
        asyncio.run(go())


def test_the_environment_names_no_proxy(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    """Proxy variables are left alone: a request takes another way only where Pressmark was told so."""
    os.environ["http_proxy"] = "http://127.0.0.1:9"
    try:

        async def go() -> Capture:
            async with serve({"/story": PAGE}) as port, Fetcher(settings, resolve=loopback) as fetcher:
                return await fetcher.fetch(f"http://paper.test:{port}/story")

        assert asyncio.run(go()).status == 200
    finally:
        del os.environ["http_proxy"]


def test_https_goes_through_a_tunnel_and_only_what_is_inside_is_kept(
    serve: Serve, settings: HttpSettings, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    capture, proxy = by_proxy(serve, settings, "https://paper.test/story", "me:pw@", server_tls=server_tls, tls=trusting)
    (exchange,) = capture.exchanges
    assert exchange.head + exchange.entity == PAGE
    assert exchange.request.startswith(b"GET /story HTTP/1.1\r\nHost: paper.test\r\n")
    assert exchange.tls is not None and exchange.tls.startswith("TLSv1.3")
    assert {head.split(b" ")[0] for head in proxy.heads} == {b"CONNECT"}
    assert exchange.ip is None
