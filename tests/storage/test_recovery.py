"""Whatever a killed process left behind a segment's committed length is finished or voided."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage import Archive, Deposit, Release, Verdict
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines
URL = "http://paper.example/news/quay"
RELEASE = Release({"pressmark": "test", "rules": "one"})
Telling = Callable[[Archive], dict[str, Any]]


def test_a_segment_cut_at_every_byte_behind_the_last_commit_is_settled(
    house: Any, clock: Any, make_desk: Any, make_article: Any, tmp_path: Path, telling: Telling
) -> None:
    first, second = make_article("Quay", "first words"), make_article("Quay burns", "second words")
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        acknowledged = desk.take(desk.fetched(URL, b"one", 1), first)
        before = telling(archive)
    committed = house.segment.stat().st_size
    kept = house.keep()
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"two", 2), second)
        after = telling(archive)
    data = house.segment.read_bytes()
    assert len(data) - committed > 2_000
    whole = [m.offset + m.length for m in walk(house.segment, committed) if isinstance(m, Member)]
    offsets = {*whole, *(w - 1 for w in whole), *(w + 1 for w in whole[:-1])}
    if house.url is None:  # what is cut is the file: the other engine need not be asked at every place
        offsets |= {*range(committed, len(data), 173)}
    for cut in sorted(offsets):
        house.put_back(kept)
        house.segment.write_bytes(data[:cut])
        with house.open(write=True, now=clock) as archive:
            report = archive.verify()
            assert report.findings == (), (cut, report.findings)
            assert house.segment.stat().st_size in {committed, *whole}, cut
            # request, response and facts are there: the capture is whole
            undecided = list(archive.undecided())
            entry_is_whole = cut >= whole[-1]
            assert len(undecided) == (1 if cut >= whole[2] and not entry_is_whole else 0), cut
            make_desk(archive).settle_undecided(lambda capture: second)
            history = archive.history(acknowledged.record)
            assert [s.version for s in history.states] == ([1, 2] if cut >= whole[2] else [1]), cut
            assert archive.show(acknowledged.record, 1).article == first
            if cut >= whole[2]:
                assert archive.show(acknowledged.record, 2).article == second
                assert archive.capture_bytes(history.states[1].capture) == b"two"
            if cut < whole[0]:
                assert telling(archive) == before
            if entry_is_whole:
                assert telling(archive) == after
            assert archive.verify().findings == (), cut


def test_entries_without_a_commit_are_replayed_as_they_were(
    house: Any, clock: Any, make_desk: Any, fill_desk: Any, telling: Telling
) -> None:
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        desk.held(desk.fetched("http://paper.example/first", b"%PDF", 0))
    kept = house.keep()
    with house.open(write=True, now=clock) as archive:
        fill_desk(make_desk(archive))
        after = telling(archive)
    house.put_back(kept)
    with house.open(write=True) as archive:
        assert archive.verify().findings == ()
        assert telling(archive) == after
    house.rebuild()
    with house.open() as archive:
        assert telling(archive) == after


def test_a_long_tail_cut_between_any_two_records_is_settled_and_rebuilt_alike(
    house: Any, clock: Any, make_desk: Any, fill_desk: Any, telling: Telling
) -> None:
    house.create(now=clock).close()
    committed = house.segment.stat().st_size
    kept = house.keep()
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        fill_desk(desk)
        texts = {a.text for a in desk.articles.values()}
    data = house.segment.read_bytes()
    ends = [m.offset + m.length for m in walk(house.segment, committed) if isinstance(m, Member)]
    for cut in random.Random(5).sample(ends, 16 if house.url is None else 5):
        house.put_back(kept)
        house.segment.write_bytes(data[:cut])
        with house.open(write=True, now=clock) as archive:
            assert archive.verify().findings == (), cut
            again = make_desk(archive)
            again.articles = dict(desk.articles)
            for found in archive.undecided():
                key = found.capture.origin_key
                verdict = Verdict.ARTICLE if key in desk.articles else Verdict.HELD
                deposit = Deposit(key, found.capture, verdict, RELEASE, desk.articles.get(key))
                staged = [found.staged(deposit)]
                while not hasattr(answer := archive.settle(staged)[0], "outcome"):
                    staged = [archive.stage_again(staged[0], {c: again.reread(c) for c in answer.captures})]
            assert list(archive.undecided()) == []
            assert archive.verify().findings == (), cut
            told = telling(archive)
            for view in told["versions"]:
                assert view.article.text in texts
        house.rebuild()
        with house.open() as archive:
            assert telling(archive) == told, cut


def test_the_whole_database_can_be_old_by_any_number_of_commits(
    house: Any, clock: Any, make_desk: Any, make_article: Any, telling: Telling, tmp_path: Path
) -> None:
    olds = []
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        for n in range(6):
            desk.take(desk.fetched(f"{URL}/{n % 3}", b"%d" % n, n), make_article(f"H{n}", f"words {n}"))
            olds.append(house.keep())
        after = telling(archive)
    for old in olds:
        house.put_back(old)
        with house.open(write=True) as archive:
            assert telling(archive) == after
            assert archive.verify().findings == ()


def test_a_half_written_copy_of_another_archive_is_cut_off_and_invents_nothing(
    house: Any, clock: Any, tmp_path: Path, make_desk: Any, telling: Telling
) -> None:
    """A supplied file that holds whole WARC records of its own, cut in the middle by a kill."""
    Archive.create(tmp_path / "other", now=clock).close()
    (foreign,) = (tmp_path / "other" / "warc").iterdir()
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        desk.held(desk.fetched(URL, b"%PDF", 0))
        before = telling(archive)
    committed = house.segment.stat().st_size
    kept = house.keep()
    with house.open(write=True, now=clock) as archive:
        desk = make_desk(archive)
        # bytes that do not compress are stored as they are: the records in between stand in the segment
        noise = random.Random(1).randbytes(100_000)
        desk.held(desk.supplied(noise + foreign.read_bytes() + noise), "a WARC file")
    data = house.segment.read_bytes()
    resource = next(m for m in walk(house.segment, committed) if isinstance(m, Member) and m.type == "resource")
    for cut in range(
        resource.offset + 500, resource.offset + resource.length - 1, resource.length // (25 if house.url is None else 4)
    ):
        house.put_back(kept)
        house.segment.write_bytes(data[:cut])
        with house.open(write=True) as archive:
            assert archive.verify().findings == (), cut
            assert list(archive.undecided()) == []
            assert telling(archive) == before
        assert house.segment.stat().st_size == resource.offset
