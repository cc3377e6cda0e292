"""A long run takes no more memory than a short one."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sources.http import Fetcher, HttpSettings, Resolver
from sources.http.site_files import TEXT_KEPT

Serve = Callable[..., AbstractAsyncContextManager[int]]

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"<p>" * 5_000
ROBOTS = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n" + b"".join(b"Disallow: /section-%d\n" % n for n in range(20))
ROBOTS += b"# " + b"x" * 30_000
KEPT = TEXT_KEPT // len(ROBOTS)


def test_memory_stays_flat_over_many_fetches_and_hosts(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    async def go() -> tuple[int, int]:
        async with serve({"/robots.txt": ROBOTS, "/a": PAGE}) as port, Fetcher(settings, resolve=loopback) as fetcher:

            async def up_to(start: int, end: int) -> int:
                for n in range(start, end):
                    assert (await fetcher.fetch(f"http://host{n}.test:{port}/a")).status == 200
                gc.collect()
                return tracemalloc.get_traced_memory()[0]

            return await up_to(0, KEPT + 20), await up_to(1000, 1000 + KEPT)

    tracemalloc.start()
    try:
        early, late = asyncio.run(go())
    finally:
        tracemalloc.stop()
    assert late - early < 500_000
