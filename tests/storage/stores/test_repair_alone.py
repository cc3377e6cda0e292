"""The database lost and the WARC files damaged at once: what a copy has of them comes back before there is a database again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from model.errors import BadCall, Damaged
from storage import Archive, Store, repair
from storage.folder import DESCRIPTOR
from storage.stores.folder import CopyFolder
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines


@dataclass(frozen=True)
class Lost:
    """An archive without its database, a copy of it as it was a little earlier, and what the archive told before."""

    house: Any
    copy: Store
    segment: Path
    sound: bytes
    copied: int
    told: Any

    def repair(self) -> Any:
        return repair(self.house.where, lambda _: self.copy, copies=[self.copy], database_url=self.house.url)

    def entries(self) -> list[Member]:
        """The ledger entries that the copy has."""
        members = [m for m in walk(self.segment) if isinstance(m, Member) and m.offset < self.copied]
        return [m for m in members if m.headers.get("warc-target-uri", "").startswith("urn:pressmark:ledger:")]


@pytest.fixture
def lost(filled: Archive, desk: Any, house: Any, copy_folder: Store, make_article: Any, telling: Any) -> Lost:
    filled.replicate(copy_folder, name="the attic")
    desk.take(desk.fetched("http://paper.example/news/quay", b"last", 99), make_article("Quay burns", "last words"))
    told = telling(filled)
    filled.close()
    house.lose()
    (segment,) = (house.where / "warc").iterdir()
    copied = copy_folder.size(f"warc/{segment.name}") or 0
    sound = segment.read_bytes()
    assert 0 < copied < len(sound)
    return Lost(house, copy_folder, segment, sound, copied, told)


def _rebuilt(lost: Lost, telling: Any) -> None:
    assert lost.segment.read_bytes() == lost.sound
    lost.house.rebuild()
    with lost.house.open() as again:
        assert telling(again) == lost.told and again.verify().findings == ()


def test_a_damaged_entry_that_no_rebuild_goes_past_comes_from_the_copy(lost: Lost, telling: Any) -> None:
    entry = lost.entries()[3]
    data = bytearray(lost.sound)
    data[entry.offset + entry.length // 2] ^= 4
    lost.segment.write_bytes(data)
    with pytest.raises(Damaged, match=r"pressmark repair --from COPY"):
        lost.house.rebuild()
    done = lost.repair()
    assert [m.spans for m in done.mended] == [((entry.offset, entry.length),)]
    assert len(done.problems) == 1 and "run `pressmark rebuild`" in done.problems[0]
    _rebuilt(lost, telling)


def test_a_file_that_is_sound_but_for_what_a_kill_left_is_left_alone(lost: Lost) -> None:
    lost.segment.write_bytes(lost.sound + lost.sound[: lost.entries()[0].length // 2])
    torn = lost.segment.read_bytes()
    done = lost.repair()
    assert done.ok and done.mended == () and lost.segment.read_bytes() == torn


def test_a_file_that_lost_its_end_gets_back_what_the_copy_has_of_it(lost: Lost) -> None:
    lost.segment.write_bytes(lost.sound[: lost.copied - 700])
    done = lost.repair()
    assert len(done.mended) == 1 and lost.segment.read_bytes() == lost.sound[: lost.copied]
    assert lost.house.rebuild()["damaged"] == 0


def test_a_lost_file_comes_back_as_the_copy_has_it(lost: Lost) -> None:
    lost.segment.unlink()
    done = lost.repair()
    assert [m.spans for m in done.mended] == [((0, lost.copied),)]
    lost.house.rebuild()
    with lost.house.open(write=True) as again:
        assert again.verify().findings == ()


def test_a_lost_file_comes_back_record_by_record_from_copies_that_are_damaged_too(
    lost: Lost, tmp_path: Path, telling: Any
) -> None:
    one, _, other, *_ = lost.entries()
    copies = []
    for damaged in (one, other):
        where = tmp_path / f"copy-{damaged.offset}"
        (where / "warc").mkdir(parents=True)
        (where / DESCRIPTOR).write_bytes((lost.house.where / DESCRIPTOR).read_bytes())
        data = bytearray(lost.sound)
        data[damaged.offset + damaged.length // 2] ^= 4
        (where / "warc" / lost.segment.name).write_bytes(data)
        copies.append(CopyFolder(where))
    lost.segment.unlink()

    def repaired(copies: Sequence[Store]) -> Any:
        return repair(lost.house.where, lambda _: lost.copy, copies=copies, database_url=lost.house.url)

    first, end = repaired(copies[:1]), one.offset + one.length
    assert [m.spans for m in first.mended] == [((0, one.offset), (end, len(lost.sound) - end))]
    assert f"{one.length:,} bytes from {one.offset} on are no whole records" in first.problems[-1]
    assert [m.spans for m in repaired(copies[1:]).mended] == [((one.offset, one.length),)]
    _rebuilt(lost, telling)


def test_what_no_copy_has_stays_and_is_told(lost: Lost) -> None:
    data = bytearray(lost.sound)
    data[lost.copied + 300] ^= 4
    lost.segment.write_bytes(data)
    done = lost.repair()
    assert done.mended == () and "no whole records here or in any copy" in done.problems[0]
    assert lost.segment.read_bytes() == data


def test_without_a_copy_or_with_anothers_nothing_is_done(lost: Lost, tmp_path: Path, clock: Any) -> None:
    with pytest.raises(Damaged, match="pressmark rebuild"):
        repair(lost.house.where, lambda _: lost.copy, database_url=lost.house.url)
    with Archive.create(tmp_path / "other", now=clock) as other:
        other.replicate(CopyFolder(tmp_path / "others"))
    with pytest.raises(BadCall, match="holds a copy of"):
        repair(lost.house.where, lambda _: lost.copy, copies=[CopyFolder(tmp_path / "others")])
