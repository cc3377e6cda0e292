"""A site of many hosts on loopback: names are looked up in this process, every host misbehaves in a way of its own."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

Write = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Page = bytes | Write

_STORY = (
    "<!doctype html><html lang=en><head><title>{0}</title><meta property=og:type content=article></head>"
    + "<body><article><h1>{0}</h1>"
    + "".join(f"<p>Keeper {n} wrote that the lamp burned well and that many boats passed in the night.</p>" for n in range(6))
    + "</article></body></html>"
)


def story(host: str) -> bytes:
    """An article that is another one on every host."""
    return _STORY.format(f"The lamp of {host.removesuffix('.test')} burns again").encode()


def answer(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A response with its length."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html; charset=utf-8", *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def bare(body: bytes, *fields: bytes) -> bytes:
    """A response whose length is told by nothing but ``fields``."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Type: text/html", *fields]) + b"\r\n\r\n" + body


def redirect(to: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n"


def for_ever(first: bytes, piece: bytes, every: float = 0.0) -> Write:
    """Writes a beginning, and then a piece again and again."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return write


async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request and is silent."""
    await reader.read()


async def half_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ends its side in the middle, and goes on listening."""
    writer.write(bare(story("half.test")[:400], b"Content-Length: 4000"))
    writer.write_eof()
    await reader.read()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Breaks off in the middle without a good-bye."""
    writer.write(bare(story("reset.test")[:400], b"Content-Length: 4000"))
    await writer.drain()
    await asyncio.sleep(0.05)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def megabytes(count: int, line: bytes) -> Write:
    """A text of so many megabytes, without its length."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        block = line * (1_000_000 // len(line))
        for _ in range(count):
            writer.write(block)
            await writer.drain()

    return write


@dataclass(frozen=True)
class Case:
    """One host: what it does (a row of the table in docs/sources.md) and its pages by path; ``looked_up`` are
    the addresses that its name gives, one after the other."""

    does: str
    host: str
    pages: dict[str, Page]
    looked_up: tuple[tuple[str, ...], ...] = (("127.0.0.1",),)
    url: str = "http://{host}:{port}/story"


def page_of(host: str, robots: Page | None = None) -> dict[str, Page]:
    """An article, and what the host says of robots."""
    return {"/story": answer(story(host))} | ({"/robots.txt": robots} if robots is not None else {})


_BOMB = gzip.compress(b"<p>" + b"\0" * 200_000_000, 9, mtime=0)
_TOO_LONG = bare(story("drip.test")[:300], b"Content-Length: 90000")
_ONE_CHUNK = bare(b"7fffffffffffffff\r\n", b"Transfer-Encoding: chunked")
_PACKED = gzip.compress(story("packed.test"), mtime=0)
_MISSING = (
    b"<html><head><title>Page not found</title></head><body><h1>404</h1><p>Sorry, this page does not exist.</p></body></html>"
)

CASES = (
    Case("redirects in a circle", "circle.test", {"/story": redirect(b"/other"), "/other": redirect(b"/story")}),
    Case("redirects on and on", "onward.test", {f"/{'story' if n == 0 else n}": redirect(b"/%d" % (n + 1)) for n in range(30)}),
    Case("redirects to a file", "file.test", {"/story": redirect(b"file:///etc/hostname")}),
    Case("redirects to an inside address", "inward.test", {"/story": redirect(b"http://10.0.0.1/admin")}),
    Case("redirects to a name that leads inside", "byname.test", {"/story": redirect(b"http://intranet.test/admin")}),
    Case("redirects to an address with a password", "password.test", {"/story": redirect(b"http://me:secret@circle.test/")}),
    Case("redirects to a port of another service", "mail.test", {"/story": redirect(b"http://smtp.test:25/")}),
    Case("redirects to what is no address", "garbled.test", {"/story": redirect(b"http://[::1/x")}),
    Case("redirects to nowhere", "aimless.test", {"/story": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"}),
    Case("has a name that changes its mind", "flip.test", page_of("flip.test"), (("127.0.0.1",), ("169.254.169.254",))),
    Case("has an outside and an inside address", "both.test", page_of("both.test"), (("127.0.0.1", "192.168.1.1"),)),
    Case("has no address", "nameless.test", {}, ((),)),
    Case("does not listen", "closed.test", {}, url="http://{host}:9/story"),
    Case("is silent", "silent.test", {"/story": nothing}),
    Case("drips its header", "driphead.test", {"/story": for_ever(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n", 0.05)}),
    Case("drips its page", "drip.test", {"/story": for_ever(_TOO_LONG, b" ", 0.05)}),
    Case("sends interim answers for ever", "soon.test", {"/story": for_ever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.001)}),
    Case("sends a page without end", "endless.test", {"/story": for_ever(bare(b"<p>"), b"<p>on and on" * 1000)}),
    Case("sends a header without end", "headlong.test", {"/story": for_ever(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n" * 1000)}),
    Case("sends a chunk without end", "chunk.test", {"/story": for_ever(_ONE_CHUNK, b"x" * 9000)}),
    Case("sends a gzip bomb", "bomb.test", {"/story": answer(_BOMB, b"Content-Encoding: gzip")}),
    Case("says gzip and sends none", "nogzip.test", {"/story": answer(story("nogzip.test"), b"Content-Encoding: gzip")}),
    Case("sends half of a gzip stream", "halfgzip.test", {"/story": answer(_PACKED[:-40], b"Content-Encoding: gzip")}),
    Case("announces more than it sends", "short.test", {"/story": bare(story("short.test"), b"Content-Length: 99999")}),
    Case("sends more than it announces", "surplus.test", {"/story": answer(story("surplus.test")) + answer(b"<p>smuggled")}),
    Case("contradicts itself about the length", "twofold.test", {"/story": answer(story("twofold.test"), b"Content-Length: 5")}),
    Case("closes its side in the middle", "half.test", {"/story": half_closed}),
    Case("resets the connection in the middle", "reset.test", {"/story": reset}),
    Case("closes at once", "gone.test", {"/story": b""}),
    Case("does not speak HTTP", "odd.test", {"/story": b"220 smtp.odd.test ready\r\n\r\n"}),
    Case("has a certificate that nobody vouches for", "selfmade.test", page_of("selfmade.test"), url="https://{host}:{tls_port}/story"),
    Case("does not speak TLS", "notls.test", page_of("notls.test"), url="https://{host}:{port}/story"),
    Case("answers 200 with an error page", "soft.test", {"/story": answer(_MISSING)}),
    Case("answers 200 with nothing", "empty.test", {"/story": answer(b"")}),
    Case("answers 404", "missing.test", {}),
    Case("answers 500", "broken.test", {"/story": answer(b"oh", status=b"500 Oh")}),
    Case("answers 206 to no range", "part.test", {"/story": answer(story("part.test"), status=b"206 Partial Content")}),
    Case("answers 304 to no condition", "unasked.test", {"/story": b"HTTP/1.1 304 Not Modified\r\n\r\n"}),
    Case("answers 429 with a time", "busy.test", {"/story": answer(b"", b"Retry-After: 3600", status=b"429 Slow down")}),
    Case("answers 503 without a time", "down.test", {"/story": answer(b"", status=b"503 Down")}),
    Case("forbids it in robots.txt", "shy.test", page_of("shy.test", answer(b"User-agent: *\nDisallow: /\n"))),
    Case("sends a robots.txt of 100 MB", "hugerobots.test", page_of("hugerobots.test", megabytes(100, b"Disallow: /private\n"))),
    Case("drips its robots.txt", "driprobots.test", page_of("driprobots.test", for_ever(bare(b""), b"#", 0.05))),
    Case("answers 500 for robots.txt", "norobots.test", page_of("norobots.test", answer(b"", status=b"500 Oh"))),
    Case("redirects robots.txt in a circle", "looprobots.test", page_of("looprobots.test", redirect(b"/robots.txt"))),
    Case("redirects robots.txt inside", "inrobots.test", page_of("inrobots.test", redirect(b"http://127.1.1.1:1/"))),
    Case("nests its page 50,000 deep", "deep.test", {"/story": answer(b"<div>" * 50_000 + story("deep.test"))}),
)  # fmt: skip


@dataclass
class Site:
    """All hosts, open. ``asked`` are host and path of every request, in order."""

    cases: tuple[Case, ...]
    port: int = 0
    tls_port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    _looked_up: dict[str, int] = field(default_factory=dict)

    def url(self, case: Case) -> str:
        return case.url.format(host=case.host, port=self.port, tls_port=self.tls_port)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The in-process DNS: what is no host of the site leads to loopback, or where its name says."""
        turn = self._looked_up[host] = self._looked_up.get(host, 0) + 1
        known = {case.host: case.looked_up for case in self.cases}
        others = {"intranet.test": (("192.168.7.7",),), "smtp.test": (("1.1.1.1",),)}
        answers = known.get(host) or others.get(host) or (("127.0.0.1",),)
        addresses = answers[min(turn, len(answers)) - 1]
        if not addresses:
            raise OSError("no such name")
        return addresses

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pages = {case.host: case.pages for case in self.cases}
        try:
            raw = await reader.readuntil(b"\r\n\r\n")
            path = raw.split(b" ")[1].decode().partition("?")[0]
            host = raw.lower().partition(b"\r\nhost: ")[2].partition(b"\r\n")[0].decode().partition(":")[0]
            self.asked.append((host, path))
            page = pages.get(host, page_of(host)).get(path, answer(b"<p>no such page", status=b"404 Not Found"))
            if isinstance(page, bytes):
                writer.write(page)
                await writer.drain()
            else:
                await page(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side had enough, or the test is over
        finally:
            writer.close()


@pytest.fixture(scope="session")
def bad_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody trusts, with its key, in one file."""
    x509 = pytest.importorskip("cryptography.x509", reason="needs the cryptography package to make a certificate")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "selfmade.test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("selfmade.test")]), critical=False).sign(
        key, hashes.SHA256()
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "selfmade.test.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@pytest.fixture
def site(bad_certificate: Path) -> Iterator[Site]:
    """The site, served from a thread of its own while the test lasts."""
    site = Site(CASES)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(bad_certificate)
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def run() -> None:
        plain = await asyncio.start_server(site.serve, "127.0.0.1", 0)
        safe = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=tls)
        site.port, site.tls_port = (server.sockets[0].getsockname()[1] for server in (plain, safe))
        started.set()
        await stop.wait()
        plain.close()
        safe.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    stop = asyncio.Event()
    loop.set_exception_handler(lambda _loop, _context: None)  # broken connections are what this site is for
    thread = threading.Thread(target=lambda: (loop.run_until_complete(run()), loop.close()), daemon=True)
    thread.start()
    assert started.wait(10)
    yield site
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
