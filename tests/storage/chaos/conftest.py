"""A paper on loopback that edits its pieces between rounds, and processes that take it in."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from model.record import Strand
from storage import Archive

TAKER = Path(__file__).with_name("taker.py")
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


def page(number: int, state: int) -> bytes:
    """A piece of this paper, as it stood in one state."""
    lines = "".join(
        f"<p>Keeper {n} of lighthouse {number} wrote that the lamp burned well and that {n * 7 + number} ships passed.</p>"
        for n in range(1, 6)
    )
    return (
        f"<!doctype html><html lang=en><head><title>Lighthouse {number} keeps its lamp</title>"
        f'<meta property="og:type" content="article"><meta property="og:site_name" content="The Harbour Ledger"></head>'
        f"<body><article><h1>Lighthouse {number} keeps its lamp</h1><p class=byline>By Mara Quill</p>"
        f"<p>The council decided for the {state}th time what becomes of lighthouse {number} on the northern shore.</p>{lines}"
        f"</article></body></html>"
    ).encode()


@dataclass
class Paper:
    """The paper: ``round`` decides in which state its pieces are; every third is never edited."""

    port: int
    round: int = 0
    pages: int = 24
    asked: int = field(default=0)

    @property
    def urls(self) -> list[str]:
        return [f"http://{HOSTS[n % len(HOSTS)]}:{self.port}/log/{n}" for n in range(self.pages)]

    def state(self, number: int) -> int:
        return 0 if number % 3 == 0 else self.round // (number % 3)

    def answer(self, path: str) -> bytes | None:
        name = path.rpartition("/")[2]
        if not path.startswith("/log/") or not name.isdecimal() or int(name) >= self.pages:
            return None
        self.asked += 1
        return page(int(name), self.state(int(name)))


@pytest.fixture
def paper() -> Iterator[Paper]:
    held: list[Paper] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = held[0].answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """Quiet: the tests say what went wrong."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that was killed in the middle of an answer is no error of the server."""

    server = Server(("", 0), Handler)
    held.append(Paper(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield held[0]
    server.shutdown()
    server.server_close()
    thread.join()


class Taker:
    """One process that takes sources in; what it acknowledged is read as it comes. ``said`` is what ended it, if
    anything did but a kill. ``lease`` is how many seconds it may stand still, and waits for one that was killed."""

    def __init__(self, where: Path, url: str | None, sources: list[str], lease: float = 60.0) -> None:
        command = [sys.executable, str(TAKER), str(where), url or "-", str(lease), *sources]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said: str | None = None
        assert self.process.stdout is not None and self.process.stderr is not None
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()
        self._told: list[str] = []
        # a full pipe would hold up whoever tells
        self._listening = threading.Thread(target=self._told.extend, args=(self.process.stdout,), daemon=True)
        self._listening.start()

    def end(self, timeout: float, *, fails: bool = False) -> list[dict[str, Any]]:
        """Waits for the process to end by itself or by a kill; whole lines of what it told."""
        self.process.wait(timeout)
        self._listening.join(timeout)
        assert self.process.stderr is not None
        errors = self.process.stderr.read()
        if fails and self.process.returncode == 1:
            self.said = errors.strip()
            assert "\n" not in self.said and self.said, errors
        else:
            assert self.process.returncode in {0, -9}, errors
        return [json.loads(line) for line in self._told if line.endswith("}\n")]


@pytest.fixture
def take(house: Any) -> Callable[..., Taker]:
    """Starts a process that takes sources into an archive, by default the house's."""
    return lambda sources, where=None, lease=60.0: Taker(where or house.where, house.url, sources, lease)


@pytest.fixture
def taker() -> type[Taker]:
    return Taker


def check_nothing_is_double(archive: Archive, urls: list[str]) -> None:
    """Every piece is one record, every state of it one version, every look counted once."""
    lines = list(archive.list(None))
    assert len(lines) <= len(urls)
    assert len({line.url for line in lines}) == len(lines), Counter(line.url for line in lines)
    for line in lines:
        history = archive.history(line.record)
        numbers = [s.version for s in history.states]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)) and len(numbers) == line.versions
        texts = [archive.show(line.record, n).article.text for n in numbers]
        # the paper never goes back to old words, so every state stands once
        assert len(set(texts)) == len(texts), line.url
        assert all(s.strand is Strand.PUBLISHER and s.reverts_to is None for s in history.states)
        captures = [o.capture for o in history.observations]
        assert len(set(captures)) == len(captures)


def check_what_was_told(archive: Archive, told: list[dict[str, Any]]) -> None:
    """What a process acknowledged is there."""
    for result in told:
        assert result["outcome"] in {"new", "changed", "unchanged"}, result
        assert archive.find(result["url"]) == result["record"]
        assert archive.show(result["record"], result["version"]).version == result["version"]
        assert result["capture"] in {o.capture for o in archive.history(result["record"]).observations}
        assert archive.capture_bytes(result["capture"])


@pytest.fixture
def nothing_double() -> Callable[[Archive, list[str]], None]:
    return check_nothing_is_double


@pytest.fixture
def all_there() -> Callable[[Archive, list[dict[str, Any]]], None]:
    return check_what_was_told


def say(line: str) -> None:
    """One line for whoever watches (``pytest -s``, as ``make chaos`` runs it)."""
    print(line, flush=True)  # noqa: T201


@pytest.fixture
def progress() -> Callable[[str], None]:
    return say
