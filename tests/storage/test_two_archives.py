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


def test_a_rebuild_says_which_of_two_ways_a_chain_went_on_it_leaves_out(
    desk: Any, archive: Archive, house: Any, tmp_path: Path, make_desk: Any, make_article: Any, clock: Any
) -> None:
    first = desk.take(desk.fetched(URL, b"a quay", 1), make_article("Quay", "words of the quay"))
    archive.close()
    twin = tmp_path / "twin"
    shutil.copytree(house.where, twin)
    rebuild(twin)
    # each of them begins a file of its own, as a full one is not gone on with
    with (
        house.open(write=True, now=clock, segment_limit=1) as one,
        Archive.open(twin, write=True, now=clock, segment_limit=1) as other,
    ):
        make_desk(one).take(desk.fetched(URL, b"one", 60), make_article("Quay", "words of the one"))
        one.by("Ada").note(first.record, "seen by the one")
        make_desk(other).take(desk.fetched(URL, b"other", 61), make_article("Quay", "words of the other"))
        kept = len(one.history(first.record).states)
    theirs = [p for p in (twin / "warc").iterdir() if not (house.where / "warc" / p.name).exists()]
    assert theirs
    for path in theirs:
        shutil.copy(path, house.where / "warc" / path.name)
    lines: list[str] = []
    counts = house.rebuild(tell=lines.append)
    told = [line for line in lines if line.startswith(f"the ledger of {first.record} has two entries 2: ")]
    assert len(told) == 1 and "1 entry is left out from" in told[0] and "\n" not in told[0]
    assert theirs[0].name in told[0] and counts["left_out"] == len(lines) >= 1
    with house.open() as again:
        assert len(again.history(first.record).states) == kept
        left = {f.place for f in again.verify().findings}
        assert len(left) == counts["left_out"] and all(place.removeprefix("ledger entry ") in " ".join(lines) for place in left)
        # what is left out is still in the WARCs, to be decided anew
        assert b"other" in [undecided.capture.entity for undecided in again.undecided()]
