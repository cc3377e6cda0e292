"""Watches that are sick, slow, forbidden or too much: what is said of them, and how long they rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from flows.watching import Checked, check
from model.record import Outcome, Result
from model.watch import LookOutcome


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
    site: Any, room: Any, page: bytes | tuple[int, bytes, Mapping[str, str]], reason: str
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


def test_what_fails_is_tried_again_and_given_up_in_the_end(site: Any, room: Any) -> None:
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


def test_what_robots_refuses_is_given_up_with_the_reason(site: Any, room: Any) -> None:
    site.pages["/robots.txt"] = (200, b"User-agent: *\nDisallow: /lock-gates\n", {"Content-Type": "text/plain"})
    site.story("/lock-gates")
    room.watch(site.feed("/feed.xml", "lock-gates"))
    assert [r.outcome for r in room.check()[1]] == [Outcome.REFUSED]
    assert "robots.txt" in str(room.archive.watches.looks.given_up()[0].reason)
    assert "/lock-gates" not in site.paths()


def test_a_feed_that_robots_forbids_is_not_asked_for(site: Any, room: Any) -> None:
    site.pages["/robots.txt"] = (200, b"User-agent: *\nDisallow: /feed\n", {"Content-Type": "text/plain"})
    room.watch(site.feed("/feed.xml", "lock-gates"))
    [looked], _ = room.check()
    assert looked.outcome is LookOutcome.FAILED and "robots.txt" in str(looked.reason) and site.paths() == []


def test_one_request_at_a_time_with_a_gap_between_a_feed_and_its_articles(site: Any, make_room: Any) -> None:
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


def test_a_feed_that_never_ends_is_read_as_far_as_the_limit(site: Any, room: Any) -> None:
    site.story("/lock-gates")
    whole = f"<rss><channel><item><title>x</title><link>{site.base}/lock-gates</link></item>".encode()
    site.pages["/feed.xml"] = whole + b"<item><title>" + b"long words " * 2_000_000 + b"</title></item></channel></rss>"
    room.watch(f"{site.base}/feed.xml")
    [looked], results = room.check()
    assert looked.new == 1 and len(results) == 1 and "larger than the limit" in str(looked.reason)


def test_a_host_that_names_a_time_is_left_alone_so_long(site: Any, room: Any) -> None:
    site.pages["/feed.xml"] = (429, b"", {"Retry-After": "7200"})
    room.watch(f"{site.base}/feed.xml", every=600)
    [looked], _ = room.check()
    assert looked.outcome is LookOutcome.FAILED and "429" in str(looked.reason)
    assert datetime.fromisoformat(looked.due) - room.now() > timedelta(minutes=119)


def test_a_feed_that_moved_is_read_where_it_is_and_says_so(site: Any, room: Any) -> None:
    site.story("/lock-gates")
    new = site.feed("/new.xml", "lock-gates")
    site.pages["/feed.xml"] = (301, b"", {"Location": new})
    room.watch(f"{site.base}/feed.xml")
    [looked], results = room.check()
    assert looked.new == 1 and looked.reason == f"it has moved to {new}" and len(results) == 1
    assert room.check()[0][0].outcome is LookOutcome.UNCHANGED


def test_a_round_that_is_broken_off_is_finished_by_the_next(site: Any, room: Any) -> None:
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


def test_a_watch_that_lists_very_much_waits_its_turn(site: Any, room: Any) -> None:
    names = ["quay-a", "quay-b", "quay-c"]
    for name in names:
        site.story(f"/{name}")
    room.watch(site.feed("/feed.xml", *names))
    taken = [
        [x.source.rpartition("/")[2] for x in check(room.archive, room.pipeline, due_only=False, most=2) if isinstance(x, Result)]
        for _ in range(3)
    ]
    assert [sorted(x) for x in taken] == [["quay-a", "quay-b"], ["quay-c"], []]
