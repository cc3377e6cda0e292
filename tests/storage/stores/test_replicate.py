"""Copies: brought up to date, proved, and used to put right what was damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.errors import BadCall, Damaged, StorageUnavailable
from model.replica import DATABASE
from storage import Archive, Store, rebuild, repair, store_of

DAY = "http://paper.example/day"


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest) -> Store:
    if request.param == "s3":
        store: Store = request.getfixturevalue("service").store()
        return store
    folder: Store = request.getfixturevalue("copy_folder")
    return folder


def _segments(where: Path) -> list[Path]:
    return sorted((where / "warc").glob("*.warc.gz"))


def _flip(path: Path, *offsets: int) -> None:
    data = bytearray(path.read_bytes())
    for offset in offsets:
        data[offset] ^= 1
    path.write_bytes(data)


def _bytes(place: Store, name: str) -> bytes:
    return b"".join(place.stream(name))


def test_a_copy_is_an_archive_and_grows_with_it(filled: Archive, desk: Any, place: Store, make_article: Any) -> None:
    (segment,) = _segments(filled.where)
    before = segment.read_bytes()
    first = filled.replicate(place, name="vault" if place.kind == "folder" else None)
    assert first.ok and first.checked and (first.segments, first.bytes, first.written_bytes) == (1, len(before), len(before))
    assert _bytes(place, f"warc/{segment.name}") == before
    grown = segment.read_bytes()
    desk.take(desk.fetched(DAY, b"a day" * 50, 5), make_article("A day", "words of the day"))
    second = filled.replicate(place)
    assert (
        second.ok and second.copy == first.copy and second.written_bytes == second.bytes - len(before) > len(grown) - len(before)
    )
    held = _bytes(place, f"warc/{segment.name}")
    assert held[: len(before)] == before and segment.read_bytes().startswith(held) and len(held) == second.bytes
    assert filled.stats()["copies"][first.copy]["bytes"] == second.bytes
    assert filled.verify().findings == ()
    third = filled.replicate(place, check=True)
    assert third.ok and third.checked and third.written_bytes == third.bytes - second.bytes


def test_what_is_there_is_not_read_again_unless_asked(archive: Archive, place: Store, service: Any) -> None:
    archive.replicate(place)
    archive.replicate(place)
    (kept,) = archive.stats()["copies"].values()
    assert kept["outcome"] == "success" and kept["segments"] == 1 and kept["checked_at"] <= kept["copied_at"]


def test_the_ledger_tells_of_copies_without_telling_of_the_machine(filled: Archive, place: Store, tmp_path: Path) -> None:
    done = filled.replicate(place)
    (event,) = filled.events(kind="replication")
    detail = event.detail["detail"]
    assert event.type == "replication" and event.outcome == "success"
    assert (detail["copy"], detail["segments"], detail["bytes"], detail["checked"]) == (done.copy, 1, done.bytes, True)
    (written,) = detail["written"]
    assert len(written["sha256"]) == 64 and written["length"] == done.bytes
    said = json.dumps(event.detail)
    assert str(tmp_path) not in said and "127.0.0.1" not in said and "secret" not in said
    assert str(tmp_path).encode() not in _segments(filled.where)[0].read_bytes()


def _copied_and_rebuilt(filled: Archive, house: Any, copy: Store, name: str) -> dict[str, Any]:
    """Makes a copy, then loses the database and makes it again: what was told of copies before."""
    filled.replicate(copy, name=name)
    told: dict[str, Any] = filled.stats()["copies"]
    filled.close()
    house.lose()
    house.rebuild()
    return told


@pytest.mark.both_engines
def test_copies_survive_a_lost_database(filled: Archive, house: Any, copy_folder: Store) -> None:
    before = _copied_and_rebuilt(filled, house, copy_folder, "vault")
    with house.open(write=True) as again:
        assert again.stats()["copies"] == before
        assert again.replicate(copy_folder).ok


def test_a_copy_alone_becomes_the_archive(
    filled: Archive, copy_folder: Store, telling: Callable[[Archive], dict[str, Any]], tmp_path: Path
) -> None:
    filled.replicate(copy_folder)
    before = telling(filled)
    rebuild(tmp_path / "copy")
    with Archive.open(tmp_path / "copy") as copy:
        after = telling(copy)
        assert copy.verify().findings == ()
    # the event that tells of the copy came after it
    assert len(before["events"]) == len(after["events"]) + 1
    for part in ("list", "histories", "versions", "changes", "found"):
        assert after[part] == before[part], part


def test_a_damaged_segment_is_not_copied_and_a_damaged_copy_is_put_anew(filled: Archive, place: Store) -> None:
    (segment,) = _segments(filled.where)
    filled.replicate(place)
    sound = segment.read_bytes()
    store = _bytes(place, f"warc/{segment.name}")
    place.put_bytes(f"warc/{segment.name}", store[:100] + bytes([store[100] ^ 1]) + store[101:])
    checked = filled.replicate(place, check=True)
    assert checked.ok and checked.mended == (segment.name,)
    assert segment.read_bytes().startswith(_bytes(place, f"warc/{segment.name}"))
    _flip(segment, len(sound) // 2)
    told = filled.replicate(place, check=True)
    assert not told.ok and "pressmark repair" in told.problems[0] and "\n" not in told.problems[0]
    kept = filled.stats()["copies"][told.copy]
    assert kept["outcome"] == "failure" and (kept["segments"], kept["bytes"]) == (1, checked.bytes), "what is there is there"


def test_a_place_with_other_things_is_refused(filled: Archive, tmp_path: Path, clock: Any) -> None:
    (tmp_path / "attic").mkdir()
    (tmp_path / "attic" / "letters.txt").write_text("dear aunt")
    with pytest.raises(BadCall, match="holds other things"):
        filled.replicate(store_of(str(tmp_path / "attic"), {}))
    assert [p.name for p in (tmp_path / "attic").iterdir()] == ["letters.txt"]
    with Archive.create(tmp_path / "other", now=clock) as other, pytest.raises(BadCall, match="another archive"):
        other.replicate(store_of(str(filled.where), {}))
    for inside in (filled.where, filled.where / "copy"):
        with pytest.raises(BadCall, match="own folder"):
            filled.replicate(store_of(str(inside), {}))
    assert not (filled.where / "copy").exists()
    with pytest.raises(BadCall, match="no slash"):
        filled.replicate(store_of(str(tmp_path / "new"), {}), name="/media/ada")
    assert not (tmp_path / "new").exists()


def test_a_copy_that_has_more_is_left_alone(filled: Archive, copy_folder: Store, tmp_path: Path) -> None:
    filled.replicate(copy_folder)
    (segment,) = _segments(tmp_path / "copy")
    segment.write_bytes(segment.read_bytes() + b"x" * 9000)
    longer = segment.read_bytes()
    told = filled.replicate(copy_folder)
    (problem,) = told.problems
    assert not told.ok and "has more of" in problem and "`pressmark rebuild`" in problem and "\n" not in problem
    assert segment.read_bytes() == longer


def test_a_copy_that_went_on_comes_home_as_it_says(
    desk: Any, archive: Archive, house: Any, tmp_path: Path, make_desk: Any, make_article: Any, clock: Any
) -> None:
    url = "http://paper.example/news/quay"
    desk.take(desk.fetched(url, b"a quay", 1), make_article("Quay", "words of the quay"))
    place = store_of(str(tmp_path / "copy"), {})
    archive.replicate(place)
    archive.replicate(place)
    archive.close()
    shutil.copytree(tmp_path / "copy", tmp_path / "went on")
    rebuild(tmp_path / "went on")
    with Archive.open(tmp_path / "went on", write=True, now=clock) as other:
        make_desk(other).take(desk.fetched(url, b"a new quay", 60), make_article("Quay", "new words of the quay"))
        states = other.history(other.find(url)).states
    # the folder is put back to what the copy had when it was made, its database with it
    for file in (tmp_path / "copy" / "warc").iterdir():
        shutil.copy(file, house.where / "warc" / file.name)
    house.lose()
    house.rebuild()
    with house.open(write=True, now=clock) as again:
        told = again.replicate(store_of(str(tmp_path / "went on"), {}))
        assert not told.ok and "has more of" in told.problems[0]
    for file in (tmp_path / "went on" / "warc").iterdir():
        shutil.copy(file, house.where / "warc" / file.name)
    house.lose()
    house.rebuild()
    with house.open() as again:
        assert again.history(again.find(url)).states == states


DAMAGE: dict[str, Callable[[Path], object]] = {
    "one bit": lambda path: _flip(path, path.stat().st_size // 2),
    "the first byte": lambda path: _flip(path, 0),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:2000]),
    "gone": lambda path: path.unlink(),
    "zeros": lambda path: path.write_bytes(path.read_bytes()[:500] + bytes(3000) + path.read_bytes()[3500:]),
    "one bit at each end": lambda path: _flip(path, 300, path.stat().st_size - 2500),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_repair_puts_back_every_byte_and_says_so(filled: Archive, house: Any, place: Store, how: str) -> None:
    filled.replicate(place)
    filled.replicate(place)
    filled.close()
    (segment,) = _segments(house.where)
    sound = segment.read_bytes()
    held = len(_bytes(place, f"warc/{segment.name}"))
    tail = sound[held:]  # the copy has all but the event that tells of it, which the database has
    DAMAGE[how](segment)
    if how in {"cut off", "gone"}:
        with house.open() as archive:
            assert archive.verify().findings
    done = repair(house.where, lambda _: place)
    now = segment.read_bytes()
    assert done.ok and now[: len(sound)] == sound
    mended = {kind: sum(m.bytes for m in done.mended if m.kind == kind) for kind in (place.kind, DATABASE)}
    if how in {"cut off", "gone"}:
        assert mended[DATABASE] == len(tail)
    else:
        assert 0 < mended[place.kind] < len(sound) / 2 and not mended[DATABASE]
    with house.open() as archive:
        assert archive.verify().findings == ()
        (event,) = archive.events(kind="recovery")
        assert event.detail["detail"]["mended"][0]["segment"] == segment.name
    again = repair(house.where, lambda _: place)
    assert again.ok and not again.mended


@pytest.mark.parametrize("kind", ["conversion", "metadata"])
def test_damage_that_a_rebuild_passed_over_spoils_no_copy_and_comes_back_from_one(
    filled: Archive, house: Any, place: Store, kind: str
) -> None:
    before = [line.headline for line in filled.list(None)]
    filled.replicate(place)
    filled.close()
    (segment,) = _segments(house.where)
    held = _bytes(place, f"warc/{segment.name}")
    where = (
        "m.type = 'conversion'" if kind == "conversion" else "m.record_id IN (SELECT entry FROM ledger WHERE kind = 'collection')"
    )
    ((offset, length),) = house.run(f'SELECT m."offset", m.length FROM members m WHERE {where} ORDER BY 1 LIMIT 1')
    of = f'SELECT record_id FROM members WHERE "offset" = {offset}'
    lost = house.run(f"SELECT record, version, number FROM readings WHERE payload IN ({of})")
    _flip(segment, offset + length // 2)
    house.lose()
    if kind == "metadata":
        with pytest.raises(Damaged, match=r"hole|missing"):
            house.rebuild()
        return
    house.rebuild()
    with house.open(write=True) as archive:
        assert archive.verify().findings
        ((record, version, number),) = lost
        assert archive.show(record, version, number).is_lost
        told = archive.replicate(place, check=True)
    assert not told.ok and "pressmark repair --from" in told.problems[0]
    assert _bytes(place, f"warc/{segment.name}") == held, "the copy has the last good bytes"
    done = repair(house.where, lambda _: place, copies=[place])
    assert [m.spans for m in done.mended] == [((offset, length),)] and "pressmark rebuild" in done.problems[0]
    assert segment.read_bytes()[: len(held)] == held
    house.lose()
    house.rebuild()
    with house.open() as archive:
        assert archive.verify().findings == () and [line.headline for line in archive.list(None)] == before
        assert not archive.show(record, version, number).is_lost


def test_a_copy_that_has_one_of_two_damaged_neighbours_is_left_as_it_is(filled: Archive, house: Any, copy_folder: Store) -> None:
    filled.replicate(copy_folder)
    filled.close()
    (segment,) = _segments(house.where)
    (copied,) = _segments(house.where.parent / "copy")
    asked = "SELECT \"offset\", length FROM members WHERE type IN ('request', 'response') ORDER BY 1 LIMIT 2"
    one, other = house.run(asked)
    assert one[0] + one[1] == other[0], "neighbours"
    _flip(segment, one[0] + one[1] // 2, other[0] + other[1] // 2)
    _flip(copied, one[0] + one[1] // 2)
    held = copied.read_bytes()
    house.lose()
    house.rebuild()
    with house.open(write=True) as archive:
        told = archive.replicate(copy_folder, check=True)
    assert not told.ok and "pressmark repair --from" in told.problems[0]
    assert copied.read_bytes() == held, "the copy has the last good bytes of one"
    done = repair(house.where, lambda _: copy_folder, copies=[copy_folder])
    assert [m.spans for m in done.mended] == [(other,)]


@pytest.mark.both_engines
def test_a_lost_segment_comes_back_whole(filled: Archive, house: Any, copy_folder: Store, clock: Any) -> None:
    filled.replicate(copy_folder)
    filled.close()
    with house.open(write=True, now=clock, segment_limit=1000) as archive:
        archive.replicate(copy_folder)  # its own event is in a segment of its own
    whole, last = _segments(house.where)
    sound = whole.read_bytes()
    whole.unlink()
    done = repair(house.where, lambda _: copy_folder, copies=[copy_folder], database_url=house.url)
    assert done.ok and [m.segment for m in done.mended] == [whole.name]
    assert whole.read_bytes() == sound and last.is_file()
    with house.open() as archive:
        assert archive.verify().findings == ()


def test_repair_without_a_copy_says_what_to_do(filled: Archive, house: Any, tmp_path: Path) -> None:
    filled.close()
    (segment,) = _segments(house.where)
    _flip(segment, 1000)
    damaged = segment.read_bytes()
    done = repair(house.where, lambda address: store_of(address, {}))
    assert not done.ok and "--from" in done.problems[0] and segment.read_bytes() == damaged
    with pytest.raises(BadCall, match="no copy of an archive"):
        repair(house.where, lambda address: store_of(address, {}), copies=[store_of(str(tmp_path / "nothing"), {})])


def test_a_copy_that_is_damaged_in_the_same_place_mends_nothing(filled: Archive, house: Any, copy_folder: Store) -> None:
    filled.replicate(copy_folder)
    filled.close()
    for folder in (house.where, house.where.parent / "copy"):
        _flip(_segments(folder)[0], 1000)
    damaged = _segments(house.where)[0].read_bytes()
    done = repair(house.where, lambda _: copy_folder)
    assert not done.ok and not done.mended and _segments(house.where)[0].read_bytes() == damaged


def test_a_bucket_that_is_not_there_and_credentials_that_are_missing(filled: Archive, service: Any) -> None:
    with pytest.raises(StorageUnavailable, match="there is no bucket nobody-made-it"):
        filled.replicate(store_of("s3://nobody-made-it/x", service.environ, 1))
    with pytest.raises(BadCall, match="AWS_ACCESS_KEY_ID"):
        filled.replicate(store_of(service.address, {}, 1))
    for address in ("ftp://host/x", "s3://", "s3://key:secret@bucket/x"):
        with pytest.raises(BadCall) as error:
            store_of(address, {})
        assert "key:secret" not in str(error.value)


def test_copies_whose_place_a_rebuild_forgot_are_named(filled: Archive, house: Any, copy_folder: Store) -> None:
    checked = _copied_and_rebuilt(filled, house, copy_folder, "the attic")
    with house.open() as again:
        assert again.stats()["copies"] == checked and checked["the attic"]["checked_at"]
    (segment,) = _segments(house.where)
    _flip(segment, 300)
    done = repair(house.where, lambda _: copy_folder, database_url=house.url)
    assert not done.ok and "where these copies are is not known here: the attic: give one with --from" in done.problems[0]
    assert repair(house.where, lambda _: copy_folder, copies=[copy_folder], database_url=house.url).ok
