"""A newer release over kept captures: readings are added, what was missed is found, nothing is done twice."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import extractors
from flows.extraction import Reader
from flows.reprocess import Reviewed, reprocess, summed
from flows.worker import Extraction
from model.article import Access, Article, Block, BlockKind, Complete, PageType
from model.capture import Basis, Capture, Exchange
from model.record import History, Result, Scope
from storage import Archive, Deposit, Release, Reread, Verdict, rebuild
from storage.reconsider import Finding

START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
OLD = Release({"pressmark": "test", "words": "one"})
NEW = Release({"pressmark": "test", "words": "two"})
URL = "http://paper.example/news/quay"

Read = Callable[[bytes], Article | None]


def _article(body: bytes, *, headline: str = "Quay", **fields: Any) -> Article:
    """What a release makes of a made-up page: the part before the bar is its text."""
    text = body.decode().partition("|")[0]
    return replace(Article(headline=headline, body=(Block(BlockKind.PARAGRAPH, text),)), **fields)


def old_release(body: bytes) -> Article | None:
    """Reads everything as the same text, but what is told apart by a capital letter at its beginning."""
    return _article(body.partition(b":")[0] + b"|")


def new_release(body: bytes) -> Article | None:
    """Sees all of the text."""
    return _article(body)


@dataclass
class Releases:
    """A reader whose release is a function: the place of the pool of processes."""

    read: Read
    done: list[Extraction] = field(default_factory=list)
    count: int = 0
    most: int | None = None

    @property
    def has_room(self) -> bool:
        """Two at a time."""
        return len(self.done) < 2

    def submit(self, capture: Capture) -> int:
        """Reads at once, and tells when it is asked; stops working where it was told to."""
        if self.most is not None and self.count >= self.most:
            raise KeyboardInterrupt
        self.count += 1
        article = self.read(capture.entity)
        problem = None if article else "nothing to read"
        self.done.append(Extraction(self.count, article, "article" if article else "unreadable", problem))
        return self.count

    def finished(self, timeout: float = 0) -> list[Extraction]:
        """All that was handed in."""
        done, self.done = self.done, []
        return done


@dataclass
class Desk:
    """Takes made-up pages in as the old release reads them."""

    archive: Archive
    ids: Iterator[int] = field(default_factory=itertools.count)

    def take(self, body: bytes, hours: float, url: str = URL) -> Result:
        at = START + timedelta(hours=hours)
        hop = Exchange(url, b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", body, 200, at, "127.0.0.1")
        capture = Capture(Basis.FETCHED, f"fetch:{next(self.ids)}", at, at, url, url, (hop,), media_type="text/html")
        deposit = Deposit(url, capture, Verdict.ARTICLE, OLD, old_release(body))
        staged = list(self.archive.stage([deposit]))
        answer = self.archive.settle(staged)[0]
        if isinstance(answer, Reread):
            again = {c: self.reread(c) for c in answer.captures}
            answer = self.archive.settle([self.archive.stage_again(staged[0], again)])[0]
        assert isinstance(answer, Result)
        return answer

    def reread(self, capture: str) -> Article:
        article = old_release(self.archive.load_capture(capture).entity)
        assert article is not None
        return article


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the archive has its database: in its folder, or on a server."""
    if request.param == "sqlite":
        yield None
        return
    yield request.getfixturevalue("emptied_server")


@pytest.fixture
def desk(where: Path, url: str | None) -> Iterator[Desk]:
    with Archive.create(where, database_url=url) as archive:
        yield Desk(archive)


def _run(archive: Archive, read: Read, *, dry_run: bool = False, records: list[str] | None = None) -> list[Reviewed]:
    return list(reprocess(archive, NEW, Releases(read), records, dry_run=dry_run))


def _states(history: History) -> list[tuple[int, str | None, str | None]]:
    return [(s.version, s.first_seen, s.last_seen) for s in history.states]


def _time(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def test_readings_are_added_and_the_first_stays(desk: Desk) -> None:
    record = desk.take(b"A: one two three", 0).record
    assert record is not None
    (told,) = _run(desk.archive, new_release)
    assert (told.record, told.readings, told.unchanged, told.problems) == (record, 1, 0, ())
    assert [(d.version, d.field) for d in told.differences] == [(1, "body")]
    assert desk.archive.show(record).article.text == "A: one two three"
    assert desk.archive.show(record, 1, 1).article.text == "A"
    assert [s.version for s in desk.archive.history(record).states] == [1]
    assert _run(desk.archive, new_release) == []


def test_a_dry_run_keeps_nothing_and_counts_by_field(desk: Desk) -> None:
    for n in range(5):
        desk.take(b"A: page %d" % n, n, f"{URL}/{n}")
    before = list(desk.archive.events(limit=None))
    summary = summed(_run(desk.archive, lambda b: _article(b, headline="Quay!"), dry_run=True))
    assert (summary.records, summary.readings, summary.unchanged) == (5, 5, 0)
    assert summary.fields == {"headline": 5, "body": 5}
    assert len(summary.examples["headline"]) == 3
    assert {(x["before"], x["after"]) for x in summary.examples["headline"]} == {("Quay", "Quay!")}
    assert list(desk.archive.events(limit=None)) == before
    assert summed(_run(desk.archive, old_release, dry_run=True)).unchanged == 5


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # the file is taken away
def test_a_look_told_as_the_same_that_was_not_becomes_a_version_with_its_true_time(desk: Desk, where: Path) -> None:
    record = desk.take(b"A: the first state", 0).record
    assert record is not None
    desk.take(b"A: the missed state", 2)
    desk.take(b"A: the first state|advert", 4)
    desk.take(b"A: the first state|other advert", 6)
    desk.take(b"B: the last state", 8)
    archive = desk.archive
    assert _states(archive.history(record)) == [(1, _time(0), _time(6)), (2, _time(8), _time(8))]
    (dry,) = _run(archive, new_release, dry_run=True)
    (told,) = _run(archive, new_release)
    assert [x.finding for x in dry.found] == [x.finding for x in told.found]
    assert [(x.finding, x.version, x.told, x.observed_at) for x in told.found] == [
        (Finding.MISSING_VERSION, 3, 1, _time(2)),
        (Finding.RETURNED, 4, 1, _time(4)),
        (Finding.ANOTHER_STATE, 4, 1, _time(6)),
    ]
    history = archive.history(record)
    assert _states(history) == [
        (1, _time(0), _time(0)), (3, _time(2), _time(2)), (4, _time(4), _time(6)), (2, _time(8), _time(8)),
    ]  # fmt: skip
    assert [s.reverts_to for s in history.states] == [None, None, 1, None]
    assert archive.show(record, as_of=START + timedelta(hours=3)).article.text == "A: the missed state"
    assert [c.version for c in archive.changes(START)] == [2, 4, 3, 1]
    assert _run(archive, new_release) == []
    assert archive.verify().ok
    events = list(archive.events(limit=None))
    archive.close()
    (where / "pressmark.db").unlink()
    rebuild(where)
    with Archive.open(where, write=True) as again:
        assert again.history(record) == history
        assert list(again.events(limit=None)) == events
        # which looks were compared is not in the WARCs: they are read once more, and nothing comes of it
        assert [x.found for x in _run(again, new_release)] in ([], [()])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # the file is taken away
def test_what_was_written_before_a_kill_is_in_force_after_it(desk: Desk, where: Path, tmp_path: Path) -> None:
    record = desk.take(b"A: the first state", 0).record
    assert record is not None
    desk.take(b"A: the missed state", 2)
    desk.take(b"A: the first state|advert", 4)
    desk.take(b"A: the second state", 5)
    desk.take(b"B: the second state|", 8)
    archive = desk.archive
    archive.close()
    shutil.copy(where / "pressmark.db", tmp_path / "before.db")
    with Archive.open(where, write=True) as archive:
        found = [x.finding for x in _run(archive, lambda b: _article(b.partition(b":")[2]))[0].found]
        assert {Finding.MISSING_VERSION, Finding.RETURNED, Finding.ANOTHER_STATE} <= set(found)
        archive.by("Ada").amend(record, 1, {"/headline": "Stated"}, reason="in print")
        archive.by("Ada").restrict(record, Scope.CONTENT, reason="a minor is named")
        history = archive.history(record)
    # as if the process had been killed before its database committed: its segment has it all
    for file in where.glob("pressmark.db*"):
        file.unlink()
    shutil.copy(tmp_path / "before.db", where / "pressmark.db")
    with Archive.open(where, write=True) as archive:
        assert archive.history(record) == history
        assert archive.show(record, 1, restricted=True).article.headline == "Stated"
        assert "void" not in {e.detail["entry"] for e in archive.events(limit=None)}
        assert archive.verify().ok


def test_a_look_that_showed_the_next_state_already_moves_to_it(desk: Desk) -> None:
    record = desk.take(b"A: the first state", 0).record
    assert record is not None
    desk.take(b"A: the second state", 2)
    desk.take(b"B: the second state", 4)
    (told,) = _run(desk.archive, lambda b: _article(b.partition(b":")[2]))
    assert [(x.finding, x.version, x.told) for x in told.found] == [(Finding.ANOTHER_STATE, 2, 1)]
    assert _states(desk.archive.history(record)) == [(1, _time(0), _time(0)), (2, _time(2), _time(4))]


def test_versions_that_never_differed_are_said_and_kept(desk: Desk) -> None:
    record = desk.take(b"A: the state", 0).record
    assert record is not None
    desk.take(b"B: the state", 2)
    (told,) = _run(desk.archive, lambda b: _article(b.partition(b":")[2]))
    assert [(x.finding, x.version, x.told) for x in told.found] == [(Finding.NEVER_DIFFERED, 2, 1)]
    history = desk.archive.history(record)
    assert [(s.version, s.same_as_before) for s in history.states] == [(1, False), (2, True)]
    assert [(c.version, c.kind) for c in desk.archive.changes(START)] == [(1, "new")]
    assert desk.archive.show(record, 2, 1).article.text == "B"


def test_what_a_person_stated_stands_and_the_disagreement_is_told(desk: Desk) -> None:
    record = desk.take(b"A: one", 0).record
    assert record is not None
    desk.archive.by("Ada").amend(record, 1, {"/headline": "Stated", "/section": "Local"}, reason="in print")
    (told,) = _run(desk.archive, lambda b: _article(b, headline="Read", section="Local"))
    assert [(d.pointer, d.stated, d.read, d.agent, d.placed) for d in told.disagreements] == [
        ("/headline", "Stated", "Read", "Ada", True)
    ]
    view = desk.archive.show(record)
    assert (view.article.headline, view.article.section, view.reading) == ("Stated", "Local", 3)


def test_a_stopped_run_goes_on_where_it_was(desk: Desk) -> None:
    for n in range(60):
        desk.take(b"A: page %d" % n, n, f"{URL}/{n}")
    told: list[Reviewed] = []
    with pytest.raises(KeyboardInterrupt):
        for reviewed in reprocess(desk.archive, NEW, Releases(new_release, most=55)):
            told.append(reviewed)
    assert 0 < len(told) < 60
    rest = Releases(new_release)
    assert len(list(reprocess(desk.archive, NEW, rest))) == rest.count == 60 - len(told)
    assert {r.number for h in (desk.archive.history(x.record) for x in desk.archive.list(None)) for r in h.readings} == {1, 2}


def test_a_capture_that_cannot_be_read_costs_itself(desk: Desk) -> None:
    first = desk.take(b"A: one", 0, f"{URL}/1").record
    desk.take(b"B: two", 1, f"{URL}/2")
    told = {x.record: x for x in _run(desk.archive, lambda b: None if b.startswith(b"A") else _article(b))}
    assert first is not None
    assert (told[first].readings, len(told[first].problems)) == (0, 1)
    assert sum(x.readings for x in told.values()) == 1


def test_a_stub_among_the_looks_is_no_state(desk: Desk) -> None:
    record = desk.take(b"A: the whole story", 0).record
    assert record is not None
    desk.take(b"A: log in to read", 2)

    def read(body: bytes) -> Article:
        wall = b"log in" in body
        return _article(body, access=Access.PAYWALLED if wall else Access.OPEN, complete=Complete.NO if wall else Complete.YES)

    (told,) = _run(desk.archive, read)
    assert told.found == ()
    assert len(desk.archive.history(record).states) == 1


def test_only_the_records_that_are_named_are_read(desk: Desk) -> None:
    first = desk.take(b"A: one", 0, f"{URL}/1").record
    desk.take(b"B: two", 1, f"{URL}/2")
    assert first is not None
    assert [x.record for x in _run(desk.archive, new_release, records=[first, first])] == [first]
    assert len(_run(desk.archive, new_release)) == 1


def test_what_a_release_takes_for_no_piece_stays_as_it_was_read(desk: Desk) -> None:
    record = desk.take(b"A: the whole story", 0).record
    assert record is not None
    (told,) = _run(desk.archive, lambda b: _article(b, type=PageType.SECTION))
    assert (told.readings, [version for version, _ in told.doubts]) == (0, [1])
    assert desk.archive.show(record).reading == 1
    assert _run(desk.archive, lambda b: _article(b, type=PageType.SECTION)) == []


def test_this_release_reads_in_processes_what_another_one_read(desk: Desk) -> None:
    told = "The quay at Port Hallow was open to boats again on Monday, after a year in which nothing moored there but gulls."
    paragraphs = "".join(f"<p>{told} It was day {n} of the works.</p>" for n in range(9))
    head = '<meta property="og:type" content="article"><title>Quay reopens</title>'
    body = f"<article><h1>Quay reopens</h1><p class='byline'>By Mara Quill</p>{paragraphs}</article>"
    record = desk.take(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), 0).record
    assert record is not None
    with Reader(1) as reader:
        (reviewed,) = reprocess(desk.archive, Release(extractors.release()), reader)
    assert (reviewed.readings, reviewed.problems, reviewed.doubts) == (1, (), ())
    article = desk.archive.show(record).article
    assert article.headline == "Quay reopens" and "day 8 of the works" in article.text
