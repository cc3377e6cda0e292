"""What a round over many watches costs where nothing is new: ``python -m benchmarks.watch [--watches 500]``.

A made site of as many hosts as watches is on loopback, in a process of its own; names lead there.
Each host has one feed of 40 items. Told is processor time a watch, in ms: of the whole round, and of
asking for the same feeds with nothing else (the network's part), so that the difference is ours.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path

from flows.pipeline import Pipeline
from flows.watching import Checked, check
from model.edtf import utc_text
from model.identity import alias_key
from model.watch import Listed, Look, LookOutcome, Watch, WatchKind
from sources.http import Conditional, HttpSettings
from storage import Archive

ITEMS = 40
ROUNDS = (
    ("304: the server says so", "/304.xml"),
    ("200 with the same bytes", "/same.xml"),
    ("200, other bytes, same items", "/stamped.xml"),
)


def _items(host: str) -> list[str]:
    return [f"http://{host}/2024/04/{n % 28 + 1:02}/keepers-of-the-marsh-agree-on-item-{n}" for n in range(ITEMS)]


def _feed(host: str, stamp: str) -> bytes:
    text = "The keepers met on Monday and agreed on a new coat of tar for the gates. " * 4
    items = "".join(
        f"<item><title>Keepers agree on item {n}</title><link>{url}</link><guid>{url}</guid><description>{text}</description>"
        f"<pubDate>Mon, 01 Apr 2024 08:{n:02}:00 GMT</pubDate></item>"
        for n, url in enumerate(_items(host))
    )
    head = f"<title>{host}</title><link>http://{host}/</link><lastBuildDate>{stamp}</lastBuildDate>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


class _Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        host = self.headers.get("Host") or ""
        found = self.path in {path for _, path in ROUNDS}
        same = self.path == "/304.xml" and self.headers.get("If-None-Match") == '"one"'
        stamp = str(time.monotonic_ns()) if self.path == "/stamped.xml" else "Mon, 01 Apr 2024 09:00:00 GMT"
        body = _feed(host, stamp) if found and not same else b""
        self.send_response(304 if same else 200 if found else 404)
        if self.path == "/304.xml":
            self.send_header("ETag", '"one"')
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def _serve(pipe: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    server.socket.listen(512)
    pipe.send(server.server_address[1])
    server.serve_forever()


async def _loopback(host: str, port: int) -> Sequence[str]:
    return ("127.0.0.1",)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _remember(archive: Archive, url: str, host: str) -> None:
    """What a first look and the taking in of all items would have left."""
    moment = utc_text(datetime.now(UTC))
    listed = tuple(Listed(alias_key(x), x, {}, wanted=False) for x in _items(host))
    look = Look(url, moment, LookOutcome.LISTED, moment, None, "rss", listed)
    archive.watches.looks.keep([(look, archive.watches.looks.plan(look))])


def _round(archive: Archive, pipeline: Pipeline, watches: list[Watch]) -> float:
    before = _cpu()
    told = [x for x in check(archive, pipeline, watches=watches, due_only=False) if isinstance(x, Checked)]
    spent = _cpu() - before
    wrong = [x for x in told if x.new or x.outcome is LookOutcome.FAILED]
    if wrong or len(told) != len(watches):
        sys.exit(f"the round went wrong: {wrong[:1]}")
    return spent


async def _ask(pipeline: Pipeline, watches: list[Watch], etag: str | None) -> None:
    async with pipeline.fetcher() as fetcher:
        places = asyncio.Semaphore(64)

        async def one(url: str) -> None:
            async with places:
                await fetcher.fetch(url, conditional=Conditional(etag))

        await asyncio.gather(*(one(w.url) for w in watches))


def measure(count: int, port: int, home: Path) -> None:
    """Prints a line a kind of answer."""
    http = HttpSettings(user_agent="Pressmark/bench", host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),))
    with Archive.create(home / "archive") as archive:
        pipeline = Pipeline(archive, http=http, processes=1, resolve=_loopback)
        by_path: dict[str, list[Watch]] = {path: [] for _, path in ROUNDS}
        for n in range(count):
            for path, watches in by_path.items():
                host = f"paper{n}.test:{port}"
                archive.watches.add(Watch(f"http://{host}{path}", WatchKind.FEED))
                watches.append(archive.watches.find(f"http://{host}{path}"))
                _remember(archive, watches[-1].url, host)
        for name, path in ROUNDS:
            watches = by_path[path]
            _round(archive, pipeline, watches)  # robots.txt read, validators known
            started = time.monotonic()
            whole = _round(archive, pipeline, watches)
            seconds = time.monotonic() - started
            before = _cpu()
            asyncio.run(_ask(pipeline, watches, '"one"' if path == "/304.xml" else None))
            network = _cpu() - before
            ms = [1000 * x / count for x in (whole, network, whole - network)]
            print(
                f"{name:<30} {ms[0]:6.2f} ms a watch, network {ms[1]:5.2f}, the rest {ms[2]:5.2f}; {seconds:5.1f} s by the clock"
            )


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watches", type=int, default=500)
    count = parser.parse_args().watches
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as home:
            measure(count, ours.recv(), Path(home))
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
