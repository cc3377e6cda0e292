"""Two folders that are one archive by their id, each of which went on by itself: a copy that somebody wrote in."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from storage import Archive, rebuild
from storage.stores.folder import CopyFolder
from tests.storage.filled import QUAY
from tests.storage.forked import Forked, bring, files_of

pytestmark = pytest.mark.both_engines


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
                desk.take(desk.fetched(QUAY, f"{words} {n}".encode(), 60 + n), make_article("Quay", f"{words} {n}"))
        one.replicate(CopyFolder(place), name="the attic")
        kept, mine = files_of(place), one.stats()
        told = other.replicate(CopyFolder(place), name="the attic")
        (problem,) = told.problems
        assert "two folders are written to as one archive" in problem and "another place" in problem and "\n" not in problem
        assert not told.ok and told.written_bytes == 0
        assert files_of(place) == kept and one.stats() == mine
        # each of them is sound by itself, and goes on at its own place
        assert one.replicate(CopyFolder(place), name="the attic").ok
        assert other.replicate(CopyFolder(tmp_path / "elsewhere"), name="elsewhere").ok
        assert one.verify().findings == () and other.verify().findings == ()


def _voids(archive: Archive) -> list[set[str]]:
    return [{x["id"] for x in event.detail["entries"]} for event in archive.events(limit=None, kind="void")]


def test_a_rebuild_says_which_of_two_ways_a_chain_went_on_it_leaves_out(parted: Forked) -> None:
    house = parted.house
    with house.open() as before:
        kept = before.history(parted.record)
    theirs = parted.merge()
    assert theirs
    lines: list[str] = []
    counts = house.rebuild(tell=lines.append, now=parted.clock)
    told = [line for line in lines if line.startswith(f"the ledger of {parted.record} has two entries 2: ")]
    assert len(told) == 1 and "1 entry is left out from" in told[0] and "\n" not in told[0]
    assert theirs[0] in told[0] and counts["left_out"] == len(lines) >= 1
    with house.open() as again:
        assert again.history(parted.record) == kept
        # what is left out is still in the WARCs, to be decided anew
        assert b"other" in [undecided.capture.entity for undecided in again.undecided()]


def test_what_a_rebuild_left_out_is_settled_in_the_ledger(parted: Forked, telling: Any) -> None:
    house = parted.house
    parted.merge()
    lines: list[str] = []
    counts = house.rebuild(tell=lines.append, now=parted.clock)
    with house.open() as again:
        assert again.verify().findings == ()
        (void,) = _voids(again)
        assert len(void) == counts["left_out"] and all(any(entry in line for line in lines) for entry in void)
        before = telling(again)
    rows = house.rows()
    house.lose()
    counts = house.rebuild(tell=lines.append, now=parted.clock)
    assert (counts["left_out"], counts["voided"]) == (0, len(void))
    assert house.rows() == rows
    with house.open() as again:
        assert telling(again) == before and again.verify().findings == ()


def test_what_is_settled_is_in_the_store_too(parted: Forked, tmp_path: Path) -> None:
    house, store = parted.house, CopyFolder(tmp_path / "vault")
    parted.merge()
    house.rebuild(now=parted.clock, store=store)
    assert files_of(tmp_path / "vault" / "warc") == files_of(house.where / "warc")
    house.lose()
    shutil.rmtree(house.where)
    assert house.rebuild(now=parted.clock, store=store)["left_out"] == 0
    with house.open() as again:
        assert again.verify().findings == () and len(_voids(again)) == 1


def test_what_is_built_on_what_was_left_out_is_left_out_too(
    parted: Forked, make_desk: Any, make_article: Any, telling: Any
) -> None:
    """The other folder is written to after its files were brought, and brought again."""
    house = parted.house
    parted.merge()
    house.rebuild(now=parted.clock)
    with house.open() as again:
        kept = again.history(parted.record)
    with parted.other() as other:
        desk = make_desk(other)
        for n in range(2):
            desk.take(desk.fetched(QUAY, b"later %d" % n, 70 + n), make_article("Quay", f"later words {n} of the other"))
    parted.merge()
    lines: list[str] = []
    assert house.rebuild(tell=lines.append, now=parted.clock)["left_out"] >= 2
    assert any(x.startswith(f"the ledger of {parted.record} goes on behind an entry that is void: 2 entries") for x in lines)
    with house.open() as again:
        assert again.history(parted.record) == kept
        assert again.verify().findings == () and len(_voids(again)) == 2
    assert house.rebuild(now=parted.clock)["left_out"] == 0


def test_where_each_folder_left_out_the_others_way_one_of_them_holds(forked: Forked, make_desk: Any, make_article: Any) -> None:
    """Each was rebuilt with what the other had then, its own way being the longer one; then both come together."""
    house, twin = forked.house, forked.twin

    def go_on(opened: Archive, words: str, hours: float) -> None:
        with opened as archive:
            desk = make_desk(archive)
            desk.take(desk.fetched(QUAY, words.encode(), hours), make_article("Quay", f"words of {words}"))

    def captures(archive: Archive) -> list[str]:
        with archive:
            assert archive.verify().findings == ()
            return [state.capture for state in archive.history(forked.record).states]

    go_on(forked.one(), "the one", 60)
    go_on(forked.other(), "the other", 61)
    early = files_of(house.where / "warc"), files_of(twin / "warc")
    go_on(forked.one(), "the one again", 62)
    go_on(forked.other(), "the other again", 63)
    bring(early[1], house.where)
    bring(early[0], twin)
    house.rebuild(now=forked.clock)
    rebuild(twin, now=forked.clock)
    ways = captures(house.open()), captures(Archive.open(twin))
    assert [len(way) for way in ways] == [3, 3] and len({*ways[0], *ways[1]}) == 5
    late = files_of(house.where / "warc"), files_of(twin / "warc")
    bring(late[1], house.where)
    bring(late[0], twin)
    refused: list[str] = []
    for again in (house.rebuild, partial(rebuild, twin)):
        try:
            again(now=forked.clock)
        except Damaged as error:
            refused.append(str(error))
    assert len(refused) == 1 and "would be left out, as other entries take precedence" in refused[0]
    house.lose()
    (twin / "pressmark.db").unlink()
    house.rebuild(now=forked.clock)
    rebuild(twin, now=forked.clock)
    held = captures(house.open())
    assert held == captures(Archive.open(twin)) and held in ways


def test_what_the_database_has_in_force_is_not_left_out_unasked(forked: Forked, make_desk: Any, make_article: Any) -> None:
    """The other folder went on further, so that a rebuild would leave out what this one has."""
    with forked.one() as one, forked.other() as other:
        make_desk(one).take(make_desk(one).fetched(QUAY, b"one", 60), make_article("Quay", "words of the one"))
        for n in range(2):
            make_desk(other).take(
                make_desk(other).fetched(QUAY, b"other %d" % n, 61 + n), make_article("Quay", f"words {n} of the other")
            )
        mine = one.history(forked.record)
        theirs = [state.capture for state in other.history(forked.record).states]
    forked.merge()
    with pytest.raises(Damaged, match="would be left out, as other entries take precedence") as told:
        forked.house.rebuild(now=forked.clock)
    assert "\n" not in str(told.value) and f"ledger entry 2 of {forked.record}" in str(told.value)
    with forked.house.open() as archive:
        assert archive.history(forked.record) == mine
    forked.house.lose()
    forked.house.rebuild(now=forked.clock)
    with forked.house.open() as archive:
        assert [state.capture for state in archive.history(forked.record).states] == theirs
        assert archive.verify().findings == ()
