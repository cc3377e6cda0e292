"""A decision of several entries is in force whole or not at all, wherever a kill cut it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from storage import Archive, Deposit, Person, Release, Reread, Verdict
from storage.warc import Member, walk
from storage.whole import part_of

pytestmark = pytest.mark.both_engines
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

    def __init__(self, house: Any, before: str, committed: int) -> None:
        self.house = house
        self._before = before
        self._segment = house.segment
        self._data = self._segment.read_bytes()
        self.tail = [m for m in walk(self._segment, committed) if isinstance(m, Member)]

    def cut(self, at: int, *, damaged: bytes = b"") -> Path:
        self.house.put_back(self._before)
        self._segment.write_bytes(self._data[:at] + damaged)
        segment: Path = self._segment
        return segment

    def entries(self) -> list[Member]:
        return [m for m in self.tail if m.headers.get("warc-target-uri", "").startswith("urn:pressmark:ledger:")]


@pytest.fixture
def promoted(house: Any, clock: Any, make_desk: Any, make_article: Any) -> tuple[Killed, Any]:
    """One deposit is labelled; one finds a state between two equal looks, so that the later look is promoted."""
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "first words"))
        desk.take(desk.fetched(URL, b"one more", 9), make_article("Quay", "first words"))
    before, committed = house.keep(), house.segment.stat().st_size
    with house.open(write=True, now=clock) as archive:
        desk.archive = archive
        pier = desk.fetched(URL + "/pier", b"pier", 2)
        desk.settle(Deposit(pier.url or "", pier, Verdict.ARTICLE, RELEASE, make_article("Pier", "words of the pier"), **LABELS))
        desk.take(desk.fetched(URL, b"two", 5), make_article("Quay burns", "second words"))
    return Killed(house, before, committed), desk


def _settle_undecided(archive: Archive, desk: Any) -> None:
    """What a pipeline does with the same call made again."""
    desk.archive = archive
    for found in archive.undecided():
        labels = LABELS if (found.capture.url or "").endswith("/pier") else {}
        read = desk.articles[found.capture.origin_key]
        staged = [found.staged(Deposit(found.capture.url or "", found.capture, Verdict.ARTICLE, RELEASE, read, **labels))]
        while isinstance(answer := archive.settle(staged)[0], Reread):
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
    with killed.house.open(write=True, now=clock) as archive:
        after = _told(archive)
    assert [n for n, _, _ in after[0]] == [1, 2, 3] and sorted(after[1]) == ["collection", "note", "version"] and after[2]
    ends = {m.offset + m.length for m in killed.tail if m.offset > killed.tail[2].offset}
    cuts = sorted(ends | {end - 7 for end in ends})
    for end in cuts if killed.house.url is None else cuts[::4]:
        killed.cut(end)
        with killed.house.open(write=True, now=clock) as archive:
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
        killed.house.rebuild()
        with killed.house.open(write=True, now=clock) as archive:
            assert archive.verify().findings == (), end
            assert _told(archive) == told, end


def test_a_rebuild_before_recovery_leaves_half_a_decision_to_it(promoted: tuple[Killed, Any], clock: Any) -> None:
    killed, desk = promoted
    first, second, *_ = killed.entries()
    segment = killed.cut(second.offset + second.length)
    killed.house.lose()
    killed.house.rebuild()
    with killed.house.open() as archive:
        report = archive.verify()
        assert [f.place for f in report.findings] == [f"warc/{segment.name}:{first.offset}"] and report.behind.records == 3
        assert len(list(archive.list())) == 1
    with killed.house.open(write=True, now=clock) as archive:
        voids = [e for e in archive.events(kind="void")]
        assert [x["id"] for x in voids[0].detail["entries"]] == [first.id, second.id]
        _settle_undecided(archive, desk)
        assert sorted(_told(archive)[1]) == ["collection", "note", "version"]
        assert archive.verify().findings == ()
    assert segment.stat().st_size > second.offset + second.length


def test_bytes_that_may_have_been_a_record_are_never_cut_but_named(
    house: Any, clock: Any, make_desk: Any, make_article: Any
) -> None:
    """An older database was put back, and the last record behind what it knows of has a flipped bit."""
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "first words"))
    before, committed = house.keep(), house.segment.stat().st_size
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"two", 2), make_article("Quay burns", "second words"))
    killed = Killed(house, before, committed)
    last = killed.tail[-1]
    whole = bytearray(killed.cut(last.offset + last.length).read_bytes())
    whole[last.offset + last.length // 2] ^= 4
    segment = killed.cut(0, damaged=bytes(whole))
    with house.open(write=True, now=clock) as archive:
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
        killed.house.open(write=True, now=clock)
    assert "\n" not in str(error.value) and segment.read_bytes() == bytes(data)
