"""The database thrown away and made anew from the WARCs: everything is said as before."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.capture import Basis, Fidelity, Import
from model.errors import Damaged, NewerFormat, NotFound, StorageUnavailable
from storage import Archive, rebuild

Telling = Callable[[Archive], dict[str, Any]]


def _drop_database(where: Path) -> None:
    for file in where.glob("pressmark.db*"):
        file.unlink(missing_ok=True)


@pytest.mark.both_engines
def test_everything_is_said_as_before(filled: Archive, house: Any, telling: Telling) -> None:
    before = telling(filled)
    assert len(before["list"]) == 4 and before["stats"]["captures"] == 18
    filled.close()
    house.lose()
    with pytest.raises(Damaged, match="pressmark rebuild"):
        house.open()
    counts = house.rebuild()
    with house.open(write=True) as again:
        assert telling(again) == before
        assert again.verify().findings == ()
    assert (counts["records"], counts["captures"], counts["damaged"], counts["voided"]) == (4, 18, 0, 0)
    assert counts["entries"] == len(before["events"])
    assert sorted(p.name for p in house.where.iterdir()) == sorted(
        ["README.txt", "pressmark-archive.json", "warc", *([] if house.url else ["pressmark.db"])]
    )


@pytest.mark.both_engines
def test_rows_of_every_projection_come_back(filled: Archive, house: Any) -> None:
    filled.close()
    before = house.rows()
    house.lose()
    house.rebuild()
    after = house.rows()
    for table in before:
        assert after[table] == before[table], table


def test_an_archive_goes_on_after_a_rebuild_as_if_nothing_had_been(
    filled: Archive, where: Path, tmp_path: Path, make_desk: Any, make_article: Any
) -> None:
    filled.close()
    shutil.copytree(where, tmp_path / "other")
    _drop_database(tmp_path / "other")
    rebuild(tmp_path / "other")
    answers = []
    for place in (where, tmp_path / "other"):
        with Archive.open(place, write=True) as archive:
            desk = make_desk(archive)
            edit = desk.take(desk.fetched("http://paper.example/news/quay", b"new", 99), make_article("Quay burns", "new words"))
            check = desk.take(desk.fetched("http://paper.example/news/quay", b"nw", 100), make_article("Quay burns", "new words"))
            answers.append([(r.outcome, r.record, r.version, r.change) for r in (edit, check)])
            assert archive.verify().ok
    assert answers[0] == answers[1]


@pytest.mark.both_engines
def test_a_rebuild_over_a_good_database_changes_nothing(filled: Archive, house: Any, telling: Telling) -> None:
    before = telling(filled)
    filled.close()
    house.rebuild()
    house.rebuild()
    with house.open() as again:
        assert telling(again) == before


@pytest.mark.both_engines
def test_a_rebuild_while_a_writer_holds_a_segment_is_refused(filled: Archive, house: Any, telling: Telling) -> None:
    before = telling(filled)
    with pytest.raises(StorageUnavailable, match="another process is writing"):
        house.rebuild()
    assert telling(filled) == before


@pytest.mark.both_engines
def test_a_rebuild_while_a_writer_is_open_that_has_not_written_yet_is_refused(
    filled: Archive, house: Any, make_desk: Any, make_article: Any
) -> None:
    filled.close()
    with house.open(write=True) as writer:
        with pytest.raises(StorageUnavailable, match="another process is writing"):
            house.rebuild()
        desk = make_desk(writer)
        taken = desk.take(desk.fetched("http://paper.example/news/new", b"new", 50), make_article("New", "new words"))
    with house.open() as again:
        assert again.find("http://paper.example/news/new") == taken.record


@pytest.mark.both_engines
def test_readers_do_not_stand_in_the_way_of_a_rebuild(filled: Archive, house: Any) -> None:
    filled.close()
    with house.open() as reader:
        lines = list(reader.list())
        assert house.rebuild()["records"] == len(lines)


def test_a_lost_segment_is_a_hole_that_is_named_and_the_old_database_stays(
    where: Path, clock: Any, make_desk: Any, fill_desk: Any, telling: Telling
) -> None:
    with Archive.create(where, now=clock, segment_limit=6_000) as archive:
        fill_desk(make_desk(archive))
        before = telling(archive)
    segments = sorted((where / "warc").iterdir())
    assert len(segments) > 2
    lost = segments[1].rename(where.parent / "lost")
    old = (where / "pressmark.db").read_bytes()
    with pytest.raises(Damaged, match=r"segment warc/.* and \d+ more missing from the WARCs: run `pressmark repair`") as told:
        rebuild(where)
    assert "\n" not in str(told.value) and told.value.facts["place"]
    assert (where / "pressmark.db").read_bytes() == old
    assert not (where / "pressmark.db.new").exists()
    lost.rename(segments[1])
    _drop_database(where)
    rebuild(where)
    with Archive.open(where) as again:
        assert telling(again) == before


def test_a_damaged_content_record_is_named_and_the_old_database_stays(filled: Archive, where: Path, telling: Telling) -> None:
    before = telling(filled)
    filled.close()
    with sqlite3.connect(where / "pressmark.db") as db:
        name, offset = db.execute(
            "SELECT s.name, m.offset FROM members m JOIN segments s ON s.id = m.segment WHERE m.type = 'conversion' LIMIT 1"
        ).fetchone()
    db.close()
    path = where / "warc" / name
    data = bytearray(path.read_bytes())
    data[offset + 40] ^= 1
    path.write_bytes(data)
    with pytest.raises(Damaged, match="missing from the WARCs: run `pressmark repair`"):
        rebuild(where)
    with Archive.open(where) as again:
        assert telling(again) == before


def test_a_damaged_payload_costs_that_capture_only(filled: Archive, where: Path, telling: Telling) -> None:
    before = telling(filled)
    filled.close()
    with sqlite3.connect(where / "pressmark.db") as db:
        query = (
            "SELECT s.name, m.offset, m.record_id FROM members m JOIN segments s ON s.id = m.segment WHERE m.type = 'response'"
        )
        name, offset, capture = db.execute(query).fetchone()
    db.close()
    path = where / "warc" / name
    data = bytearray(path.read_bytes())
    data[offset + 40] ^= 1
    path.write_bytes(data)
    _drop_database(where)
    assert rebuild(where)["damaged"] == 1
    with Archive.open(where) as again:
        told = telling(again)
        assert told == before
        with pytest.raises(Damaged, match="verify"):
            again.load_capture(capture)
        assert [f.place for f in again.verify().findings if f.place.startswith("warc/")] == [f"warc/{name}:{offset}"]


def test_a_rebuild_where_no_archive_is_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        rebuild(tmp_path)


def test_a_rebuild_of_a_newer_archive_is_refused(filled: Archive, where: Path) -> None:
    filled.close()
    descriptor = where / "pressmark-archive.json"
    descriptor.write_text(descriptor.read_text("utf-8").replace('"pressmark": 1', '"pressmark": 2'), "utf-8")
    with pytest.raises(NewerFormat):
        rebuild(where)


def test_a_rebuild_that_is_killed_leaves_an_archive_that_can_be_rebuilt(filled: Archive, where: Path, telling: Telling) -> None:
    before = telling(filled)
    filled.close()
    program = "import os, sys, storage; storage.rebuild(sys.argv[1], progress=lambda d, t: os._exit(9) if d > t / 2 else None)"
    assert subprocess.run([sys.executable, "-c", program, str(where)], check=False).returncode == 9
    with Archive.open(where) as again:
        assert telling(again) == before
    _drop_database(where)
    rebuild(where)
    with Archive.open(where) as again:
        assert telling(again) == before


@pytest.mark.both_engines
def test_records_of_another_archives_warcs_keep_their_own_ids_beside_ours(
    archive: Archive, desk: Any, house: Any, make_article: Any, make_desk: Any
) -> None:
    url = "http://paper.example/news/reeds"
    foreign = [f"urn:uuid:0b1c5c1e-0000-4000-8000-00000000000{n}" for n in (1, 2)]

    def imported(n: int) -> Any:
        head = ("WARC/1.0", "WARC-Type: response", f"WARC-Record-ID: <{foreign[n]}>")
        made = Import("The Reed Bank Library", Fidelity.RAW, foreign[n], "sha1:X", "response", ("\r\n".join(head),))
        page = desk.fetched(url, f"reeds {n}".encode(), n)
        return replace(page, basis=Basis.IMPORTED, origin_key=f"import:{foreign[n]}", imported=made)

    copies = [imported(0), imported(1)]
    taken = [desk.take(copy, make_article("Reeds", f"words of the reeds {n}")) for n, copy in enumerate(copies)]
    assert len({x.record for x in taken}) == 1 and [x.version for x in taken] == [1, 2]
    archive.close()
    house.lose()
    house.rebuild()
    with house.open(write=True) as again:
        for n, copy in enumerate(copies):
            view = again.show(taken[0].record, n + 1)
            back = again.load_capture(view.state.capture)
            assert back.imported == copy.imported and back.origin_key == copy.origin_key and back.entity == copy.entity
            assert view.state.capture not in foreign[n] and taken[n].capture == view.state.capture
            assert next(iter(again.copies_of(url, foreign[n]))).imported == copy.imported
        twice = make_desk(again).take(copies[1], make_article("Reeds", "words of the reeds 1"))
        assert (twice.record, twice.version, again.stats()["captures"]) == (taken[1].record, 2, 2)
        assert again.verify().ok
