"""One request at a time per host, a rest after each, and hosts that ask to be left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from model.capture import Capture
from model.errors import Busy, Unreachable
from sources.http import Fetcher, HttpSettings, Resolver
from sources.http.lanes import LEFT_ALONE, LEFT_ALONE_AFTER, Lanes, Time

Fetch = Callable[..., Capture]
Serve = Callable[..., AbstractAsyncContextManager[int]]

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstory"


def moments(log: list[object], host: str) -> list[float]:
    return [asked.at for asked in log if asked.host == host]  # type: ignore[attr-defined]


def test_requests_to_one_host_keep_their_distance(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    """Redirects count as requests; ports and trailing dots make no new host. What a site says of how it wants
    to be treated (robots.txt, tdmrep.json) is asked for once a site, and costs the first page no rest."""
    log: list[object] = []

    async def go() -> None:
        pages = {"/a": b"HTTP/1.1 302 F\r\nLocation: /b\r\n\r\n", "/b": PAGE, "/c": PAGE}
        async with (
            serve(pages, log) as one,
            serve(pages, log) as two,
            Fetcher(replace(settings, host_gap=0.15), resolve=loopback) as fetcher,
        ):
            urls = [f"http://a.test:{one}/a", f"http://a.test:{two}/c", f"http://a.test.:{one}/c"]
            await asyncio.gather(*map(fetcher.fetch, urls))

    asyncio.run(go())
    rules = {"/robots.txt", "/.well-known/tdmrep.json"}
    asked = sorted(a.at for a in log if a.path not in rules)  # type: ignore[attr-defined]
    assert len(asked) == 4
    assert len(log) == 4 + 3 * len(rules)
    assert min(after - before for before, after in pairwise(asked)) >= 0.149


def test_hosts_do_not_wait_for_each_other(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    log: list[object] = []

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(PAGE)
        await writer.drain()

    async def go() -> float:
        async with serve({"/a": slow}, log) as port, Fetcher(settings, resolve=loopback) as fetcher:
            begun = time.monotonic()
            await asyncio.gather(*(fetcher.fetch(f"http://host{n}.test:{port}/a") for n in range(20)))
            return time.monotonic() - begun

    assert asyncio.run(go()) < 3  # 6 s one after the other


def test_a_host_has_one_request_at_a_time_even_without_a_rest(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    """Several addresses at once, ports and a trailing dot notwithstanding; robots.txt and tdmrep.json wait their turn, too."""
    going = {"a.test": 0, "b.test": 0}
    most = dict.fromkeys(going, 0)
    both = 0

    def page_of(host: str) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
        async def slow(writer: asyncio.StreamWriter) -> None:
            nonlocal both
            going[host] += 1
            most[host] = max(most[host], going[host])
            both = max(both, sum(going.values()))
            await asyncio.sleep(0.03)
            going[host] -= 1
            writer.write(PAGE)
            await writer.drain()

        return slow

    async def go() -> None:
        paths = ("/robots.txt", "/.well-known/tdmrep.json", "/0", "/1", "/2", "/3")
        pages = {f"{host}{path}": page_of(host.rstrip(".")) for host in ("a.test", "a.test.", "b.test") for path in paths}
        async with (
            serve(pages) as one,
            serve(pages) as two,
            Fetcher(replace(settings, host_gap=0.0), resolve=loopback) as fetcher,
        ):
            urls = [
                f"http://{host}:{port}/{n}" for host in ("a.test", "a.test.", "b.test") for port in (one, two) for n in range(4)
            ]
            await asyncio.gather(*map(fetcher.fetch, urls))

    asyncio.run(go())
    assert (most, both) == ({"a.test": 1, "b.test": 1}, 2)


def test_crawl_delay_wins_where_it_is_longer(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    waits: list[float] = []

    async def go() -> None:
        robots = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nCrawl-delay: 30\n"
        clock = [0.0]

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            clock[0] += seconds

        pages = {"patient.test/robots.txt": robots, "/a": PAGE}
        wanted = replace(settings, host_gap=7.0)
        async with (
            serve(pages) as port,
            Fetcher(wanted, resolve=loopback, sleep=sleep, monotonic=lambda: clock[0]) as fetcher,
        ):
            for _ in range(2):
                await fetcher.fetch(f"http://patient.test:{port}/a")
            for _ in range(2):
                await fetcher.fetch(f"http://plain.test:{port}/a")

    asyncio.run(go())
    assert waits == [30.0, 7.0]


@pytest.mark.parametrize(
    ("status", "field", "seconds"),
    [
        (429, b"Retry-After: 90\r\n", 90.0),
        (503, b"Retry-After:  0 \r\n", 0.0),
        (503, b"", None),
        (429, b"Retry-After: soon\r\n", None),
        (429, b"Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 0.0),
        (503, b"Retry-After: 999999999999\r\n", 604_800.0),
        (503, b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 604_800.0),
        (503, b"Retry-After: Fri, 01 Jan 2100 00:00:00 +99999999999999999999\r\n", None),
    ],
)
def test_asking_to_wait_is_busy(fetch_from: Fetch, status: int, field: bytes, seconds: float | None) -> None:
    page = b"HTTP/1.1 %d Wait\r\n%bContent-Length: 4\r\n\r\nbusy" % (status, field)
    with pytest.raises(Busy, match=rf"paper\.test answered {status}; try again (in [1-9]\d* s|later)") as caught:
        fetch_from({"/story": page})
    assert caught.value.facts["retry_after"] == seconds
    assert caught.value.facts["status"] == status
    assert caught.value.capture is not None
    assert caught.value.capture.entity == b"busy"


def test_retry_after_as_a_date(fetch_from: Fetch) -> None:
    with pytest.raises(Busy) as caught:
        fetch_from({"/story": b"HTTP/1.1 503 Wait\r\nRetry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n\r\n"})
    wait = caught.value.facts["retry_after"]
    assert wait == 604_800.0


def test_a_host_that_asked_to_wait_is_left_alone(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    log: list[object] = []
    waits: list[float] = []
    clock = [0.0]

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds

    async def go() -> None:
        pages = {
            "/long": b"HTTP/1.1 429 Wait\r\nRetry-After: 3600\r\n\r\n",
            "/short": b"HTTP/1.1 429 Wait\r\nRetry-After: 20\r\n\r\n",
            "/a": PAGE,
        }
        async with (
            serve(pages, log) as port,
            Fetcher(settings, resolve=loopback, sleep=sleep, monotonic=lambda: clock[0]) as fetcher,
        ):
            with pytest.raises(Busy):
                await fetcher.fetch(f"http://paper.test:{port}/short")
            assert (await fetcher.fetch(f"http://paper.test:{port}/a")).status == 200
            assert waits == [20.0]
            with pytest.raises(Busy):
                await fetcher.fetch(f"http://paper.test:{port}/long")
            asked = len(log)
            with pytest.raises(Busy, match=r"wants to be left alone for 3600 s; .* again before \d\d:\d\dZ on") as caught:
                await fetcher.fetch(f"http://paper.test:{port}/a")
            assert caught.value.facts["retry_after"] == 3600
            assert len(log) == asked
            clock[0] += 3500
            assert (await fetcher.fetch(f"http://paper.test:{port}/a")).status == 200

    asyncio.run(go())


def test_a_host_in_trouble_gets_time_and_is_then_left_alone(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    """503 without a word how long: ever longer rests, then nothing at all; other hosts do not notice."""
    log: list[object] = []
    waits: list[float] = []
    clock = [0.0]
    well = [False]

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds

    async def page(writer: asyncio.StreamWriter) -> None:
        writer.write(PAGE if well[0] else b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n")

    async def go() -> None:
        pages = {"sick.test/a": page, "well.test/a": PAGE}
        async with (
            serve(pages, log) as port,
            Fetcher(settings, resolve=loopback, sleep=sleep, monotonic=lambda: clock[0], chance=lambda: 0.0) as fetcher,
        ):
            for _ in range(LEFT_ALONE_AFTER):
                with pytest.raises(Busy, match="answered 503; try again later"):
                    await fetcher.fetch(f"http://sick.test:{port}/a")
            assert waits == [5.0, 10.0]  # 10 and 20 s, half of it by jitter
            asked = len(log)
            for _ in range(20):
                with pytest.raises(
                    Busy, match=r"answered 503, 3 troubles in a row; it is not asked again before \d\d:\d\dZ on .*, try then"
                ):
                    await fetcher.fetch(f"http://sick.test:{port}/a")
            assert len(log) == asked
            assert (await fetcher.fetch(f"http://well.test:{port}/a")).status == 200
            clock[0] += LEFT_ALONE
            with pytest.raises(Busy, match="answered 503"):
                await fetcher.fetch(f"http://sick.test:{port}/a")
            clock[0] += LEFT_ALONE  # half of twice as long
            well[0] = True
            assert (await fetcher.fetch(f"http://sick.test:{port}/a")).status == 200
            well[0] = False
            with pytest.raises(Busy, match="answered 503"):
                await fetcher.fetch(f"http://sick.test:{port}/a")
            well[0] = True
            assert (await fetcher.fetch(f"http://sick.test:{port}/a")).status == 200
            assert waits[-1] == 5.0  # what was before is forgotten

    asyncio.run(go())


def test_a_host_that_does_not_answer_is_left_alone_too(settings: HttpSettings, loopback: Resolver) -> None:
    async def nowhere(host: str, port: int) -> tuple[str, ...]:
        raise OSError("no such name")

    async def no_time(seconds: float) -> None:
        pass

    async def go() -> None:
        async with Fetcher(settings, resolve=nowhere, sleep=no_time) as fetcher:
            for n in range(LEFT_ALONE_AFTER):
                with pytest.raises(Unreachable, match="was not found"):
                    await fetcher.fetch(f"http://gone.test:8{n}/a", obey_robots=False, override_reason="a test")
            with pytest.raises(Busy, match="did not answer, 3 troubles"):
                await fetcher.fetch("http://gone.test/a", obey_robots=False, override_reason="a test")

    asyncio.run(go())


def test_lanes_of_resting_hosts_are_forgotten() -> None:
    async def go() -> int:
        lanes = Lanes(0.0, 1.0, Time(time.monotonic, asyncio.sleep, lambda: datetime.now(UTC), lambda: 0.5))
        for n in range(2000):
            async with lanes.turn(f"host{n}.test"):
                pass
        return len(lanes)

    assert asyncio.run(go()) < 300


def test_a_cancelled_request_frees_its_lane(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    async def hang(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async def go() -> int | None:
        async with serve({"/hang": hang, "/a": PAGE}) as port, Fetcher(settings, resolve=loopback) as fetcher:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(fetcher.fetch(f"http://paper.test:{port}/hang"), 0.2)
            return (await fetcher.fetch(f"http://paper.test:{port}/a")).status

    assert asyncio.run(go()) == 200
