"""Sitemaps and section pages looked at over real HTTP."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

from model.record import Outcome
from model.watch import LookOutcome, WatchKind

NOW = datetime.now(UTC)


def _urlset(*entries: tuple[str, str | None]) -> bytes:
    urls = "".join(f"<url><loc>{u}</loc>{f'<lastmod>{d}</lastmod>' if d else ''}</url>" for u, d in entries)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def test_a_sitemap_index_is_followed_where_it_changed_and_backfills_nothing(site: Any, room: Any) -> None:
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


def test_sitemaps_that_list_themselves_and_each_other_end(site: Any, room: Any) -> None:
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


def test_a_section_page_is_watched_for_links_that_look_like_articles(site: Any, room: Any) -> None:
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
