"""Who writes into which WARC file: one writer a file, which is gone on with when that writer is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from storage import Archive

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"
Telling = Callable[[Archive], dict[str, Any]]
_WRITER = """
import sys, time
from storage import Archive
where, url, record = sys.argv[1:]
with Archive.open(where, write=True, database_url=None if url == "-" else url) as archive:
    archive.by("Ada").note(record, "written by a process that will be killed")
    print("written", flush=True)
    time.sleep(600)
"""


def _sizes(house: Any) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted((house.where / "warc").iterdir())}


@pytest.fixture
def record(desk: Any, archive: Archive, make_article: Any) -> str:
    """A record of an archive with one file, which nobody has open."""
    taken: str = desk.take(
        desk.fetched("http://paper.example/quay", b"quay", 1), make_article("Quay", "words of the quay")
    ).record
    archive.close()
    return taken


def test_two_writers_have_a_file_each_and_the_next_goes_on_with_one_of_them(record: str, house: Any) -> None:
    first = _sizes(house)
    assert len(first) == 1
    with house.open(write=True) as one, house.open(write=True) as other:
        one.by("Ada").note(record, "by the one")
        other.by("Ada").note(record, "by the other")
        one.by("Ada").note(record, "by the one again")
        both = _sizes(house)
        assert len(both) == 2 and both.items().isdisjoint(first.items())
        assert one.verify().findings == ()
    with house.open(write=True) as next_one:
        next_one.by("Ada").note(record, "by the next")
        assert next_one.verify().findings == ()
    after = _sizes(house)
    assert after.keys() == both.keys() and sum(after[name] > both[name] for name in both) == 1


def test_a_full_file_is_not_gone_on_with(record: str, house: Any) -> None:
    (full,) = _sizes(house).items()
    with house.open(write=True, segment_limit=full[1]) as archive:
        archive.by("Ada").note(record, "into a new one")
    after = _sizes(house)
    assert after.pop(full[0]) == full[1] and len(after) == 1


def test_the_file_of_a_process_that_was_killed_is_gone_on_with(record: str, house: Any, tmp_path: Path) -> None:
    program = [sys.executable, "-c", _WRITER, str(house.where), house.url or "-", record]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "written\n"
        with house.open(write=True) as archive:
            archive.by("Ada").note(record, "beside it")
        beside = _sizes(house)
        process.kill()
    assert len(beside) == 2
    with house.open(write=True) as one, house.open(write=True) as other:
        one.by("Ada").note(record, "after it")
        other.by("Ada").note(record, "after it, too")
        assert one.verify().findings == ()
    assert _sizes(house).keys() == beside.keys()
    with house.open() as archive:
        assert len([x for x in archive.history(record).labels if x["kind"] == "note"]) == 4


def test_a_foreign_file_among_the_segments_is_never_touched(house: Any, clock: Any, make_desk: Any, make_article: Any) -> None:
    house.create(now=clock).close()
    foreign = {
        "zz-other-20260101000000-00001-host.warc.gz": b"not ours, not even gzip" * 10,
        "notes.txt": b"a note",
        "aaaaaa-20260101000000-00001-bbbbbb.warc.gz": b"",
    }
    for name, data in foreign.items():
        (house.where / "warc" / name).write_bytes(data)
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "words"))
        places = {f.place for f in archive.verify().findings}
    assert places == {f"warc/{name}" for name in foreign if name.endswith(".warc.gz")}
    for name, data in foreign.items():
        assert (house.where / "warc" / name).read_bytes() == data


def test_nothing_is_appended_to_a_segment_that_has_lost_its_end(
    house: Any, clock: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "words"))
    whole = house.segment.read_bytes()
    damaged = house.segment
    damaged.write_bytes(whole[:-100])
    if house.url is not None:  # a database that several folders could share says that this one lacks something
        with pytest.raises(Damaged, match=r"has 100 bytes more of warc/.* restore it from there"):
            house.open(write=True)
        assert damaged.read_bytes() == whole[:-100]
        damaged.write_bytes(whole)
        with house.open(write=True) as archive:
            assert archive.verify().findings == ()
        return
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL + "2", b"two", 1), make_article("Two", "more words"))
        assert {f.place.partition(":")[0] for f in archive.verify().findings if f.place.startswith("warc/")} == {
            f"warc/{damaged.name}"
        }
        told = telling(archive)
    assert damaged.read_bytes() == whole[:-100]
    damaged.write_bytes(whole)  # restored from a copy
    with house.open(write=True) as archive:
        assert archive.verify().findings == ()
        assert telling(archive) == told
