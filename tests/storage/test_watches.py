"""The list of watches in the ledger, and what looks at them left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from model.errors import BadCall, NotFound
from model.watch import Gap, ItemState, Listed, Look, LookOutcome, Page, Tried, Watch, WatchKind
from storage import Archive, Person

pytestmark = pytest.mark.both_engines

pytestmark = pytest.mark.both_engines

FEED = "http://paper.example/feed.xml"
WATCH = Watch(FEED, WatchKind.FEED, 900, "the paper")
FIRST = "2026-02-01T08:00:00Z"


def _listed(*names: str) -> tuple[Listed, ...]:
    return tuple(Listed(f"paper.example/{n}", f"http://paper.example/{n}", {"title": n}) for n in names)


def _look(at: str, *names: str, watch: str = FEED, **more: Any) -> Look:
    return Look(watch, at, LookOutcome.LISTED, due=at.replace("T0", "T1"), listed=_listed(*names), **more)


def _take(archive: Archive, look: Look) -> tuple[list[str], Gap | None]:
    plan = archive.watches.looks.plan(look)
    archive.watches.looks.keep([(look, plan)])
    return [item.url.rpartition("/")[2] for item in plan.new], plan.gap


def test_watches_are_added_changed_found_and_removed(archive: Archive) -> None:
    watches = archive.watches
    assert watches.add(WATCH, Person("Ada")) is True
    assert watches.add(WATCH, Person("Ada")) is False
    found = watches.find("the paper")
    assert (found.url, found.kind, found.every) == (FEED, WatchKind.FEED, 900) and found.since is not None
    assert watches.add(replace(WATCH, every=60)) is True
    assert [w.every for w in watches.all()] == [60]
    with pytest.raises(BadCall, match="the name 'the paper' is taken"):
        watches.add(Watch("http://other.example/feed", WatchKind.FEED, 900, "the paper"))
    watches.remove(watches.find(FEED))
    assert watches.all() == []
    with pytest.raises(NotFound, match="pressmark watch list"):
        watches.find(FEED)
    told = [(e.type, e.detail["action"], e.agent["name"]) for e in archive.events(limit=None) if e.detail["entry"] == "watch"]
    assert told[::-1] == [
        ("watch change", "added", "Ada"),
        ("watch change", "added", "unnamed"),
        ("watch change", "removed", "unnamed"),
    ]


def test_the_list_survives_a_rebuild_and_what_looks_left_does_not(archive: Archive, house: Any) -> None:
    archive.watches.add(WATCH)
    archive.watches.add(Watch("http://paper.example/sitemap.xml", WatchKind.SITEMAP, 3600))
    archive.watches.remove(archive.watches.find("http://paper.example/sitemap.xml"))
    _take(archive, _look(FIRST, "a"))
    before = archive.watches.all()
    assert before and archive.verify().ok
    archive.close()
    house.rebuild()
    with house.open() as again:
        assert again.watches.all() == before
        assert again.watches.looks.statuses()[0].looked_at is None
        with pytest.raises(BadCall, match="opened for reading"):
            again.watches.add(replace(WATCH, every=5))


def test_only_what_was_not_listed_before_is_new(archive: Archive) -> None:
    archive.watches.add(WATCH)
    assert _take(archive, _look(FIRST, "b", "a")) == (["b", "a"], None)
    assert _take(archive, _look("2026-02-01T08:15:00Z", "c", "b", "a")) == (["c"], None)
    # a look that failed or said "unchanged" forgets nothing
    for outcome in (LookOutcome.UNCHANGED, LookOutcome.FAILED):
        look = Look(FEED, "2026-02-01T08:20:00Z", outcome, "2026-02-01T09:00:00Z", reason="told")
        archive.watches.looks.keep([(look, archive.watches.looks.plan(look))])
    assert _take(archive, _look("2026-02-01T08:30:00Z", "d", "c", "b")) == (["d"], None)
    status = archive.watches.looks.statuses()[0]
    assert (status.listed, status.waiting, status.outcome) == (3, 4, "listed")


def test_what_the_archive_has_and_what_another_watch_lists_is_not_new(archive: Archive, desk: Any, make_article: Any) -> None:
    other = Watch("http://paper.example/sport.xml", WatchKind.FEED)
    archive.watches.add(WATCH)
    archive.watches.add(other)
    desk.take(desk.fetched("http://www.paper.example/a?utm_source=x", b"page" * 50, 1), make_article("A", "words"))
    assert _take(archive, _look(FIRST, "a", "b")) == (["b"], None)
    assert _take(archive, _look(FIRST, "b", "c", watch=other.url)) == (["c"], None)


def test_a_feed_without_overlap_has_a_gap_that_the_ledger_tells(archive: Archive) -> None:
    archive.watches.add(WATCH)
    _take(archive, _look(FIRST, "b", "a"))
    _take(archive, _look("2026-02-01T08:10:00Z", "c", "b"))
    _take(archive, _look("2026-02-01T08:15:00Z", "c", "b"))  # still the same: the gap begins after this
    new, gap = _take(archive, _look("2026-02-01T09:15:00Z", "z", "y"))
    assert new == ["z", "y"] and gap == Gap("2026-02-01T08:15:00Z", "2026-02-01T09:15:00Z")
    status = archive.watches.looks.statuses()[0]
    assert (status.gaps, status.gap_at) == (1, "2026-02-01T09:15:00Z")
    [event] = [e for e in archive.events(limit=None) if e.type == "watch gap"]
    assert event.detail["detail"] == {"watch": FEED, "since": gap.since, "until": gap.until, "listed": 2, "capture": None}
    # overlap with what was listed at the last look counts, not with what was listed long ago
    _, again = _take(archive, _look("2026-02-01T09:30:00Z", "a", "c"))
    assert again is not None
    # a look that did not read all of it proves nothing
    _, unsure = _take(archive, _look("2026-02-01T09:45:00Z", "q", all_read=False))
    assert unsure is None and archive.verify().ok


def test_waiting_addresses_are_tried_until_they_are_taken_or_given_up(archive: Archive) -> None:
    looks = archive.watches.looks
    archive.watches.add(WATCH)
    _take(archive, _look(FIRST, "a", "b", "c"))
    a, b, c = looks.waiting("2026-02-02T00:00:00Z")
    assert [x.url.rpartition("/")[2] for x in (a, b, c)] == ["a", "b", "c"] and a.context == {"title": "a"}
    later = "2026-02-03T00:00:00Z"
    looks.told(
        [
            Tried(FEED, a.key, ItemState.TAKEN),
            Tried(FEED, b.key, ItemState.WAITING, 1, "the server answered 500", later),
            Tried(FEED, c.key, ItemState.GIVEN_UP, 5, "the server answered 500"),
        ]
    )
    assert looks.waiting("2026-02-02T00:00:00Z") == []
    assert [(x.url, x.tries, x.context) for x in looks.waiting(later)] == [(b.url, 1, {"title": "b"})]
    assert [(x.url, x.tries) for x in looks.given_up(WATCH)] == [(c.url, 5)]
    assert looks.try_again([FEED]) == 1
    assert {x.url for x in looks.waiting(later)} == {b.url, c.url}
    assert [x.tries for x in looks.waiting(later, [FEED]) if x.url == c.url] == [0] and looks.waiting(later, []) == []


def test_what_is_due_is_told_with_its_validators(archive: Archive, clock: Callable[[], datetime]) -> None:
    looks = archive.watches.looks
    archive.watches.add(WATCH)
    assert [s.watch.url for s in looks.statuses(due=FIRST)] == [FEED]
    pages = {FEED: Page('"x"', None, "sha256:0", None, FIRST)}
    _take(archive, _look(FIRST, "a", pages=pages))
    assert looks.statuses(due=FIRST) == []
    [status] = looks.statuses(due="2026-02-01T18:00:00Z")
    assert status.pages == pages and "pages" not in status.to_json()


def test_items_passed_over_at_the_first_look_stay_passed(archive: Archive) -> None:
    archive.watches.add(WATCH)
    look = _look(FIRST, "a", "b")
    old = replace(look, listed=(look.listed[0], replace(look.listed[1], wanted=False)))
    assert _take(archive, old) == (["a"], None)
    assert _take(archive, _look("2026-02-01T08:15:00Z", "a", "b")) == ([], None)


def test_two_processes_that_look_at_once_keep_one_row_an_address(archive: Archive) -> None:
    archive.watches.add(WATCH)
    looks = archive.watches.looks
    one, two = _look(FIRST, "a", "b"), _look("2026-02-01T08:00:01Z", "b", "c")
    plans = looks.plan(one), looks.plan(two)
    looks.keep([(one, plans[0])])
    looks.keep([(two, plans[1])])
    assert [x.url[-1] for x in looks.waiting("2026-02-02T00:00:00Z")] == ["a", "b", "c"]
