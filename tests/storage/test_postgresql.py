"""An archive whose database is on a PostgreSQL server: what is other there than in a file, and what must not be."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import exc

from model.errors import BadCall, Damaged, NewerFormat, StorageUnavailable
from storage import Archive, Deposit, Release, Verdict, rebuild
from tests.storage.desk import Desk, article

URL = "http://paper.example/news/quay"


@pytest.fixture
def database_url(emptied_server: str) -> str:
    return emptied_server


def _line(error: pytest.ExceptionInfo[BaseException]) -> str:
    said = str(error.value)
    assert "\n" not in said and len(said) < 400
    return said


def test_nothing_but_the_truth_is_in_the_folder(filled: Archive, house: Any) -> None:
    assert sorted(p.name for p in house.where.iterdir()) == ["README.txt", "pressmark-archive.json", "warc"]
    assert filled.stats()["database_bytes"] > 100_000
    assert filled.verify().findings == ()


def test_an_archive_moves_between_a_file_and_a_server(filled: Archive, house: Any, telling: Any, make_desk: Any) -> None:
    before = telling(filled)
    filled.close()
    rebuild(house.where)
    with Archive.open(house.where, write=True) as in_a_file:
        assert telling(in_a_file) == before
    with house.open(write=True) as on_the_server:
        assert telling(on_the_server) == before
        assert on_the_server.verify().findings == ()


def test_the_ledger_refuses_change(filled: Archive, house: Any) -> None:
    for statement in ("UPDATE ledger SET at = ''", "DELETE FROM ledger", "TRUNCATE ledger", "TRUNCATE ledger CASCADE"):
        with pytest.raises(psycopg.Error, match="insert-only"):
            house.run(statement)
    house.run("ALTER TABLE ledger DISABLE TRIGGER ledger_no_truncate")
    (finding,) = filled.verify().findings
    assert "ledger_no_truncate is missing" in finding.problem


def test_a_flipped_bit_in_a_row_is_found(filled: Archive, house: Any) -> None:
    house.run("ALTER TABLE ledger DISABLE TRIGGER USER")
    for table, column in (("ledger", "bytes"), ("captures", "facts"), ("readings", "article")):
        first = f"WHERE digest = (SELECT min(digest) FROM {table})"
        house.run(f"UPDATE {table} SET {column} = set_byte({column}, 40, get_byte({column}, 40) # 1) {first}")
    house.run("ALTER TABLE ledger ENABLE TRIGGER USER")
    found = {finding.place.split()[0] for finding in filled.verify().findings}
    assert {"ledger", "capture", "reading"} <= found


def test_several_archives_share_a_server_and_none_takes_anothers_place(
    filled: Archive, house: Any, tmp_path: Path, clock: Any, telling: Any
) -> None:
    before = telling(filled)
    with house.create(tmp_path / "second", now=clock) as second:
        assert list(second.list()) == []
    with Archive.create(tmp_path / "third", now=clock) as third:
        name = third.id
    with pytest.raises(Damaged) as error:
        house.open(tmp_path / "third")
    assert f"not {name}" in _line(error) and "pressmark rebuild" in str(error.value)
    with pytest.raises(Damaged) as error:
        Archive.open(house.where)
    assert "run `pressmark rebuild`" in _line(error)
    assert telling(filled) == before


def test_two_folders_with_one_id_never_write_into_one_database(
    filled: Archive, house: Any, tmp_path: Path, make_desk: Any, make_article: Any
) -> None:
    filled.close()
    shutil.copytree(house.where, tmp_path / "copy")
    with house.open(write=True) as one, house.open(tmp_path / "copy", write=True) as other:
        desk = make_desk(one)
        desk.take(desk.fetched(URL + "/1", b"one" * 99, 60), make_article("One", "words of the one"))
        with pytest.raises(Damaged, match="another copy of the archive"):
            desk = make_desk(other)
            desk.take(desk.fetched(URL + "/2", b"two", 61), make_article("Two", "words of the other"))
    with pytest.raises(Damaged) as error:
        house.open(tmp_path / "copy", write=True)
    assert "copy" in _line(error)
    with house.open(write=True) as one:
        assert one.find(URL + "/1") and one.verify().findings == ()


def test_a_newer_database_is_refused_in_one_line(filled: Archive, house: Any) -> None:
    filled.close()
    house.run("UPDATE settings SET value = '99' WHERE key = 'schema'")
    for write in (False, True):
        with pytest.raises(NewerFormat, match="newer Pressmark"):
            house.open(write=write)


def test_what_no_column_takes_is_kept_all_the_same(
    archive: Archive, house: Any, make_desk: Any, make_article: Any, telling: Any
) -> None:
    desk = make_desk(archive)
    chance = random.Random(1)
    long = "http://paper.example/" + "".join(chance.choices("abcdefghij0123456789", k=9_000))
    odd = "http://paper.example/a\x00b"
    copy = desk.supplied(b"a copy \x00", odd, 3)
    words = make_article("Long \u200f", " ".join(f"word{n}" for n in range(40_000)), keywords=("x" * 5_000,))
    first = desk.take(desk.fetched(long, b"one", 1), words)
    desk.take(copy, make_article("Odd", "words of the odd one"))
    assert archive.find(long) == first.record
    desk.take(desk.fetched(long, b"two", 2), words)
    assert len(archive.history(first.record).states) == 1
    for query in ('"word39998 word39999"', "word20000", "tag:" + "x" * 1_000):
        assert [hit.line.record for hit in archive.search(query)] == [first.record], query
    assert archive.search('"word39999 word39998"') == []
    before = telling(archive)
    assert archive.verify().findings == ()
    archive.close()
    house.rebuild()
    with house.open() as again:
        assert telling(again) == before


def test_a_server_that_goes_away_is_one_line_and_nothing_acknowledged_is_lost(
    archive: Archive, house: Any, make_desk: Any, make_article: Any
) -> None:
    desk = make_desk(archive)
    told = []
    for n in range(6):
        if n == 3:
            others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
            house.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        capture = desk.fetched(f"{URL}/{n}", b"%d" % n, n)
        try:
            told.append((capture.url, desk.take(capture, make_article(f"Quay {n}", f"words number {n} of the quay")).record))
        except StorageUnavailable as error:
            assert "does not answer" in str(error) and "\n" not in str(error)
    assert len(told) >= 4
    archive.close()
    with house.open(write=True) as again:
        assert all(again.find(url or "") == record for url, record in told)
        assert again.verify().findings == ()


@pytest.mark.parametrize("moment", range(4))
def test_a_server_that_goes_away_while_a_batch_is_written_loses_and_doubles_nothing(
    house: Any, clock: Any, make_desk: Any, make_article: Any, moment: int
) -> None:
    """Behind the capture, behind an entry that is in the WARC and not in the database, or before the commit."""
    house.create(now=clock).close()
    left = [100]

    def cutting() -> Any:
        left[0] -= 1
        if left[0] == 0:
            others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
            house.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        return clock()

    pieces = [(f"{URL}/{n}", make_article(f"Quay {n}", f"words number {n} of the quay")) for n in range(3)]
    with house.open(write=True, now=cutting) as archive:
        desk = make_desk(archive)
        deposits = [
            Deposit(url, desk.fetched(url, url.encode(), n), Verdict.ARTICLE, Release({"a": "b"}), read)
            for n, (url, read) in enumerate(pieces)
        ]
        staged = archive.stage(deposits)
        left[0] = moment + 1
        with suppress(StorageUnavailable):
            archive.settle(staged)
    left[0] = 0
    with house.open(write=True, now=clock) as again:
        known = {item.capture.origin_key: item for item in again.undecided()}
        again.settle([known[d.capture.origin_key].staged(d) for d in deposits if d.capture.origin_key in known])
        assert sorted(line.url or "" for line in again.list(None)) == [url for url, _ in pieces]
        assert again.verify().findings == ()
        assert again.stats()["undecided"] == 0


def test_a_rebuild_leaves_one_schema_and_never_less(filled: Archive, house: Any) -> None:
    filled.close()
    (before,) = house.schemas()
    house.rebuild()
    (after,) = house.schemas()
    assert before != after
    (segment,) = (house.where / "warc").iterdir()
    away = segment.rename(house.where / "away.warc.gz")
    with pytest.raises(Damaged, match=r"pressmark\.archives"):
        house.rebuild()
    assert house.schemas() == [after]
    away.rename(segment)
    with house.open() as again:
        assert again.verify().findings == ()


def test_a_rebuild_while_somebody_reads_lets_them_read_on(filled: Archive, house: Any) -> None:
    filled.close()
    with house.open() as reader:
        lines = reader.list()
        first = next(lines)
        house.rebuild()
        assert len(house.schemas()) == 2
        assert first.record not in {line.record for line in lines}
        assert len(list(reader.list())) == 4
    house.rebuild()
    assert len(house.schemas()) == 1


def _write(where: str, url: str, turn: int, gate: Any) -> None:
    """A process of its own: takes the same addresses as the others, in an order of its own."""
    with Archive.open(where, write=True, database_url=url) as archive:
        desk = Desk(archive)
        gate.wait(60)
        order = list(range(12))
        random.Random(turn).shuffle(order)
        for start in range(0, 12, 3):
            for n in order[start : start + 3]:
                read = article(f"Piece {n}", f"words of piece number {n} in the {n}th street")
                desk.take(desk.fetched(f"http://paper.example/{n}", b"%d" % n * 40, 1), read)
            desk.held(desk.fetched(f"http://paper.example/held/{turn}/{start}", b"%PDF", 2))


def test_processes_on_the_same_addresses_make_each_record_once(house: Any, clock: Callable[[], Any]) -> None:
    house.create(now=clock).close()
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(4)
    processes = [context.Process(target=_write, args=(str(house.where), house.url, turn, gate)) for turn in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    with house.open(write=True) as archive:
        assert len(list(archive.list(None))) == 12
        assert archive.stats()["ledger_entries"] == {"archive": 1, "check": 36, "held": 16, "version": 12}
        assert archive.verify().findings == ()


def test_errors_of_the_driver_never_come_through(house: Any) -> None:
    url = sqlalchemy.make_url(house.url)
    with suppress(exc.ArgumentError):
        wrong = url.set(database="none").render_as_string(hide_password=False)
        with pytest.raises(StorageUnavailable, match=r"has no database none: make it") as error:
            Archive.create(house.where, database_url=wrong)
        _line(error)
        assert not house.where.exists()


_CREATING = """
import sys
from storage import Archive
def stop(event, args):
    if event == "open" and str(args[0]).endswith("pressmark-archive.json") and sys.argv[3] == "named":
        print("there", flush=True)
        sys.stdin.read()
sys.addaudithook(stop)
Archive.create(sys.argv[1], database_url=sys.argv[2])
"""


@pytest.mark.parametrize("moment", ["unnamed", "named"])
def test_a_creation_that_was_killed_leaves_no_schema_behind(
    filled: Archive, house: Any, telling: Any, tmp_path: Path, moment: str
) -> None:
    """Killed while it waits to write its schema's name on the server, or before it writes what makes the folder an archive."""
    before, (first,), where = telling(filled), house.schemas(), tmp_path / "other"
    command = [sys.executable, "-c", _CREATING, str(where), house.url, moment]
    with psycopg.connect(house.url) as other:
        if moment == "unnamed":
            other.execute("LOCK TABLE pressmark.archives IN EXCLUSIVE MODE")
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as creating:
            if moment == "named":
                assert creating.stdout is not None and creating.stdout.readline() == b"there\n"
            else:
                _wait_for(house.url, "SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
            creating.kill()
    (left,) = (name for name in _schemas(house.url) if name != first)
    assert not Archive.exists(where)
    with Archive.create(where, database_url=house.url) as made:
        assert made.verify().findings == ()
        (now,) = (name for name in _schemas(house.url) if name != first)
        assert now != left and now.startswith(f"pressmark_{made.id}_")
    assert telling(filled) == before


def test_no_archive_is_made_over_the_one_that_a_server_has_for_its_folder(filled: Archive, house: Any, telling: Any) -> None:
    before = telling(filled)
    filled.close()
    descriptor = (house.where / "pressmark-archive.json").rename(house.where.parent / "descriptor")
    warcs = (house.where / "warc").rename(house.where.parent / "warcs")
    with pytest.raises(BadCall, match=r"pressmark-archive\.json is missing from"):
        house.create()
    descriptor.rename(house.where / "pressmark-archive.json")
    warcs.rename(house.where / "warc")
    with house.open(write=True) as archive:
        assert telling(archive) == before


def _schemas(url: str) -> list[str]:
    with psycopg.connect(url) as db:
        found = db.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'pressmark_') ORDER BY nspname")
        return [name for (name,) in found.fetchall()]


def _wait_for(url: str, question: str) -> None:
    until = time.monotonic() + 60
    with psycopg.connect(url, autocommit=True) as db:
        while db.execute(question).fetchone() != (True,):
            assert time.monotonic() < until, question
            time.sleep(0.05)
