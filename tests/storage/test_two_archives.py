"""Two folders that are one archive by their id, each of which went on by itself: a copy that somebody wrote in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from storage import Archive, rebuild
from storage.stores.folder import CopyFolder

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"


def _files(where: Path) -> dict[str, bytes]:
    return {p.relative_to(where).as_posix(): p.read_bytes() for p in where.rglob("*") if p.is_file()}


@pytest.mark.parametrize(("ours", "theirs"), [(1, 9), (9, 1)], ids=["the copy has less", "the copy has more"])
def test_neither_takes_the_place_of_the_others_copy(
    ours: int, theirs: int, filled: Archive, house: Any, tmp_path: Path, make_desk: Any, make_article: Any, clock: Any
) -> None:
    filled.close()
    twin, place = tmp_path / "twin", tmp_path / "copy"
    shutil.copytree(house.where, twin)
    rebuild(twin)  # with a database of its own, wherever the first one's is
    with house.open(write=True, now=clock) as one, Archive.open(twin, write=True, now=clock) as other:
        for archive, words, states in ((one, "words of the one", ours), (other, "other words of the other", theirs)):
            desk = make_desk(archive)
            for n in range(states):
                desk.take(desk.fetched(URL, f"{words} {n}".encode(), 60 + n), make_article("Quay", f"{words} {n}"))
        one.replicate(CopyFolder(place), name="the attic")
        kept, mine = _files(place), one.stats()
        told = other.replicate(CopyFolder(place), name="the attic")
        (problem,) = told.problems
        assert "two folders are written to as one archive" in problem and "another place" in problem and "\n" not in problem
        assert not told.ok and told.written_bytes == 0
        assert _files(place) == kept and one.stats() == mine
        # each of them is sound by itself, and goes on at its own place
        assert one.replicate(CopyFolder(place), name="the attic").ok
        assert other.replicate(CopyFolder(tmp_path / "elsewhere"), name="elsewhere").ok
        assert one.verify().findings == () and other.verify().findings == ()
