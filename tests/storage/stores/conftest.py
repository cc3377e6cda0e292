"""An S3 service on loopback, and one between it and us that fails, lies or stops."""

from __future__ import annotations

import http.client
import random
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from storage.stores import Store, store_of


class _Between(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _pass_on(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        before = self.server.before(self.command, self.path)
        if before is not None:
            self._answer(before, {}, b"<Error><Code>SlowDown</Code></Error>")
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=30)
        upstream.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "connection"})
        answer = upstream.getresponse()
        data = answer.read()
        head = {k: v for k, v in answer.getheaders() if k.lower() not in {"connection", "transfer-encoding", "content-length"}}
        if self.command == "HEAD":
            head["Content-Length"] = answer.getheader("Content-Length") or "0"
        upstream.close()
        self._answer(answer.status, head, self.server.after(self.command, self.path, data))

    def _answer(self, status: int, head: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        if "Content-Length" not in head:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass_on


class Between(ThreadingHTTPServer):
    """``before`` gives a status to fail with, ``after`` what is answered instead of the answer."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _Between)
        self.upstream = upstream
        self.before: Callable[[str, str], int | None] = lambda _method, _path: None
        self.after: Callable[[str, str, bytes], bytes] = lambda _method, _path, data: data
        self.failed = 0

    def fail_half(self, seed: int) -> None:
        """Every other request fails, before anything came of it."""
        dice, lock = random.Random(seed), threading.Lock()

        def before(_method: str, _path: str) -> int | None:
            with lock:
                if dice.random() < 0.5:
                    self.failed += 1
                    return 503
            return None

        self.before = before

    def lie(self) -> None:
        """What is read of segments has one other bit."""

        def after(method: str, path: str, data: bytes) -> bytes:
            if method == "GET" and ".warc.gz" in path and data:
                return bytes([data[0] ^ 1]) + data[1:]
            return data

        self.after = after

    def be_sound(self) -> None:
        """From now on it passes everything on."""
        self.before = lambda _method, _path: None
        self.after = lambda _method, _path, data: data


class Service:
    """A bucket of its own for every test; ``address`` is where an archive's files go in it."""

    def __init__(self, port: int, between: Between, bucket: str) -> None:
        self.between = between
        self.bucket = bucket
        self.address = f"s3://{bucket}/kept/papers"
        made = urllib.request.Request(f"http://127.0.0.1:{port}/{bucket}", data=b"", method="PUT")
        urllib.request.urlopen(made, timeout=10).close()

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": "loopback",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret-key",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.between.server_address[1]}",
        }

    def store(self, patience: float = 10.0) -> Store:
        return store_of(self.address, self.environ, patience)


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield port
    server.stop()


@pytest.fixture
def service(s3_port: int, tmp_path: Path) -> Iterator[Service]:
    with Between(s3_port) as between:
        thread = threading.Thread(target=between.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield Service(s3_port, between, f"papers-{abs(hash(tmp_path)):x}")
        between.shutdown()


@pytest.fixture
def copy_folder(tmp_path: Path) -> Store:
    return store_of(str(tmp_path / "copy"), {})
