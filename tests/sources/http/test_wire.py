"""What is kept is what came over the wire, byte for byte."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.capture import Basis, Capture
from model.errors import TooLarge
from sources.http.wire import Recording

Fetch = Callable[..., Capture]

BODY = b"<html><title>The ferry sails again</title><p>It left at nine.</html>"


def sized(body: bytes, *more: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + b"".join(m + b"\r\n" for m in more) + b"Content-Length: %d\r\n\r\n" % len(body) + body


HEADS = {
    "odd case": b"HTTP/1.1 200 OK\r\ncOnTeNT-tYPe: text/html\r\nX-ODD: 1\r\nContent-Length: %d\r\n\r\n",
    "duplicates in order": b"HTTP/1.1 200 OK\r\nX-A: 2\r\nSet-Cookie: a\r\nX-A: 1\r\nSet-Cookie: b\r\nContent-Length: %d\r\n\r\n",
    "padding": b"HTTP/1.1 200 OK\r\nX-Pad: \t  wide   apart \t \r\nX-Tight:none\r\nContent-Length:   %d  \r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nX-Long: first\r\n  second\r\n\tthird\r\nContent-Length: %d\r\n\r\n",
    "own reason": b"HTTP/1.1 200 Perfectly fine, thanks\r\nContent-Length: %d\r\n\r\n",
    "no reason": b"HTTP/1.1 200 \r\nContent-Length: %d\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: %d\n\n",
    "not ASCII": b"HTTP/1.1 200 OK\r\nX-Place: Malm\xc3\xb6, \xe5rhus\r\nContent-Length: %d\r\n\r\n",
    "empty value": b"HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length: %d\r\n\r\n",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nServer: old\r\nContent-Length: %d\r\n\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_head_and_entity_are_kept_as_received(fetch_from: Fetch, head: bytes) -> None:
    sent = head % len(BODY)
    (exchange,) = fetch_from({"/story": sent + BODY}).exchanges
    assert exchange.head == sent
    assert exchange.entity == BODY
    assert exchange.truncated is None


def test_request_is_kept_as_sent(fetch_from: Fetch) -> None:
    log: list[object] = []
    capture = fetch_from({"/story?a=1&b=%C3%A4": sized(BODY)}, "/story?a=1&b=ä#part", log=log)
    seen = [asked.raw for asked in log if asked.path.startswith("/story")]  # type: ignore[attr-defined]
    assert [e.request for e in capture.exchanges] == seen
    assert b"GET /story?a=1&b=%C3%A4 HTTP/1.1\r\n" in seen[0]
    assert b"\r\nUser-Agent: Pressmark/0.1 (+archive@example.org)\r\n" in seen[0]


def test_request_tells_nothing_of_this_machine(fetch_from: Fetch) -> None:
    (exchange,) = fetch_from({"/story": sized(BODY)}).exchanges
    names = [line.partition(b":")[0] for line in exchange.request.split(b"\r\n")[1:] if line]
    assert names == [b"Host", b"User-Agent", b"Accept", b"Accept-Encoding", b"Connection"]


def test_chunked_entity_is_kept_without_its_chunks(fetch_from: Fetch) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\ntransfer-ENCODING: chunked\r\nX-B: Transfer-Encoding: chunked\r\n\r\n"
    page = head + b"4;ext=1\r\n<p>a\r\n5\r\nb</p>\r\n0\r\nX-Trailer: 1\r\n\r\n"
    (exchange,) = fetch_from({"/story": page}).exchanges
    assert exchange.entity == b"<p>ab</p>"
    assert exchange.head == head.replace(b"transfer-ENCODING:", b"X-Archive-Orig-Transfer-Encoding:")


def test_content_coding_is_kept(fetch_from: Fetch) -> None:
    packed = gzip.compress(BODY, mtime=0)
    capture = fetch_from({"/story": sized(packed, b"Content-Encoding: gzip", b"Content-Type: text/html; charset=utf-8")})
    assert capture.entity == packed
    assert capture.media_type == "text/html"


def test_chunked_and_compressed(fetch_from: Fetch) -> None:
    packed = gzip.compress(BODY, mtime=0)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(packed[i : i + 7]), packed[i : i + 7]) for i in range(0, len(packed), 7))
    page = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert fetch_from({"/story": page}).entity == packed


def test_interim_answers_are_passed_over(fetch_from: Fetch) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    page = sized(BODY, b"X-Final: 1")
    (exchange,) = fetch_from({"/story": b"HTTP/1.1 100 Continue\r\n\r\n" + early + page}).exchanges
    assert exchange.head + exchange.entity == page


def test_surplus_after_the_announced_length_is_left_out(fetch_from: Fetch) -> None:
    (exchange,) = fetch_from({"/story": sized(BODY) + b"HTTP/1.1 200 OK\r\n\r\nsmuggled"}).exchanges
    assert exchange.entity == BODY


def test_entity_without_length_ends_with_the_connection(fetch_from: Fetch) -> None:
    assert fetch_from({"/story": b"HTTP/1.1 200 OK\r\n\r\n" + BODY}).entity == BODY


def test_capture_says_where_and_when(fetch_from: Fetch) -> None:
    before = datetime.now(UTC)
    capture = fetch_from({"/story": sized(BODY)})
    assert capture.basis is Basis.FETCHED
    assert capture.at is not None and before <= capture.at <= capture.received_at <= datetime.now(UTC)
    assert capture.exchanges[0].ip == "127.0.0.1"
    assert capture.exchanges[0].protocol == "http/1.1"
    assert capture.origin_key.startswith("fetch:") and len(capture.origin_key) == 38
    assert capture.url == capture.final_url and capture.url is not None and capture.url.endswith("/story")


@pytest.mark.parametrize("status", [204, 304, 401, 403, 404, 410, 451, 500, 502])
def test_any_status_is_a_capture(fetch_from: Fetch, status: int) -> None:
    assert fetch_from({"/story": b"HTTP/1.1 %d Some\r\nX-A: 1\r\n\r\n" % status}).status == status


@given(st.lists(st.integers(0, 120), max_size=12))
def test_the_head_is_found_however_it_arrives(cuts: list[int]) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n"
    stream = b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + head + b"<p>1\r\n\r\n2</p>\n\n3"
    places = [0, *sorted(min(c, len(stream)) for c in cuts), len(stream)]
    recording = Recording(1000, lambda: datetime.now(UTC))
    for start, end in pairwise(places):
        recording.feed(stream[start:end])
    assert recording.head == head


def test_an_interim_head_is_limited_as_well() -> None:
    recording = Recording(1000, lambda: datetime.now(UTC))
    with pytest.raises(TooLarge, match="over 1,000 bytes"):
        recording.feed(b"HTTP/1.1 103 Early\r\nLink: " + b"x" * 2000)
