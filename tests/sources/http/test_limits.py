"""Servers that send too much, too slowly or not all of it: each ends, with a reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from model.capture import Capture, Truncated
from model.errors import TooLarge, Unreachable, Unreadable

Fetch = Callable[..., Capture]
Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


def drip(first: bytes, piece: bytes, every: float) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            await writer.drain()
            await asyncio.sleep(every)
            writer.write(piece)

    return script


def stall(first: bytes) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.drain()
        await asyncio.sleep(10)

    return script


def reset(first: bytes) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()

    return script


OK = b"HTTP/1.1 200 OK\r\n"
ANNOUNCED = OK + b"Content-Length: 1000\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def test_endless_body_is_cut_at_the_limit(fetch_from: Fetch) -> None:
    capture = fetch_from({"/story": drip(OK + b"\r\n", b"x" * 60_000, 0)}, max_bytes=100_000)
    assert capture.truncated is Truncated.LENGTH
    assert capture.entity == b"x" * 100_000


def test_a_body_of_exactly_the_limit_is_whole(fetch_from: Fetch) -> None:
    capture = fetch_from({"/story": ANNOUNCED + b"x" * 1000}, max_bytes=1000)
    assert capture.truncated is None
    assert len(capture.entity) == 1000


def test_announced_length_over_the_limit_is_cut(fetch_from: Fetch) -> None:
    capture = fetch_from({"/story": ANNOUNCED + b"x" * 1000}, max_bytes=999)
    assert (capture.truncated, len(capture.entity)) == (Truncated.LENGTH, 999)


def test_slow_drip_ends_with_the_total_time(fetch_from: Fetch) -> None:
    begun = time.monotonic()
    capture = fetch_from({"/story": drip(ANNOUNCED, b"x", 0.1)}, total_time=0.6, silence=0.4)
    assert capture.truncated is Truncated.TIME
    assert set(capture.entity) == set(b"x")
    assert time.monotonic() - begun < 2


def test_silence_in_the_middle_keeps_what_came(fetch_from: Fetch) -> None:
    capture = fetch_from({"/story": stall(ANNOUNCED + b"half")}, silence=0.3)
    assert (capture.truncated, capture.entity) == (Truncated.TIME, b"half")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-", ANNOUNCED], ids=["nothing", "half a head", "only a head"])
def test_silence_before_the_entity_is_unreachable(fetch_from: Fetch, first: bytes) -> None:
    with pytest.raises(Unreachable, match=r"paper\.test did not answer in time"):
        fetch_from({"/story": stall(first)}, silence=0.3)


def test_head_that_drips_for_ever_is_unreachable(fetch_from: Fetch) -> None:
    with pytest.raises(Unreachable, match="in time"):
        fetch_from({"/story": drip(OK, b"X-A: 1\r\n", 0.05)}, total_time=0.4)


def test_endless_interim_answers_are_unreachable(fetch_from: Fetch) -> None:
    with pytest.raises(Unreachable, match="in time"):
        fetch_from({"/story": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0)}, total_time=0.4)


@pytest.mark.parametrize(
    "page",
    [
        ANNOUNCED + b"half",
        CHUNKED + b"4\r\nhalf\r\n",
        CHUNKED + b"4\r\nhalf\r\nnonsense",
        reset(ANNOUNCED + b"half"),
    ],
    ids=["short of its length", "no last chunk", "broken chunk", "reset"],
)
def test_entity_broken_off_is_kept_as_such(fetch_from: Fetch, page: bytes | Script) -> None:
    capture = fetch_from({"/story": page})
    assert (capture.truncated, capture.entity) == (Truncated.DISCONNECT, b"half")
    assert capture.exchanges[-1].truncated is Truncated.DISCONNECT


@pytest.mark.parametrize(
    "page",
    [b"", b"HTTP/1.1 200 OK\r\nX-A", ANNOUNCED, reset(b""), reset(ANNOUNCED)],
    ids=["nothing", "half a head", "only a head", "reset", "reset after the head"],
)
def test_closed_before_the_entity_is_unreachable(fetch_from: Fetch, page: bytes | Script) -> None:
    with pytest.raises(Unreachable, match=r"paper\.test (closed|broke)"):
        fetch_from({"/story": page})


def test_what_is_wrong_is_told_without_the_servers_words(fetch_from: Fetch) -> None:
    with pytest.raises(Unreachable, match=r"paper\.test broke its answer off \(illegal chunk header\)$"):
        fetch_from({"/story": OK + b"Transfer-Encoding: chunked\r\n\r\n-5 is what I say\r\n"})


@pytest.mark.parametrize(
    "head",
    [OK + b"X-A: " + b"x" * 5000 + b"\r\n\r\n", OK + b"X-A: 1\r\n" * 5000],
    ids=["one long field", "many fields without end"],
)
def test_large_head_is_refused(fetch_from: Fetch, head: bytes) -> None:
    with pytest.raises(TooLarge, match=r"paper\.test: the answer's header is over 4,000 bytes") as caught:
        fetch_from({"/story": head}, max_head_bytes=4000)
    assert caught.value.facts["limit"] == 4000


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"<html>no header at all</html>\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        OK + b"Content-Length: -5\r\n\r\nhello",
    ],
    ids=["ssh", "bare html", "tls alert", "two lengths", "negative length"],
)
def test_what_is_not_http_is_unreadable(fetch_from: Fetch, answer: bytes) -> None:
    with pytest.raises(Unreadable, match="did not answer in HTTP"):
        fetch_from({"/story": answer})


def test_no_listener_is_unreachable(fetch_from: Fetch) -> None:
    async def to_another_machine(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.77",)

    with pytest.raises(Unreachable, match=r"no connection to paper\.test .*refused|Connect call failed"):
        fetch_from({}, resolve=to_another_machine)


def test_unknown_name_is_unreachable(fetch_from: Fetch) -> None:
    async def knows_nobody(host: str, port: int) -> tuple[str, ...]:
        raise OSError("Name or service not known")

    with pytest.raises(Unreachable, match=r"the name paper\.test was not found"):
        fetch_from({}, resolve=knows_nobody)
