"""Conditional requests: the server is asked whether the copy in hand still stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from model.capture import Capture
from sources.http import Conditional, Fetcher, HttpSettings, Resolver

Fetch = Callable[..., Capture]
Serve = Callable[..., AbstractAsyncContextManager[int]]

STILL = b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n'
VALIDATORS = b'\r\nIf-None-Match: "v1"\r\nIf-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n'


def test_validators_are_sent_as_they_came(fetch_from: Fetch) -> None:
    known = Conditional(etag='"v1"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
    capture = fetch_from({"/story": STILL}, conditional=known)
    assert VALIDATORS in capture.exchanges[0].request
    assert (capture.status, capture.entity, capture.truncated) == (304, b"", None)


def test_one_validator_is_enough(fetch_from: Fetch) -> None:
    capture = fetch_from({"/story": STILL}, conditional=Conditional(etag='W/"v\xe9"'))
    assert b'\r\nIf-None-Match: W/"v\xe9"\r\n' in capture.exchanges[0].request
    assert b"If-Modified-Since" not in capture.exchanges[0].request


def test_validators_go_only_where_the_copy_came_from(serve: Serve, settings: HttpSettings, loopback: Resolver) -> None:
    async def go() -> Capture:
        pages = {"/old": b"HTTP/1.1 301 M\r\nLocation: http://other.test:{port}/new\r\n\r\n", "/new": STILL}
        async with serve(pages) as port, Fetcher(settings, resolve=loopback) as fetcher:
            known = Conditional(etag='"v1"', url=f"http://other.test:{port}/new")
            return await fetcher.fetch(f"http://paper.test:{port}/old", conditional=known)

    first, second = asyncio.run(go()).exchanges
    assert b"If-None-Match" not in first.request
    assert b"If-None-Match" in second.request
