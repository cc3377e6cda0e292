"""From a raw TCP server to the WARC: what other software reads there is what went over the wire."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from flows.pipeline import Pipeline
from model.record import Outcome
from sources.http import HttpSettings
from storage import Archive

HTTP = HttpSettings(host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),), max_bytes=100_000, silence=5.0)
STORY = (
    "<!doctype html><html lang=en><head><title>Ferry {0}</title><meta property=og:type content=article></head><body><article>"
    + "<h1>Ferry {0} sails again</h1>"
    + "".join(
        f"<p>Pilot {n} wrote that the tide was kind and that the ferry {{0}} left at nine with all aboard.</p>" for n in range(6)
    )
    + "</article></body></html>"
)
LENGTH = b"Content-Length: %d\r\n\r\n"


def body(name: str) -> bytes:
    return STORY.format(name).encode()


def chunked(data: bytes, size: int, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x%b\r\n%b\r\n" % (len(p), extension, p) for p in pieces) + b"0\r\n" + trailer + b"\r\n"


@dataclass(frozen=True)
class Wire:
    """What the server writes, and what of it the archive should hold: all of it unless ``kept`` says otherwise."""

    sent: bytes
    kept: bytes


def plain(head: bytes, entity: bytes) -> Wire:
    return Wire(head + entity, head + entity)


def coded(name: str, head: bytes, wire: bytes, entity: bytes) -> Wire:
    """A chunked answer: the entity is kept without its chunks, the header that told of them under another name."""
    return Wire(head + wire, head.replace(name.encode(), b"X-Archive-Orig-Transfer-Encoding") + entity)


def wires() -> dict[str, Wire]:
    ok = b"HTTP/1.1 200 OK\r\n"
    made: dict[str, Wire] = {}

    def add(name: str, head: bytes) -> None:
        made[name] = plain(head + LENGTH % len(body(name)), body(name))

    add("odd-case", ok + b"cOnTeNT-tYPe: text/html\r\nX-ODD: 1\r\n")
    add("twice", ok + b"Set-Cookie: a=1\r\nX-A: 2\r\nSet-Cookie: b=2\r\nX-A: 1\r\n")
    add("padded", ok + b"X-Pad: \t  wide   apart \t \r\nX-Tight:none\r\n")
    add("folded", ok + b"X-Long: first\r\n  second\r\n\tthird\r\n")
    add("own-reason", b"HTTP/1.1 200 Perfectly fine, thanks\r\n")
    add("no-reason", b"HTTP/1.1 200 \r\n")
    add("latin", ok + b"X-Place: Malm\xc3\xb6, \xe5rhus\r\nX-Empty:\r\n")
    add("old", b"HTTP/1.0 200 OK\r\nServer: old\r\n")
    made["bare-feeds"] = plain(
        b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: %d\n\n" % len(body("bare")), body("bare")
    )
    made["to-the-end"] = plain(ok + b"Content-Type: text/html\r\n\r\n", body("to-the-end"))
    packed = gzip.compress(body("packed"), mtime=0)
    made["packed"] = plain(ok + b"Content-Encoding: gzip\r\n" + LENGTH % len(packed), packed)
    head = ok + b"transfer-ENCODING: chunked\r\nContent-Type: text/html\r\n\r\n"
    made["in-chunks"] = coded(
        "transfer-ENCODING", head, chunked(body("in-chunks"), 37, b";x=1", b"X-Trailer: 1\r\n"), body("in-chunks")
    )
    both = gzip.compress(body("both"), mtime=0)
    head = ok + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    made["both"] = coded("Transfer-Encoding", head, chunked(both, 11), both)
    final = ok + LENGTH % len(body("early"))
    made["early"] = Wire(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + final + body("early"), final + body("early"))
    long = b"<p>" + b"on and on " * 20_000
    head = ok + LENGTH % len(long)
    made["cut"] = Wire(head + long, head + long[:100_000])
    return made


WIRES = wires()


@dataclass
class Server:
    """A raw TCP server on loopback; ``asked`` are the bytes of every request."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state, started, loop = Server(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = await reader.readuntil(b"\r\n\r\n")
        state.asked.append(raw)
        path = raw.split(b" ")[1].decode().strip("/")
        moved = b"HTTP/1.1 301 Gone\r\nlocation: /odd-case\r\nContent-Length: 5\r\n\r\nthere"
        missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        writer.write(WIRES[path].sent if path in WIRES else moved if path == "moved" else missing)
        writer.close()

    async def run() -> None:
        listening = await asyncio.start_server(answer, "127.0.0.1", 0)
        state.port = listening.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        listening.close()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(run()), loop.close()), daemon=True)
    thread.start()
    assert started.wait(10)
    yield state
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


def test_what_other_software_reads_is_what_went_over_the_wire(server: Server, tmp_path: Path) -> None:
    base = f"http://127.0.0.1:{server.port}"
    sources = [f"{base}/{name}" for name in [*WIRES, "moved"]]
    with Archive.create(tmp_path / "archive") as archive:
        results = {r.source: r for r in Pipeline(archive, http=HTTP, processes=1).ingest(sources)}
    outcomes = {source.rpartition("/")[2]: results[source].outcome for source in sources}
    assert outcomes == dict.fromkeys(WIRES, Outcome.NEW) | {"cut": Outcome.FAILED, "moved": Outcome.UNCHANGED}
    (segment,) = (tmp_path / "archive").rglob("*.warc.gz")
    blocks: dict[tuple[str, str], bytes] = {}
    headers: dict[tuple[str, str], dict[str, str]] = {}
    with segment.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            key = (record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or "")
            if key[0] in {"request", "response"}:
                assert key not in blocks or key[1].endswith("/odd-case")
                blocks.setdefault(key, record.raw_stream.read())
                headers.setdefault(key, dict(record.rec_headers.headers))
    for name, wire in WIRES.items():
        assert blocks["response", f"{base}/{name}"] == wire.kept, name
    asked = [raw for raw in server.asked if not raw.startswith((b"GET /robots.txt ", b"GET /.well-known/"))]
    assert sorted(asked) == sorted([block for (kind, _), block in blocks.items() if kind == "request"] + [_again(asked)])
    assert blocks["response", f"{base}/moved"].endswith(b"\r\n\r\nthere")
    assert headers["response", f"{base}/cut"]["WARC-Truncated"] == "length"
    assert {h["WARC-IP-Address"] for h in headers.values()} == {"127.0.0.1"}
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(segment)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout


def _again(asked: list[bytes]) -> bytes:
    """The page that was asked for twice: by its own address, and by the one that leads there."""
    return next(raw for raw in asked if raw.startswith(b"GET /odd-case "))
