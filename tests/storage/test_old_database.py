"""An older copy of the database put back: nothing that was acknowledged is given up, whatever it missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from storage import Archive

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"
Telling = Callable[[Archive], dict[str, Any]]


def _warcs(where: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (where / "warc").iterdir()}


def _refused(house: Any, **how: Any) -> None:
    before = _warcs(house.where)
    with pytest.raises(Damaged, match="older than the WARC files: run `pressmark rebuild`") as error:
        house.open(write=True, **how)
    assert "\n" not in str(error.value)
    assert _warcs(house.where) == before


def test_entries_of_one_chain_in_two_segments_are_not_voided(
    house: Any, clock: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    with house.create(now=clock) as one, house.open(write=True, now=clock) as two:
        desks = [make_desk(one), make_desk(two)]
        desks[0].take(desks[0].fetched(URL, b"one", 1), make_article("Quay", "first words"))
        desks[1].take(desks[1].fetched(URL + "/two", b"two", 1), make_article("Two", "words of two"))
    old = house.keep()
    with house.open(write=True, now=clock) as one, house.open(write=True, now=clock) as two:
        desks = [make_desk(one), make_desk(two)]
        for n in range(2, 7):
            capture = desks[n % 2].fetched(URL, b"look %d" % n, n)
            desks[n % 2].take(capture, make_article(f"Quay {n}", f"words number {n}"))
            desks[n % 2].held(desks[n % 2].fetched(f"{URL}/{n}", b"%PDF", n))
        before = telling(one)
    assert len(_warcs(house.where)) == 2
    house.put_back(old)
    _refused(house)
    with house.open() as reader:
        assert "void" not in {e.detail["entry"] for e in reader.events(None, None)}
    house.rebuild()
    with house.open(write=True) as archive:
        assert telling(archive) == before
        assert archive.verify().findings == ()


def test_segments_whose_names_are_not_in_the_order_of_writing_are_not_voided(
    house: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    """The clock ran backwards between the runs."""
    from datetime import UTC, datetime, timedelta

    def at(day: int) -> dict[str, Any]:
        return {"now": lambda: datetime(2026, 5, 10, tzinfo=UTC) - timedelta(days=day), "segment_limit": 1_000}

    house.create(**at(0)).close()
    for n in range(4):
        with house.open(write=True, **at(n)) as archive:
            desk = make_desk(archive)
            desk.take(desk.fetched(URL, b"look %d" % n, n), make_article(f"Quay {n}", f"words number {n}"))
            before = telling(archive)
        if n == 0:
            old = house.keep()
    house.put_back(old)
    _refused(house, **at(5))
    house.rebuild()
    with house.open(write=True) as archive:
        assert telling(archive) == before
        assert archive.verify().findings == ()


def test_a_capture_understood_after_it_was_held_is_replayed_as_it_was(
    house: Any, clock: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    house.create(now=clock).close()
    old = house.keep()
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        capture = desk.fetched(URL, b"%PDF", 1)
        desk.held(capture)
        desk.take(capture, make_article("Quay", "understood at last"))
        before = telling(archive)
    assert len(before["list"]) == 1
    house.put_back(old)
    with house.open(write=True) as archive:
        assert telling(archive) == before
        assert archive.verify().findings == ()


def test_an_address_that_one_piece_declared_and_another_has_is_replayed_for_both(
    house: Any, clock: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    house.create(now=clock).close()
    old = house.keep()
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        declaring = make_article("Quay", "words of the quay and its stones", canonical_url=URL + "/declared")
        desk.take(desk.fetched(URL, b"one", 1), declaring)
        visited = make_article("Ferries sail", "quite other things about boats, wind and tickets")
        desk.take(desk.fetched(URL + "/declared", b"two", 2), visited)
        before = telling(archive)
    assert len(before["list"]) == 2
    house.put_back(old)
    with house.open(write=True) as archive:
        assert telling(archive) == before
        assert archive.verify().findings == ()


def test_what_a_recovery_voided_stays_void_when_the_database_is_older_still(
    house: Any, clock: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "first words"))
    old = house.keep()
    committed = house.segment.stat().st_size
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"late", 3), make_article("Quay, late", "late words"))
    segment, killed = house.segment, house.segment.read_bytes()
    house.put_back(old)  # killed before its commit
    segment.write_bytes(killed[:committed])
    with house.held(), house.open(write=True, now=clock) as archive:  # another process takes the place
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"other", 2), make_article("Quay, other", "other words"))
    segment.write_bytes(killed)
    with house.open(write=True, now=clock) as archive:
        before = telling(archive)
        assert [e.detail["entry"] for e in archive.events(archive.id, None)].count("void") == 1
    house.put_back(old)
    with house.open(write=True, now=clock) as archive:
        assert telling(archive) == before
        assert archive.verify().findings == ()
