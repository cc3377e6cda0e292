"""What the page said at a moment, and what the archive knew at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from model.errors import NotFound
from model.record import Certainty
from storage import Archive

pytestmark = pytest.mark.both_engines

URL = "http://paper.example/news/quay"
OTHER = "http://paper.example/news/pier"


def _hour(hours: float) -> datetime:
    return datetime.fromisoformat("2026-01-01T06:00:00Z") + timedelta(hours=hours)


def _at(archive: Archive, record: str, hours: float) -> tuple[str | None, str | None]:
    view = archive.show(record, as_of=_hour(hours))
    assert view.as_of is not None
    return view.article.headline, view.as_of.certainty.value


def test_the_state_in_force_at_a_moment_and_how_sure_that_is(desk: Any, make_article: Any) -> None:
    a, b = make_article("A", "first words of it"), make_article("B", "second words of it")
    record = desk.take(desk.fetched(URL, b"1", 0), a).record
    desk.take(desk.fetched(URL, b"2", 2), a)
    desk.take(desk.fetched(URL, b"3", 6), b)
    desk.take(desk.fetched(URL, b"4", 8), a)
    told = [_at(desk.archive, record, h) for h in (0, 1, 3, 6, 7, 8, 99)]
    assert told == [
        ("A", "seen"), ("A", "seen"), ("A", "between"), ("B", "seen"), ("B", "between"), ("A", "seen"), ("A", "last"),
    ]  # fmt: skip
    with pytest.raises(NotFound, match="first seen 2026-01-01 06:00:00Z"):
        desk.archive.show(record, as_of=_hour(-1))
    then = desk.archive.history(record, as_of=_hour(3))
    assert [(s.version, s.last_seen) for s in then.states] == [(1, "2026-01-01T08:00:00.000000Z")]
    with pytest.raises(NotFound, match="nobody had looked at"):
        desk.archive.history(record, as_of=_hour(-1))


def test_withdrawn_and_back_again(desk: Any, make_article: Any) -> None:
    read = make_article("Ferries sail", "words of the ferry")
    record = desk.take(desk.fetched(URL, b"1", 0), read).record
    desk.absent(desk.fetched(URL, b"gone", 4, 410))
    desk.take(desk.fetched(URL, b"2", 8), read)
    views = [desk.archive.show(record, as_of=_hour(h)) for h in (1, 5, 9)]
    assert [(v.withdrawn, v.as_of.certainty) for v in views] == [
        (False, Certainty.BETWEEN), (True, Certainty.WITHDRAWN), (False, Certainty.LAST),
    ]  # fmt: skip
    assert [next(desk.archive.list(as_of=_hour(h))).withdrawn for h in (1, 5, 9)] == [False, True, False]
    assert desk.archive.history(record, as_of=_hour(5)).withdrawn


def test_what_was_learnt_later_was_not_known_before(desk: Any, make_article: Any) -> None:
    archive = desk.archive
    record = desk.take(desk.fetched(URL, b"late", 9), make_article("C", "third state of it")).record
    first = next(archive.events(record, 1)).at
    desk.take(desk.fetched(URL, b"early", 1), make_article("A", "first state of it"))
    archive.by("Ada").amend(record, 1, {"/headline": "See"}, reason="misprint")
    archive.by("Ada").collect([record], "quays")
    middle = next(archive.events(record, 1)).at
    archive.by("Ada").collect([record], "quays", member=False)
    then = {"known_at": datetime.fromisoformat(first)}
    assert [s.version for s in archive.history(record, **then).states] == [1]
    assert archive.show(record, **then).article.headline == "C"
    assert archive.show(record).article.headline == "See"
    assert [s.version for s in archive.history(record).states] == [2, 1]
    assert [x["text"] for x in archive.history(record, known_at=datetime.fromisoformat(middle)).labels] == ["quays"]
    assert archive.history(record).labels == ()
    with pytest.raises(NotFound, match="did not know"):
        archive.history(record, known_at=datetime.fromisoformat(first) - timedelta(seconds=10))
    # both times at once: what the archive then believed the page to have said
    with pytest.raises(NotFound):
        archive.show(record, as_of=_hour(2), **then)
    assert archive.show(record, as_of=_hour(2)).article.headline == "A"


def test_what_is_known_now_is_what_is_known_at_the_end_of_time(filled: Archive) -> None:
    end = datetime.fromisoformat("9999-01-01T00:00:00Z")
    for line in filled.list():
        assert filled.history(line.record, known_at=end) == filled.history(line.record)
        assert filled.show(line.record, known_at=end) == filled.show(line.record)
    assert list(filled.list(known_at=end)) == list(filled.list())


def test_every_moment_of_knowledge_can_be_told(filled: Archive) -> None:
    record = filled.find("http://paper.example/news/quay")
    moments = [datetime.fromisoformat(e.at) for e in filled.events(record, None)]
    numbers = [{s.version for s in filled.history(record, known_at=m).states} for m in sorted(moments)]
    assert numbers[0] == {1} and numbers[-1] == {1, 2, 3, 4, 5}
    assert all(a <= b for a, b in pairwise(numbers))


def test_an_address_belonged_to_another_piece_at_another_time(desk: Any, make_article: Any) -> None:
    archive, place = desk.archive, "http://paper.example/today"
    one = make_article("Monday", *(f"monday word {n} of the first piece" for n in range(12)), canonical_url=place)
    two = make_article("Tuesday", *(f"tuesday line {n} in the second story" for n in range(12)))
    first = desk.take(desk.fetched(URL, b"1", 0), one).record
    assert archive.find(place) == first
    known = datetime.fromisoformat(next(archive.events(first, 1)).at)
    second = desk.take(desk.fetched(place, b"2", 4), two).record
    assert second != first
    told = [archive.find(place, as_of=_hour(h)) for h in (1, 4, 9)]
    assert told == [first, second, second]
    assert archive.find(place, known_at=known) == first
    with pytest.raises(NotFound, match="was known in this archive then"):
        archive.find(OTHER, as_of=_hour(1))


def test_a_piece_that_moved_says_where_to(desk: Any, make_article: Any) -> None:
    old, new = (
        make_article("Old", *(f"old word {n}" for n in range(30))),
        make_article("New", *(f"new line {n}" for n in range(30))),
    )
    first = desk.take(desk.fetched(URL, b"1", 0), old).record
    second = desk.take(desk.fetched(OTHER, b"2", 1), new).record
    led = desk.fetched(OTHER, b"3", 4)
    desk.take(replace(led, url=URL), make_article("New", *(f"other line {n}" for n in range(30))))
    view = desk.archive.show(first)
    assert [(x["relation"], x["to"]) for x in view.relations] == [("moved_to", second)]
    before = datetime.fromisoformat(view.relations[0]["since"]) - timedelta(microseconds=1)
    assert desk.archive.show(first, known_at=before).relations == ()
    assert desk.archive.show(second, as_of=_hour(4)).article.text.startswith("other line 0")


def test_lists_of_a_moment_hold_what_was_seen_then(desk: Any, make_article: Any) -> None:
    desk.take(desk.fetched(URL, b"1", 0), make_article("A", "first words of it"))
    desk.take(desk.fetched(URL, b"2", 5), make_article("B", "second words of it"))
    desk.take(desk.fetched(OTHER, b"3", 4), make_article("Pier", "words of the pier"))
    archive = desk.archive
    assert [(x.headline, x.versions, x.version) for x in archive.list(as_of=_hour(1))] == [("A", 1, 1)]
    for lines in (archive.list(), archive.list(as_of=_hour(9))):
        assert {(x.headline, x.versions, x.version) for x in lines} == {("B", 2, 2), ("Pier", 1, 1)}
    assert list(archive.list(as_of=_hour(-1))) == []
    assert len(list(archive.list(1, as_of=_hour(9)))) == 1


def test_copies_beside_stand_for_a_piece_that_nobody_fetched(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.supplied(b"copy", URL, 3), make_article("A", "words that somebody typed")).record
    assert _at(desk.archive, record, 5) == ("A", "last")
    with pytest.raises(NotFound):
        desk.archive.show(record, as_of=_hour(2))


def test_what_the_look_after_a_moment_found_is_told(desk: Any, make_article: Any) -> None:
    read = make_article("Pier painted", "words of the pier")
    record = desk.take(desk.fetched(OTHER, b"pier", 1), read).record
    for hours in (3, 4):
        desk.absent(desk.fetched(OTHER, b"no such page", hours, 404))
    desk.absent(desk.fetched(OTHER, b"gone", 6, 410))
    desk.take(desk.fetched(OTHER, b"pier", 8), read)
    found = [desk.archive.show(record, as_of=_hour(hours)).as_of.found_after for hours in (2, 3.5, 5, 7, 9)]
    assert found == ["absence", "absence", "withdrawal", "version", None]
