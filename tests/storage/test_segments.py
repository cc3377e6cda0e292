"""Who writes into which WARC file: one writer a file, which is gone on with when that writer is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage import Archive

pytestmark = pytest.mark.both_engines
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
