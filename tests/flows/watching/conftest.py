"""A site on loopback, and an archive that watches it over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.pipeline import Pipeline
from flows.watching import Checked, check
from model.record import Result
from model.watch import Watch, WatchKind
from sources.http import HttpSettings
from storage import Archive

NOW = datetime.now(UTC)
_STORY = """<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article">{head}</head>
<body><main><article><h1>{title}</h1><p>The lock keepers met on Monday to settle how the {title} should be looked after.</p>
<p>After two hours they agreed on a new coat of tar, and asked the parish to find the money before the {title} returns.</p>
<p>"Nobody here wants to argue about the {title} for another winter," said the oldest of them, who has kept it for years.</p>
</article></main></body></html>"""


@dataclass(frozen=True)
class Asked:
    """One request: when it began and ended, and what it was."""

    began: float
    ended: float
    host: str
    path: str
    status: int


@dataclass
class Site:
    """Pages by ``host/path`` or by path: bytes, or status and bytes and headers. ``asked`` is what was requested."""

    base: str = ""
    port: int = 0
    pages: dict[str, bytes | tuple[int, bytes, Mapping[str, str]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def story(self, path: str, head: str = "", title: str | None = None) -> str:
        name = title or path.strip("/").replace("-", " ")
        self.pages[path] = _STORY.format(title=name, head=head).encode()
        return f"{self.base}{path}"

    def feed(self, path: str, *names: str, **more: str) -> str:
        items = "".join(
            f"<item><title>{n}</title><link>{self.base}/{n}</link><guid>{n}</guid><dc:creator>Odile Farrow</dc:creator>"
            f"<pubDate>{(NOW - timedelta(hours=k)):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for k, n in enumerate(names)
        )
        dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        body = f'<rss version="2.0" {dc}><channel><title>The Reed Bank Post</title>{items}</channel></rss>'.encode()
        self.pages[path] = (200, body, more) if more else body
        return f"{self.base}{path}"

    def body(self, path: str) -> bytes:
        page = self.pages[path]
        return page if isinstance(page, bytes) else page[1]

    def paths(self) -> list[str]:
        return [a.path for a in self.asked if a.path not in {"/robots.txt", "/.well-known/tdmrep.json"}]


@pytest.fixture
def site(answering: Callable[..., str]) -> Site:
    site = Site()

    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        began = time.monotonic()
        host = (request.headers.get("Host") or "").partition(":")[0]
        page = site.pages.get(host + request.path, site.pages.get(request.path, (404, b"no such page", {})))
        status, body, headers = page if isinstance(page, tuple) else (200, page, {})
        etag = headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        default = "text/html; charset=utf-8" if body.lstrip()[:1] == b"<" and b"<html" in body[:200] else "application/xml"
        # before the last byte: whoever has the answer finds it noted
        site.asked.append(Asked(began, time.monotonic(), host, request.path, status))
        return status, {"Content-Type": default, **headers}, body

    site.base = answering(answer)
    site.port = int(site.base.rpartition(":")[2])
    return site


@dataclass
class Room:
    """An archive, a pipeline, and a clock that can be put forward."""

    archive: Archive
    pipeline: Pipeline
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def watch(self, url: str, kind: WatchKind = WatchKind.FEED, every: int = 900) -> Watch:
        self.archive.watches.add(Watch(url, kind, every))
        return self.archive.watches.find(url)

    def check(self, *watches: Watch, due_only: bool = False, given_up: bool = False) -> tuple[list[Checked], list[Result]]:
        told = list(
            check(self.archive, self.pipeline, watches=watches or None, due_only=due_only, given_up=given_up, now=self.now)
        )
        return [x for x in told if isinstance(x, Checked)], [x for x in told if isinstance(x, Result)]

    def urls(self) -> list[str]:
        return sorted(str(line.url).rpartition("/")[2] for line in self.archive.list(None))


async def _loopback(host: str, port: int) -> Sequence[str]:
    return ("127.0.0.1",)


def _settings(gap: float = 0.0) -> HttpSettings:
    return HttpSettings(user_agent="Pressmark/test", host_gap=gap, allow_networks=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def make_room(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    opened: list[Archive] = []

    def make(gap: float = 0.0) -> Room:
        archive = Archive.create(tmp_path / f"archive{len(opened)}")
        opened.append(archive)
        return Room(archive, Pipeline(archive, http=_settings(gap), processes=1, resolve=_loopback))

    yield make
    for archive in opened:
        archive.close()


@pytest.fixture
def room(make_room: Callable[..., Room]) -> Room:
    return make_room()
