"""What feeds list is taken in: each story once, with what the feed said of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.watching import look
from model.record import Outcome
from model.watch import LookOutcome
from sources.memento import Wish

NOW = datetime.now(UTC)


def test_what_the_feed_said_stands_with_a_copy_from_another_archive_too(site: Any, room: Any, tmp_path: Path) -> None:
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


def test_what_the_feed_said_stands_with_copies_that_a_memento_archive_holds(site: Any, room: Any) -> None:
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


def test_what_a_feed_lists_is_taken_in_once_with_what_the_feed_said(site: Any, room: Any) -> None:
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


def test_a_feed_that_is_unchanged_is_asked_for_conditionally(site: Any, room: Any) -> None:
    site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates", ETag='"one"'))
    room.check()
    [looked], _ = room.check()
    assert looked.outcome is LookOutcome.UNCHANGED
    assert [a.status for a in site.asked if a.path == "/feed.xml"] == [200, 304]


def test_only_what_is_due_is_looked_at(site: Any, room: Any) -> None:
    site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates"), every=900)
    assert len(room.check(due_only=True)[0]) == 1
    assert room.check(due_only=True) == ([], [])
    room.ahead = timedelta(minutes=16)
    assert len(room.check(due_only=True)[0]) == 1


def test_a_clock_that_jumped_ahead_and_is_right_again_puts_nothing_off(site: Any, room: Any) -> None:
    room.watch(site.feed("/feed.xml", "lock-gates"), every=900)
    room.ahead = timedelta(days=400)
    [looked], [result] = room.check(due_only=True)
    assert (looked.new, result.outcome) == (1, Outcome.FAILED)  # not there yet: tried again in 15 minutes, in the year after next
    room.ahead = timedelta(0)
    site.story("/lock-gates")
    [looked], [result] = room.check(due_only=True)
    assert (looked.outcome, result.outcome) == (LookOutcome.UNCHANGED, Outcome.NEW)
    assert room.check(due_only=True) == ([], [])


def test_a_story_in_two_feeds_is_taken_in_once(site: Any, room: Any) -> None:
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


def test_a_feed_that_rolled_over_is_told_as_a_gap(site: Any, room: Any) -> None:
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


def test_variants_of_an_address_come_together_under_one_record(site: Any, room: Any) -> None:
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
def test_what_only_the_feed_knew_is_not_gone_at_the_next_look(site: Any, room: Any, fresh: bool) -> None:
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


def test_a_look_alone_stores_nothing(site: Any, room: Any) -> None:
    room.watch(site.feed("/feed.xml", "lock-gates"))
    [status] = room.archive.watches.looks.statuses()
    looked = look(room.pipeline, status)
    assert [x.url for x in looked.look.listed] == [f"{site.base}/lock-gates"] and list(looked.captures) == [status.watch.url]
    assert room.archive.watches.looks.statuses() == [status]
