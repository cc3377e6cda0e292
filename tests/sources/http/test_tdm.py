"""What a site reserves for all its pages: recorded with each capture, never more than a record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from model.capture import Capture
from sources.http import Fetcher, HttpSettings, Resolver
from sources.http.tdm import matches, parse

Fetch = Callable[..., Capture]
Serve = Callable[..., AbstractAsyncContextManager[int]]

FILE = "/.well-known/tdmrep.json"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>story"


def stated(*rules: object) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + json.dumps(rules).encode()


def test_the_most_specific_rule_counts(fetch_from: Fetch) -> None:
    everything = {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://paper.test/policy.json"}
    archive = {"location": "/archive/*", "tdm-reservation": 0}
    pages = {FILE: stated(everything, archive), "/story": PAGE, "/archive/1871": PAGE}
    assert fetch_from(pages).signals == ("tdm-policy: https://paper.test/policy.json", "tdm-reservation: 1")
    assert fetch_from(pages, "/archive/1871").signals == ("tdm-reservation: 0",)


def test_the_page_s_own_word_goes_first(fetch_from: Fetch) -> None:
    log: list[object] = []
    page = b"HTTP/1.1 200 OK\r\ntdm-reservation: 0\r\nX-Robots-Tag: noarchive\r\n\r\nstory"
    pages = {FILE: stated({"location": "/", "tdm-reservation": 1}), "/story": page}
    assert fetch_from(pages, log=log).signals == ("robots: noarchive", "tdm-reservation: 0")
    assert FILE not in [asked.path for asked in log]  # type: ignore[attr-defined]


def test_it_is_asked_for_once_a_site_and_only_for_pages(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    log: list[object] = []

    async def go() -> None:
        pages = {FILE: stated({"location": "/", "tdm-reservation": "1"}), "/a": PAGE, "/b": PAGE}
        async with serve(pages, log) as port, Fetcher(settings, resolve=loopback) as fetcher:
            await fetcher.fetch(f"http://paper.test:{port}/missing")
            captures = await asyncio.gather(*(fetcher.fetch(f"http://paper.test:{port}/{n}") for n in "abab"))
            assert {c.signals for c in captures} == {("tdm-reservation: 1",)}

    asyncio.run(go())
    paths = [asked.path for asked in log]  # type: ignore[attr-defined]
    assert paths[:2] == ["/robots.txt", "/missing"]
    assert paths.count(FILE) == 1
    assert len(paths) == 7


def test_a_site_that_keeps_robots_from_the_file_is_not_asked(fetch_from: Fetch) -> None:
    log: list[object] = []
    rules = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /.well-known/\n"
    fetch_from({"/robots.txt": rules, FILE: stated({"location": "/", "tdm-reservation": 1}), "/story": PAGE}, log=log)
    assert FILE not in [asked.path for asked in log]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oh\r\n\r\n",
        b"HTTP/1.1 301 M\r\nLocation: http://10.0.0.1/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n<html>no such page",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 60_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" + b"1," * 100_000 + b"1]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n[",
        b"garbage\r\n\r\n",
        b"",
    ],
    ids=["500", "redirect inside", "a page", "deep", "large", "cut off", "not HTTP", "nothing"],
)
def test_a_broken_file_costs_the_page_nothing(fetch_from: Fetch, answer: bytes) -> None:
    capture = fetch_from({FILE: answer, "/story": PAGE})
    assert (capture.status, capture.signals) == (200, ())


@pytest.mark.parametrize(
    ("pattern", "path", "yes"),
    [
        ("/", "/story", True),
        ("/news/", "/story", False),
        ("/news", "/newsroom", True),
        ("/*.jpg$", "/a/b.jpg", True),
        ("/*.jpg$", "/a/b.jpg?x", False),
        ("/a*b*c", "/a-b-c-d", True),
        ("/a*c*b", "/a-b-c", False),
        ("/story$", "/story", True),
        ("/story$", "/story/2", False),
        ("/ab*b$", "/ab", False),
        ("*$", "/x", True),
        ("", "/x", True),
    ],
)
def test_locations_are_patterns_as_in_robots(pattern: str, path: str, yes: bool) -> None:
    assert matches(pattern, path) is yes


def test_what_is_no_rule_is_passed_over() -> None:
    wrong: list[object] = [1, None, {}, {"location": 5, "tdm-reservation": 1}, {"location": "/", "tdm-reservation": True}]
    wrong += [{"location": "/", "tdm-reservation": 2}, {"location": "/", "tdm-policy": "x"}]
    right = {"location": "/", "tdm-reservation": 1, "tdm-policy": "line\nbreak"}
    (rule,) = parse(json.dumps([*wrong, right]).encode())
    assert rule.signals == ("tdm-reservation: 1",)
    assert parse(b'{"location": "/"}') == ()
