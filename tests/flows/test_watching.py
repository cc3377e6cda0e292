"""Watches looked at over real HTTP, and what is new taken in: each story once, politely, with what the feed said of it."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.pipeline import Pipeline
from flows.watching import Checked, check, look
from model.record import Outcome, Result
from model.watch import LookOutcome, Watch, WatchKind
from sources.http import HttpSettings
from sources.memento import Wish
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
def site() -> Iterator[Site]:
    site = Site()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            began = time.monotonic()
            host = (self.headers.get("Host") or "").partition(":")[0]
            page = site.pages.get(host + self.path, site.pages.get(self.path, (404, b"no such page", {})))
            status, body, headers = page if isinstance(page, tuple) else (200, page, {})
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            default = "text/html; charset=utf-8" if body.lstrip()[:1] == b"<" and b"<html" in body[:200] else "application/xml"
            for name, value in {"Content-Type": default, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            # before the last byte: whoever has the answer finds it noted
            site.asked.append(Asked(began, time.monotonic(), host, self.path, status))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    site.port = server.server_address[1]
    site.base = f"http://127.0.0.1:{site.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


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


def test_what_the_feed_said_stands_with_a_copy_from_another_archive_too(site: Site, room: Room, tmp_path: Path) -> None:
    url = site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates"))
    _, [result] = room.check()
    path = tmp_path / "reed.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        earlier = BytesIO(site.body("/lock-gates").replace(b"tar", b"paint"))
        dated = {"WARC-Date": f"{NOW - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"}
        record = writer.create_warc_record(url, "response", payload=earlier, http_headers=head, warc_headers_dict=dated)
        writer.write_record(record)
    (imported,) = room.pipeline.ingest([str(path)])
    assert (imported.record, imported.version) == (result.record, 2)
    first, second = (room.archive.show(str(result.record), n).article for n in (1, 2))
    assert "paint" in second.text and second.date_published == first.date_published is not None
    assert second.evidence["/date_published"].where == "context:feed/published"
    assert second.evidence["/authors"].where == "context:feed/authors/0"


def test_what_the_feed_said_stands_with_copies_that_a_memento_archive_holds(site: Site, room: Room) -> None:
    url = site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates"))
    _, [result] = room.check()
    at = (NOW - timedelta(minutes=10)).replace(microsecond=0)
    copy = f"/all/{at:%Y%m%d%H%M%S}id_/{url}"
    dated = {"Memento-Datetime": format_datetime(at, usegmt=True), "Content-Type": "text/html"}
    site.pages[copy] = (200, site.body("/lock-gates").replace(b"tar", b"paint"), dated)
    listed = f'<{url}>; rel="original",\n<{site.base}{copy}>; rel="memento"; datetime="{format_datetime(at, usegmt=True)}"'
    site.pages[f"/all/timemap/{url}"] = (200, listed.encode(), {"Content-Type": "application/link-format"})
    [taken] = room.pipeline.ingest([url], memento=Wish(f"{site.base}/all/timemap/"))
    assert (taken.record, taken.version) == (result.record, 2)
    first, second = (room.archive.show(str(result.record), n).article for n in (1, 2))
    assert "paint" in second.text and second.date_published == first.date_published is not None
    assert second.evidence["/date_published"].where == "context:feed/published"
    assert second.evidence["/authors"].where == "context:feed/authors/0"


def test_what_a_feed_lists_is_taken_in_once_with_what_the_feed_said(site: Site, room: Room) -> None:
    for name in ("lock-gates", "tow-path"):
        site.story(f"/{name}")
    room.watch(site.feed("/feed.xml", "lock-gates", "tow-path"))
    [looked], results = room.check()
    assert (looked.outcome, looked.listed, looked.new, looked.gap) == (LookOutcome.LISTED, 2, 2, None)
    assert [r.outcome for r in results] == [Outcome.NEW, Outcome.NEW]
    view = room.archive.show(str(results[0].record))
    assert view.article.authors[0].name == "Odile Farrow" and view.article.date_published is not None
    assert view.article.evidence["/authors"].where == "context:feed/authors/0"
    said = room.archive.load_capture(view.capture["id"]).context["feed"]
    assert isinstance(said, dict) and said["feed"] == f"{site.base}/feed.xml" and said["guid"] in {"lock-gates", "tow-path"}
    # the feed that said so is kept as it came
    kept = room.archive.load_capture(str(said["capture"]))
    assert kept.entity == site.pages["/feed.xml"] and kept.url == f"{site.base}/feed.xml"
    # nothing new: one request, nothing kept
    before, captures = len(site.asked), room.archive.stats()["captures"]
    [looked], results = room.check()
    assert (looked.outcome, results) == (LookOutcome.UNCHANGED, [])
    assert [a.path for a in site.asked[before:]] == ["/feed.xml"] and room.archive.stats()["captures"] == captures
    site.story("/bell-buoy")
    site.feed("/feed.xml", "bell-buoy", "lock-gates", "tow-path")
    [looked], results = room.check()
    assert looked.new == 1 and [r.source for r in results] == [f"{site.base}/bell-buoy"]
    assert room.archive.verify().ok


def test_a_feed_that_is_unchanged_is_asked_for_conditionally(site: Site, room: Room) -> None:
    site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates", ETag='"one"'))
    room.check()
    [looked], _ = room.check()
    assert looked.outcome is LookOutcome.UNCHANGED
    assert [a.status for a in site.asked if a.path == "/feed.xml"] == [200, 304]


def test_only_what_is_due_is_looked_at(site: Site, room: Room) -> None:
    site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates"), every=900)
    assert len(room.check(due_only=True)[0]) == 1
    assert room.check(due_only=True) == ([], [])
    room.ahead = timedelta(minutes=16)
    assert len(room.check(due_only=True)[0]) == 1


def test_a_clock_that_jumped_ahead_and_is_right_again_puts_nothing_off(site: Site, room: Room) -> None:
    room.watch(site.feed("/feed.xml", "lock-gates"), every=900)
    room.ahead = timedelta(days=400)
    [looked], [result] = room.check(due_only=True)
    assert (looked.new, result.outcome) == (1, Outcome.FAILED)  # not there yet: tried again in 15 minutes, in the year after next
    room.ahead = timedelta(0)
    site.story("/lock-gates")
    [looked], [result] = room.check(due_only=True)
    assert (looked.outcome, result.outcome) == (LookOutcome.UNCHANGED, Outcome.NEW)
    assert room.check(due_only=True) == ([], [])


def test_a_story_in_two_feeds_is_taken_in_once(site: Site, room: Room) -> None:
    for name in ("lock-gates", "tow-path"):
        site.story(f"/{name}")
    room.watch(site.feed("/all.xml", "lock-gates", "tow-path"))
    room.watch(site.feed("/boats.xml", "tow-path", "lock-gates"))
    looked, results = room.check()
    assert [c.new for c in looked] == [2, 0] and len(results) == 2
    # and one that only the second feed lists later, and the first after that
    site.story("/bell-buoy")
    site.feed("/boats.xml", "bell-buoy", "tow-path")
    assert len(room.check()[1]) == 1
    site.feed("/all.xml", "bell-buoy", "lock-gates")
    looked, results = room.check()
    assert results == [] and [c.known for c in looked if c.outcome is LookOutcome.LISTED] == [1]
    assert room.urls() == ["bell-buoy", "lock-gates", "tow-path"]


def test_a_feed_that_rolled_over_is_told_as_a_gap(site: Site, room: Room) -> None:
    for name in "abcdef":
        site.story(f"/quay-{name}")
    watch = room.watch(site.feed("/feed.xml", "quay-b", "quay-a"))
    room.check()
    site.feed("/feed.xml", "quay-f", "quay-e")
    [looked], results = room.check(watch)
    assert looked.gap is not None and len(results) == 2
    [status] = room.archive.watches.looks.statuses()
    assert (status.gaps, status.gap_at) == (1, looked.gap.until)
    [event] = [e for e in room.archive.events(limit=None) if e.type == "watch gap"]
    assert event.detail["detail"]["watch"] == watch.url and event.detail["detail"]["since"] == looked.gap.since


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ((404, b"gone", {}), "404 Not Found; look for its successor"),
        ((500, b"oh", {}), "answered 500"),
        (b"", "it is empty"),
        (b"<!doctype html><html><body><p>Welcome</p></body></html>", "it is a web page now, not a feed"),
        (b"just some words", "neither XML nor JSON nor HTML"),
        (b'{"items": [', "the JSON feed is damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "an XML document of another kind"),
        ((302, b"", {"Location": "http://10.1.2.3/feed.xml"}), "10.1.2.3"),
        ((302, b"", {"Location": "file:///etc/passwd"}), "only http and https"),
    ],
)
def test_a_sick_watch_says_why_and_is_asked_ever_less_often(
    site: Site, room: Room, page: bytes | tuple[int, bytes, Mapping[str, str]], reason: str
) -> None:
    site.story("/lock-gates")
    healthy = room.watch(site.feed("/well.xml", "lock-gates"))
    site.pages["/feed.xml"] = page
    sick = room.watch(f"{site.base}/feed.xml", every=600)
    told = {c.watch.url: c for c in room.check()[0]}
    assert told[healthy.url].new == 1 and told[sick.url].outcome is LookOutcome.FAILED
    assert reason in str(told[sick.url].reason)
    rests = []
    for _ in range(3):
        looked = room.check(sick)[0][0]
        rests.append(datetime.fromisoformat(looked.due) - room.now())
    assert timedelta(minutes=38) < rests[0] < rests[1] < rests[2] <= timedelta(days=1)
    status = next(s for s in room.archive.watches.looks.statuses() if s.watch.url == sick.url)
    assert status.sick == 4 and reason in str(status.reason)
    site.feed("/feed.xml", "lock-gates")
    room.check(sick)
    assert next(s for s in room.archive.watches.looks.statuses() if s.watch.url == sick.url).sick == 0


def test_what_fails_is_tried_again_and_given_up_in_the_end(site: Site, room: Room) -> None:
    site.pages["/lock-gates"] = (500, b"<html>oh</html>", {})
    watch = room.watch(site.feed("/feed.xml", "lock-gates"))
    assert [r.outcome for r in room.check()[1]] == [Outcome.FAILED]
    assert room.check()[1] == []  # not at once
    for hours in (1, 3, 9, 30):
        room.ahead = timedelta(hours=hours)
        assert [r.outcome for r in room.check()[1]] == [Outcome.FAILED]
    [left] = room.archive.watches.looks.given_up(watch)
    assert left.tries == 5 and "500" in str(left.reason)
    site.story("/lock-gates")
    assert room.check()[1] == []
    assert [r.outcome for r in room.check(given_up=True)[1]] == [Outcome.NEW]
    assert room.archive.watches.looks.given_up() == []


def test_what_robots_refuses_is_given_up_with_the_reason(site: Site, room: Room) -> None:
    site.pages["/robots.txt"] = (200, b"User-agent: *\nDisallow: /lock-gates\n", {"Content-Type": "text/plain"})
    site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates"))
    assert [r.outcome for r in room.check()[1]] == [Outcome.REFUSED]
    assert "robots.txt" in str(room.archive.watches.looks.given_up()[0].reason)
    assert "/lock-gates" not in site.paths()


def test_a_feed_that_robots_forbids_is_not_asked_for(site: Site, room: Room) -> None:
    site.pages["/robots.txt"] = (200, b"User-agent: *\nDisallow: /feed\n", {"Content-Type": "text/plain"})
    room.watch(site.feed("/feed.xml", "lock-gates"))
    [looked], _ = room.check()
    assert looked.outcome is LookOutcome.FAILED and "robots.txt" in str(looked.reason) and site.paths() == []


def test_one_request_at_a_time_with_a_gap_between_a_feed_and_its_articles(site: Site, make_room: Callable[..., Room]) -> None:
    room = make_room(gap=0.4)
    for name in ("lock-gates", "tow-path"):
        site.story(f"/{name}")
    room.watch(site.feed("/feed.xml", "lock-gates", "tow-path"))
    room.watch(site.feed("/more.xml", "tow-path"))
    room.check()
    asked = sorted((a for a in site.asked if a.path not in {"/robots.txt", "/.well-known/tdmrep.json"}), key=lambda a: a.began)
    assert len(asked) == 4
    assert all(after.began - before.ended > 0.35 for before, after in pairwise(asked))
    # robots.txt is read once for looks and articles together
    assert [a.path for a in site.asked].count("/robots.txt") == 1


def _urlset(*entries: tuple[str, str | None]) -> bytes:
    urls = "".join(f"<url><loc>{u}</loc>{f'<lastmod>{d}</lastmod>' if d else ''}</url>" for u, d in entries)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def test_a_sitemap_index_is_followed_where_it_changed_and_backfills_nothing(site: Site, room: Room) -> None:
    day, old = NOW.date().isoformat(), "2019-03-01"
    for name in ("lock-gates", "tow-path", "bell-buoy"):
        site.story(f"/{name}")
    site.pages["/sitemap-old.xml"] = _urlset((f"{site.base}/bell-buoy", old))
    site.pages["/sitemap-now.xml.gz"] = gzip.compress(_urlset((f"{site.base}/lock-gates", day), (f"{site.base}/bell-buoy", old)))
    index = "<sitemapindex>{}</sitemapindex>"
    part = "<sitemap><loc>{}</loc><lastmod>{}</lastmod></sitemap>"
    first = part.format(f"{site.base}/sitemap-now.xml.gz", f"{day}T01:00:00Z") + part.format(f"{site.base}/sitemap-old.xml", old)
    site.pages["/sitemap.xml"] = index.format(first).encode()
    room.watch(f"{site.base}/sitemap.xml", WatchKind.SITEMAP)
    [looked], results = room.check()
    assert (looked.shape, looked.new, looked.passed) == ("sitemap index", 1, 1) and len(results) == 1
    assert "/sitemap-old.xml" not in site.paths()
    before = len(site.asked)
    assert room.check()[1] == []
    assert [a.path for a in site.asked[before:]] == ["/sitemap.xml"]
    site.pages["/sitemap-now.xml.gz"] = gzip.compress(_urlset((f"{site.base}/tow-path", day), (f"{site.base}/lock-gates", day)))
    site.pages["/sitemap.xml"] = index.format(first.replace("T01:", "T02:")).encode()
    [looked], results = room.check()
    assert [r.source for r in results] == [f"{site.base}/tow-path"] and looked.gap is None


def test_sitemaps_that_list_themselves_and_each_other_end(site: Site, room: Room) -> None:
    site.story("/lock-gates")
    day = NOW.date().isoformat()
    names = [f"/map-{n}.xml" for n in range(40)]
    parts = "".join(f"<sitemap><loc>{site.base}{n}</loc></sitemap>" for n in ["/map.xml", *names])
    for name in ["/map.xml", *names]:
        site.pages[name] = f"<sitemapindex>{parts}</sitemapindex>".encode()
    site.pages["/map-3.xml"] = _urlset((f"{site.base}/lock-gates", day))
    room.watch(f"{site.base}/map.xml", WatchKind.SITEMAP)
    [looked], results = room.check()
    assert looked.outcome is LookOutcome.LISTED and len(results) == 1 and "map.xml names itself" in str(looked.reason)
    assert len([p for p in site.paths() if p.startswith("/map")]) == 11
    assert len(set(site.paths())) == len(site.paths())
    # what there was no time for comes first at the next look
    before = len(site.asked)
    room.check()
    assert not {a.path for a in site.asked[before:]} & {a.path for a in site.asked[:before]} - {"/map.xml"}


def test_a_section_page_is_watched_for_links_that_look_like_articles(site: Site, room: Room) -> None:
    site.story("/2024/04/01/keepers-agree-on-the-lock-gates")
    site.pages["/news/"] = (
        b"<!doctype html><html><head><title>News</title></head><body>"
        b'<nav><a href="/">Home</a><a href="/sport/">Sport</a></nav><main><h2>'
        b'<a href="/2024/04/01/keepers-agree-on-the-lock-gates">Keepers agree on the lock gates</a></h2></main></body></html>'
    )
    room.watch(f"{site.base}/news/", WatchKind.SECTION)
    [looked], results = room.check()
    assert looked.new == 1 and [r.outcome for r in results] == [Outcome.NEW]
    said = room.archive.load_capture(str(results[0].capture)).context["feed"]
    assert isinstance(said, dict) and "+ a date in its address" in said["why"] and said["kind"] == "section page"
    assert "/sport/" not in site.paths()


def test_a_feed_that_never_ends_is_read_as_far_as_the_limit(site: Site, room: Room) -> None:
    site.story("/lock-gates")
    whole = f"<rss><channel><item><title>x</title><link>{site.base}/lock-gates</link></item>".encode()
    site.pages["/feed.xml"] = whole + b"<item><title>" + b"long words " * 2_000_000 + b"</title></item></channel></rss>"
    room.watch(f"{site.base}/feed.xml")
    [looked], results = room.check()
    assert looked.new == 1 and len(results) == 1 and "larger than the limit" in str(looked.reason)


def test_variants_of_an_address_come_together_under_one_record(site: Site, room: Room) -> None:
    plain = f"http://paper.test:{site.port}/story/keepers-agree"
    links = f'<link rel="canonical" href="{plain}"><link rel="amphtml" href="{plain}/amp">'
    site.story("/story/keepers-agree", links, "keepers agree")
    for variant in (
        "/story/keepers-agree/amp",
        "/story/keepers-agree?print=1",
        "/print/4711",
        "/story/keepers-agree?utm_source=rss",
    ):
        site.story(variant, f'<link rel="canonical" href="{plain}">', "keepers agree")
    addresses = [
        f"http://paper.test:{site.port}/story/keepers-agree?utm_source=rss&utm_medium=feed",
        f"http://m.paper.test:{site.port}/story/keepers-agree",
        f"http://www.paper.test:{site.port}/story/keepers-agree/amp",
        f"http://paper.test:{site.port}/story/keepers-agree?print=1",
        f"http://paper.test:{site.port}/print/4711",
        plain,
    ]
    site.pages["/story/keepers-agree?utm_source=rss&utm_medium=feed"] = site.pages["/story/keepers-agree"]
    items = "".join(f"<item><link>{a.replace('&', '&amp;')}</link></item>" for a in addresses)
    site.pages["/feed.xml"] = f"<rss><channel>{items}</channel></rss>".encode()
    room.watch(f"{site.base}/feed.xml")
    [looked], results = room.check()
    # of addresses that are the same by their spelling alone, one is asked for
    assert looked.new == 2, looked
    more = list(room.pipeline.ingest(addresses))
    assert {r.record for r in (*results, *more)} == {results[0].record}
    assert {r.outcome for r in (*results[1:], *more)} == {Outcome.UNCHANGED}


@pytest.mark.parametrize("fresh", [False, True])
def test_what_only_the_feed_knew_is_not_gone_at_the_next_look(site: Site, room: Room, fresh: bool) -> None:
    url = site.story("/sluice", title="sluice")
    room.watch(site.feed("/feed.xml", "sluice"))
    [taken] = room.check()[1]
    dated = room.archive.show(str(taken.record)).article.date_published
    assert dated is not None
    site.story("/sluice", '<meta name="advertisement" content="another one">', "sluice")
    [again] = room.pipeline.ingest([url], fresh=fresh)
    assert (again.outcome, again.record) == (Outcome.UNCHANGED, taken.record)
    site.story("/sluice", "<!-- edited -->", "sluice gates")
    [edited] = room.pipeline.ingest([url], fresh=fresh)
    assert edited.outcome is Outcome.CHANGED
    view = room.archive.show(str(taken.record))
    assert (view.version, view.article.date_published) == (2, dated)


def test_a_watch_that_lists_very_much_waits_its_turn(site: Site, room: Room) -> None:
    names = ["quay-a", "quay-b", "quay-c"]
    for name in names:
        site.story(f"/{name}")
    room.watch(site.feed("/feed.xml", *names))
    taken = [
        [x.source.rpartition("/")[2] for x in check(room.archive, room.pipeline, due_only=False, most=2) if isinstance(x, Result)]
        for _ in range(3)
    ]
    assert [sorted(x) for x in taken] == [["quay-a", "quay-b"], ["quay-c"], []]


def test_a_round_that_is_broken_off_is_finished_by_the_next(site: Site, room: Room) -> None:
    names = [f"quay-{c}" for c in "abcdef"]
    for name in names:
        site.story(f"/{name}")
    room.watch(site.feed("/feed.xml", *names))
    told = check(room.archive, room.pipeline, now=room.now)
    assert isinstance(next(told), Checked)  # looked at; nothing is taken in yet
    told.close()  # type: ignore[attr-defined]
    assert room.urls() == [] and room.archive.watches.looks.statuses()[0].waiting == 6
    before = len(site.asked)
    looked, results = room.check(due_only=True)
    assert looked == [] and len(results) == 6 and room.urls() == names
    assert sorted(a.path for a in site.asked[before:]) == [f"/{n}" for n in names]


def test_a_host_that_names_a_time_is_left_alone_so_long(site: Site, room: Room) -> None:
    site.pages["/feed.xml"] = (429, b"", {"Retry-After": "7200"})
    room.watch(f"{site.base}/feed.xml", every=600)
    [looked], _ = room.check()
    assert looked.outcome is LookOutcome.FAILED and "429" in str(looked.reason)
    assert datetime.fromisoformat(looked.due) - room.now() > timedelta(minutes=119)


def test_a_feed_that_moved_is_read_where_it_is_and_says_so(site: Site, room: Room) -> None:
    site.story("/lock-gates")
    new = site.feed("/new.xml", "lock-gates")
    site.pages["/feed.xml"] = (301, b"", {"Location": new})
    room.watch(f"{site.base}/feed.xml")
    [looked], results = room.check()
    assert looked.new == 1 and looked.reason == f"it has moved to {new}" and len(results) == 1
    assert room.check()[0][0].outcome is LookOutcome.UNCHANGED


def test_a_look_alone_stores_nothing(site: Site, room: Room) -> None:
    room.watch(site.feed("/feed.xml", "lock-gates"))
    [status] = room.archive.watches.looks.statuses()
    looked = look(room.pipeline, status)
    assert [x.url for x in looked.look.listed] == [f"{site.base}/lock-gates"] and list(looked.captures) == [status.watch.url]
    assert room.archive.watches.looks.statuses() == [status]
