"""A database that somebody else has for himself: one line, and the same call works later."""

from __future__ import annotations

from typing import Any

import pytest

from model.errors import StorageUnavailable
from model.record import Outcome
from storage import Archive, Deposit, Release, Verdict

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"
RELEASE = Release({"pressmark": "test", "rules": "one"})


def test_captures_whose_commit_failed_are_settled_when_the_same_call_is_tried_again(
    house: Any, clock: Any, make_desk: Any, make_article: Any
) -> None:
    with house.create(now=clock) as made:
        desk = make_desk(made)
        desk.take(desk.fetched(URL, b"zero", 0), make_article("Quay", "words"))
    with house.open(write=True, now=clock, wait=0.1) as archive:
        desk = make_desk(archive)
        staged = archive.stage(
            [
                Deposit(URL, desk.fetched(URL, b"one", 1), Verdict.ARTICLE, RELEASE, make_article("Quay", "new words")),
                Deposit(URL, desk.fetched(URL + "2", b"two", 1), Verdict.ARTICLE, RELEASE, make_article("Two", "two")),
            ]
        )
        with house.locked():
            for _ in range(2):
                with pytest.raises(StorageUnavailable, match="locked by another process"):
                    archive.settle(staged)
        assert [getattr(r, "outcome", None) for r in archive.settle(staged)] == [Outcome.CHANGED, Outcome.NEW]
        assert archive.verify().findings == ()
        assert list(archive.undecided()) == []
        assert archive.stats()["captures"] == 3


def test_the_first_write_of_a_process_may_meet_a_locked_database(
    house: Any, clock: Any, make_desk: Any, make_article: Any
) -> None:
    house.create(now=clock).close()
    with house.held():  # so that it begins a file first of all
        archive = house.open(write=True, now=clock, wait=0.1)
        desk = make_desk(archive)
        capture = desk.fetched(URL, b"one", 1)
        with house.locked(), pytest.raises(StorageUnavailable):
            desk.take(capture, make_article("Quay", "words"))
        assert desk.take(capture, make_article("Quay", "words")).outcome is Outcome.NEW
        archive.close()
    with house.open(write=True) as again:
        assert again.verify().findings == ()
        assert [x.headline for x in again.list()] == ["Quay"]


def test_a_locked_database_is_one_clear_line_and_the_same_call_works_later(
    filled: Archive, house: Any, make_desk: Any, make_article: Any
) -> None:
    filled.close()
    with house.open(write=True, wait=0.2) as archive:
        desk = make_desk(archive)
        count = len(list(archive.list()))
        capture = desk.fetched("http://paper.example/locked", b"x", 1)
        with house.locked():
            with pytest.raises(StorageUnavailable, match="locked by another process: wait") as error:
                desk.take(capture, make_article("A", "x"))
            assert "\n" not in str(error.value) and "sqlalche" not in str(error.value)
            assert len(list(archive.list())) == count  # reading goes on
        assert desk.take(capture, make_article("A", "x")).outcome is Outcome.NEW
        assert archive.verify().findings == ()
