"""Redirects: every hop its own exchange, guarded and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from model.capture import Capture, Exchange, Truncated
from model.errors import BadCall, Refused, Unreachable
from sources.http.redirects import redirect_target

Fetch = Callable[..., Capture]

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend"


def to(location: bytes, status: int = 302) -> bytes:
    return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 5\r\n\r\nmoved" % (status, location)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_hop_is_an_exchange(fetch_from: Fetch, status: int) -> None:
    pages = {"/story": to(b"/b", status), "/b": to(b"http://other.test:{port}/c", status), "/c": PAGE}
    capture = fetch_from(pages)
    assert [e.status for e in capture.exchanges] == [status, status, 200]
    assert [e.entity for e in capture.exchanges] == [b"moved", b"moved", b"end"]
    assert b"Host: other.test:" in capture.exchanges[2].request
    assert capture.url is not None and capture.url.endswith("/story")
    assert capture.final_url is not None and capture.final_url.startswith("http://other.test:")
    assert capture.at == capture.exchanges[2].at


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (b"c/d?e=1", "/x/c/d?e=1"),
        (b"?e=1", "/x/story?e=1"),
        (b"//paper.test:{port}/y", "/y"),
        (b"/caf\xc3\xa9 1", "/caf%C3%A9%201"),
        (b"/caf\xe9", "/caf%C3%A9"),
        (b"/y#part", "/y"),
        (b"../y", "/y"),
    ],
)
def test_targets_are_understood(fetch_from: Fetch, location: bytes, path: str) -> None:
    capture = fetch_from({"/x/story": to(location), path: PAGE}, "/x/story")
    assert capture.entity == b"end"
    assert capture.final_url is not None and capture.final_url.endswith(path)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 302 Found\r\n\r\nhere", b"HTTP/1.1 302 Found\r\nLocation: \r\n\r\nhere"])
def test_without_a_target_it_is_the_answer(fetch_from: Fetch, answer: bytes) -> None:
    capture = fetch_from({"/story": answer})
    assert (capture.status, capture.entity) == (302, b"here")


def test_multiple_choices_are_not_followed(fetch_from: Fetch) -> None:
    assert fetch_from({"/story": to(b"/b", 300), "/b": PAGE}).status == 300


@pytest.mark.parametrize(
    ("location", "why"),
    [
        (b"file:///etc/passwd", "only http and https"),
        (b"gopher://paper.test/x", "only http and https"),
        (b"http://10.0.0.1/", r"10\.0\.0\.1 is not a public address"),
        (b"http://169.254.169.254/latest/meta-data/", "is not a public address"),
        (b"http://[::1]:{port}/", "::1 is not a public address"),
        (b"http://me:secret@paper.test/", "user name or password"),
        (b"/story", "in a circle"),
        (b"/story#again", "in a circle"),
        (b"http://a b/", "not a web address"),
        (b"http://x:99999/", "not a web address"),
        (b"http:////[x", "redirects to what is no address"),
        (b"http://xn--.%5b/", "not a web address"),
    ],
)
def test_refused_targets_leave_the_hops_before(fetch_from: Fetch, location: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why) as caught:
        fetch_from({"/story": to(location)})
    kept = caught.value.capture
    assert kept is not None
    assert [(e.status, e.entity) for e in kept.exchanges] == [(302, b"moved")]
    assert b"Location: " in kept.exchanges[0].head


def test_a_longer_circle(fetch_from: Fetch) -> None:
    with pytest.raises(Refused, match="in a circle") as caught:
        fetch_from({"/story": to(b"/b"), "/b": to(b"/c"), "/c": to(b"/story")})
    assert caught.value.capture is not None
    assert len(caught.value.capture.exchanges) == 3


def test_too_many(fetch_from: Fetch) -> None:
    pages = {f"/{n}": to(b"/%d" % (n + 1)) for n in range(9)}
    with pytest.raises(Refused, match="redirects more than 4 times") as caught:
        fetch_from(pages, "/0", max_redirects=4)
    assert caught.value.capture is not None
    assert len(caught.value.capture.exchanges) == 5


def test_a_dead_end_leaves_the_hops_before(fetch_from: Fetch) -> None:
    with pytest.raises(Unreachable) as caught:
        fetch_from({"/story": to(b"/b"), "/b": b""})
    assert caught.value.capture is not None
    assert caught.value.capture.status == 302


def test_a_body_cut_short_still_redirects(fetch_from: Fetch) -> None:
    page = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 50\r\n\r\nhalf"
    capture = fetch_from({"/story": page, "/b": PAGE})
    assert [e.truncated for e in capture.exchanges] == [Truncated.DISCONNECT, None]
    assert capture.truncated is None


@pytest.mark.parametrize(
    ("location", "host"),
    [
        (b"HtTp://10.0.0.1/", "10.0.0.1"),
        (b"//10.0.0.1/", "10.0.0.1"),
        (rb"\\10.0.0.1\x", "paper.test"),
        (rb"/\10.0.0.1", "paper.test"),
        (b"///10.0.0.1/", "paper.test"),
        (b"http:/10.0.0.1/", "paper.test"),
        (b"http:10.0.0.1", "paper.test"),
        (b"http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1"),
    ],
)
def test_the_host_that_is_guarded_is_the_host_that_is_asked(location: bytes, host: str) -> None:
    """Where browsers and parsers disagree about an address, one reading counts from here to the connection."""
    target = redirect_target(_moved(location))
    assert target is not None and target.host == host


@pytest.mark.parametrize(
    "location",
    [
        rb"http://a.test\@10.0.0.1/",
        b"//me:pw@a.test/",
        b"FiLe:///etc/passwd",
        b"ht\ttp://10.0.0.1/",
        b"http://a.test%00.b/",
        b"jar:http://x!/",
    ],
)
def test_where_no_redirect_may_lead(location: bytes) -> None:
    with pytest.raises((Refused, BadCall)):
        redirect_target(_moved(location))


def _moved(location: bytes) -> Exchange:
    head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"
    return Exchange(url="http://paper.test/a/b", request=b"", head=head, entity=b"", status=302, at=datetime.now(UTC))
