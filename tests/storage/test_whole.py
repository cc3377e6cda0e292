"""A decision of several entries is in force whole or not at all, wherever a kill cut it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from model.errors import Damaged
from storage import Archive, Deposit, Person, Release, Verdict, rebuild
from storage.unfinished import is_unfinished
from storage.warc import GZIP_HEAD, Draft, Member, compress, walk
from storage.whole import part_of

URL = "http://paper.example/news/quay"
RELEASE = Release({"pressmark": "test", "rules": "one"})
LABELS: dict[str, Any] = {
    "person": Person("Ada"),
    "collection": "harbour",
    "note": "seen from the boat",
    "override_reason": "for the record",
}


class Killed:
    """An archive whose last decisions never reached the database; ``cut`` gives it back with its segment cut short."""

    def __init__(self, where: Path, before: Path) -> None:
        self.where = where
        self._before = before
        (self._segment,) = (where / "warc").iterdir()
        self._data = self._segment.read_bytes()
        committed = (before / "warc" / self._segment.name).stat().st_size
        self.tail = [m for m in walk(self._segment, committed) if isinstance(m, Member)]

    def cut(self, at: int, *, damaged: bytes = b"") -> Path:
        for file in self.where.glob("pressmark.db*"):
            file.unlink()
        for file in self._before.glob("pressmark.db*"):
            shutil.copy2(file, self.where / file.name)
        self._segment.write_bytes(self._data[:at] + damaged)
        return self._segment

    def entries(self) -> list[Member]:
        return [m for m in self.tail if m.headers.get("warc-target-uri", "").startswith("urn:pressmark:ledger:")]


@pytest.fixture
def promoted(where: Path, clock: Any, make_desk: Any, make_article: Any, tmp_path: Path) -> tuple[Killed, Any]:
    """One deposit is labelled; one finds a state between two equal looks, so that the later look is promoted."""
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "first words"))
        desk.take(desk.fetched(URL, b"one more", 9), make_article("Quay", "first words"))
    shutil.copytree(where, tmp_path / "before")
    with Archive.open(where, write=True, now=clock) as archive:
        desk.archive = archive
        pier = desk.fetched(URL + "/pier", b"pier", 2)
        desk.settle(Deposit(pier.url or "", pier, Verdict.ARTICLE, RELEASE, make_article("Pier", "words of the pier"), **LABELS))
        desk.take(desk.fetched(URL, b"two", 5), make_article("Quay burns", "second words"))
    return Killed(where, tmp_path / "before"), desk


def _settle_undecided(archive: Archive, desk: Any) -> None:
    """What a pipeline does with the same call made again."""
    desk.archive = archive
    for found in archive.undecided():
        labels = LABELS if (found.capture.url or "").endswith("/pier") else {}
        read = desk.articles[found.capture.origin_key]
        staged = [found.staged(Deposit(found.capture.url or "", found.capture, Verdict.ARTICLE, RELEASE, read, **labels))]
        while not hasattr(answer := archive.settle(staged)[0], "outcome"):
            staged = [archive.stage_again(staged[0], {c: desk.reread(c) for c in answer.captures})]


def _told(archive: Archive) -> Any:
    """What both decisions come to, ids that a second try mints anew left out."""
    lines = {line.url: line for line in archive.list(None)}
    pier = lines.get(URL + "/pier")
    events = [] if pier is None else [e.detail["entry"] for e in archive.events(pier.record, None)]
    states = [(s.version, s.headline, s.first_seen) for s in archive.history(lines[URL].record).states]
    return states, events, [h.line.record for h in archive.search("collection:harbour")] == ([pier.record] if pier else [])


def test_entries_say_which_of_how_many_they_are(promoted: tuple[Killed, Any]) -> None:
    parts = [part_of(m) for m in promoted[0].entries()]
    assert [(p.number, p.of) if p else None for p in parts] == [(1, 4), (2, 4), (3, 4), (4, 4), (1, 2), (2, 2)]
    assert len({p.decision for p in parts if p}) == 2
    first, *_ = promoted[0].entries()
    assert parts[0] and parts[0].decision == first.id


def test_a_decision_cut_between_its_entries_is_void_and_made_again(promoted: tuple[Killed, Any], clock: Any) -> None:
    killed, desk = promoted
    whole = killed.tail[-1].offset + killed.tail[-1].length
    killed.cut(whole)
    with Archive.open(killed.where, write=True, now=clock) as archive:
        after = _told(archive)
    assert [n for n, _, _ in after[0]] == [1, 2, 3] and sorted(after[1]) == ["collection", "note", "version"] and after[2]
    ends = {m.offset + m.length for m in killed.tail if m.offset > killed.tail[2].offset}
    for end in sorted(ends | {end - 7 for end in ends}):
        killed.cut(end)
        with Archive.open(killed.where, write=True, now=clock) as archive:
            assert archive.verify().findings == (), end
            states, events, found = _told(archive)
            assert len(states) in {1, 3}, (end, states)
            assert sorted(events) in ([], after[1], sorted(after[1])), (end, events)
            assert found
            there = list(archive.undecided())
            _settle_undecided(archive, desk)
            assert archive.verify().findings == (), end
            states, events, found = _told(archive)
            reached = {c.capture.url for c in there} | ({URL} if len(states) > 1 else set())
            assert (len(states) == 3) == (URL in reached), end
            assert sorted(events) in ([], sorted(after[1])) and found, (end, events)
            told = _told(archive)
        rebuild(killed.where)
        with Archive.open(killed.where, write=True, now=clock) as archive:
            assert archive.verify().findings == (), end
            assert _told(archive) == told, end


def test_a_rebuild_before_recovery_leaves_half_a_decision_to_it(promoted: tuple[Killed, Any], clock: Any) -> None:
    killed, desk = promoted
    first, second, *_ = killed.entries()
    for file in killed.where.glob("pressmark.db*"):
        file.unlink()
    segment = killed.cut(second.offset + second.length)
    rebuild(killed.where)
    with Archive.open(killed.where) as archive:
        assert archive.verify().findings == ()
        assert len(list(archive.list())) == 1
    with Archive.open(killed.where, write=True, now=clock) as archive:
        voids = [e for e in archive.events(kind="void")]
        assert [x["id"] for x in voids[0].detail["entries"]] == [first.id, second.id]
        _settle_undecided(archive, desk)
        assert sorted(_told(archive)[1]) == ["collection", "note", "version"]
        assert archive.verify().findings == ()
    assert segment.stat().st_size > second.offset + second.length


def test_bytes_that_may_have_been_a_record_are_never_cut_but_named(
    where: Path, clock: Any, make_desk: Any, make_article: Any, tmp_path: Path
) -> None:
    """An older database was put back, and the last record behind what it knows of has a flipped bit."""
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "first words"))
    shutil.copytree(where, tmp_path / "before")
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"two", 2), make_article("Quay burns", "second words"))
    killed = Killed(where, tmp_path / "before")
    last = killed.tail[-1]
    whole = bytearray((where / "warc" / killed.cut(last.offset + last.length).name).read_bytes())
    whole[last.offset + last.length // 2] ^= 4
    segment = killed.cut(0, damaged=bytes(whole))
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL + "/pier", b"pier", 3), make_article("Pier", "words of the pier"))
        assert segment.read_bytes()[: len(whole)] == whole
        assert f"warc/{segment.name}:{last.offset}" in {f.place for f in archive.verify().findings}
        assert archive.find(URL + "/pier")


def test_part_of_a_decision_in_damaged_bytes_is_neither_void_nor_cut(promoted: tuple[Killed, Any], clock: Any) -> None:
    killed, _ = promoted
    last = killed.tail[-1]
    segment = killed.cut(last.offset + last.length)
    data = bytearray(segment.read_bytes())
    data[last.offset + last.length // 2] ^= 4
    segment = killed.cut(0, damaged=bytes(data))
    with pytest.raises(Damaged, match=f"damaged at byte {last.offset:,}") as error:
        Archive.open(killed.where, write=True, now=clock)
    assert "\n" not in str(error.value) and segment.read_bytes() == bytes(data)


def _member(chance: random.Random) -> bytes:
    """A member such as segments are made of: much text or little, or bytes that do not pack."""
    words = " ".join(chance.choices(("quay", "harbour", "pier", "ferry", "burns", "of"), k=chance.randrange(1, 400)))
    block = chance.randbytes(chance.randrange(1, 900)) if chance.random() < 0.2 else words.encode()
    made, info = (str(UUID(int=chance.getrandbits(128))) for _ in range(2))
    return compress(Draft("metadata", made, "2026-11-01T00:00:00Z", block, uri=f"urn:pressmark:{made}"), info)


class Tail:
    """A file whose end is judged."""

    def __init__(self, where: Path) -> None:
        self._file = where / "tail"

    def is_unfinished(self, tail: bytes, zeros: int = 0) -> bool:
        self._file.write_bytes(b"before" + tail + b"\0" * zeros)
        return is_unfinished(self._file, 6)


@pytest.mark.parametrize("zeros", [0, 1, 5000, 600_000])
def test_what_a_kill_or_a_loss_of_power_leaves_is_told_from_damage(tmp_path: Path, zeros: int) -> None:
    chance = random.Random(zeros)
    tail = Tail(tmp_path)
    for _ in range(150 if zeros < 100_000 else 15):
        data = _member(chance)
        flipped = bytearray(data)
        flipped[chance.randrange(len(GZIP_HEAD), len(data))] ^= 1 << chance.randrange(8)
        for kept in {chance.randrange(1, len(data) - 9), len(data) - chance.randrange(3, 12)}:
            if kept + zeros != len(data):
                assert tail.is_unfinished(data[:kept], zeros), (data, kept)
        assert not tail.is_unfinished(data, zeros)
        assert zeros or not tail.is_unfinished(bytes(flipped)), flipped
    assert not tail.is_unfinished(b"something else entirely", zeros)
    assert zeros == 0 or tail.is_unfinished(b"", zeros)


def test_every_cut_of_a_member_is_unfinished_and_no_flip_of_it_is(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    data = _member(random.Random(3))
    for kept in range(1, len(data)):
        assert tail.is_unfinished(data[:kept]), kept
        # zeros behind a member that lacks nothing but zeros make it whole
        assert tail.is_unfinished(data[:kept], 5000) == (kept < len(data.rstrip(b"\0"))), kept
    for bit in range(len(GZIP_HEAD) * 8, len(data) * 8, 3):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not tail.is_unfinished(bytes(flipped)), bit


@pytest.mark.parametrize("size", [0, 1, 300])
def test_damage_at_the_end_of_a_head_is_no_cut(tmp_path: Path, size: int) -> None:
    tail, chance = Tail(tmp_path), random.Random(size)
    for _ in range(40):
        identity = str(UUID(int=chance.getrandbits(128)))
        data = compress(Draft("resource", identity, "2026-01-01T09:00:00Z", chance.randbytes(size), "text/plain", "urn:x"), None)
        assert not any(tail.is_unfinished(_flipped(data, bit)) for bit in range(len(data) * 8 - 200, len(data) * 8))
        for start in range(len(data) - 40, len(data) - 12):
            assert not tail.is_unfinished(data[:start] + bytes(8) + data[start + 8 :]), (start, data)


def _flipped(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def test_a_record_that_is_all_there_but_for_its_check_is_not_cut(tmp_path: Path) -> None:
    data = _member(random.Random(4))
    assert not Tail(tmp_path).is_unfinished(data[:-4], 4)
    assert not Tail(tmp_path).is_unfinished(data[:-8], 8)
