"""Wishes of the server are recorded, and never cost a capture."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from model.capture import Capture, Exchange
from sources.http.signals import signals_of

Fetch = Callable[..., Capture]


def signals(body: bytes = b"", *fields: bytes, kind: bytes = b"text/html; charset=utf-8") -> tuple[str, ...]:
    head = b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Type: " + kind, *fields, b"", b""))
    exchange = Exchange(url="http://paper.test/", request=b"", head=head, entity=body, status=200, at=datetime.now(UTC))
    return signals_of(exchange, "Pressmark")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"X-Robots-Tag: noarchive", ("robots: noarchive",)),
        (b"x-robots-tag: NoIndex, NOARCHIVE , nofollow", ("robots: noarchive", "robots: noindex")),
        (b"X-Robots-Tag: otherbot: noarchive", ()),
        (b"X-Robots-Tag: pressmark: noarchive", ("robots: noarchive",)),
        (b"X-Robots-Tag: unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive", ("robots: noarchive",)),
        (b"X-Robots-Tag: max-image-preview: large", ()),
        (b"X-Robots-Tag: noai, noimageai", ("robots: noai", "robots: noimageai")),
        (b"TDM-Reservation: 1", ("tdm-reservation: 1",)),
        (b"tdm-policy: https://paper.test/policy.json", ("tdm-policy: https://paper.test/policy.json",)),
        (b"X-Other: noarchive", ()),
    ],
)
def test_header(field: bytes, expected: tuple[str, ...]) -> None:
    assert signals(b"", field) == expected


@pytest.mark.parametrize(
    ("mark_up", "expected"),
    [
        (b'<meta name="robots" content="noarchive">', ("robots: noarchive",)),
        (b"<META CONTENT='max-snippet:-1, NOARCHIVE' NAME=ROBOTS />", ("robots: noarchive",)),
        (b"<meta\n name = robots\n content = noarchive>", ("robots: noarchive",)),
        (b'<meta name="googlebot" content="noarchive">', ()),
        (b'<meta name="Pressmark" content="noarchive">', ("robots: noarchive",)),
        (b'<meta name="robots" content="index, follow, max-image-preview:large">', ()),
        (b'<!-- <meta name="robots" content="noarchive"> -->', ()),
        (b'<meta name="description" content="noarchive">', ()),
        (b'<meta name="tdm-reservation" content="1">', ("tdm-reservation: 1",)),
        (b'<meta name="tdm-policy" content="https://p.test/?a=1&amp;b=2">', ("tdm-policy: https://p.test/?a=1&b=2",)),
        (b'<meta name="robots" content="none"><meta name="robots" content="none">', ("robots: none",)),
        (b"<meta " * 5000, ()),
    ],
)
def test_meta(mark_up: bytes, expected: tuple[str, ...]) -> None:
    assert signals(b"<html><head>" + mark_up + b"</head>") == expected


META = b'<html><meta name="robots" content="noarchive">'


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(META), b"gzip"),
        (gzip.compress(META + b" " * 50_000_000, 1), b"GZIP"),
        (gzip.compress(META + bytes(range(256)) * 100)[:-30], b"x-gzip"),
        (zlib.compress(META), b"deflate"),
        (zlib.compress(META)[2:-4], b"deflate"),
    ],
    ids=["gzip", "bomb", "cut short", "zlib", "raw deflate"],
)
def test_meta_behind_a_content_coding(body: bytes, coding: bytes) -> None:
    assert signals(body, b"Content-Encoding: " + coding) == ("robots: noarchive",)


@pytest.mark.parametrize("coding", [b"br", b"gzip"], ids=["unknown", "not what it says"])
def test_meta_that_cannot_be_read_is_no_signal(coding: bytes) -> None:
    assert signals(b"\x00\x01\x02", b"Content-Encoding: " + coding) == ()


def test_only_html_and_only_its_beginning_are_looked_at() -> None:
    assert signals(META, kind=b"text/plain") == ()
    assert signals(b" " * 64 * 1024 + META) == ()


def test_signals_come_with_the_capture(fetch_from: Fetch) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ntdm-reservation: 1\r\n\r\n" + META
    capture = fetch_from({"/story": page})
    assert capture.signals == ("robots: noarchive", "tdm-reservation: 1")
    assert capture.entity == META
