"""HTTP/2 where it was asked for: the frames are rendered as HTTP/1.1 would have said them, and marked so."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from model.capture import Capture, Truncated
from model.errors import TooLarge, Unreachable
from sources.http import Fetcher, HttpSettings, Resolver

h2_config = pytest.importorskip("h2.config", reason="needs h2, which Prefect brings along")
from h2.connection import H2Connection  # noqa: E402
from h2.events import RequestReceived  # noqa: E402

PACKED = gzip.compress(b"<p>" + b"The ferry sails again. " * 4000, mtime=0)
FIELDS = (
    (b"content-type", b"text/html"),
    (b"set-cookie", b"a"),
    (b"x-b", b"2"),
    (b"set-cookie", b"b"),
    (b"content-encoding", b"gzip"),
)

Asked = list[list[tuple[bytes, bytes]]]


async def speak(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    asked: Asked,
    fields: Sequence[tuple[bytes, bytes]],
    whole: bool,
) -> None:
    """The server's side: robots.txt and tdmrep.json are 404, everything else is the story."""
    desk = H2Connection(h2_config.H2Configuration(client_side=False, header_encoding=None))
    desk.initiate_connection()
    try:
        writer.write(desk.data_to_send())
        while data := await reader.read(65536):
            for event in desk.receive_data(data):
                if isinstance(event, RequestReceived):
                    headers = [(bytes(n), bytes(v)) for n, v in event.headers or []]
                    asked.append(headers)
                    if dict(headers)[b":path"] != b"/story":
                        desk.send_headers(event.stream_id, [(b":status", b"404")], end_stream=True)
                        continue
                    desk.send_headers(event.stream_id, [(b":status", b"200"), *fields])
                    for start in range(0, len(PACKED), 100):
                        desk.send_data(event.stream_id, PACKED[start : start + 100])
                    if whole:
                        desk.end_stream(event.stream_id)
            writer.write(desk.data_to_send())
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@pytest.fixture
def fetch_h2(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, settings: HttpSettings, loopback: Resolver
) -> Callable[..., Capture]:
    """``fetch_h2(asked, http2=True, fields=FIELDS, whole=True, **settings)``."""

    def fetch(
        asked: Asked,
        http2: bool = True,
        fields: Sequence[tuple[bytes, bytes]] = FIELDS,
        whole: bool = True,
        alpn: Sequence[str] = ("h2",),
        **changes: object,
    ) -> Capture:
        server_tls.set_alpn_protocols(list(alpn))

        async def go() -> Capture:
            server = await asyncio.start_server(lambda r, w: speak(r, w, asked, fields, whole), "127.0.0.1", 0, ssl=server_tls)
            port = server.sockets[0].getsockname()[1]
            wanted = replace(settings, http2=http2, **changes)  # type: ignore[arg-type]
            async with server, Fetcher(wanted, resolve=loopback, tls=trusting) as fetcher:
                return await fetcher.fetch(f"https://paper.test:{port}/story")

        return asyncio.run(go())

    return fetch


def test_what_the_frames_said_is_kept_and_marked(fetch_h2: Callable[..., Capture]) -> None:
    asked: Asked = []
    (exchange,) = fetch_h2(asked).exchanges
    assert exchange.protocol == "h2"
    assert exchange.head == b"HTTP/1.1 200 \r\n" + b"".join(b"%b: %b\r\n" % pair for pair in FIELDS) + b"\r\n"
    assert exchange.entity == PACKED
    assert exchange.ip == "127.0.0.1" and exchange.tls is not None and exchange.tls.startswith("TLSv1.3")
    assert exchange.truncated is None
    story = next(headers for headers in asked if (b":path", b"/story") in headers)
    sent = [line.partition(b": ")[::2] for line in exchange.request.split(b"\r\n")[1:-2]]
    assert exchange.request.startswith(b"GET /story HTTP/1.1\r\n")
    assert [(n.lower(), v) for n, v in sent if n != b"Host"] == [(n, v) for n, v in story if not n.startswith(b":")]


def test_it_is_not_offered_unless_asked_for(fetch_h2: Callable[..., Capture]) -> None:
    asked: Asked = []
    with pytest.raises(Unreachable):  # a server that speaks nothing else
        fetch_h2(asked, http2=False, silence=1.0)
    assert asked == []


def test_an_answer_that_never_ends_is_cut_here_too(fetch_h2: Callable[..., Capture]) -> None:
    capture = fetch_h2([], whole=False, silence=0.4, total_time=2.0)
    assert (capture.truncated, capture.entity) == (Truncated.TIME, PACKED)
    capture = fetch_h2([], max_bytes=150)
    assert (capture.truncated, len(capture.entity)) == (Truncated.LENGTH, 150)


def test_the_head_has_its_limit_here_too(fetch_h2: Callable[..., Capture]) -> None:
    with pytest.raises(TooLarge, match="over 1,000 bytes"):
        fetch_h2([], fields=((b"x-long", b"x" * 900), (b"x-more", b"y" * 200)), max_head_bytes=1000)
