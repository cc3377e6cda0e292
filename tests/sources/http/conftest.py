"""A raw TCP server that sends scripted bytes, and a fetch from it: real sockets, loopback only."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from model.capture import Capture
from sources.http import Conditional, Fetcher, HttpSettings, Resolver

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
Page = bytes | Script
Serve = Callable[..., AbstractAsyncContextManager[int]]

SETTINGS = HttpSettings(
    user_agent="Pressmark/0.1",
    contact="archive@example.org",
    host_gap=0.0,
    silence=10.0,
    total_time=20.0,
    connect_time=10.0,
    allow_networks=(ip_network("127.0.0.0/8"),),
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    at: float
    host: str
    path: str
    raw: bytes


async def every_name_is_loopback(host: str, port: int) -> Sequence[str]:
    return ("127.0.0.1",)


@pytest.fixture
def settings() -> HttpSettings:
    return SETTINGS


@pytest.fixture
def loopback() -> Resolver:
    """A resolver to which every name is this machine."""
    return every_name_is_loopback


@pytest.fixture
def serve() -> Serve:
    """``serve(pages, log=None, tls=None)``: a server in the running loop; yields its port.

    Pages are by path, or by host and path (``a.test/story``): the bytes to send, ``{port}``
    in them replaced, or a function that writes. What is not there is a 404.
    """

    @asynccontextmanager
    async def start(
        pages: Mapping[str, Page], log: list[Asked] | None = None, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[int]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                raw = await reader.readuntil(b"\r\n\r\n")
                path = raw.split(b" ")[1].decode()
                host = raw.lower().partition(b"\r\nhost: ")[2].partition(b"\r\n")[0].decode().rpartition(":")[0]
                if log is not None:
                    log.append(Asked(time.monotonic(), host, path, raw))
                page = pages.get(host + path, pages.get(path, NOT_FOUND))
                if isinstance(page, bytes):
                    writer.write(page.replace(b"{port}", str(port).encode()))
                    await writer.drain()
                else:
                    await page(writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass  # the other side had enough
            finally:
                writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
        port: int = server.sockets[0].getsockname()[1]
        try:
            yield port
        finally:
            server.close()

    return start


@pytest.fixture
def fetch_from(serve: Serve) -> Callable[..., Capture]:
    """``fetch_from(pages, path, **settings)``: one fetch of ``http://paper.test:PORT/path``.

    ``resolve``, ``conditional``, ``obey_robots``, ``override_reason``, ``scheme``, ``tls``
    (the client's) and ``server_tls`` may be given; the rest are ``HttpSettings``.
    """

    def fetch(
        pages: Mapping[str, Page],
        path: str = "/story",
        *,
        log: list[Asked] | None = None,
        resolve: Resolver = every_name_is_loopback,
        conditional: Conditional | None = None,
        obey_robots: bool = True,
        override_reason: str | None = None,
        scheme: str = "http",
        tls: ssl.SSLContext | None = None,
        server_tls: ssl.SSLContext | None = None,
        **changes: object,
    ) -> Capture:
        async def go() -> Capture:
            wanted = replace(SETTINGS, **changes)  # type: ignore[arg-type]
            async with serve(pages, log, server_tls) as port, Fetcher(wanted, resolve=resolve, tls=tls) as fetcher:
                return await fetcher.fetch(
                    f"{scheme}://paper.test:{port}{path}",
                    obey_robots=obey_robots,
                    override_reason=override_reason,
                    conditional=conditional,
                )

        return asyncio.run(go())

    return fetch


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for paper.test with its key, in one file."""
    x509 = pytest.importorskip("cryptography.x509", reason="needs the cryptography package to make a certificate")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "paper.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("paper.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "paper.test.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """A client's context that trusts the certificate."""
    return ssl.create_default_context(cafile=certificate)
