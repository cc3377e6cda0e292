"""A database made anew from WARC files that lost entries or facts, no copy having them: what is left is in force, and what is not
is said, once and for good.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from model.edtf import parse_utc
from model.errors import Damaged, NotFound
from model.ledger import Entry, Kind, decode
from model.record import Scope
from storage import Archive, Deposit, Person, Verdict
from storage.capture_records import is_facts, parse_facts
from storage.extent import Extent
from storage.holes import Hole
from storage.losses import Losses, accepted
from storage.warc import Member
from tests.storage.damage import entries, entry_where, members, spoil
from tests.storage.desk import RELEASE
from tests.storage.filled import QUAY

pytestmark = pytest.mark.both_engines


@pytest.fixture
def noted(house: Any, archive: Archive, desk: Any, make_article: Any) -> str:
    """A record of one version and a note that came with it, one decision; nobody has the archive open."""
    capture = desk.fetched(QUAY, b"one", 1)
    read = make_article("Quay closed", "first words of the quay")
    taken = desk.settle(Deposit(QUAY, capture, Verdict.ARTICLE, RELEASE, read, note="from the boat", person=Person("Ada")))
    archive.close()
    return str(taken.record)


def _facts_of(house: Any, entry: Entry) -> Member:
    """The facts of the capture that an entry names."""
    capture = entry.body["capture"]["id"]
    return next(m for m in members(house.segment) if is_facts(m) and parse_facts(m.block)["id"] == capture)


def _lost_beside_files(archive: Archive) -> set[str]:
    """Places of what a check finds, those of damaged bytes left out."""
    return {finding.place for finding in archive.verify().findings if not finding.place.startswith("warc/")}


def _rebuilt(house: Any, *, lost: int) -> list[str]:
    """Lines that a rebuild tells, which is refused unless the loss is accepted."""
    house.lose()
    with pytest.raises(Damaged, match=r"pressmark repair --from COPY.*pressmark rebuild --accept-loss") as refused:
        house.rebuild()
    assert "\n" not in str(refused.value)
    lines: list[str] = []
    assert house.rebuild(accept_loss=True, tell=lines.append)["lost"] == lost
    return lines


def test_what_stands_behind_a_hole_is_in_force(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    with house.open() as archive:
        before, listed = archive.history(record), len(list(archive.list(None)))
    member, entry = entry_where(house.segment, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 2)
    spoil(house.segment, member)
    (line,) = _rebuilt(house, lost=1)
    assert line == f"entry {entry.seq} is lost of the ledger of {record}; what else it has is in force"
    with house.open(write=True) as archive:
        after = archive.history(record)
        assert {s.version for s in before.states} - {s.version for s in after.states} == {2}
        with pytest.raises(NotFound):
            archive.show(record, 2)
        assert [restriction.scope for restriction in archive.show(record).restrictions] == [Scope.EXPORT]
        assert len(list(archive.list(None))) == listed
        (event,) = archive.events(kind="loss")
        assert event.outcome == "failure" and event.detail["detail"]["holes"] == [[record, entry.seq, entry.seq]]
        # the page that it decided is there, and is decided anew: under a number that nobody gave
        desk = make_desk(archive)
        (settled,) = desk.settle_undecided(lambda _: make_article("Quay closed", "first words of the quay"))
        assert settled.record == record and settled.version not in {s.version for s in before.states}
        taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert (taken.record, archive.show(record).article.headline) == (record, "Quay burns")
        assert {found.place for found in archive.verify().findings if "ledger" in found.place} == {f"ledger {record}:{entry.seq}"}


def test_numbers_that_lost_entries_may_have_given_are_left_free_once(
    house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    versions = [(m, e) for m, e in entries(house.segment) if e.chain == record and e.kind is Kind.VERSION]
    member, entry = versions[-1]
    spoil(house.segment, member)
    _rebuilt(house, lost=1)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        given = [desk.take(desk.fetched(QUAY, b"%d" % n, 99 + n), make_article(f"Quay burns {n}", "words")) for n in range(3)]
    last = entry.body["number"]
    assert [taken.version for taken in given] == [last + 1, last + 2, last + 3]


def test_the_loss_is_told_by_every_check_and_kept_once(house: Any, record: str) -> None:
    member, entry = entry_where(house.segment, lambda e: e.chain == record and e.kind is Kind.CHECK)
    spoil(house.segment, member)
    _rebuilt(house, lost=1)
    found = [finding for finding in house.findings() if not finding.place.startswith("warc/")]
    assert [(finding.place, "pressmark repair --from COPY" in finding.advice) for finding in found] == [
        (f"ledger {record}:{entry.seq}", True)
    ]
    house.rebuild(accept_loss=True)
    with house.open() as archive:
        assert len(list(archive.events(kind="loss"))) == 1
        assert [finding.place for finding in archive.verify().findings] == [f.place for f in house.findings()]
    house.run("UPDATE versions SET strand = 'beside'")
    assert any(finding.place.startswith(f"version {record}@") for finding in house.findings())


def test_however_much_is_lost_nobody_is_asked_twice(house: Any, archive: Archive) -> None:
    holes = [Hole(f"chain-{n}", 2, 3) for n in range(2500)]
    captures = [f"capture-{n}" for n in range(1200)]
    losses = Losses(holes, [], captures, [], [])
    for _ in range(2):
        archive.tell_losses(losses)
    told = [event.detail["detail"] for event in archive.events(kind="loss")]
    assert [(len(detail["holes"]), len(detail["facts"])) for detail in told] == [(500, 0), (1000, 200), (1000, 1000)]
    assert {(detail["entries"], detail["captures"]) for detail in told} == {(5000, 1200)}
    assert accepted(decode(bytes(data)) for (data,) in house.run("SELECT bytes FROM ledger")) == {*holes, *captures}
    archive.tell_losses(Losses(holes[1:], [], captures, [], []))
    assert len(list(archive.events(kind="loss"))) == 6


def test_a_record_that_lost_its_first_entry_is_found_by_the_address_of_its_captures(
    house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    member, entry = entry_where(house.segment, lambda e: e.chain == record and e.seq == 1)
    assert entry.kind is Kind.VERSION
    spoil(house.segment, member)
    _rebuilt(house, lost=1)
    with house.open(write=True) as archive:
        assert archive.find(QUAY) == record
        assert next(line for line in archive.list(None) if line.record == record).url == QUAY
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert taken.record == record
        assert _lost_beside_files(archive) == {f"ledger {record}:1"}
        part = archive.verify(extent=Extent(older_than=timedelta(0)))
        assert part.checked_records == len(list(archive.list(None)))


def test_a_record_that_no_version_is_left_of_is_named(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    versions = [(m, e) for m, e in entries(house.segment) if e.chain == record and e.kind is Kind.VERSION]
    spoil(house.segment, *(member for member, _ in versions))
    lines = _rebuilt(house, lost=len(versions))
    assert [line for line in lines if record in line][-1].startswith(f"no version is left of record {record}: ")
    with house.open(write=True) as archive:
        assert record not in {line.record for line in archive.list(None)}
        assert archive.search("quay") == []
        desk = make_desk(archive)
        settled = desk.settle_undecided(lambda _: make_article("Quay closed", "first words of the quay"))
        assert {answer.record for answer in settled} - {None, record}
        assert {place.split(":")[0] for place in _lost_beside_files(archive)} == {f"ledger {record}"}


def test_lost_facts_cost_the_version_that_they_are_of(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    with house.open() as archive:
        before = archive.history(record)
    _, entry = entry_where(house.segment, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 2)
    capture = entry.body["capture"]["id"]
    spoil(house.segment, _facts_of(house, entry))
    (line,) = _rebuilt(house, lost=1)
    assert line.startswith(f"the facts of capture {capture} are lost")
    with house.open(write=True) as archive:
        assert {s.version for s in before.states} - {s.version for s in archive.history(record).states} == {2}
        assert _lost_beside_files(archive) == {f"capture {capture}"}
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert (taken.record, taken.version) == (record, max(s.version for s in before.states) + 1)


def test_a_row_that_is_gone_is_not_taken_for_what_was_lost(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    _, entry = entry_where(house.segment, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 2)
    spoil(house.segment, _facts_of(house, entry))
    _rebuilt(house, lost=1)
    house.change(f"DELETE FROM ledger WHERE chain = '{record}' AND kind = 'note'")
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        with pytest.raises(Damaged, match="the database has lost entry"):
            desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))


def test_a_ledger_whose_beginning_is_lost_goes_on(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    member, _ = entry_where(house.segment, lambda e: e.kind is Kind.ARCHIVE)
    spoil(house.segment, member)
    _rebuilt(house, lost=1)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        assert desk.held(desk.fetched("http://paper.example/other", b"%PDF", 98)).reason
        assert archive.find(QUAY) == record
        assert _lost_beside_files(archive) == {f"ledger {archive.id}:1"}


def test_every_entry_of_a_record_may_be_lost(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    """Whichever it is (each third and the last are tried), the others are in force, every question is answered, and the archive
    goes on."""
    segment, sound = house.segment, house.segment.read_bytes()
    chain = [found for found in entries(segment) if found[1].chain == record]
    for member, entry in [*chain[:-1:3], chain[-1]]:
        for later in set(segment.parent.iterdir()) - {segment}:
            later.unlink()
        segment.write_bytes(sound)
        spoil(segment, member)
        house.lose()
        house.rebuild(accept_loss=True)
        with house.open(write=True) as archive:
            for line in archive.list(None):
                for state in archive.history(line.record).states:
                    archive.show(line.record, state.version)
                archive.show(line.record)
            list(archive.changes(datetime(2000, 1, 1, tzinfo=UTC)))
            archive.search("words")
            archive.stats()
            list(archive.events(limit=None))
            assert _lost_beside_files(archive) == {f"ledger {record}:{entry.seq}"}
            desk = make_desk(archive)
            desk.settle_undecided(lambda c: make_article("Quay", f"words of {c.url}"))
            taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
            assert archive.show(taken.record, taken.version).article.headline == "Quay burns", entry
            is_last = entry is chain[-1][1]  # what comes next has its place
            assert _lost_beside_files(archive) == (set() if is_last else {f"ledger {record}:{entry.seq}"}), entry


def test_what_a_piece_lost_is_told_where_it_is_asked_for(house: Any, record: str) -> None:
    first, entry = entry_where(house.segment, lambda e: e.chain == record and e.kind is Kind.VERSION)
    assert entry.seq == 1
    spoil(house.segment, first)
    _rebuilt(house, lost=1)
    with house.open() as archive:
        told = archive.history(record)
        assert told.lost_entries >= 1 and 1 not in {state.version for state in told.states}
        assert all(archive.history(line.record).lost_entries == 0 for line in archive.list(None) if line.record != record)
        for asked in ({"version": 1}, {"as_of": parse_utc(str(told.states[0].first_seen)) - timedelta(seconds=1)}):
            with pytest.raises(NotFound, match=r"^as far as is kept, .* of its ledger (is|are) lost, and may have told of it"):
                archive.show(record, **asked)


def test_all_facts_of_captures_may_be_lost(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    facts = [member for member in members(house.segment) if is_facts(member)]
    spoil(house.segment, *facts)
    _rebuilt(house, lost=len(facts))
    with house.open(write=True) as archive:
        assert list(archive.list(None)) == [] and archive.search("quay") == []
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert taken.version == 1 and len(list(archive.events(record, None))) > 3
        assert {place.split()[0] for place in _lost_beside_files(archive)} == {"capture"}


@pytest.mark.parametrize(
    ("at", "said", "following"),
    [
        (lambda m: m.length // 2, "entry 2 is lost of the ledger of {chain}; what else it has is in force", 3),
        (lambda _: 12, "one entry of the decision that entry 1 of {chain} belongs to: lost", 2),
    ],
    ids=["its lines can be read", "nothing can be read"],
)
def test_the_last_entry_of_a_file_is_told_as_lost(
    at: Callable[[Member], int],
    said: str,
    following: int,
    house: Any,
    noted: str,
    make_desk: Any,
    make_article: Any,
) -> None:
    *_, (last, entry) = entries(house.segment)
    assert entry.kind is Kind.NOTE
    spoil(house.segment, last, at=at)
    house.lose()
    lines: list[str] = []
    assert house.rebuild(accept_loss=True, tell=lines.append)["lost"] == 1
    assert lines == [said.format(chain=entry.chain)]
    with house.open(write=True) as again:
        assert entry.chain == noted and again.show(noted).article.headline == "Quay closed"
        after = make_desk(again)
        taken = after.take(after.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert (taken.record, taken.version) == (noted, following)


@pytest.mark.parametrize("seed", range(2))
def test_records_damaged_at_random_cost_what_they_held(
    seed: int, house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    """Whatever is lost, every question is answered, the archive goes on, and all is back when the bytes are."""
    chance = random.Random(seed)
    there, segment = members(house.segment), house.segment
    sound = spoil(segment, *chance.sample(there, chance.choice((2, 5, 20, len(there) // 2))))
    house.lose()
    house.rebuild(accept_loss=True)
    with house.open(write=True) as archive:
        for line in archive.list(None):
            for reading in archive.history(line.record).readings:
                archive.show(line.record, reading.version, reading.number)
        list(archive.changes(datetime(2000, 1, 1, tzinfo=UTC)))
        desk = make_desk(archive)
        desk.settle_undecided(lambda c: make_article("Quay", f"words of {c.url}"))
        desk.take(desk.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words"))
        found = _lost_beside_files(archive)
        assert {place.split()[0] for place in found} <= {"ledger", "capture", "reading"}, found  # which, is chance
    segment.write_bytes(sound)
    house.lose()
    assert house.rebuild()["lost"] == 0
    assert house.findings() == ()


def test_part_of_a_decision_that_others_build_on_is_in_force(house: Any, noted: str, make_desk: Any, make_article: Any) -> None:
    segment = house.segment
    with house.held(), house.open(write=True) as again:
        again.by("Bo Lund").restrict(noted, Scope.EXPORT, reason="asked for")
    *_, note = members(segment)
    segment.write_bytes(segment.read_bytes()[: note.offset])
    house.lose()
    lines: list[str] = []
    assert house.rebuild(accept_loss=True, tell=lines.append)["lost"] == 1
    assert lines == [f"entry 2 is lost of the ledger of {noted}; what else it has is in force"]
    with house.open(write=True) as again:
        assert again.show(noted, 1).article.headline == "Quay closed"
        assert [restriction.agent for restriction in again.show(noted).restrictions] == ["Bo Lund"]
        after = make_desk(again)
        assert after.take(after.fetched(QUAY, b"last", 99), make_article("Quay burns", "last words")).record == noted
