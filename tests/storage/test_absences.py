"""Absences at their time: the same history in whichever order the looks are learnt of."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from model.article import Article
from model.record import Outcome
from storage import Archive, rebuild

URL = "http://paper.example/news/quay"


def _history(archive: Archive) -> list[tuple[str | None, ...]]:
    history = archive.history(archive.find(URL))
    return sorted((s.first_seen, s.last_seen, s.withdrawn_at, s.restored_at) for s in history.states)


@pytest.mark.parametrize(
    "looks",
    [
        [(1, 200), (2, 410), (5, 200), (9, 404)],
        [(1, 200), (2, 404), (3, 404), (40, 404)],
        [(1, 404), (5, 200), (9, 410), (12, 404)],
    ],
    ids=["gone and back", "three looks over a day", "not there yet"],
)
def test_every_order_of_learning_gives_one_history(
    tmp_path: Path,
    clock: Callable[[], datetime],
    make_desk: Any,
    make_article: Callable[..., Article],
    looks: list[tuple[int, int]],
) -> None:
    seen = []
    for number, order in enumerate(itertools.permutations(looks)):
        where = tmp_path / str(number)
        with Archive.create(where, now=clock) as archive:
            desk = make_desk(archive)
            for hours, status in order:
                capture = desk.fetched(URL, f"words of hour {hours}".encode(), hours, status)
                if status == 200:
                    desk.take(capture, make_article("The quay", f"words of hour {hours}"))
                else:
                    desk.absent(capture)
            seen.append(_history(archive))
            assert archive.verify().findings == ()
        if number == len(looks):
            rebuild(where)
            with Archive.open(where) as archive:
                assert _history(archive) == seen[-1]
    assert all(s == seen[0] for s in seen)
    assert any(withdrawn for *_, withdrawn, _ in seen[0])


@pytest.mark.both_engines
def test_an_absence_is_told_as_of_its_own_time(desk: Any, make_article: Callable[..., Article]) -> None:
    desk.take(desk.fetched(URL, b"later", 9), make_article("The quay", "later words"))
    desk.take(desk.fetched(URL, b"early", 1), make_article("The quay", "early words"))
    gone = desk.absent(desk.fetched(URL, b"", 5, 410))
    assert (gone.outcome, gone.version) == (Outcome.GONE, 2)
    view = desk.archive.history(gone.record)
    assert not view.withdrawn
    assert [(s.version, s.withdrawn_at is not None, s.restored_at is not None) for s in view.states] == [
        (2, True, True),
        (1, False, False),
    ]


@pytest.mark.both_engines
def test_an_absence_of_another_address_is_left_where_it_is(desk: Any, make_article: Callable[..., Article]) -> None:
    desk.absent(desk.fetched(URL + "/other", b"", 1, 410))
    taken = desk.take(desk.fetched(URL, b"page", 5), make_article("The quay", "words"))
    assert [x.kind for x in desk.archive.history(taken.record).observations] == ["version"]
