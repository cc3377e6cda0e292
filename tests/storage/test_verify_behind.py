"""What WARC files have that the database does not know is told, unless a writer is at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model.verification import Behind
from storage.extent import Extent
from tests.storage.damage import members, spoil
from tests.storage.desk import Desk

pytestmark = pytest.mark.both_engines


def _go_on(closed: Any, make_article: Any) -> None:
    """Takes a piece in that a database from before does not know."""
    with closed.open(write=True) as archive:
        desk = Desk(archive)
        desk.take(
            desk.fetched("http://paper.example/news/late", b"late", 50), make_article("Late news", "words of the late news")
        )


def _records(path: Path, start: int = 0) -> int:
    return sum(m.type != "warcinfo" and m.offset >= start for m in members(path))


def _other(closed: Any, make_article: Any) -> Path:
    """A file that a database from before does not know."""
    kept, known = closed.keep(), closed.segment
    with closed.held():
        _go_on(closed, make_article)
    closed.put_back(kept)
    (other,) = set((closed.where / "warc").iterdir()) - {known}
    return Path(other)


def test_a_database_from_a_backup_is_told_to_be_older_than_its_file(closed: Any, make_article: Any) -> None:
    kept, before = closed.keep(), closed.segment.stat().st_size
    _go_on(closed, make_article)
    closed.put_back(kept)
    size, records = closed.segment.stat().st_size - before, _records(closed.segment, before)
    with closed.open() as archive:
        report = archive.verify()
        (found,) = report.findings
        assert found.place == f"warc/{closed.segment.name}:{before}" and records >= 4
        assert found.problem == f"behind what the database knows of: {records} whole WARC records, {size:,} bytes"
        assert report.behind == Behind(1, size, records)
        assert archive.verify(extent=Extent(percent=100, seed=1)).behind == Behind()
    closed.open(write=True).close()
    assert closed.findings() == ()


def test_a_file_that_it_does_not_know_is_one_finding(closed: Any, make_article: Any) -> None:
    other = _other(closed, make_article)
    with closed.open() as archive:
        report = archive.verify()
    (found,) = report.findings
    size, records = other.stat().st_size, _records(other)
    assert (found.place, report.behind) == (f"warc/{other.name}", Behind(1, size, records))
    assert found.problem == f"the database does not know this file: {records} whole WARC records, {size:,} bytes"
    closed.open(write=True).close()
    assert closed.findings() == ()


def test_damage_in_a_file_that_it_does_not_know_is_told_beside(closed: Any, make_article: Any) -> None:
    other = _other(closed, make_article)
    third = members(other)[2]
    spoil(other, third)
    assert {f"warc/{other.name}", f"warc/{other.name}:{third.offset}"} <= {finding.place for finding in closed.findings()}


def test_what_a_writer_has_in_hand_is_none_of_it(closed: Any, make_article: Any) -> None:
    kept = closed.keep()
    _go_on(closed, make_article)
    closed.put_back(kept)
    with closed.held(), closed.open() as archive:
        assert archive.verify().findings == () and archive.verify().behind == Behind()


def test_half_a_record_that_a_kill_left_is_counted_and_no_finding(closed: Any) -> None:
    data = closed.segment.read_bytes()
    first = next(m for m in members(closed.segment) if m.type == "response")
    half = data[first.offset : first.offset + first.length // 2]
    closed.segment.write_bytes(data + half)
    with closed.open() as archive:
        report = archive.verify()
    assert report.findings == () and report.behind == Behind(1, len(half), 0)


@pytest.mark.parametrize("whole", [1, 3])
def test_nor_is_half_a_record_in_a_file_that_it_does_not_know(closed: Any, make_article: Any, whole: int) -> None:
    other = _other(closed, make_article)
    half = members(other)[whole]
    other.write_bytes(other.read_bytes()[: half.offset + half.length // 2])
    with closed.open() as archive:
        report = archive.verify()
    assert [found.place for found in report.findings] == [f"warc/{other.name}"] * (whole > 1)  # the first is the warcinfo
    assert report.behind == Behind(1, other.stat().st_size, whole - 1)
    closed.open(write=True).close()
    assert closed.findings() == ()
