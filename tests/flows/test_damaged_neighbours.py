"""A copy that has to be compared with one whose WARC record cannot be read: it waits, others are decided, and it is decided once
a copy has brought the record back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import extractors
from flows.deciding import Decider, Labels
from flows.extraction import Reader
from model.capture import Basis, Capture, Exchange
from model.record import Outcome
from storage import Archive, Deposit, Release, Verdict, repair
from storage.stores.folder import CopyFolder
from tests.storage.damage import members, spoil
from tests.storage.house import House

AT = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
URL = "http://paper.example/lamp"
HEAD = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n\r\n"
RELEASE = Release(extractors.release())


def _story(what: str) -> bytes:
    words = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. " * 4
    page = (
        "<html lang='en'><head><title>Lamp {0}</title></head><body><article><h1>Lamp {0}</h1><p>{1}</p></article></body></html>"
    )
    return page.format(what, words).encode()


def _deposit(what: str, hours: float, url: str = URL, more: bytes = b"") -> Deposit:
    at, body = AT + timedelta(hours=hours), _story(what) + more
    hop = Exchange(url, b"GET / HTTP/1.1\r\n\r\n", HEAD, body, 200, at, "127.0.0.1")
    capture = Capture(Basis.FETCHED, f"{url} {hours}", at, at, url, url, (hop,), media_type="text/html")
    return Deposit(url, capture, Verdict.ARTICLE, RELEASE, extractors.extract(body, url, captured_at=at))


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return House(tmp_path / "archive", request.getfixturevalue("emptied_server") if request.param == "postgresql" else None)


def _take(archive: Archive, *deposits: Deposit) -> list[Any]:
    with Reader(1) as reader:
        return list(Decider(archive, RELEASE, reader, Labels()).settle(archive.stage(deposits)))


def _spoil(house: House, words: bytes) -> None:
    spoil(house.segment, *(x for x in members(house.segment) if words in x.block))


def test_what_cannot_be_compared_waits_until_it_can(house: House, tmp_path: Path) -> None:
    with house.create() as archive:
        (first,) = _take(archive, _deposit("lit", 0))
        _take(archive, _deposit("lit", 10, more=b"<!-- seen again -->"))
        archive.replicate(CopyFolder(tmp_path / "copy"))
    _spoil(house, b"seen again")
    with house.open(write=True) as archive:
        told = _take(archive, _deposit("out", 5), _deposit("new", 5, "http://paper.example/new"))
        assert sorted(x.outcome for x in told) == [Outcome.FAILED, Outcome.NEW]
        (waits,) = (x for x in told if x.outcome is Outcome.FAILED)
        assert "pressmark verify" in waits.reason and "the copy is kept, and decided once that is mended" in waits.reason
        assert [x.kept.id for x in archive.undecided()] == [waits.capture]
        lines: list[str] = []
        with Reader(1) as reader:
            assert Decider(archive, RELEASE, reader, Labels()).finish_interrupted(lines.append) == []
        assert len(lines) == 1 and lines[0].startswith("a copy that was kept waits to be decided: ")
        assert len(archive.history(first.record).states) == 1
    copy = CopyFolder(tmp_path / "copy")
    assert repair(house.where, lambda _: copy, copies=[copy], database_url=house.url).ok
    with house.open(write=True) as archive, Reader(1) as reader:
        (result,) = Decider(archive, RELEASE, reader, Labels()).finish_interrupted()
        assert result.outcome is Outcome.CHANGED and result.capture == waits.capture
        assert [s.headline for s in archive.history(first.record).states] == ["Lamp lit", "Lamp out", "Lamp lit"]
        assert list(archive.undecided()) == [] and archive.verify().findings == ()


def test_a_record_that_is_lost_for_good_holds_nothing_up(house: House) -> None:
    with house.create() as archive:
        (first,) = _take(archive, _deposit("lit", 0))
        _take(archive, _deposit("lit", 10, more=b"<!-- seen again -->"))
    _spoil(house, b"seen again")
    with house.open(write=True) as archive:
        (waits,) = _take(archive, _deposit("out", 5))
        assert waits.outcome is Outcome.FAILED
    house.rebuild()
    with house.open(write=True) as archive, Reader(1) as reader:
        (result,) = Decider(archive, RELEASE, reader, Labels()).finish_interrupted()
        assert (result.outcome, result.capture) == (Outcome.CHANGED, waits.capture)
        assert list(archive.undecided()) == []
        assert [(s.version, s.headline) for s in archive.history(first.record).states] == [
            (1, "Lamp lit"),
            (2, "Lamp out"),
            (1, "Lamp lit"),
        ]


def test_a_newer_release_goes_on_behind_a_state_that_nobody_can_read_again(house: House) -> None:
    with house.create() as archive:
        (first,) = _take(archive, _deposit("lit", 0))
    _spoil(house, b"<title>Lamp lit")
    newer = Release({**RELEASE.facts, "rules": "newer"})
    again = replace(_deposit("out", 5), release=newer)
    with house.open(write=True) as archive:
        assert [x.outcome for x in _take(archive, again)] == [Outcome.FAILED]  # a copy may bring it back
    house.rebuild()
    with house.open(write=True) as archive:
        (result,) = _take(archive, again)
        assert (result.outcome, result.version) == (Outcome.CHANGED, 2)
        assert result.reason == "compared with what an earlier release read, as the copy before it is lost"
        (same,) = _take(archive, replace(_deposit("out", 6), release=newer))
        assert (same.outcome, same.version, same.reason) == (Outcome.UNCHANGED, 2, None)
        assert [s.headline for s in archive.history(first.record).states] == ["Lamp lit", "Lamp out"]


def test_what_only_the_catalogue_lost_waits_for_it(house: House) -> None:
    with house.create() as archive:
        (first,) = _take(archive, _deposit("lit", 0))
    house.change(f"DELETE FROM members WHERE record_id = '{first.capture}'")
    again = replace(_deposit("lit", 5, more=b"<!-- seen again -->"), release=Release({**RELEASE.facts, "rules": "newer"}))
    with house.open(write=True) as archive:
        assert [x.outcome for x in _take(archive, again)] == [Outcome.FAILED]
    house.rebuild()
    with house.open(write=True) as archive:
        (result,) = _take(archive, again)
        assert (result.outcome, result.version) == (Outcome.UNCHANGED, 1)
        assert archive.verify().findings == ()
