"""What is a piece to version, and what never becomes a version over one."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from flows.verdict import before_reading
from model.capture import Basis, Capture, Exchange
from storage import Verdict

AT = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = b"<html><body><h1>Lamp lit</h1>" + b"<p>The lamp was lit again on Monday.</p>" * 200
PACKED = gzip.compress(PAGE)
GZIP = "Content-Encoding: gzip\r\n"


def _fetched(
    entity: bytes = PAGE, *, status: int = 200, head: str = "", url: str = "http://paper.example/a/1", final: str | None = None
) -> Capture:
    answer = f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\n{head}\r\n".encode()
    hop = Exchange(final or url, b"GET / HTTP/1.1\r\n\r\n", answer, entity, status, AT)
    return Capture(Basis.FETCHED, "fetch:1", AT, AT, url, final or url, (hop,), media_type="text/html")


@pytest.mark.parametrize(
    ("capture", "verdict", "code"),
    [
        (_fetched(status=404), Verdict.ABSENT, "http-404"),
        (_fetched(status=410), Verdict.ABSENT, "http-410"),
        (_fetched(status=500), Verdict.FAILED, "http-500"),
        (_fetched(status=206), Verdict.FAILED, "http-206"),
        (_fetched(b"  "), Verdict.FAILED, "empty"),
        (_fetched(final="http://paper.example/"), Verdict.ABSENT, "soft-404"),
        (_fetched(PACKED[: len(PACKED) // 2], head=GZIP), Verdict.FAILED, "truncated-disconnect"),
        (_fetched(PACKED[:-1], head=GZIP), Verdict.FAILED, "truncated-disconnect"),
        (_fetched(b"%PDF-1.7 ..."), Verdict.HELD, "pdf"),
        (_fetched(b"<rss><channel><title>Post</title></channel></rss>"), Verdict.HELD, "listing"),
        (_fetched(b"<urlset><url><loc>http://paper.example/a/1</loc></url></urlset>"), Verdict.HELD, "listing"),
    ],
    ids=["404", "410", "500", "206", "empty", "front page", "half a gzip", "gzip without its end", "pdf", "feed", "sitemap"],
)
def test_what_is_no_page_is_not_read(capture: Capture, verdict: Verdict, code: str) -> None:
    found = before_reading(capture)
    assert found is not None
    assert (found.verdict, found.code) == (verdict, code)
    assert found.reason


@pytest.mark.parametrize(
    "capture",
    [_fetched(), _fetched(PACKED, head=GZIP), _fetched(url="http://paper.example/")],
    ids=["page", "whole gzip", "a front page asked for"],
)
def test_a_page_is_read(capture: Capture) -> None:
    assert before_reading(capture) is None
