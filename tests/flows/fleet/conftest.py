"""Several papers on loopback, each a host of its own, that put down who asked what when; and workers of one archive."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from model.watch import Watch, WatchKind
from storage import Archive

WORKER = Path(__file__).with_name("worker.py")
GAP = 0.05


@dataclass(frozen=True)
class Asked:
    """One request: ``began`` and ``ended`` are seconds that only grow."""

    host: str
    path: str
    who: str
    began: float
    ended: float


@dataclass
class Press:
    """``papers`` hosts with a feed each, which lists ``pieces`` articles; an answer takes ``slow`` seconds, in which its
    host is ``answering``."""

    papers: int
    pieces: int
    slow: float = 0.02
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answering: Counter[str] = field(default_factory=Counter)

    @property
    def hosts(self) -> list[str]:
        return [f"127.0.1.{n + 1}" for n in range(self.papers)]

    @property
    def urls(self) -> set[str]:
        return {f"http://{host}:{self.port}/quay/{n}" for host in self.hosts for n in range(self.pieces)}

    @property
    def feeds(self) -> list[str]:
        return [f"http://{host}:{self.port}/feed.xml" for host in self.hosts]

    @property
    def pages(self) -> list[Asked]:
        """What was asked of articles."""
        return [one for one in list(self.asked) if one.path.startswith("/quay/")]

    def askers(self) -> Counter[str]:
        """How often each worker asked for an article."""
        return Counter(one.who.partition("/")[0] for one in self.pages)

    def answer(self, host: str, path: str) -> tuple[str, bytes] | None:
        if path == "/feed.xml":
            items = "".join(f"<item><link>http://{host}:{self.port}/quay/{n}</link></item>" for n in range(self.pieces))
            said = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Quay {host}</title>{items}</channel></rss>'
            return "application/rss+xml", said.encode()
        name = path.removeprefix("/quay/")
        if not name.isdecimal() or int(name) >= self.pieces:
            return None
        lines = "".join(
            f"<p>Warden {n} of quay {name} in {host} counted {n * 13 + int(name)} boats before the evening bell, "
            "and said that the tide and the council had been kind to them this year.</p>"
            for n in range(1, 6)
        )
        return "text/html; charset=utf-8", (
            f"<!doctype html><html lang=en><head><title>Quay {name} of {host} counts its boats</title>"
            f'<meta property="og:type" content="article"><meta property="og:site_name" content="Quay Courier {host}"></head>'
            f"<body><article><h1>Quay {name} of {host} counts its boats</h1><p class=byline>By Tilda Marsh</p>{lines}"
            "</article></body></html>"
        ).encode()

    def polite(self) -> None:
        """No host was ever asked by two at once, and it had its rest between any two pages, whoever asked."""
        by_host: dict[str, list[Asked]] = {}
        for one in sorted(self.asked, key=lambda x: x.began):
            by_host.setdefault(one.host, []).append(one)
        for those in by_host.values():
            for before, after in itertools.pairwise(those):
                assert after.began >= before.ended, (before, after)
            pages = [one for one in those if one.path != "/robots.txt" and not one.path.startswith("/.well-known")]
            for before, after in itertools.pairwise(pages):
                assert after.began - before.ended >= GAP * 0.8, (before, after)


@pytest.fixture
def press() -> Iterator[Callable[..., Press]]:
    """Opens a press; it closes with the test."""
    servers: list[ThreadingHTTPServer] = []

    def open_(papers: int, pieces: int, **how: Any) -> Press:
        made = Press(papers, pieces, **how)

        class Desk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                began = time.monotonic()
                host = str(self.connection.getsockname()[0])
                found = made.answer(host, self.path)
                made.answering[host] += 1
                time.sleep(made.slow)
                made.answering[host] -= 1
                kind, body = found or ("text/plain", b"")
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                # before the answer is out: who asks next may do so at once, and one without a body is out with its headers
                made.asked.append(Asked(host, self.path, self.headers["User-Agent"], began, time.monotonic()))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        for host in made.hosts:
            servers.append(ThreadingHTTPServer((host, made.port), Desk))
            made.port = servers[-1].server_address[1]
            threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return made

    yield open_
    for server in servers:
        server.shutdown()
        server.server_close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        named = metafunc.definition.get_closest_marker("on")
        metafunc.parametrize("database_url", named.args if named else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the archive has its database."""
    if request.param == "sqlite":
        yield None
        return
    yield request.getfixturevalue("emptied_server")


@dataclass
class Fleet:
    """One archive that watches a press, and processes that do what is due."""

    where: Path
    url: str | None
    press: Press
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def create(self) -> None:
        with Archive.create(self.where, database_url=self.url) as archive:
            for feed in self.press.feeds:
                archive.watches.add(Watch(feed, WatchKind.FEED))

    def ready(self, name: str, what: str = "watch", *, seconds: float = 3.0, gap: float = GAP) -> subprocess.Popen[str]:
        """A process that will do one round when it is told to ``go``; ``seconds`` is how long a lease outlives its worker.
        It has loaded what it needs: on a busy machine that takes longer than a round.
        """
        command = [sys.executable, str(WORKER), str(self.where), self.url or "-", name, what, str(seconds), str(gap)]
        pipe = subprocess.PIPE
        worker = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.running.append(worker)
        assert worker.stdout is not None and worker.stderr is not None
        if worker.stdout.readline() != "ready\n":
            pytest.fail(f"{name} did not start: {worker.stderr.read()}")
        return worker

    def go(self, *workers: subprocess.Popen[str]) -> None:
        """Their rounds begin."""
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()

    def start(self, name: str, what: str = "watch", *, seconds: float = 3.0) -> subprocess.Popen[str]:
        """A process that does one round at once."""
        worker = self.ready(name, what, seconds=seconds)
        self.go(worker)
        return worker

    def ended(self, *workers: subprocess.Popen[str]) -> list[list[str]]:
        """What each told, once all have ended well: a line an address."""
        told = []
        for worker in workers:
            try:
                out, err = worker.communicate(timeout=200)
            except subprocess.TimeoutExpired:
                worker.kill()
                pytest.fail(f"it does not end; so far it told {worker.communicate()}")
            assert worker.returncode == 0, err
            told.append(out.splitlines())
        return told

    def holds_all(self) -> None:
        """Every piece once, one state each, nothing else waiting, and every byte as it was kept."""
        with Archive.open(self.where, database_url=self.url) as archive:
            lines = list(archive.list(limit=None))
            assert Counter(line.url for line in lines) == Counter(self.press.urls)
            assert {line.versions for line in lines} == {1}
            assert {(s.waiting, s.given_up) for s in archive.watches.looks.statuses()} == {(0, 0)}
            assert archive.verify().findings == ()


@pytest.fixture
def fleet(tmp_path: Path, database_url: str | None) -> Iterator[Callable[[Press], Fleet]]:
    """Makes the archive of a press; whatever still runs at the end is ended."""
    made: list[Fleet] = []

    def make(press: Press) -> Fleet:
        made.append(Fleet(tmp_path / "papers", database_url, press))
        made[-1].create()
        return made[-1]

    yield make
    for one in made:
        for worker in one.running:
            if worker.poll() is None:
                worker.kill()
                worker.communicate()
