"""Whatever a killed process left behind a segment's committed length is finished or voided."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from model.errors import StorageUnavailable
from model.record import Outcome
from storage import Archive, Deposit, Verdict, rebuild
from storage.warc import Member, walk

URL = "http://paper.example/news/quay"
Telling = Callable[[Archive], dict[str, Any]]


class Shelf:
    """An archive folder whose database can be put back to what it was: as after a kill before the commit."""

    def __init__(self, where: Path) -> None:
        self.where = where
        self.aside = where.parent / "aside"

    @property
    def segment(self) -> Path:
        (only,) = (self.where / "warc").iterdir()
        return only

    def keep(self) -> None:
        """Remembers the database as it is now."""
        self.aside.mkdir(exist_ok=True)
        for file in self.where.glob("pressmark.db*"):
            shutil.copy2(file, self.aside / file.name)

    def put_back(self) -> None:
        for file in self.where.glob("pressmark.db*"):
            file.unlink()
        for file in self.aside.iterdir():
            shutil.copy2(file, self.where / file.name)

    def copy(self, to: Path) -> Shelf:
        shutil.copytree(self.where, to / "archive")
        return Shelf(to / "archive")


@pytest.fixture
def shelf(where: Path) -> Shelf:
    return Shelf(where)


def _settle_undecided(archive: Archive, desk: Any, read: Any) -> list[Any]:
    """What the pipeline does at its start: decides captures that nobody decided."""
    results: list[Any] = []
    for found in archive.undecided():
        staged = found.staged(
            Deposit(found.capture.url or "", found.capture, Verdict.ARTICLE, desk_release(), read(found.capture))
        )
        results += archive.settle([staged])
    return results


def desk_release() -> Any:
    from storage import Release

    return Release({"pressmark": "test", "rules": "one"})


def _void(archive: Archive) -> set[str]:
    return {x["id"] for e in archive.events(archive.id, None) if e.detail["entry"] == "void" for x in e.detail["entries"]}


def test_a_segment_cut_at_every_byte_behind_the_last_commit_is_settled(
    where: Path, shelf: Shelf, clock: Any, make_desk: Any, make_article: Any, tmp_path: Path, telling: Telling
) -> None:
    first, second = make_article("Quay", "first words"), make_article("Quay burns", "second words")
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        acknowledged = desk.take(desk.fetched(URL, b"one", 1), first)
        before = telling(archive)
    committed = shelf.segment.stat().st_size
    shelf.keep()
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"two", 2), second)
        after = telling(archive)
    data = shelf.segment.read_bytes()
    assert len(data) - committed > 2_000
    whole = [m.offset + m.length for m in walk(shelf.segment, committed) if isinstance(m, Member)]
    offsets = sorted({*range(committed, len(data), 173), *whole, *(w - 1 for w in whole), *(w + 1 for w in whole[:-1])})
    for cut in offsets:
        shelf.put_back()
        shelf.segment.write_bytes(data[:cut])
        with Archive.open(where, write=True, now=clock) as archive:
            report = archive.verify()
            assert report.findings == (), (cut, report.findings)
            assert shelf.segment.stat().st_size in {committed, *whole}, cut
            # request, response and facts are there: the capture is whole
            undecided = list(archive.undecided())
            entry_is_whole = cut >= whole[-1]
            assert len(undecided) == (1 if cut >= whole[2] and not entry_is_whole else 0), cut
            _settle_undecided(archive, desk, lambda capture: second)
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
    where: Path, shelf: Shelf, clock: Any, make_desk: Any, fill_desk: Any, telling: Telling
) -> None:
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        desk.held(desk.fetched("http://paper.example/first", b"%PDF", 0))
    shelf.keep()
    with Archive.open(where, write=True, now=clock) as archive:
        fill_desk(make_desk(archive))
        after = telling(archive)
    shelf.put_back()
    with Archive.open(where, write=True) as archive:
        assert archive.verify().findings == ()
        assert telling(archive) == after
    rebuild(where)
    with Archive.open(where) as archive:
        assert telling(archive) == after


def test_a_long_tail_cut_between_any_two_records_is_settled_and_rebuilt_alike(
    where: Path, shelf: Shelf, clock: Any, make_desk: Any, fill_desk: Any, telling: Telling
) -> None:
    Archive.create(where, now=clock).close()
    committed = shelf.segment.stat().st_size
    shelf.keep()
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        fill_desk(desk)
        texts = {a.text for a in desk.articles.values()}
    data = shelf.segment.read_bytes()
    ends = [m.offset + m.length for m in walk(shelf.segment, committed) if isinstance(m, Member)]
    for cut in random.Random(5).sample(ends, 16):
        shelf.put_back()
        shelf.segment.write_bytes(data[:cut])
        with Archive.open(where, write=True, now=clock) as archive:
            assert archive.verify().findings == (), cut
            again = make_desk(archive)
            again.articles = dict(desk.articles)
            for found in archive.undecided():
                key = found.capture.origin_key
                verdict = Verdict.ARTICLE if key in desk.articles else Verdict.HELD
                deposit = Deposit(key, found.capture, verdict, desk_release(), desk.articles.get(key))
                staged = [found.staged(deposit)]
                while not hasattr(answer := archive.settle(staged)[0], "outcome"):
                    staged = [archive.stage_again(staged[0], {c: again.reread(c) for c in answer.captures})]
            assert list(archive.undecided()) == []
            assert archive.verify().findings == (), cut
            told = telling(archive)
            for view in told["versions"]:
                assert view.article.text in texts
        rebuild(where)
        with Archive.open(where) as archive:
            assert telling(archive) == told, cut


def test_the_whole_database_can_be_old_by_any_number_of_commits(
    where: Path, clock: Any, make_desk: Any, make_article: Any, telling: Telling, tmp_path: Path
) -> None:
    olds = []
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        for n in range(6):
            desk.take(desk.fetched(f"{URL}/{n % 3}", b"%d" % n, n), make_article(f"H{n}", f"words {n}"))
            with sqlite3.connect(where / "pressmark.db") as db, sqlite3.connect(tmp_path / f"{n}.db") as copy:
                db.backup(copy)
            olds.append(tmp_path / f"{n}.db")
        after = telling(archive)
    for old in olds:
        for file in where.glob("pressmark.db*"):
            file.unlink()
        shutil.copy2(old, where / "pressmark.db")
        with Archive.open(where, write=True) as archive:
            assert telling(archive) == after
            assert archive.verify().findings == ()


@pytest.fixture
def overtaken(where: Path, shelf: Shelf, clock: Any, make_desk: Any, make_article: Any) -> Iterator[dict[str, Any]]:
    """A process wrote entries and was killed before its commit; another took their place meanwhile.

    ``late`` is what the killed one wanted to say: an edit of a record that has a newer entry now.
    """
    first = make_article("Quay", "first words")
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        record = desk.take(desk.fetched(URL, b"one", 1), first).record
    shelf.keep()
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        late = desk.take(desk.fetched(URL, b"late", 3), make_article("Quay, late", "late words"))
        minted = desk.take(desk.fetched(URL + "/new", b"new", 3), make_article("New", "words of the new one"))
    killed = shelf.segment.read_bytes()
    shelf.put_back()
    # the other process, on a segment of its own, while the killed one's is out of reach
    name = shelf.segment.name
    hidden = where.parent / name
    hidden.write_bytes(killed)
    shelf.segment.unlink()
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        other = desk.take(desk.fetched(URL, b"other", 2), make_article("Quay, other", "other words"))
        taken = desk.take(desk.fetched(URL + "/new", b"theirs", 2), make_article("New", "words of the new one"))
    hidden.rename(where / "warc" / name)
    reads = {URL: make_article("Quay, late", "late words"), URL + "/new": make_article("New", "words of the new one")}
    yield {"record": record, "late": late, "other": other, "minted": minted, "taken": taken, "reads": reads}


def test_what_another_process_overtook_is_voided_and_its_captures_settled_anew(
    where: Path, overtaken: dict[str, Any], make_desk: Any, telling: Telling
) -> None:
    record, taken = overtaken["record"], overtaken["taken"]
    with Archive.open(where, write=True) as archive:
        assert archive.verify().findings == ()
        assert len(_void(archive)) == 2
        results = _settle_undecided(archive, make_desk(archive), lambda capture: overtaken["reads"][capture.url])
        assert sorted(r.outcome for r in results) == [Outcome.CHANGED, Outcome.UNCHANGED]
        assert {r.record for r in results} == {record, taken.record}
        # the record that the killed process minted was never told to anybody and is not there
        assert [line.record for line in archive.list()] == [taken.record, record] or len(list(archive.list())) == 2
        assert overtaken["minted"].record not in {line.record for line in archive.list()}
        history = archive.history(record)
        assert [(s.version, s.headline) for s in history.states] == [(1, "Quay"), (2, "Quay, other"), (3, "Quay, late")]
        assert archive.capture_bytes(history.states[2].capture) == b"late"
        assert archive.history(taken.record).states[0].checks == 1
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
        told = telling(archive)
    for file in where.glob("pressmark.db*"):
        file.unlink()
    counts = rebuild(where)
    assert counts["voided"] == 2
    with Archive.open(where, write=True) as archive:
        assert telling(archive) == told
        assert archive.verify().findings == ()


def test_a_capture_that_another_process_decided_meanwhile_is_decided_once(
    where: Path, shelf: Shelf, clock: Any, make_desk: Any, make_article: Any
) -> None:
    """A text without any address: no alias stands in the way of a second record for it."""
    read = make_article("Harbour notes", "words of a text")
    with Archive.create(where, now=clock) as archive:
        archive.stage([Deposit("copy", make_desk(archive).supplied(b"a text"), Verdict.ARTICLE, desk_release(), read)])
    with Archive.open(where, write=True, now=clock) as archive:
        assert len(list(archive.undecided())) == 1
    first = {p.name for p in (where / "warc").iterdir()}
    shelf.keep()
    with Archive.open(where, write=True, now=clock, segment_limit=1) as archive:
        (lost,) = _settle_undecided(archive, None, lambda _: read)
    (late,) = [p for p in (where / "warc").iterdir() if p.name not in first]
    late = late.rename(where.parent / late.name)
    shelf.put_back()  # the process was killed before its commit
    with Archive.open(where, write=True, now=clock, segment_limit=1) as archive:
        (kept,) = _settle_undecided(archive, None, lambda _: read)
    late.rename(where / "warc" / late.name)
    with Archive.open(where, write=True, now=clock) as archive:
        assert [line.record for line in archive.list()] == [kept.record] != [lost.record]
        assert len(_void(archive)) == 1
        assert archive.verify().findings == ()
    rebuild(where)
    with Archive.open(where) as archive:
        assert [line.record for line in archive.list()] == [kept.record]


def test_a_kill_between_recovery_and_its_void_leaves_nothing_in_doubt(
    where: Path, overtaken: dict[str, Any], shelf: Shelf, make_desk: Any, telling: Telling
) -> None:
    # the database as it was before recovery, the segments as they are after it: the kill came before its commit
    for file in shelf.aside.iterdir():
        file.unlink()
    shelf.keep()
    with Archive.open(where, write=True) as archive:
        void = _void(archive)
    shelf.put_back()
    with Archive.open(where, write=True) as archive:
        assert void <= _void(archive)
        assert archive.verify().findings == ()
        told = telling(archive)
    rebuild(where)
    with Archive.open(where, write=True) as archive:
        assert telling(archive) == told


def test_a_database_that_knows_of_voided_entries_knows_their_void(where: Path, overtaken: dict[str, Any], tmp_path: Path) -> None:
    """At no commit of a recovery are entries taken into the catalogue that nothing has voided yet."""
    seen = []

    def watch(state: Path) -> None:
        with sqlite3.connect(state) as db:
            tables = [list(db.execute(f"SELECT * FROM {t}")) for t in ("members", "ledger")]
            entries = {row[0] for row in tables[0] if row[4] == "metadata"}
            told = [json.loads(row[8]) for row in tables[1]]
            void = {x["id"] for e in told if e["kind"] == "void" for x in e["body"]["entries"]}
            seen.append((entries, {e["id"] for e in told}, void))
        db.close()

    ledger_ids = {
        m.id
        for path in (where / "warc").iterdir()
        for m in walk(path)
        if isinstance(m, Member) and m.headers.get("warc-target-uri", "").startswith("urn:pressmark:ledger:")
    }

    class Watched:
        """A clock that looks at the database whenever it is asked."""

        def __call__(self) -> Any:
            from datetime import UTC, datetime

            copy = tmp_path / f"seen{len(seen)}.db"
            with sqlite3.connect(f"file:{where / 'pressmark.db'}?mode=ro", uri=True) as db, sqlite3.connect(copy) as to:
                db.backup(to)
            watch(copy)
            return datetime.now(UTC)

    with Archive.open(where, write=True, now=Watched()):
        pass
    for members, ledger, void in seen:
        assert (members & ledger_ids) <= ledger | void


def test_captures_whose_commit_failed_are_settled_when_the_same_call_is_tried_again(
    where: Path, clock: Any, make_desk: Any, make_article: Any
) -> None:
    with Archive.create(where, now=clock) as made:
        desk = make_desk(made)
        desk.take(desk.fetched(URL, b"zero", 0), make_article("Quay", "words"))
    with Archive.open(where, write=True, now=clock, wait=0.1) as archive:
        desk = make_desk(archive)
        staged = archive.stage(
            [
                Deposit(URL, desk.fetched(URL, b"one", 1), Verdict.ARTICLE, desk_release(), make_article("Quay", "new words")),
                Deposit(URL, desk.fetched(URL + "2", b"two", 1), Verdict.ARTICLE, desk_release(), make_article("Two", "two")),
            ]
        )
        blocker = sqlite3.connect(where / "pressmark.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with pytest.raises(StorageUnavailable, match="locked by another process"):
                archive.settle(staged)
        blocker.execute("ROLLBACK")
        blocker.close()
        assert [getattr(r, "outcome", None) for r in archive.settle(staged)] == [Outcome.CHANGED, Outcome.NEW]
        assert archive.verify().findings == ()
        assert list(archive.undecided()) == []
        assert archive.stats()["captures"] == 3


def test_the_first_write_of_a_process_may_meet_a_locked_database(
    where: Path, clock: Any, make_desk: Any, make_article: Any
) -> None:
    Archive.create(where, now=clock).close()
    for file in (where / "warc").iterdir():  # the next writer begins a segment of its own
        file.rename(file.with_name(file.name + ".away"))
    archive = Archive.open(where, write=True, now=clock, wait=0.1)
    desk = make_desk(archive)
    blocker = sqlite3.connect(where / "pressmark.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    capture = desk.fetched(URL, b"one", 1)
    with pytest.raises(StorageUnavailable):
        desk.take(capture, make_article("Quay", "words"))
    blocker.execute("ROLLBACK")
    blocker.close()
    assert desk.take(capture, make_article("Quay", "words")).outcome is Outcome.NEW
    archive.close()
    for file in (where / "warc").glob("*.away"):
        file.rename(file.with_name(file.name.removesuffix(".away")))
    with Archive.open(where, write=True) as again:
        assert again.verify().findings == ()
        assert [x.headline for x in again.list()] == ["Quay"]


def test_a_half_written_copy_of_another_archive_is_cut_off_and_invents_nothing(
    where: Path, shelf: Shelf, clock: Any, tmp_path: Path, make_desk: Any, telling: Telling
) -> None:
    """A supplied file that holds whole WARC records of its own, cut in the middle by a kill."""
    Archive.create(tmp_path / "other", now=clock).close()
    (foreign,) = (tmp_path / "other" / "warc").iterdir()
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        desk.held(desk.fetched(URL, b"%PDF", 0))
        before = telling(archive)
    committed = shelf.segment.stat().st_size
    shelf.keep()
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        # bytes that do not compress are stored as they are: the records in between stand in the segment
        noise = random.Random(1).randbytes(100_000)
        desk.held(desk.supplied(noise + foreign.read_bytes() + noise), "a WARC file")
    data = shelf.segment.read_bytes()
    resource = next(m for m in walk(shelf.segment, committed) if isinstance(m, Member) and m.type == "resource")
    for cut in range(resource.offset + 500, resource.offset + resource.length - 1, resource.length // 25):
        shelf.put_back()
        shelf.segment.write_bytes(data[:cut])
        with Archive.open(where, write=True) as archive:
            assert archive.verify().findings == (), cut
            assert list(archive.undecided()) == []
            assert telling(archive) == before
        assert shelf.segment.stat().st_size == resource.offset


def test_a_foreign_file_among_the_segments_is_never_touched(where: Path, clock: Any, make_desk: Any, make_article: Any) -> None:
    Archive.create(where, now=clock).close()
    foreign = {
        "zz-other-20260101000000-00001-host.warc.gz": b"not ours, not even gzip" * 10,
        "notes.txt": b"a note",
        "aaaaaa-20260101000000-00001-bbbbbb.warc.gz": b"",
    }
    for name, data in foreign.items():
        (where / "warc" / name).write_bytes(data)
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "words"))
        places = {f.place for f in archive.verify().findings}
    assert places == {f"warc/{name}" for name in foreign if name.endswith(".warc.gz")}
    for name, data in foreign.items():
        assert (where / "warc" / name).read_bytes() == data


def test_nothing_is_appended_to_a_segment_that_has_lost_its_end(
    where: Path, shelf: Shelf, clock: Any, make_desk: Any, make_article: Any, telling: Telling
) -> None:
    with Archive.create(where, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL, b"one", 1), make_article("Quay", "words"))
    whole = shelf.segment.read_bytes()
    damaged = shelf.segment
    damaged.write_bytes(whole[:-100])
    with Archive.open(where, write=True, now=clock) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(URL + "2", b"two", 1), make_article("Two", "more words"))
        assert {f.place.partition(":")[0] for f in archive.verify().findings if f.place.startswith("warc/")} == {
            f"warc/{damaged.name}"
        }
        told = telling(archive)
    assert damaged.read_bytes() == whole[:-100]
    damaged.write_bytes(whole)  # restored from a copy
    with Archive.open(where, write=True) as archive:
        assert archive.verify().findings == ()
        assert telling(archive) == told
