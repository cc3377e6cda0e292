"""What is lost is named, in one line, and nothing that is still there is given up for it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.article import Article
from model.errors import Damaged
from storage import Archive
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"
Telling = Callable[[Archive], dict[str, Any]]


@pytest.fixture
def two(house: Any, clock: Any, make_desk: Any, make_article: Any) -> Any:
    """An archive of two segments that hold records of their own."""
    with house.create(now=clock) as one, house.open(write=True, now=clock) as other:
        desks = [make_desk(one), make_desk(other)]
        desks[0].take(desks[0].fetched(URL, b"one", 1), make_article("Quay", "first words"))
        desks[1].take(desks[1].fetched(URL + "/two", b"two", 1), make_article("Two", "words of two"))
    assert len(_segments(house)) == 2
    return house


def _segments(house: Any) -> list[Path]:
    return sorted((house.where / "warc").glob("*.warc.gz"))


def _files(where: Path) -> dict[str, bytes]:
    names = (p for p in sorted(where.rglob("*")) if p.is_file() and not p.name.endswith(("-wal", "-shm")))
    return {str(p.relative_to(where)): p.read_bytes() for p in names}


def _refuses(house: Any, call: Callable[[], object], *words: str, kind: type[Exception] = Damaged) -> None:
    """The call is refused in one line that has these words, and not a byte of the folder has changed."""
    before = _files(house.where)
    with pytest.raises(kind) as error:
        call()
    said = str(error.value)
    assert "\n" not in said and "sqlalchemy" not in said
    for word in words:
        assert word in said
    assert _files(house.where) == before


def _away(house: Any) -> str:
    """How a person is told to put the database away."""
    return "move pressmark.db away" if house.url is None else "from pressmark.archives"


def _flip(path: Path, member: Member) -> None:
    data = bytearray(path.read_bytes())
    data[member.offset + member.length // 2] ^= 1
    path.write_bytes(data)


def _members(path: Path, kind: str, uri: str = "") -> list[Member]:
    found = [m for m in walk(path) if isinstance(m, Member) and m.type == kind]
    return [m for m in found if m.headers.get("warc-target-uri", "").startswith(uri)]


# a database that knows more than the WARCs


def test_a_rebuild_without_a_segment_that_the_database_knows_is_refused(two: Any, telling: Telling) -> None:
    with two.open() as archive:
        before = telling(archive)
    lost = _segments(two)[-1].rename(two.where.parent / _segments(two)[-1].name)
    _refuses(two, two.rebuild, f"segment warc/{lost.name}", "more", "pressmark repair", _away(two))
    shutil.move(lost, two.where / "warc" / lost.name)
    two.rebuild()
    with two.open() as archive:
        assert telling(archive) == before


def test_a_rebuild_without_the_end_of_a_segment_is_refused_until_the_database_is_away(two: Any) -> None:
    path = _segments(two)[-1]
    last = [m for m in walk(path) if isinstance(m, Member)][-1]
    path.write_bytes(path.read_bytes()[: last.offset])
    _refuses(two, two.rebuild, f"segment warc/{path.name} from byte {last.offset}", "1 more", _away(two))
    two.lose()
    assert two.rebuild()["records"] == 1


def test_a_rebuild_without_an_entry_that_the_database_has_is_refused(two: Any) -> None:
    path = _segments(two)[-1]
    entry = _members(path, "metadata", "urn:pressmark:ledger:")[-1]
    _flip(path, entry)
    _refuses(two, two.rebuild, "ledger entry 1 of ", "missing from the WARCs: run `pressmark repair`")


def test_a_database_that_cannot_be_read_does_not_stand_in_the_way(two: Any, telling: Telling) -> None:
    with two.open() as archive:
        before = telling(archive)
    if two.url is None:
        (two.where / "pressmark.db").write_bytes(b"noise" * 5000)
    else:
        two.run("DROP TABLE ledger")
    two.rebuild()
    with two.open() as archive:
        assert telling(archive) == before


def test_a_rebuild_without_the_folder_of_segments_is_refused(closed: Any) -> None:
    shutil.rmtree(closed.where / "warc")
    _refuses(closed, closed.rebuild, "warc is missing: restore it")
    (closed.where / "warc").write_bytes(b"x")
    _refuses(closed, closed.rebuild, "warc is missing: restore it")


def test_a_ledger_without_its_beginning_is_refused(two: Any) -> None:
    _segments(two)[0].unlink()
    two.lose()
    _refuses(two, two.rebuild, "does not begin with the archive's own entry: restore")


# copies


def test_a_second_copy_of_a_segment_is_named(closed: Any, telling: Telling) -> None:
    with closed.open() as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    copy = segment.with_name(segment.name.replace(".warc.gz", "-copy.warc.gz"))
    shutil.copy(segment, copy)
    words = (f"{copy.name} is a copy of warc/{segment.name}: move it out of warc/",)
    _refuses(closed, lambda: closed.open(write=True), *words)
    _refuses(closed, closed.rebuild, *words)
    closed.lose()
    _refuses(closed, closed.rebuild, *words)
    copy.unlink()
    closed.rebuild()
    with closed.open(write=True) as archive:
        assert telling(archive) == before


def test_a_copy_that_has_lost_its_beginning_is_named_too(closed: Any) -> None:
    (segment,) = _segments(closed)
    copy = segment.with_name(segment.name.replace(".warc.gz", "-copy.warc.gz"))
    shutil.copy(segment, copy)
    _flip(copy, _members(copy, "warcinfo")[0])
    words = (f"{copy.name} is a copy of warc/{segment.name}: move it out of warc/",)
    _refuses(closed, lambda: closed.open(write=True), *words)
    _refuses(closed, closed.rebuild, *words)


def test_a_renamed_segment_is_asked_to_have_its_name_back(closed: Any, telling: Telling) -> None:
    with closed.open() as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    other = segment.rename(segment.with_name(segment.name.replace(".warc.gz", "-old.warc.gz")))
    words = (f"{other.name} seems to be warc/{segment.name} renamed: give it its name back",)
    _refuses(closed, lambda: closed.open(write=True), *words)
    _refuses(closed, closed.rebuild, *words)
    other.rename(segment)
    with closed.open(write=True) as archive:
        assert telling(archive) == before


# one flipped bit, the database lost


def test_a_lost_text_costs_that_text_only(closed: Any, telling: Telling) -> None:
    with closed.open() as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    lost = _members(segment, "conversion")[0]
    _flip(segment, lost)
    closed.lose()
    assert closed.rebuild()["damaged"] == 1
    with closed.open(write=True) as archive:
        after = telling(archive)
        pairs = [(was.article, now.article) for was, now in zip(before["versions"], after["versions"], strict=True)]
        assert [now for was, now in pairs if was != now] == [Article()]
        assert after["events"] == before["events"]
        places = [f.place for f in archive.verify().findings]
    assert f"warc/{segment.name}:{lost.offset}" in places
    assert any(p.startswith("reading ") for p in places)
    closed.rebuild()  # nothing more is lost by doing it again


def test_a_lost_note_costs_that_note_only(closed: Any, telling: Telling) -> None:
    with closed.open() as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    (note,) = _members(segment, "resource", "urn:pressmark:note:")
    _flip(segment, note)
    _refuses(closed, closed.rebuild, f"content record {note.id} missing from the WARCs: run `pressmark repair`")
    closed.lose()
    assert closed.rebuild()["damaged"] == 1
    with closed.open() as archive:
        assert telling(archive)["versions"] == before["versions"]
        assert f"warc/{segment.name}:{note.offset}" in [f.place for f in archive.verify().findings]


def test_lost_facts_of_a_capture_are_named(closed: Any) -> None:
    (segment,) = _segments(closed)
    facts = _members(segment, "metadata", "urn:pressmark:capture:")[0]
    _flip(segment, facts)
    capture = facts.headers["warc-target-uri"].rpartition(":")[2]
    place = re.escape(f"{segment.name}:{facts.offset}")
    closed.lose()
    told = f"^the facts of capture {capture} are missing from the WARCs .*{place}.*: restore them from a copy .*$"
    with pytest.raises(Damaged, match=told):
        closed.rebuild()


# odd things in the folder


def test_what_is_called_a_segment_and_is_no_file_stops_nothing(closed: Any, telling: Telling) -> None:
    with closed.open() as archive:
        before = telling(archive)
    (segment,) = _segments(closed)
    prefix = segment.name.partition("-")[0]
    (closed.where / "warc" / f"{prefix}-a-folder.warc.gz").mkdir()
    (closed.where / "warc" / f"{prefix}-nowhere.warc.gz").symlink_to("/nonexistent/place")
    real = segment.rename(closed.where.parent / "elsewhere.gz")
    segment.symlink_to(real)
    with closed.open(write=True) as archive:
        assert telling(archive) == before
        assert archive.stats()["warc_bytes"] == real.stat().st_size
        named = {f.place for f in archive.verify().findings}
        assert named == {f"warc/{prefix}-a-folder.warc.gz", f"warc/{prefix}-nowhere.warc.gz"}
    closed.rebuild()
    with closed.open() as archive:
        assert telling(archive) == before


@pytest.mark.parametrize("created", [None, 7], ids=["no", "a number as"])
def test_a_descriptor_with_no_time_of_creation_is_damaged(closed: Any, created: int | None) -> None:
    descriptor = closed.where / "pressmark-archive.json"
    plain = json.loads(descriptor.read_text("utf-8"))
    del plain["created"]
    descriptor.write_text(json.dumps(plain | ({"created": created} if created else {})), "utf-8")
    for call in (lambda: closed.open(), lambda: closed.open(write=True), closed.rebuild):
        _refuses(closed, call, "is damaged: restore it from a copy")
