"""robots.txt, as RFC 9309 has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest
from protego import Protego

from model.capture import Capture, Exchange
from model.errors import BadCall, Refused, Unreachable
from sources.http import Fetcher, HttpSettings, Resolver
from sources.http.robots import Robots, Rules
from sources.http.site_files import SITES_KEPT

Fetch = Callable[..., Capture]
Serve = Callable[..., AbstractAsyncContextManager[int]]

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstory"


def rules(text: str, status: int = 200) -> bytes:
    body = text.encode()
    return b"HTTP/1.1 %d Some\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body


def paths(log: list[object]) -> list[str]:
    return [asked.path for asked in log]  # type: ignore[attr-defined]


def test_asked_first_and_obeyed(fetch_from: Fetch) -> None:
    log: list[object] = []
    with pytest.raises(
        Refused, match=r"robots\.txt of paper\.test asks robots not to fetch this; .*--override-robots REASON"
    ) as caught:
        fetch_from({"/robots.txt": rules("User-agent: *\nDisallow: /st"), "/story": PAGE}, log=log)
    assert paths(log) == ["/robots.txt"]
    assert caught.value.facts["rule"] == "robots"
    assert caught.value.capture is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "User-agent: *\nDisallow:",
        "User-agent: *\nDisallow: /other",
        "User-agent: *\nDisallow: /\nAllow: /story",
        "User-agent: *\nDisallow: /\n\nUser-agent: pressmark\nAllow: /",
        "User-agent: otherbot\nDisallow: /",
        "\ufeffUser-agent: *\nDisallow: /other",
        "<html><p>No such page</html>",
    ],
)
def test_allowed(fetch_from: Fetch, text: str) -> None:
    assert fetch_from({"/robots.txt": rules(text), "/story": PAGE}).entity == b"story"


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /",
        "User-agent: *\nAllow: /\n\nUser-agent: Pressmark\nDisallow: /",
        "User-agent: *\nDisallow: /*ry$",
        "\ufeffUser-agent: *\r\nDisallow: /",
        "User-agent: otherbot\nUser-agent: pressmark\nDisallow: /",
    ],
)
def test_refused(fetch_from: Fetch, text: str) -> None:
    with pytest.raises(Refused):
        fetch_from({"/robots.txt": rules(text), "/story": PAGE})


@pytest.mark.parametrize(
    ("said", "seconds"), [("2.5", 2.5), ("1e12", 604_800.0), ("1e308", 604_800.0), ("inf", 0.0), ("nan", 0.0), ("-5", 0.0)]
)
def test_a_crawl_delay_silences_no_host_for_years(said: str, seconds: float) -> None:
    assert Rules(Protego.parse(f"User-agent: *\nCrawl-delay: {said}\n")).crawl_delay("Pressmark") == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_not_there_allows_all(fetch_from: Fetch, status: int) -> None:
    assert fetch_from({"/robots.txt": rules("User-agent: *\nDisallow: /", status), "/story": PAGE}).entity == b"story"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_failing_forbids_all_for_now(fetch_from: Fetch, status: int) -> None:
    with pytest.raises(Unreachable, match=rf"robots\.txt of paper\.test answered {status}.*try again later.*--override-robots"):
        fetch_from({"/robots.txt": rules("", status), "/story": PAGE})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent: *\n", "came only in part"),
        (b"garbage\r\n\r\n", "cannot be read: "),
        (b"HTTP/1.1 302 F\r\nLocation: http://10.0.0.1/robots.txt\r\n\r\n", "leads astray: .*10.0.0.1"),
        (b"HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\n\r\n", "leads astray: only http"),
    ],
)
def test_no_good_answer_forbids_all_for_now(fetch_from: Fetch, answer: bytes, why: str) -> None:
    with pytest.raises(Unreachable, match=why):
        fetch_from({"/robots.txt": answer, "/story": PAGE})


def test_redirects_are_followed_to_another_host(fetch_from: Fetch) -> None:
    pages = {
        "/robots.txt": b"HTTP/1.1 301 M\r\nLocation: http://www.paper.test:{port}/robots.txt\r\n\r\n",
        "www.paper.test/robots.txt": rules("User-agent: *\nDisallow: /story"),
        "/story": PAGE,
    }
    with pytest.raises(Refused, match=r"robots\.txt of paper\.test"):
        fetch_from(pages)


@pytest.mark.parametrize(("hops", "refused"), [(5, True), (6, False)])
def test_five_redirects_are_followed(fetch_from: Fetch, hops: int, refused: bool) -> None:
    moved = {f"/{n}": b"HTTP/1.1 302 F\r\nLocation: /%d\r\n\r\n" % (n + 1) for n in range(1, hops)}
    pages = {"/robots.txt": b"HTTP/1.1 302 F\r\nLocation: /1\r\n\r\n", **moved, "/story": PAGE}
    pages[f"/{hops}"] = rules("User-agent: *\nDisallow: /story")
    if refused:
        with pytest.raises(Refused):
            fetch_from(pages)
    else:
        assert fetch_from(pages).entity == b"story"


def test_only_the_first_500_kilobytes_count(fetch_from: Fetch) -> None:
    padding = "# nothing to see\n" * 31_000
    pages = {"/robots.txt": rules("User-agent: *\nDisallow: /a\n" + padding + "Disallow: /story\n"), "/story": PAGE}
    assert fetch_from(pages).entity == b"story"
    with pytest.raises(Refused):
        fetch_from({**pages, "/a": PAGE}, "/a")


def test_each_hop_asks_its_own_host(fetch_from: Fetch) -> None:
    pages = {
        "paper.test/story": b"HTTP/1.1 302 F\r\nLocation: http://other.test:{port}/x\r\n\r\n",
        "other.test/robots.txt": rules("User-agent: *\nDisallow: /x"),
    }
    with pytest.raises(Refused, match=r"robots\.txt of other\.test") as caught:
        fetch_from(pages)
    assert caught.value.capture is not None and caught.value.capture.status == 302


def test_override_needs_a_reason_and_keeps_it(fetch_from: Fetch) -> None:
    pages = {"/robots.txt": rules("User-agent: *\nDisallow: /"), "/story": PAGE}
    for empty in (None, "", "  "):
        with pytest.raises(BadCall, match="only with a reason"):
            fetch_from(pages, obey_robots=False, override_reason=empty)
    log: list[object] = []
    capture = fetch_from(pages, obey_robots=False, override_reason="court order 7", log=log)
    assert capture.context == {"robots_override": "court order 7"}
    assert paths(log) == ["/story", "/.well-known/tdmrep.json"]


def test_asked_once_a_day_and_site(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    log: list[object] = []
    now = [1000.0]

    async def go() -> None:
        pages = {"/a": PAGE, "/b": PAGE, "/c": PAGE}
        async with (
            serve(pages, log) as port,
            Fetcher(settings, resolve=loopback, monotonic=lambda: now[0]) as fetcher,
        ):
            await asyncio.gather(*(fetcher.fetch(f"http://paper.test:{port}/{name}") for name in "abc"))
            now[0] += 86_399
            await fetcher.fetch(f"http://paper.test:{port}/a")
            assert paths(log).count("/robots.txt") == 1
            await fetcher.fetch(f"http://other.test:{port}/a")
            assert paths(log).count("/robots.txt") == 2
            now[0] += 2
            await fetcher.fetch(f"http://paper.test:{port}/a")
            assert paths(log).count("/robots.txt") == 3

    asyncio.run(go())


def test_a_failure_is_remembered_for_a_minute(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    log: list[object] = []
    now = [1000.0]

    async def go() -> None:
        pages = {"/robots.txt": rules("", 500), "/a": PAGE}
        async with serve(pages, log) as port, Fetcher(settings, resolve=loopback, monotonic=lambda: now[0]) as fetcher:
            for wait, asked in ((0, 1), (59, 1), (2, 2)):
                now[0] += wait
                with pytest.raises(Unreachable, match="answered 500"):
                    await fetcher.fetch(f"http://paper.test:{port}/a")
                assert paths(log) == ["/robots.txt"] * asked

    asyncio.run(go())


def test_robots_file_itself_passes_the_guard(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    log: list[object] = []

    async def go() -> None:
        async with serve({"/a": PAGE}, log) as port, Fetcher(replace(settings, allow_networks=()), resolve=loopback) as fetcher:
            await fetcher.fetch(f"http://paper.test:{port}/a")

    with pytest.raises(Refused, match="not a public address"):
        asyncio.run(go())
    assert log == []


def test_many_sites_and_large_files_are_not_all_kept() -> None:
    log: list[str] = []
    large = b"User-agent: *\n" + b"Disallow: /never/asked/for/this\n" * 15_000

    async def get(url: httpx2.URL, max_bytes: int) -> Exchange:
        log.append(url.host)
        entity = large if url.host.startswith("large") else b""
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        return Exchange(url=str(url), request=b"", head=head, entity=entity, status=200, at=datetime.now(UTC))

    async def go() -> None:
        robots = Robots(get, 60.0, lambda: 0.0)
        for n in range(6):
            await robots.rules(httpx2.URL(f"http://large{n}.test/"))
        await robots.rules(httpx2.URL("http://large5.test/"))
        await robots.rules(httpx2.URL("http://large0.test/"))
        assert log.count("large5.test") == 1
        assert log.count("large0.test") == 2
        for n in range(SITES_KEPT + 2):
            await robots.rules(httpx2.URL(f"http://small{n}.test/"))
        await robots.rules(httpx2.URL("http://small0.test/"))
        assert log.count("small0.test") == 2

    asyncio.run(go())
