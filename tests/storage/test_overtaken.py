"""Entries of a killed process whose places others took meanwhile are void, and their captures are decided anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from model.record import Outcome
from storage import Archive, Deposit, Release, Verdict
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"
RELEASE = Release({"pressmark": "test", "rules": "one"})
Telling = Callable[[Archive], dict[str, Any]]


def _void(archive: Archive) -> set[str]:
    return {x["id"] for e in archive.events(archive.id, None) if e.detail["entry"] == "void" for x in e.detail["entries"]}


@pytest.fixture
def overtaken(house: Any, clock: Any, make_desk: Any, make_article: Any) -> Iterator[dict[str, Any]]:
    """A process wrote entries and was killed before its commit; another took their place meanwhile.

    ``late`` is what the killed one wanted to say: an edit of a record that has a newer entry now.
    """
    first = make_article("Quay", "first words")
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        record = desk.take(desk.fetched(URL, b"one", 1), first).record
    committed = house.segment.stat().st_size
    kept = house.keep()
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        late = desk.take(desk.fetched(URL, b"late", 3), make_article("Quay, late", "late words"))
        minted = desk.take(desk.fetched(URL + "/new", b"new", 3), make_article("New", "words of the new one"))
    segment = house.segment
    killed = segment.read_bytes()
    house.put_back(kept)
    # the other process, on a segment of its own, while what the killed one wrote is not there yet
    segment.write_bytes(killed[:committed])
    with house.held(), house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        other = desk.take(desk.fetched(URL, b"other", 2), make_article("Quay, other", "other words"))
        taken = desk.take(desk.fetched(URL + "/new", b"theirs", 2), make_article("New", "words of the new one"))
    segment.write_bytes(killed)
    reads = {URL: make_article("Quay, late", "late words"), URL + "/new": make_article("New", "words of the new one")}
    yield {"record": record, "late": late, "other": other, "minted": minted, "taken": taken, "reads": reads}


def test_what_another_process_overtook_is_voided_and_its_captures_settled_anew(
    house: Any, overtaken: dict[str, Any], make_desk: Any, telling: Telling
) -> None:
    record, taken = overtaken["record"], overtaken["taken"]
    with house.open(write=True) as archive:
        assert archive.verify().findings == ()
        assert len(_void(archive)) == 2
        results = make_desk(archive).settle_undecided(lambda capture: overtaken["reads"][capture.url])
        assert sorted(r.outcome for r in results) == [Outcome.CHANGED, Outcome.UNCHANGED]
        assert {r.record for r in results} == {record, taken.record}
        # the record that the killed process minted was never told to anybody and is not there
        assert sorted(line.record for line in archive.list()) == sorted([record, taken.record])
        assert overtaken["minted"].record not in {record, taken.record}
        history = archive.history(record)
        assert [(s.version, s.headline) for s in history.states] == [(1, "Quay"), (2, "Quay, other"), (3, "Quay, late")]
        assert archive.capture_bytes(history.states[2].capture) == b"late"
        assert archive.history(taken.record).states[0].checks == 1
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
        told = telling(archive)
    house.lose()
    counts = house.rebuild()
    assert counts["voided"] == 2
    with house.open(write=True) as archive:
        assert telling(archive) == told
        assert archive.verify().findings == ()


def test_a_capture_that_another_process_decided_meanwhile_is_decided_once(
    house: Any, clock: Any, make_desk: Any, make_article: Any
) -> None:
    """A text without any address: no alias stands in the way of a second record for it."""
    read = make_article("Harbour notes", "words of a text")
    with house.create(now=clock) as archive:
        archive.stage([Deposit("copy", make_desk(archive).supplied(b"a text"), Verdict.ARTICLE, RELEASE, read)])
    with house.open(write=True, now=clock) as archive:
        assert len(list(archive.undecided())) == 1
    first = {p.name for p in (house.where / "warc").iterdir()}
    kept = house.keep()
    with house.open(write=True, now=clock, segment_limit=1) as archive:
        (lost,) = make_desk(archive).settle_undecided(lambda _: read)
    (late,) = [p for p in (house.where / "warc").iterdir() if p.name not in first]
    late = late.rename(house.where.parent / late.name)
    house.put_back(kept)  # the process was killed before its commit
    with house.open(write=True, now=clock, segment_limit=1) as archive:
        (decided,) = make_desk(archive).settle_undecided(lambda _: read)
    late.rename(house.where / "warc" / late.name)
    with house.open(write=True, now=clock) as archive:
        assert [line.record for line in archive.list()] == [decided.record] != [lost.record]
        assert len(_void(archive)) == 1
        assert archive.verify().findings == ()
    house.rebuild()
    with house.open() as archive:
        assert [line.record for line in archive.list()] == [decided.record]


def test_a_kill_between_recovery_and_its_void_leaves_nothing_in_doubt(
    house: Any, overtaken: dict[str, Any], telling: Telling
) -> None:
    # the database as it was before recovery, the segments as they are after it: the kill came before its commit
    kept = house.keep()
    with house.open(write=True) as archive:
        void = _void(archive)
    house.put_back(kept)
    with house.open(write=True) as archive:
        assert void <= _void(archive)
        assert archive.verify().findings == ()
        told = telling(archive)
    house.rebuild()
    with house.open(write=True) as archive:
        assert telling(archive) == told


def test_a_database_that_knows_of_voided_entries_knows_their_void(house: Any, overtaken: dict[str, Any]) -> None:
    """At no commit of a recovery are entries taken into the catalogue that nothing has voided yet."""
    seen: list[tuple[set[str], set[str], set[str]]] = []
    ledger_ids = {
        m.id
        for path in (house.where / "warc").iterdir()
        for m in walk(path)
        if isinstance(m, Member) and m.headers.get("warc-target-uri", "").startswith("urn:pressmark:ledger:")
    }

    def watched() -> datetime:
        """A clock that looks at the database whenever it is asked."""
        members = {record for (record,) in house.run("SELECT record_id FROM members WHERE type = 'metadata'")}
        told = [json.loads(data) for (data,) in house.run("SELECT bytes FROM ledger")]
        void = {x["id"] for e in told if e["kind"] == "void" for x in e["body"]["entries"]}
        seen.append((members, {e["id"] for e in told}, void))
        return datetime.now(UTC)

    house.open(write=True, now=watched).close()
    assert seen
    for members, ledger, void in seen:
        assert (members & ledger_ids) <= ledger | void
