"""What a WARC file lost and the database has is written again where it stood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from model.capture import digest_of
from model.record import Scope
from model.replica import DATABASE
from storage import Archive, repair
from storage.stores.folder import CopyFolder
from storage.warc import Member, walk
from storage.whole import part_of

pytestmark = pytest.mark.both_engines

_URL = "http://paper.example/news/quay"
_PAGES = ("request", "response", "revisit", "warcinfo")


def _repair(house: Any, copies: Sequence[Any] = ()) -> Any:
    return repair(house.where, _folder, copies=copies, database_url=house.url)


def _folder(address: str) -> CopyFolder:
    return CopyFolder(Path(address))


def _members(house: Any) -> list[Member]:
    return [found for found in walk(house.segment) if isinstance(found, Member)]


def _uri(member: Member) -> str:
    return str(member.headers.get("warc-target-uri", ""))


def _is_in_the_database(member: Member) -> bool:
    return member.type not in _PAGES and not _uri(member).startswith("urn:pressmark:supplied:")


def _spoil(house: Any, which: Callable[[Member], bool], at: Callable[[Member], int]) -> list[Member]:
    """Turns a bit of each of some records."""
    lost = [member for member in _members(house) if which(member)]
    data = bytearray(house.segment.read_bytes())
    for member in lost:
        data[member.offset + at(member)] ^= 8
    house.segment.write_bytes(data)
    return lost


@pytest.fixture
def told(filled: Archive, house: Any, telling: Any) -> Any:
    """What an archive says that persons were at, too; nobody has it open."""
    record = filled.find(_URL)
    hand = filled.by("Ada Bell")
    hand.amend(record, 1, {"/headline": "Quay shut"}, reason="as printed")
    hand.note(record, "seen from the boat")
    hand.restrict(record, Scope.EXPORT, reason="asked for")
    said = telling(filled)
    filled.close()
    return said


@pytest.mark.parametrize("at", [lambda m: m.length // 2, lambda m: m.length - 12], ids=["middle", "end"])
def test_everything_but_pages_comes_back_byte_for_byte(house: Any, told: Any, telling: Any, at: Any) -> None:
    sound = house.segment.read_bytes()
    lost = _spoil(house, _is_in_the_database, at)
    assert len({_uri(member).split(":")[2] for member in lost}) == 5, "entries, facts, articles, statements, notes"
    done = _repair(house)
    assert done.ok and {(mended.kind, mended.copy) for mended in done.mended} == {(DATABASE, "")}
    assert sum(mended.bytes for mended in done.mended) == sum(member.length for member in lost)
    assert house.segment.read_bytes()[: len(sound)] == sound
    assert house.findings() == ()
    with house.open() as archive:
        (event,) = archive.events(kind="recovery")
    assert event.detail["detail"]["mended"][0]["copy"] == DATABASE
    house.lose()
    house.rebuild()
    with house.open() as archive:
        again = telling(archive)
    assert [again[key] for key in ("list", "histories", "versions", "changes")] == [
        told[key] for key in ("list", "histories", "versions", "changes")
    ]


def test_records_of_which_no_line_can_be_read_come_back_with_every_word(house: Any, told: Any, telling: Any) -> None:
    before = {member.id: member for member in _members(house)}
    lost = _spoil(house, _is_in_the_database, lambda _: 12)
    assert _repair(house).ok
    assert house.findings() == ()
    after = {member.id: member for member in _members(house)}
    assert all((after[m.id].block, after[m.id].length, _uri(after[m.id])) == (m.block, m.length, _uri(m)) for m in lost)
    differ = {m.type for m in lost if after[m.id].headers != before[m.id].headers}
    assert differ <= {"conversion", "resource"}, "only when these were written down is not known"
    house.lose()
    house.rebuild()
    with house.open() as archive:
        assert telling(archive)["versions"] == told["versions"]


def test_the_ledger_of_a_file_that_was_cut_is_whole_again_and_pages_are_told(house: Any, told: Any, telling: Any) -> None:
    whole = _members(house)
    cut = whole[len(whole) // 3].offset + 10
    sound = house.segment.read_bytes()
    house.segment.write_bytes(sound[:cut])
    done = _repair(house)
    pages = [member for member in whole if member.offset + member.length > cut and not _is_in_the_database(member)]
    assert len(done.problems) == 1 and f"{len(pages)} records (" in done.problems[0] and "--from" in done.problems[0]
    held = {member.offset for member in _members(house)}
    assert {m.offset for m in whole} - held == {m.offset for m in pages}
    found = house.findings()
    assert found and not [finding for finding in found if "ledger" in finding.place or "reading" in finding.place]
    house.lose()
    assert house.rebuild()["records"] == len(told["list"])
    with house.open() as archive:
        assert telling(archive)["versions"] == told["versions"]


def test_what_came_in_behind_a_loss_is_there_after_a_repair_and_a_rebuild(
    house: Any, told: Any, make_desk: Any, make_article: Any
) -> None:
    whole = _members(house)
    house.segment.write_bytes(house.segment.read_bytes()[: whole[len(whole) // 2].offset])
    if house.url is not None:  # a database that folders may share is not written to from one that has less
        _repair(house)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(_URL, b"later", 99), make_article("Quay burns", "last words"))
    _repair(house)
    house.lose()
    house.rebuild()
    with house.open() as archive:
        assert archive.show(taken.record, taken.version).article.headline == "Quay burns"
        assert len(list(archive.list(None))) == len(told["list"])


def test_a_lost_file_comes_back_with_what_the_database_has(house: Any, told: Any, telling: Any) -> None:
    sound, name = house.segment.read_bytes(), house.segment.name
    pages = [member for member in _members(house) if not _is_in_the_database(member)]
    house.segment.unlink()
    done = _repair(house)
    assert f"{len(pages)} records (" in done.problems[0]
    back = (house.where / "warc" / name).read_bytes()
    assert len(back) >= len(sound), "with what a repair says of itself"
    house.lose()
    house.rebuild()
    with house.open() as archive:
        assert telling(archive)["versions"] == told["versions"]


def test_a_copy_goes_first_and_one_that_was_away_is_no_strangers_copy(filled: Archive, house: Any) -> None:
    place = CopyFolder(house.where.parent / "copy")
    filled.replicate(place)
    filled.close()
    _spoil(house, lambda m: m.type == "conversion", lambda _: 12)
    damaged = house.segment.read_bytes()
    away = (house.where.parent / "copy").rename(house.where.parent / "away")
    assert {mended.kind for mended in _repair(house).mended} == {DATABASE}
    away.rename(house.where.parent / "copy")
    with house.open(write=True) as archive:
        assert archive.replicate(place, check=True).ok
        assert archive.verify().findings == ()
    house.segment.write_bytes(damaged + house.segment.read_bytes()[len(damaged) :])
    assert {mended.kind for mended in _repair(house, [place]).mended} == {"folder"}


def test_a_row_that_is_damaged_itself_gives_nothing(house: Any, told: Any) -> None:
    entry = next(member for member in _members(house) if _uri(member).endswith(":2") and "ledger" in _uri(member))
    other = entry.block.replace(b'"seq":2', b'"seq":3')
    house.change(f"UPDATE ledger SET bytes = {house.blob(other)} WHERE entry = '{entry.id}'")
    lost = _spoil(house, lambda m: m.id == entry.id, lambda m: m.length // 2)
    damaged = house.segment.read_bytes()
    done = _repair(house)
    assert not done.ok and not done.mended and f"from {lost[0].offset} on" in done.problems[0]
    assert house.segment.read_bytes() == damaged


def test_an_entry_that_comes_back_otherwise_compressed_is_still_part_of_its_decision(house: Any, told: Any) -> None:
    parted = [member for member in _members(house) if part_of(member) is not None]
    lost = [parted[0], parted[-1]]
    _spoil(house, lambda m: m in lost, lambda _: 12)
    unlike = ", ".join(f"'{member.id}'" for member in lost)
    house.change(f"UPDATE members SET sha256 = {house.blob(bytes(32))} WHERE record_id IN ({unlike})")
    assert _repair(house).ok
    after = {member.id: member for member in _members(house)}
    assert [part_of(after[member.id]) for member in lost] == [part_of(member) for member in lost]
    house.lose()
    assert house.rebuild()["lost"] == 0


def test_rows_that_the_ledger_speaks_against_are_not_written(house: Any, told: Any) -> None:
    """Each is sound in itself: another reading's article, another capture's facts, an entry that says something else."""
    before = {member.id: member for member in _members(house)}
    (one, first), (other, second) = house.run("SELECT entry, payload FROM readings WHERE release <> 'stated' ORDER BY entry")[:2]
    (facts, digest), (capture,) = (
        house.run("SELECT facts, digest FROM captures ORDER BY id")[0],
        house.run("SELECT id FROM captures ORDER BY id DESC")[0],
    )
    entry, data = house.run("SELECT entry, bytes FROM ledger WHERE kind = 'check' ORDER BY entry")[0]
    changed = bytes(data).replace(b'"result":"same"', b'"result":"some"')
    assert changed != bytes(data)
    house.change(
        f"UPDATE readings SET payload = 'x' WHERE entry = '{one}'",
        f"UPDATE readings SET payload = '{first}' WHERE entry = '{other}'",
        f"UPDATE readings SET payload = '{second}' WHERE entry = '{one}'",
        f"UPDATE captures SET facts = {house.blob(bytes(facts))}, digest = '{digest}' WHERE id = '{capture}'",
        f"UPDATE ledger SET bytes = {house.blob(changed)}, digest = '{digest_of(changed)}' WHERE entry = '{entry}'",
    )
    lost = _spoil(house, _is_in_the_database, lambda _: 12)
    assert not _repair(house).ok
    after = {member.id: member for member in _members(house)}
    assert [m.id for m in before.values() if m.id in after and after[m.id].block != m.block] == []
    refused = {m.id for m in lost if m.id not in after}
    assert {first, second, entry} <= refused and len(refused) == 4


def test_records_that_the_database_does_not_know_are_never_written_over(house: Any, told: Any) -> None:
    """The file of a copy that somebody went on with, put into the place of one that went on otherwise."""
    kept, before = house.keep(), house.segment.read_bytes()
    with house.open(write=True) as archive:
        archive.by("Ada Bell").note(archive.find(_URL), "what was said with the copy, at some length")
    theirs = house.segment.read_bytes()
    house.segment.write_bytes(before)
    house.put_back(kept)
    with house.open(write=True) as archive:
        archive.by("Ada Bell").note(archive.find(_URL), "what was said here")
    house.segment.write_bytes(theirs)
    done = _repair(house)
    assert not done.mended and house.segment.read_bytes() == theirs
    assert f":{len(before)} is a whole record" in done.problems[0] and "run `pressmark rebuild`" in done.problems[0]
    house.lose()
    house.rebuild()
    with house.open() as archive:
        labels = archive.history(archive.find(_URL)).labels
        assert labels[-1]["text"] == "what was said with the copy, at some length"
        assert archive.verify().findings == ()
