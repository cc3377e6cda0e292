"""What was lost and accepted as lost comes back from a copy that turns up, beside what came in since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from model.ledger import Kind
from model.record import EventLine
from model.replica import Repaired
from storage import repair
from storage.stores.folder import CopyFolder
from tests.storage.damage import entries, entry_where, spoil
from tests.storage.filled import QUAY

pytestmark = pytest.mark.both_engines


@dataclass(frozen=True)
class Copied:
    """An archive of two files that has a copy: a record's entries are in the first, the last one of them in the second."""

    house: Any
    copy: CopyFolder
    first: Path
    second: Path
    record: str
    events: Sequence[EventLine]

    def cut(self, path: Path, seq: int, more: int = 0) -> None:
        """Cuts a file off where an entry of the record begins, or some bytes behind; the database is lost, too."""
        at = next(member.offset for member, entry in entries(path) if (entry.chain, entry.seq) == (self.record, seq))
        path.write_bytes(path.read_bytes()[: at + more])
        self.house.lose()

    def repair(self) -> Repaired:
        return repair(self.house.where, lambda _: self.copy, copies=[self.copy], database_url=self.house.url)


@pytest.fixture
def copied(house: Any, record: str, tmp_path: Path) -> Copied:
    first, copy = house.segment, CopyFolder(tmp_path / "copy")
    with house.held(), house.open(write=True) as archive:
        archive.by("Bo Lund").note(record, "goes on elsewhere")
        archive.replicate(copy)
        events = list(archive.events(record, None))
    (second,) = set(first.parent.iterdir()) - {first}
    return Copied(house, copy, first, second, record, events)


def test_what_a_copy_has_comes_back_beside_what_came_in_since(
    house: Any, record: str, make_desk: Any, make_article: Any, telling: Any
) -> None:
    with house.open() as archive:
        before = telling(archive)
    segment = house.segment
    version, _ = entry_where(segment, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 3)
    first, _ = entry_where(segment, lambda e: e.kind is Kind.VERSION and e.chain != record)
    sound = spoil(segment, version, first)
    house.lose()
    assert house.rebuild(accept_loss=True)["lost"] == 2
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        assert len(desk.settle_undecided(lambda c: make_article("Quay", str(c.url)))) >= 2
        taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
    segment.write_bytes(sound)
    house.lose()
    assert house.rebuild()["lost"] == 0
    with house.open() as archive:
        assert archive.verify().findings == ()
        after = telling(archive)
        assert {line.record for line in before["list"]} <= {line.record for line in after["list"]}
        assert archive.show(record, taken.version).article.headline == "Quay burns"
        numbers = {(view.record, view.version) for view in after["versions"]}
        assert {(view.record, view.version) for view in before["versions"]} <= numbers


@pytest.mark.parametrize("torn", [0, 30])
def test_what_a_file_was_cut_of_comes_back_behind_what_was_written_since(
    torn: int, copied: Copied, make_desk: Any, make_article: Any
) -> None:
    house = copied.house
    copied.cut(copied.first, 8, torn)
    assert house.rebuild(accept_loss=True)["lost"] > 0
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
    assert copied.repair().mended
    assert (house.rebuild()["lost"], house.findings()) == (0, ())
    with house.open() as archive:
        assert [event for event in archive.events(copied.record, None) if event in copied.events] == copied.events
        assert archive.show(copied.record, taken.version).article.headline == "Quay burns"


def test_a_file_that_is_lost_comes_back(copied: Copied) -> None:
    house = copied.house
    copied.first.unlink()
    house.lose()
    house.rebuild(accept_loss=True)
    assert copied.repair().mended
    house.rebuild()
    with house.open() as archive:
        assert list(archive.events(copied.record, None)) == copied.events and archive.verify().findings == ()


@pytest.mark.parametrize("torn", [0, 30])
def test_a_copy_that_has_more_is_told_where_nothing_is_known_to_be_lost(torn: int, copied: Copied) -> None:
    copied.cut(copied.second, 9, torn)
    assert copied.house.rebuild()["lost"] == 0
    done = copied.repair()
    assert not done.mended and f"has more of warc/{copied.second.name}" in done.problems[0]
    assert "pressmark rebuild" in done.problems[0]
