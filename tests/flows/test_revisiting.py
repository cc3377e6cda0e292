"""Pieces looked at again: when, how often, and what a look that fails comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.outlook import outlook
from flows.pipeline import Pipeline
from flows.revisiting import FIRST_RETRY, REFUSED_REST, TRIES, counted, due, revisit
from flows.rhythm import ADAPTIVE, DAY, HOUR, LADDER, MINUTE, Ladder, rhythm_named
from flows.timetable import Entry
from model.edtf import parse_utc, utc_text
from model.errors import BadCall
from model.record import Outcome, Result
from model.revisit import Standing
from sources.http import HttpSettings
from storage import Archive

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "rest"),
    [
        (timedelta(), 15 * MINUTE),
        (3 * HOUR - MINUTE, 15 * MINUTE),
        (3 * HOUR, HOUR),
        (DAY, 3 * HOUR),
        (7 * DAY, 3 * DAY),
        (30 * DAY, 30 * DAY),
        (365 * DAY, None),
    ],
)
def test_the_older_a_state_the_longer_it_rests(age: timedelta, rest: timedelta | None) -> None:
    looked = START + age
    standing = Standing("r", "http://a.example/1", utc_text(looked), utc_text(START), utc_text(START))
    assert LADDER.after(standing) == (looked + rest if rest else None)


def test_what_is_not_there_is_asked_for_twice_a_day_until_it_is_told_as_withdrawn() -> None:
    looked = START + 40 * DAY
    absent = Standing("r", "http://a.example/1", utc_text(looked), utc_text(START), utc_text(START), absent=True)
    assert LADDER.after(absent) == looked + 12 * HOUR
    assert Ladder(()).after(absent) == looked + 12 * HOUR


def test_the_adaptive_rhythm_follows_a_pieces_own_changes() -> None:
    never = [ADAPTIVE.rest(age, age, 0) for age in (HOUR, DAY, 10 * DAY, 400 * DAY)]
    assert never == [30 * MINUTE, 6 * HOUR, 6 * DAY, None]  # twice the ladder's at most
    nightly = ADAPTIVE.rest(6 * DAY, 12 * HOUR, 5)
    assert nightly is not None and 15 * MINUTE <= nightly <= 2 * HOUR
    assert ADAPTIVE.rest(HOUR, MINUTE, 20) == 15 * MINUTE
    looked = utc_text(START + 10 * DAY)
    absent = Standing("r", "http://a.example/1", looked, utc_text(START), utc_text(START), absent=True)
    assert ADAPTIVE.after(absent) == START + 10 * DAY + 12 * HOUR
    with pytest.raises(BadCall, match="there is no rhythm 'waltz': there are ladder, adaptive"):
        rhythm_named("waltz")


@dataclass
class Room:
    """An archive and a pipeline on one clock that can be put forward."""

    folder: Path
    ahead: timedelta = timedelta(0)
    archive: Archive = field(init=False)
    pipeline: Pipeline = field(init=False)

    def __post_init__(self) -> None:
        self.archive = Archive.create(self.folder / "archive", now=self.now)
        self.begin()

    def begin(self) -> None:
        """As a new process does, which knows nothing of robots.txt."""
        http = HttpSettings(user_agent="Pressmark/test", host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),))
        self.pipeline = Pipeline(self.archive, http=http, processes=1, now=self.now)

    def now(self) -> datetime:
        return START + self.ahead

    def visit(self) -> list[Result]:
        return list(revisit(self.archive, self.pipeline, now=self.now))

    def due(self) -> list[str]:
        return sorted(due(self.archive, now=self.now).urls)

    @property
    def next_due(self) -> timedelta:
        found = self.archive.revisits.count(utc_text(self.now())).next_due
        assert found is not None
        return parse_utc(found) - START


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A new archive."""
    room = Room(tmp_path)
    yield room
    room.archive.close()


def test_a_clock_that_had_jumped_ahead_puts_no_piece_off(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:1]))
    room.ahead = 300 * DAY
    (url,) = room.due()
    room.visit()
    room.ahead = HOUR  # the clock is right again
    assert room.archive.revisits.count(utc_text(room.now())).due == 1
    assert room.due() == [url]
    assert [r.outcome for r in room.visit()] == [Outcome.UNCHANGED]
    assert room.due() == [] and room.next_due == HOUR + 15 * MINUTE
    room.ahead += 15 * MINUTE
    assert room.due() == [url]


def test_a_piece_first_seen_by_a_clock_that_had_jumped_ahead_is_due_when_it_is_right(room: Room, site: Any) -> None:
    room.ahead = 30 * DAY
    list(room.pipeline.ingest(site.urls[:1]))
    assert room.due() == []
    room.ahead = HOUR
    assert room.due() == site.urls[:1]
    room.visit()
    assert room.due() == [] and room.next_due == HOUR + 15 * MINUTE


def test_pieces_are_looked_at_when_they_are_due_and_young_again_when_they_change(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:2]))
    assert room.due() == []
    room.ahead = 15 * MINUTE
    assert room.due() == sorted(site.urls[:2])
    assert [r.outcome for r in room.visit()] == [Outcome.UNCHANGED] * 2
    assert room.due() == [] and room.next_due == 30 * MINUTE

    room.ahead = 4 * HOUR
    room.visit()
    assert room.next_due == 5 * HOUR
    room.ahead, site.outcome = 5 * HOUR, "two new coats of tar"
    assert [r.outcome for r in room.visit()] == [Outcome.CHANGED] * 2
    assert room.next_due == 5 * HOUR + 15 * MINUTE
    counted = room.archive.revisits.count(utc_text(room.now()))
    assert (counted.planned, counted.due, counted.sick, counted.given_up, counted.over) == (2, 0, 0, 0, 0)


def test_pieces_that_no_round_has_planned_yet_are_counted_as_the_first_one_will_take_them(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:2]))
    fresh = counted(room.archive, room.now())
    assert (fresh.planned, fresh.due, fresh.over) == (2, 0, 0)
    assert fresh.next_due == utc_text(room.now() + 15 * MINUTE)
    [host] = outlook(room.archive, [Entry("revisit", 900)], room.now()).hosts
    assert (host.pieces, host.requests_a_day) == (2, 2 * 96)

    room.ahead = 15 * MINUTE
    assert counted(room.archive, room.now()).due == len(room.due()) == 2
    assert counted(room.archive, room.now()) == room.archive.revisits.count(utc_text(room.now()))
    room.ahead = 16 * MINUTE
    list(room.pipeline.ingest(site.urls[2:3]))
    assert counted(room.archive, room.now()).planned == 3
    assert [h.pieces for h in outlook(room.archive, [Entry("revisit", 900)], room.now()).hosts] == [3]


def test_what_others_looked_at_meanwhile_is_planned_anew_without_a_request(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:1]))
    assert room.due() == []
    room.ahead = 14 * MINUTE
    list(room.pipeline.ingest(site.urls[:1]))
    room.ahead = 16 * MINUTE
    asked = len(site.asked)
    assert room.visit() == [] and len(site.asked) == asked
    assert room.next_due == 29 * MINUTE


def test_a_round_that_is_broken_off_is_finished_by_the_next_and_nothing_is_asked_for_twice(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls))
    room.due()
    room.ahead = HOUR
    going = revisit(room.archive, room.pipeline, now=room.now)
    next(going)
    going.close()
    # what was kept by then and not told is not asked for again, the rest is
    room.visit()
    assert room.due() == [] and room.next_due > HOUR
    assert all(site.asked.count(url.removeprefix(site.base)) == 2 for url in site.urls)


def test_a_look_that_fails_is_tried_again_later_each_time_and_given_up_in_the_end(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:1]))
    room.due()
    site.status = 500
    room.ahead = 15 * MINUTE
    rests = []
    for _ in range(TRIES):
        before = room.ahead
        [result] = room.visit()
        assert result.outcome is Outcome.FAILED
        counted = room.archive.revisits.count(utc_text(room.now()))
        if counted.next_due:
            rests.append(room.next_due - before)
            room.ahead = room.next_due
            assert counted.sick == 1
    assert rests[:3] == [FIRST_RETRY, 4 * FIRST_RETRY, 16 * FIRST_RETRY] and max(rests) == DAY
    assert (counted.planned, counted.given_up) == (0, 1)
    [sick] = room.archive.revisits.sick()
    assert sick.given_up and sick.reason and sick.standing.sick == TRIES
    site.status = 200
    assert room.archive.revisits.try_again(utc_text(room.now())) == 1
    assert [r.outcome for r in room.visit()] == [Outcome.UNCHANGED]
    assert room.archive.revisits.sick() == []


def test_three_absences_over_a_day_are_looked_for_and_then_told(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:1]))
    room.due()
    room.ahead, site.status = 20 * DAY, 404
    outcomes = []
    for _ in range(3):
        outcomes += [r.outcome for r in room.visit()]
        room.ahead = room.next_due
    [line] = room.archive.list()
    assert line.withdrawn and outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.GONE]
    assert room.next_due == 24 * DAY  # withdrawn: it rests by its age again, and is not sick
    assert room.archive.revisits.sick() == []


def test_what_robots_forbids_rests_a_week(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:1]))
    room.due()
    site.robots = "User-agent: *\nDisallow: /\n"
    room.ahead = 2 * DAY
    room.begin()
    assert [r.outcome for r in room.visit()] == [Outcome.REFUSED]
    assert room.next_due == 2 * DAY + REFUSED_REST


def test_plans_survive_a_new_process_and_a_rebuild_makes_them_anew(room: Room, site: Any) -> None:
    list(room.pipeline.ingest(site.urls[:1]))
    room.due()
    room.ahead = 10 * MINUTE
    with Archive.open(room.archive.where) as other:
        assert other.revisits.count(utc_text(room.now())).planned == 1


def test_supplied_copies_are_nobodys_to_look_at_again(room: Room, tmp_path: Path, site: Any) -> None:
    (tmp_path / "page.html").write_bytes(site.page("/bell-buoy") or b"")
    list(room.pipeline.ingest([str(tmp_path / "page.html")], url=site.urls[2]))
    room.ahead = DAY
    assert room.due() == []
