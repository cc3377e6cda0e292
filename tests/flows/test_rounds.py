"""A round's surroundings: its turn, room on the disk, gaps between rounds, fields that pages lose."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.drift import BEFORE_LEAST, WINDOW, lacking, table_rows, watch_for
from flows.outlook import ASSUMED_BYTES, outlook
from flows.room import check_room, while_room
from flows.rounds import round_of, soon
from flows.timetable import Entry
from model.article import Article
from model.edtf import utc_text
from model.errors import Busy, NotFound, StorageUnavailable
from model.watch import Watch, WatchKind
from storage import Archive, Person

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FULL = {"headline": False, "authors": False}
BARE = {"headline": False, "authors": True}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A new archive."""
    with Archive.create(tmp_path / "papers") as made:
        yield made


def test_a_disk_that_is_nearly_full_pauses_what_fetches(tmp_path: Path) -> None:
    check_room(tmp_path, 0)
    with pytest.raises(
        StorageUnavailable, match=r"^paused: .* GB are free at the archive and the floor is .*PRESSMARK_DISK_FLOOR"
    ):
        check_room(tmp_path, 10**18)
    ended: list[bool] = []

    def results() -> Generator[int, None, None]:
        try:
            yield from range(200)
        finally:
            ended.append(True)

    seen: list[int] = []
    with pytest.raises(StorageUnavailable, match="paused"):
        seen.extend(while_room(results(), tmp_path, 10**18))
    assert ended == [True] and len(seen) == 50


def test_a_round_needs_an_archive_and_room(tmp_path: Path, archive: Archive) -> None:
    with pytest.raises(NotFound), round_of("watch", str(tmp_path / "nowhere")):
        pass
    floor = {"PRESSMARK_DISK_FLOOR": "900000 GB"}
    with pytest.raises(StorageUnavailable, match="paused"), round_of("watch", str(archive.where), environ=floor):
        pass
    assert archive.rounds.all() == []


def _gap(archive: Archive, now: Callable[[], datetime]) -> tuple[str, str] | None:
    """The gap before a round of the watch, which says what it did."""
    with round_of("watch", str(archive.where), every=900, now=now) as this:
        this.said = "3 new"
        return this.gap


def test_what_slept_is_made_up_for_once_and_told_as_a_gap(archive: Archive) -> None:
    at = START

    def clock() -> datetime:
        return at

    assert _gap(archive, clock) is None
    at += timedelta(minutes=25)
    assert _gap(archive, clock) is None
    at += timedelta(hours=9)
    assert _gap(archive, clock) == (utc_text(at - timedelta(hours=9)), utc_text(at))
    [told] = archive.rounds.all()
    assert (told.flow, told.said, told.gaps, told.gap_until) == ("watch", "3 new", 1, utc_text(at))
    [event] = [e for e in archive.events(limit=None) if e.type == "schedule gap"]
    assert event.detail["detail"] == {"flow": "watch", "since": told.gap_since, "until": told.gap_until, "every": 900}


def test_a_time_in_which_a_person_let_a_flow_rest_is_told_as_that_and_no_gap(tmp_path: Path) -> None:
    at = START

    def clock() -> datetime:
        return at

    with Archive.create(tmp_path / "papers", now=clock) as archive:
        assert _gap(archive, clock) is None
        at += timedelta(minutes=10)
        archive.rounds.rest("watch", paused=True, person=Person("Ada Bell"))
        at += timedelta(hours=9)
        archive.rounds.rest("revisit", paused=True)
        archive.rounds.rest("watch", paused=False)
        at += timedelta(minutes=10)
        assert _gap(archive, clock) is None

        archive.rounds.rest("watch", paused=True)
        at += timedelta(hours=1)
        archive.rounds.rest("watch", paused=False)
        slept = at
        at += timedelta(hours=5)
        assert _gap(archive, clock) == (utc_text(slept), utc_text(at))
        told = [
            (e.type, e.agent["name"]) for e in archive.events(limit=None) if e.detail.get("detail", {}).get("flow") == "watch"
        ]
    assert told[::-1][:3] == [("schedule pause", "Ada Bell"), ("schedule resume", "unnamed"), ("schedule pause", "unnamed")]
    assert [kind for kind, _ in told].count("schedule gap") == 1


@pytest.mark.parametrize("resumed", [True, False], ids=["and goes on", "and still rests"])
def test_a_round_by_hand_while_a_flow_rests_makes_no_gap_of_the_rest(tmp_path: Path, resumed: bool) -> None:
    at = START

    def clock() -> datetime:
        return at

    with Archive.create(tmp_path / "papers", now=clock) as archive:
        assert _gap(archive, clock) is None
        at += timedelta(minutes=10)
        archive.rounds.rest("watch", paused=True)
        at += timedelta(hours=3)
        assert _gap(archive, clock) is None
        at += timedelta(hours=3)
        if resumed:
            archive.rounds.rest("watch", paused=False)
            at += timedelta(minutes=10)
        assert _gap(archive, clock) is None
        at += timedelta(hours=3)
        # once it goes on, a time without rounds is a gap again
        assert _gap(archive, clock) == ((utc_text(at - timedelta(hours=3)), utc_text(at)) if resumed else None)


def test_what_ended_a_round_is_put_down(archive: Archive) -> None:
    with pytest.raises(Busy), round_of("watch", str(archive.where)):
        raise Busy("the database is busy")
    with pytest.raises(KeyboardInterrupt), round_of("revisit", str(archive.where)):
        raise KeyboardInterrupt
    assert [(r.flow, r.said) for r in archive.rounds.all()] == [
        ("revisit", "it was ended before its end"),
        ("watch", "the database is busy"),
    ]


def test_rounds_take_what_is_due_within_seconds() -> None:
    assert soon(None, lambda: START) == START
    assert soon(10, lambda: START) == START + timedelta(seconds=2.5)
    assert soon(900, lambda: START) == START + timedelta(seconds=60)


def test_a_field_that_a_sites_pages_lose_is_told_once_until_it_is_back(archive: Archive) -> None:
    lost = [watch_for(archive, {"a.example": [FULL]}, START) for _ in range(BEFORE_LEAST + WINDOW)]
    assert lost == [[]] * (BEFORE_LEAST + WINDOW)
    told = [x for _ in range(3 * WINDOW) for x in watch_for(archive, {"a.example": [BARE], "b.example": [BARE]}, START)]
    assert [(x.site, x.field, x.before) for x in told] == [("a.example", "authors", 1.0)]
    assert told[0].line == "a.example: authors on 20% of the last 10 pages, 100% before: look at how it is read"
    assert watch_for(archive, {"a.example": [FULL] * WINDOW}, START) == []
    again = watch_for(archive, {"a.example": [BARE] * WINDOW}, START)
    assert [x.field for x in again] == ["authors"]


def test_what_an_article_lacks() -> None:
    assert [name for name, lacks in lacking(Article(headline="Lamp lit")).items() if lacks] == [
        "authors",
        "date_published",
        "body",
        "images",
    ]
    assert table_rows({"a.example": [FULL, BARE], "b.example": [FULL]}) == [("a.example", "authors", 1, 2)]


def test_what_watches_will_ask_is_said_before_anything_is_known(archive: Archive) -> None:
    for n in range(2):
        archive.watches.add(Watch(f"http://a.example/feed{n}.xml", WatchKind.FEED, 300))
    shown = outlook(archive, [Entry("watch", 900), Entry("revisit", 900)], START)
    [host] = shown.hosts
    assert (host.host, host.watches, host.pieces, host.requests_a_day) == ("a.example", 2, 0, 192)
    assert shown.bytes_a_day == 192 * ASSUMED_BYTES and shown.looks_each == 100
