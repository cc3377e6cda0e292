"""A database made anew from WARC files that lost entries or facts, no copy having them: what is left is in force, and what is not
is said, once and for good.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged, NotFound
from model.ledger import Entry, Kind, decode
from model.record import Scope
from storage import Archive, Deposit, Person, Verdict, repair
from storage.capture_records import is_facts, parse_facts
from storage.extent import Extent
from storage.stores.folder import CopyFolder
from storage.warc import Member, walk
from storage.whole import LEDGER
from tests.storage.desk import RELEASE

pytestmark = pytest.mark.both_engines

_QUAY = "http://paper.example/news/quay"


def _members(house: Any) -> list[Member]:
    return [found for found in walk(house.segment) if isinstance(found, Member)]


def _entries(house: Any) -> Iterator[tuple[Member, Entry]]:
    for member in _members(house):
        if member.headers.get("warc-target-uri", "").startswith(LEDGER):
            yield member, decode(member.block)


def _spoil(house: Any, *members: Member) -> bytes:
    """Turns a bit of each; the file as it was."""
    sound = bytes(house.segment.read_bytes())
    data = bytearray(sound)
    for member in members:
        data[member.offset + member.length // 2] ^= 8
    house.segment.write_bytes(data)
    return sound


def _entry(house: Any, which: Callable[[Entry], bool]) -> tuple[Member, Entry]:
    return next(found for found in _entries(house) if which(found[1]))


@pytest.fixture
def record(filled: Archive, house: Any) -> str:
    """A record with four states and what persons said of it; nobody has the archive open."""
    found = str(filled.find(_QUAY))
    hand = filled.by("Ada Bell")
    hand.note(found, "seen from the boat")
    hand.restrict(found, Scope.EXPORT, reason="asked for")
    filled.close()
    return found


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
    member, entry = _entry(house, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 2)
    _spoil(house, member)
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
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert (taken.record, archive.show(record).article.headline) == (record, "Quay burns")
        assert {found.place for found in archive.verify().findings if "ledger" in found.place} == {f"ledger {record}:{entry.seq}"}


def test_numbers_that_lost_entries_may_have_given_are_left_free_once(
    house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    versions = [(m, e) for m, e in _entries(house) if e.chain == record and e.kind is Kind.VERSION]
    member, entry = versions[-1]
    _spoil(house, member)
    _rebuilt(house, lost=1)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        given = [desk.take(desk.fetched(_QUAY, b"%d" % n, 99 + n), make_article(f"Quay burns {n}", "words")) for n in range(3)]
    last = entry.body["number"]
    assert [taken.version for taken in given] == [last + 1, last + 2, last + 3]


def test_the_loss_is_told_by_every_check_and_kept_once(house: Any, record: str) -> None:
    member, entry = _entry(house, lambda e: e.chain == record and e.kind is Kind.CHECK)
    _spoil(house, member)
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


def test_what_a_copy_has_comes_back_beside_what_came_in_since(
    house: Any, record: str, make_desk: Any, make_article: Any, telling: Any
) -> None:
    with house.open() as archive:
        before = telling(archive)
    member, _ = _entry(house, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 3)
    first, _ = _entry(house, lambda e: e.kind is Kind.VERSION and e.chain != record)
    segment, sound = house.segment, _spoil(house, member, first)
    _rebuilt(house, lost=2)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        assert len(desk.settle_undecided(lambda c: make_article("Quay", str(c.url)))) >= 2
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
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


def test_a_record_that_lost_its_first_entry_is_found_by_the_address_of_its_captures(
    house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    member, entry = _entry(house, lambda e: e.chain == record and e.seq == 1)
    assert entry.kind is Kind.VERSION
    _spoil(house, member)
    _rebuilt(house, lost=1)
    with house.open(write=True) as archive:
        assert archive.find(_QUAY) == record
        assert next(line for line in archive.list(None) if line.record == record).url == _QUAY
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert taken.record == record
        assert {f.place for f in archive.verify().findings if not f.place.startswith("warc/")} == {f"ledger {record}:1"}
        part = archive.verify(extent=Extent(older_than=timedelta(0)))
        assert part.checked_records == len(list(archive.list(None)))


def test_a_record_that_no_version_is_left_of_is_named(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    versions = [(m, e) for m, e in _entries(house) if e.chain == record and e.kind is Kind.VERSION]
    _spoil(house, *(member for member, _ in versions))
    lines = _rebuilt(house, lost=len(versions))
    assert [line for line in lines if record in line][-1].startswith(f"no version is left of record {record}: ")
    with house.open(write=True) as archive:
        assert record not in {line.record for line in archive.list(None)}
        assert archive.search("quay") == []
        desk = make_desk(archive)
        settled = desk.settle_undecided(lambda _: make_article("Quay closed", "first words of the quay"))
        assert {answer.record for answer in settled} - {None, record}
        assert {f.place.split(":")[0] for f in archive.verify().findings if not f.place.startswith("warc/")} == {
            f"ledger {record}"
        }


def test_lost_facts_cost_the_version_that_they_are_of(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    with house.open() as archive:
        before = archive.history(record)
    _, entry = _entry(house, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 2)
    capture = entry.body["capture"]["id"]
    facts = next(m for m in _members(house) if is_facts(m) and parse_facts(m.block)["id"] == capture)
    _spoil(house, facts)
    (line,) = _rebuilt(house, lost=1)
    assert line.startswith(f"the facts of capture {capture} are lost")
    with house.open(write=True) as archive:
        assert {s.version for s in before.states} - {s.version for s in archive.history(record).states} == {2}
        assert [f.place for f in archive.verify().findings if not f.place.startswith("warc/")] == [f"capture {capture}"]
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert (taken.record, taken.version) == (record, max(s.version for s in before.states) + 1)


def test_a_row_that_is_gone_is_not_taken_for_what_was_lost(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    _, entry = _entry(house, lambda e: e.chain == record and e.kind is Kind.VERSION and e.body["number"] == 2)
    _spoil(house, next(m for m in _members(house) if is_facts(m) and parse_facts(m.block)["id"] == entry.body["capture"]["id"]))
    _rebuilt(house, lost=1)
    house.change(f"DELETE FROM ledger WHERE chain = '{record}' AND kind = 'note'")
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        with pytest.raises(Damaged, match="the database has lost entry"):
            desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))


def test_a_ledger_whose_beginning_is_lost_goes_on(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    member, _ = _entry(house, lambda e: e.kind is Kind.ARCHIVE)
    _spoil(house, member)
    _rebuilt(house, lost=1)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        assert desk.held(desk.fetched("http://paper.example/other", b"%PDF", 98)).reason
        assert archive.find(_QUAY) == record
        assert {f.place for f in archive.verify().findings if not f.place.startswith("warc/")} == {f"ledger {archive.id}:1"}


def test_every_entry_of_a_record_may_be_lost(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    """Whichever it is (each third is tried), the others are in force, every question is answered, and the archive goes on."""
    segment, sound = house.segment, house.segment.read_bytes()
    for member, entry in [found for found in _entries(house) if found[1].chain == record][::3]:
        for later in set(segment.parent.iterdir()) - {segment}:
            later.unlink()
        segment.write_bytes(sound)
        _spoil(house, member)
        house.lose()
        lines: list[str] = []
        house.rebuild(accept_loss=True, tell=lines.append)
        with house.open(write=True) as archive:
            for line in archive.list(None):
                for state in archive.history(line.record).states:
                    archive.show(line.record, state.version)
                archive.show(line.record)
            list(archive.changes(datetime(2000, 1, 1, tzinfo=UTC)))
            archive.search("words")
            archive.stats()
            list(archive.events(limit=None))
            desk = make_desk(archive)
            desk.settle_undecided(lambda c: make_article("Quay", f"words of {c.url}"))
            taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
            assert archive.show(taken.record, taken.version).article.headline == "Quay burns", entry
            lost = {f.place for f in archive.verify().findings if not f.place.startswith("warc/")}
            assert lost <= {f"ledger {entry.chain}:{entry.seq}"}, entry


def test_all_facts_of_captures_may_be_lost(house: Any, record: str, make_desk: Any, make_article: Any) -> None:
    facts = [member for member in _members(house) if is_facts(member)]
    _spoil(house, *facts)
    _rebuilt(house, lost=len(facts))
    with house.open(write=True) as archive:
        assert list(archive.list(None)) == [] and archive.search("quay") == []
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert taken.version == 1 and len(list(archive.events(record, None))) > 3
        assert {f.place.split()[0] for f in archive.verify().findings if not f.place.startswith("warc/")} == {"capture"}


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
    archive: Archive,
    desk: Any,
    make_desk: Any,
    make_article: Any,
) -> None:
    capture = desk.fetched(_QUAY, b"one", 1)
    read = make_article("Quay closed", "first words of the quay")
    desk.settle(Deposit(_QUAY, capture, Verdict.ARTICLE, RELEASE, read, note="from the boat", person=Person("Ada")))
    archive.close()
    *_, (last, entry) = _entries(house)
    assert entry.kind is Kind.NOTE
    data = bytearray(house.segment.read_bytes())
    data[last.offset + at(last)] ^= 8
    house.segment.write_bytes(data)
    house.lose()
    lines: list[str] = []
    assert house.rebuild(accept_loss=True, tell=lines.append)["lost"] == 1
    assert lines == [said.format(chain=entry.chain)]
    with house.open(write=True) as again:
        assert again.show(entry.chain).article.headline == "Quay closed"
        after = make_desk(again)
        taken = after.take(after.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        assert (taken.record, taken.version) == (entry.chain, following)


@pytest.mark.parametrize("seed", range(2))
def test_records_damaged_at_random_cost_what_they_held(
    seed: int, house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    """Whatever is lost, every question is answered, the archive goes on, and all is back when the bytes are."""
    chance = random.Random(seed)
    members, segment = _members(house), house.segment
    sound = _spoil(house, *chance.sample(members, chance.choice((2, 5, 20, len(members) // 2))))
    house.lose()
    house.rebuild(accept_loss=True)
    with house.open(write=True) as archive:
        for line in archive.list(None):
            for reading in archive.history(line.record).readings:
                archive.show(line.record, reading.version, reading.number)
        list(archive.changes(datetime(2000, 1, 1, tzinfo=UTC)))
        desk = make_desk(archive)
        desk.settle_undecided(lambda c: make_article("Quay", f"words of {c.url}"))
        desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        found = [finding for finding in archive.verify().findings if not finding.place.startswith("warc/")]
        assert {finding.place.split()[0] for finding in found} <= {"ledger", "capture", "reading"}, found
    segment.write_bytes(sound)
    house.lose()
    assert house.rebuild()["lost"] == 0
    assert house.findings() == ()


@pytest.mark.parametrize("torn", [0, 30])
def test_what_a_file_was_cut_of_comes_back_from_a_copy_behind_what_was_written_since(
    torn: int, house: Any, record: str, make_desk: Any, make_article: Any, tmp_path: Path
) -> None:
    segment = house.segment
    with house.held(), house.open(write=True) as archive:
        archive.by("Bo Lund").note(record, "goes on elsewhere")
        copy = CopyFolder(tmp_path / "copy")
        archive.replicate(copy)
        before = list(archive.events(record, None))
    *_, member = (
        m for m in walk(segment) if isinstance(m, Member) and m.headers.get("warc-target-uri", "").endswith(f"{record}:8")
    )
    segment.write_bytes(segment.read_bytes()[: member.offset + torn])
    house.lose()
    assert house.rebuild(accept_loss=True)["lost"] > 0
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
    assert repair(house.where, lambda _: copy, copies=[copy], database_url=house.url).mended
    assert (house.rebuild()["lost"], house.findings()) == (0, ())
    with house.open() as archive:
        assert [event for event in archive.events(record, None) if event in before] == before
        assert archive.show(record, taken.version).article.headline == "Quay burns"


def test_a_file_that_is_lost_comes_back_from_a_copy(house: Any, record: str, tmp_path: Path) -> None:
    segment = house.segment
    with house.held(), house.open(write=True) as archive:
        archive.by("Bo Lund").note(record, "goes on elsewhere")
        copy = CopyFolder(tmp_path / "copy")
        archive.replicate(copy)
        before = list(archive.events(record, None))
    segment.unlink()
    house.lose()
    house.rebuild(accept_loss=True)
    assert repair(house.where, lambda _: copy, copies=[copy], database_url=house.url).mended
    house.rebuild()
    with house.open() as archive:
        assert list(archive.events(record, None)) == before and archive.verify().findings == ()


def test_a_copy_that_has_more_is_told_where_nothing_is_known_to_be_lost(house: Any, record: str, tmp_path: Path) -> None:
    segment, copy = house.segment, CopyFolder(tmp_path / "copy")
    with house.open(write=True) as archive:
        archive.replicate(copy)
    *_, last = (
        m for m in walk(segment) if isinstance(m, Member) and m.headers.get("warc-target-uri", "").endswith(f"{record}:8")
    )
    segment.write_bytes(segment.read_bytes()[: last.offset])
    house.lose()
    assert house.rebuild()["lost"] == 0
    done = repair(house.where, lambda _: copy, copies=[copy], database_url=house.url)
    assert not done.mended and "has more of warc/" in done.problems[0] and "pressmark rebuild" in done.problems[0]


def test_part_of_a_decision_that_others_build_on_is_in_force(
    house: Any, archive: Archive, desk: Any, make_desk: Any, make_article: Any
) -> None:
    capture = desk.fetched(_QUAY, b"one", 1)
    read = make_article("Quay closed", "first words of the quay")
    desk.settle(Deposit(_QUAY, capture, Verdict.ARTICLE, RELEASE, read, note="from the boat", person=Person("Ada")))
    archive.close()
    segment = house.segment
    with house.held(), house.open(write=True) as again:
        found = str(again.find(_QUAY))
        again.by("Bo Lund").restrict(found, Scope.EXPORT, reason="asked for")
    *_, note = (m for m in walk(segment) if isinstance(m, Member))
    segment.write_bytes(segment.read_bytes()[: note.offset])
    house.lose()
    lines: list[str] = []
    assert house.rebuild(accept_loss=True, tell=lines.append)["lost"] == 1
    assert lines == [f"entry 2 is lost of the ledger of {found}; what else it has is in force"]
    with house.open(write=True) as again:
        assert again.show(found, 1).article.headline == "Quay closed"
        assert [restriction.agent for restriction in again.show(found).restrictions] == ["Bo Lund"]
        after = make_desk(again)
        assert after.take(after.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words")).record == found
