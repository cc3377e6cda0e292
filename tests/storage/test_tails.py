"""What a kill before the commit leaves behind in a segment, settled on both engines alike.

The rest of a segment is written by a copy of the archive with a database of its own: the one in force knows nothing of it, as
after a kill between the sync of the entries and the commit.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from storage import Archive, Deposit, Person, Release, Verdict, rebuild
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"


@dataclass(frozen=True)
class Killed:
    """An archive, and its one segment as it was when the process was killed."""

    house: Any
    before: dict[str, Any]
    after: dict[str, Any]
    segment: Path
    written: bytes
    committed: int

    def members(self) -> Sequence[Member]:
        """What was written and not committed."""
        self.segment.write_bytes(self.written)
        return [found for found in walk(self.segment, self.committed) if isinstance(found, Member)]

    def leave(self, length: int) -> None:
        """So much of it reached the disk."""
        self.segment.write_bytes(self.written[:length])

    def settled(self) -> Archive:
        """The archive, opened by the next to write."""
        opened: Archive = self.house.open(write=True)
        assert opened.verify().findings == ()
        return opened


@pytest.fixture
def killed(archive: Archive, desk: Any, house: Any, make_desk: Any, make_article: Any, clock: Any, telling: Any) -> Killed:
    first = desk.take(desk.fetched(URL, b"one", 1), make_article("Quay closed", "first words of the quay"))
    archive.by("Ada").note(first.record, "seen from the boat")
    before = telling(archive)
    archive.close()
    (segment,) = (house.where / "warc").iterdir()
    committed = segment.stat().st_size
    twin = house.where.with_name("twin")
    shutil.copytree(house.where, twin)
    rebuild(twin)
    with Archive.open(twin, write=True, now=clock) as other:
        more = make_desk(other)
        more.take(more.fetched(URL, b"two", 2), make_article("Quay reopens", "second words of the quay"))
        more.held(more.fetched("http://paper.example/report", b"%PDF-1.7", 3))
        read = make_article("Pier painted", "words of the pier")
        labels: dict[str, Any] = {"person": Person("Ada"), "collection": "harbour", "note": "from the mole"}
        pier = more.fetched("http://paper.example/news/pier", b"pier", 4)
        more.settle(Deposit(pier.url, pier, Verdict.ARTICLE, Release({"pressmark": "test", "rules": "one"}), read, **labels))
        after = telling(other)
    written = (twin / "warc" / segment.name).read_bytes()
    assert len(written) > committed
    return Killed(house, before, after, segment, written, committed)


def test_what_is_whole_is_replayed_as_it_was(killed: Killed, telling: Any) -> None:
    killed.leave(len(killed.written))
    with killed.settled() as again:
        assert telling(again) == killed.after
    killed.house.lose()
    killed.house.rebuild()
    with killed.house.open() as again:
        assert telling(again) == killed.after


def test_half_a_member_is_cut_off_and_the_rest_replayed(killed: Killed, telling: Any) -> None:
    last = killed.members()[-1]
    killed.leave(last.offset + last.length // 2)
    with killed.settled() as again:
        assert [line.record for line in again.list(None)] == [line.record for line in killed.before["list"]]
        assert len(again.history(again.find(URL)).states) == 2
        # the last decision was not whole: its page is to be decided anew
        assert [x.capture.entity for x in again.undecided()] == [b"pier"]
    assert killed.segment.read_bytes()[: last.offset] == killed.written[: last.offset]


def test_part_of_a_decision_is_void(killed: Killed, telling: Any) -> None:
    entries = [m for m in killed.members() if m.headers.get("warc-target-uri", "").startswith("urn:pressmark:ledger:")]
    parts = [m for m in entries if "pressmark-decision" in m.headers]
    assert len(parts) >= 3
    killed.leave(parts[1].offset)
    with killed.settled() as again:
        assert len(list(again.list(None))) == len(killed.before["list"])
        (void,) = [event.detail["entries"] for event in again.events(limit=None, kind="void")]
        assert [x["id"] for x in void] == [parts[0].id]
        told = telling(again)
    killed.house.lose()
    killed.house.rebuild()
    with killed.house.open() as again:
        assert telling(again) == told


@pytest.mark.parametrize("whole", [True, False], ids=["captures alone", "nothing whole"])
def test_captures_without_a_decision_are_decided_by_the_next(killed: Killed, telling: Any, whole: bool) -> None:
    entry = next(m for m in killed.members() if m.headers.get("warc-target-uri", "").startswith("urn:pressmark:article:"))
    killed.leave(entry.offset if whole else killed.committed + 10)
    with killed.settled() as again:
        assert telling(again)["histories"] == killed.before["histories"]
        assert [x.capture.entity for x in again.undecided()] == ([b"two"] if whole else [])


def test_entries_behind_one_that_nobody_has_change_nothing(
    killed: Killed, telling: Any, make_desk: Any, make_article: Any
) -> None:
    """The last file of several reached the folder, not those before it: the database is older than what is there."""
    killed.leave(killed.committed)
    twin = killed.house.where.with_name("further")
    shutil.copytree(killed.house.where, twin)
    rebuild(twin)
    with Archive.open(twin, write=True, segment_limit=1) as other:
        desk = make_desk(other)
        for n in range(3):
            desk.take(desk.fetched(URL, b"later %d" % n, 50 + n), make_article("Quay", f"later words {n} of the quay"))
        after = telling(other)
    more = sorted(path for path in (twin / "warc").iterdir() if path.name != killed.segment.name)
    shutil.copy(more[-1], killed.segment.parent)
    with pytest.raises(Damaged, match=r"^the database is older than the WARC files: run `pressmark rebuild`$"):
        killed.house.open(write=True)
    with killed.house.open() as archive:
        assert telling(archive) == killed.before
    with pytest.raises(Damaged, match=r"^the ledger has a hole before entry \d+ of .*: restore the WARC segment that is missing"):
        killed.house.rebuild()
    for path in more:
        shutil.copy(path, killed.segment.parent)
    killed.house.rebuild()
    with killed.house.open() as archive:
        assert telling(archive) == after and archive.verify().findings == ()


def test_half_a_record_that_a_kill_left_is_cut_off_behind_a_rebuild_too(
    house: Any, archive: Archive, desk: Any, make_desk: Any, make_article: Any
) -> None:
    desk.take(desk.fetched("http://paper.example/a", b"first", 1), make_article("Quay", "first words"))
    archive.close()
    segment = house.segment
    before = segment.read_bytes()
    with house.open(write=True) as again:
        again.by("Ada").note(str(again.find("http://paper.example/a")), "a note")
    torn = segment.read_bytes()[:-20]  # in the middle of an entry whose place can be read
    assert len(torn) > len(before)
    segment.write_bytes(torn)
    house.lose()
    house.rebuild()
    assert house.findings() == ()
    with house.open(write=True) as again:
        later = make_desk(again)
        later.take(later.fetched("http://paper.example/b", b"second", 2), make_article("Pier", "other words"))
    assert house.findings() == ()
    house.lose()
    counts = house.rebuild()
    assert (counts["lost"], counts["damaged"], counts["records"]) == (0, 0, 2)
    assert house.findings() == ()
