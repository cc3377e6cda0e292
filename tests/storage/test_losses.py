"""What is lost is named, in one line, and nothing that is still there is given up for it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.article import Article
from model.errors import BadCall, Damaged
from model.ids import mint_archive_id
from storage import Archive, rebuild
from storage.database import Database
from storage.warc import Member, walk

URL = "http://paper.example/news/quay"
Telling = Callable[[Archive], dict[str, Any]]


@pytest.fixture
def closed(filled: Archive, where: Path) -> Path:
    filled.close()
    return where


@pytest.fixture
def two(where: Path, clock: Any, make_desk: Any, make_article: Any) -> Path:
    """An archive of two segments that hold records of their own."""
    with Archive.create(where, now=clock) as one, Archive.open(where, write=True, now=clock) as other:
        desks = [make_desk(one), make_desk(other)]
        desks[0].take(desks[0].fetched(URL, b"one", 1), make_article("Quay", "first words"))
        desks[1].take(desks[1].fetched(URL + "/two", b"two", 1), make_article("Two", "words of two"))
    assert len(_segments(where)) == 2
    return where


def _segments(where: Path) -> list[Path]:
    return sorted((where / "warc").glob("*.warc.gz"))


def _files(where: Path) -> dict[str, bytes]:
    names = (p for p in sorted(where.rglob("*")) if p.is_file() and not p.name.endswith(("-wal", "-shm")))
    return {str(p.relative_to(where)): p.read_bytes() for p in names}


def _drop_database(where: Path) -> None:
    for file in where.glob("pressmark.db*"):
        file.unlink()


def _refuses(where: Path, call: Callable[[], object], *words: str, kind: type[Exception] = Damaged) -> None:
    """The call is refused in one line that has these words, and not a byte of the folder has changed."""
    before = _files(where)
    with pytest.raises(kind) as error:
        call()
    said = str(error.value)
    assert "\n" not in said and "sqlalchemy" not in said
    for word in words:
        assert word in said
    assert _files(where) == before


def _flip(path: Path, member: Member) -> None:
    data = bytearray(path.read_bytes())
    data[member.offset + member.length // 2] ^= 1
    path.write_bytes(data)


def _members(path: Path, kind: str, uri: str = "") -> list[Member]:
    found = [m for m in walk(path) if isinstance(m, Member) and m.type == kind]
    return [m for m in found if m.headers.get("warc-target-uri", "").startswith(uri)]


# a database that knows more than the WARCs


def test_a_rebuild_without_a_segment_that_the_database_knows_is_refused(two: Path, telling: Telling) -> None:
    with Archive.open(two) as archive:
        before = telling(archive)
    lost = _segments(two)[-1].rename(two.parent / _segments(two)[-1].name)
    _refuses(two, lambda: rebuild(two), f"segment warc/{lost.name}", "more", "restore", "move pressmark.db away")
    shutil.move(lost, two / "warc" / lost.name)
    rebuild(two)
    with Archive.open(two) as archive:
        assert telling(archive) == before


def test_a_rebuild_without_the_end_of_a_segment_is_refused_until_the_database_is_away(two: Path) -> None:
    path = _segments(two)[-1]
    last = [m for m in walk(path) if isinstance(m, Member)][-1]
    path.write_bytes(path.read_bytes()[: last.offset])
    _refuses(two, lambda: rebuild(two), f"segment warc/{path.name} from byte {last.offset}", "1 more", "move pressmark.db away")
    _drop_database(two)
    assert rebuild(two)["records"] == 1


def test_a_rebuild_without_an_entry_that_the_database_has_is_refused(two: Path) -> None:
    path = _segments(two)[-1]
    entry = _members(path, "metadata", "urn:pressmark:ledger:")[-1]
    _flip(path, entry)
    _refuses(two, lambda: rebuild(two), "ledger entry 1 of ", "missing from the WARCs: restore")


def test_a_database_that_cannot_be_read_does_not_stand_in_the_way(two: Path, telling: Telling) -> None:
    with Archive.open(two) as archive:
        before = telling(archive)
    (two / "pressmark.db").write_bytes(b"noise" * 5000)
    rebuild(two)
    with Archive.open(two) as archive:
        assert telling(archive) == before


def test_a_rebuild_without_the_folder_of_segments_is_refused(closed: Path) -> None:
    shutil.rmtree(closed / "warc")
    _refuses(closed, lambda: rebuild(closed), "warc is missing: restore it")
    (closed / "warc").write_bytes(b"x")
    _refuses(closed, lambda: rebuild(closed), "warc is missing: restore it")


def test_a_ledger_without_its_beginning_is_refused(two: Path) -> None:
    _segments(two)[0].unlink()
    _drop_database(two)
    _refuses(two, lambda: rebuild(two), "does not begin with the archive's own entry: restore")


def test_no_archive_is_made_over_the_database_of_another(closed: Path) -> None:
    (closed / "pressmark-archive.json").unlink()
    shutil.rmtree(closed / "warc")
    _refuses(closed, lambda: Archive.create(closed), "restore that file from a copy", kind=BadCall)
    (closed / "pressmark.db").write_bytes(b"noise" * 5000)
    _refuses(closed, lambda: Archive.create(closed), "or is damaged: name another place", kind=BadCall)


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE presses (name TEXT); INSERT INTO presses VALUES ('Tarn');",
        "CREATE TABLE ledger (entry TEXT);",
        "CREATE TABLE settings (key TEXT, value TEXT); CREATE TABLE ledger (id TEXT);",
        "CREATE TABLE settings (name TEXT); CREATE TABLE ledger (id TEXT);",
        "PRAGMA journal_mode=WAL; CREATE TABLE presses (name TEXT); INSERT INTO presses VALUES ('Tarn');",
    ],
)
def test_no_archive_is_made_over_a_database_of_something_else(where: Path, script: str) -> None:
    where.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        db.executescript(script)
    _refuses(where, lambda: Archive.create(where), "that is no archive's of Pressmark", kind=BadCall)
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        db.executescript("PRAGMA journal_mode=WAL; CREATE TABLE more (name TEXT)")  # what its owner has at work beside it
        _refuses(where, lambda: Archive.create(where), "that is no archive's of Pressmark", kind=BadCall)


def test_no_archive_is_made_over_the_readme_of_something_else(where: Path) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "README.txt").write_text("How our presses are oiled.")
    _refuses(where, lambda: Archive.create(where), "README.txt of something else", kind=BadCall)


@pytest.mark.parametrize("empty", [True, False], ids=["an empty file", "tables without an entry"])
def test_what_a_broken_off_creation_left_is_replaced(where: Path, empty: bool) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "README.txt").write_text("This folder is a Press")
    if empty:
        (where / "pressmark.db").write_bytes(b"")
    else:
        with closing(Database.at(where / "pressmark.db")) as database:
            database.create(mint_archive_id())
    with Archive.create(where) as archive:
        assert archive.verify().ok


# copies


def test_a_second_copy_of_a_segment_is_named(closed: Path, telling: Telling) -> None:
    with Archive.open(closed) as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    copy = segment.with_name(segment.name.replace(".warc.gz", "-copy.warc.gz"))
    shutil.copy(segment, copy)
    words = (f"{copy.name} is a copy of warc/{segment.name}: move it out of warc/",)
    _refuses(closed, lambda: Archive.open(closed, write=True), *words)
    _refuses(closed, lambda: rebuild(closed), *words)
    database = (closed / "pressmark.db").rename(closed.parent / "away.db")
    _refuses(closed, lambda: rebuild(closed), *words)
    shutil.move(database, closed / "pressmark.db")
    copy.unlink()
    with Archive.open(closed, write=True) as archive:
        assert telling(archive) == before


def test_a_copy_that_has_lost_its_beginning_is_named_too(closed: Path) -> None:
    (segment,) = _segments(closed)
    copy = segment.with_name(segment.name.replace(".warc.gz", "-copy.warc.gz"))
    shutil.copy(segment, copy)
    _flip(copy, _members(copy, "warcinfo")[0])
    words = (f"{copy.name} is a copy of warc/{segment.name}: move it out of warc/",)
    _refuses(closed, lambda: Archive.open(closed, write=True), *words)
    _refuses(closed, lambda: rebuild(closed), *words)


def test_a_renamed_segment_is_asked_to_have_its_name_back(closed: Path, telling: Telling) -> None:
    with Archive.open(closed) as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    other = segment.rename(segment.with_name(segment.name.replace(".warc.gz", "-old.warc.gz")))
    words = (f"{other.name} seems to be warc/{segment.name} renamed: give it its name back",)
    _refuses(closed, lambda: Archive.open(closed, write=True), *words)
    _refuses(closed, lambda: rebuild(closed), *words)
    other.rename(segment)
    with Archive.open(closed, write=True) as archive:
        assert telling(archive) == before


# one flipped bit, the database lost


def test_a_lost_text_costs_that_text_only(closed: Path, telling: Telling) -> None:
    with Archive.open(closed) as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    lost = _members(segment, "conversion")[0]
    _flip(segment, lost)
    _drop_database(closed)
    assert rebuild(closed)["damaged"] == 1
    with Archive.open(closed, write=True) as archive:
        after = telling(archive)
        pairs = [(was.article, now.article) for was, now in zip(before["versions"], after["versions"], strict=True)]
        assert [now for was, now in pairs if was != now] == [Article()]
        assert after["events"] == before["events"]
        places = [f.place for f in archive.verify().findings]
    assert f"warc/{segment.name}:{lost.offset}" in places
    assert any(p.startswith("reading ") for p in places)
    rebuild(closed)  # nothing more is lost by doing it again


def test_a_lost_note_costs_that_note_only(closed: Path, telling: Telling) -> None:
    with Archive.open(closed) as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    (note,) = _members(segment, "resource", "urn:pressmark:note:")
    _flip(segment, note)
    _refuses(closed, lambda: rebuild(closed), f"content record {note.id} missing from the WARCs: restore")
    _drop_database(closed)
    assert rebuild(closed)["damaged"] == 1
    with Archive.open(closed) as archive:
        assert telling(archive)["versions"] == before["versions"]
        assert f"warc/{segment.name}:{note.offset}" in [f.place for f in archive.verify().findings]


def test_lost_facts_of_a_capture_are_named(closed: Path) -> None:
    (segment,) = _segments(closed)
    facts = _members(segment, "metadata", "urn:pressmark:capture:")[0]
    _flip(segment, facts)
    capture = facts.headers["warc-target-uri"].rpartition(":")[2]
    place = re.escape(f"{segment.name}:{facts.offset}")
    _drop_database(closed)
    told = f"^the facts of capture {capture} are missing from the WARCs .*{place}.*: restore them from a copy .*$"
    with pytest.raises(Damaged, match=told):
        rebuild(closed)


# odd things in the folder


def test_what_is_called_a_segment_and_is_no_file_stops_nothing(closed: Path, telling: Telling) -> None:
    with Archive.open(closed) as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    prefix = segment.name.partition("-")[0]
    (closed / "warc" / f"{prefix}-a-folder.warc.gz").mkdir()
    (closed / "warc" / f"{prefix}-nowhere.warc.gz").symlink_to("/nonexistent/place")
    real = segment.rename(closed.parent / "elsewhere.gz")
    segment.symlink_to(real)
    with Archive.open(closed, write=True) as archive:
        assert telling(archive) == before
        assert archive.stats()["warc_bytes"] == real.stat().st_size
        named = {f.place for f in archive.verify().findings}
        assert named == {f"warc/{prefix}-a-folder.warc.gz", f"warc/{prefix}-nowhere.warc.gz"}
    rebuild(closed)
    with Archive.open(closed) as archive:
        assert telling(archive) == before


@pytest.mark.parametrize("created", [None, 7], ids=["no", "a number as"])
def test_a_descriptor_with_no_time_of_creation_is_damaged(closed: Path, created: int | None) -> None:
    descriptor = closed / "pressmark-archive.json"
    plain = json.loads(descriptor.read_text("utf-8"))
    del plain["created"]
    descriptor.write_text(json.dumps(plain | ({"created": created} if created else {})), "utf-8")
    for call in (lambda: Archive.open(closed), lambda: Archive.open(closed, write=True), lambda: rebuild(closed)):
        _refuses(closed, call, "is damaged: restore it from a copy")
