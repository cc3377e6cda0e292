"""Loopback under its odd names, through the system's own resolver."""

from __future__ import annotations

import asyncio

import pytest

from model.errors import BadCall, Refused, Unreachable
from sources.http import Fetcher, HttpSettings


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_none_gets_through(host: str) -> None:
    connected = 0

    def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(count, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Fetcher(HttpSettings(host_gap=0, connect_time=2)) as fetcher:
            await fetcher.fetch(f"http://{host}:{port}/")

    # a resolver may also say that there is no such name, and some spellings are no address at all
    with pytest.raises((Refused, Unreachable, BadCall), match=r"is not a public address|was not found|not a web address"):
        asyncio.run(go())
    assert connected == 0
