"""Archives that cannot be opened or written: one clear line each, and nothing changed."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from model.errors import BadCall, Damaged, NewerFormat, NotFound, PressmarkError, StorageUnavailable
from storage import Archive, rebuild
from tests.storage.desk import Desk, article

URL = "http://paper.example/news/quay"


def _files(where: Path) -> dict[str, bytes]:
    return {str(p.relative_to(where)): p.read_bytes() for p in sorted(where.rglob("*")) if p.is_file()}


def _one_line(error: pytest.ExceptionInfo[PressmarkError]) -> str:
    said = str(error.value)
    assert said and "\n" not in said and "Traceback" not in said and "sqlalche" not in said and "psycopg" not in said
    return said


@pytest.fixture
def closed(filled: Archive, where: Path) -> Path:
    filled.close()
    return where


def _other_id(house: Any) -> None:
    descriptor = house.where / "pressmark-archive.json"
    _descriptor(house, json.dumps(json.loads(descriptor.read_text("utf-8")) | {"archive": "bcdfgh"}))


def _newer_descriptor(house: Any) -> None:
    descriptor = house.where / "pressmark-archive.json"
    _descriptor(house, json.dumps(json.loads(descriptor.read_text("utf-8")) | {"pressmark": 2}))


def _descriptor(house: Any, text: str) -> None:
    (house.where / "pressmark-archive.json").write_text(text, "utf-8")


def _schema(house: Any, version: int) -> None:
    house.run(f"UPDATE settings SET value = '{version}' WHERE key = 'schema'")


def _emptied(house: Any) -> None:
    """The database is there, and nothing is in it."""
    if house.url is None:
        (house.where / "pressmark.db").write_bytes(b"")
        return
    (schema,) = house.schemas()
    house.run(f"DROP SCHEMA {schema} CASCADE", f"CREATE SCHEMA {schema}")


def _noise(house: Any) -> None:
    """It is there and cannot be read as an archive's."""
    if house.url is None:
        (house.where / "pressmark.db").write_bytes(b"noise" * 5000)
    else:
        house.run("DROP TABLE settings", "CREATE TABLE settings (noise text)")


Broken = tuple[Callable[[Any], object], type[PressmarkError], str]
BROKEN: dict[str, Broken] = {
    "no folder": (lambda h: h.where.rename(h.where.with_name("away")), NotFound, "no archive at"),
    "no descriptor": (lambda h: (h.where / "pressmark-archive.json").unlink(), Damaged, "says what archive this is"),
    "a newer descriptor": (_newer_descriptor, NewerFormat, "newer Pressmark"),
    "a damaged descriptor": (lambda h: _descriptor(h, "{\x00"), Damaged, "is damaged"),
    "a descriptor that is a list": (lambda h: _descriptor(h, "[]"), Damaged, "is damaged"),
    "a descriptor without id": (lambda h: _descriptor(h, '{"pressmark":1}'), Damaged, "is damaged"),
    "a deep descriptor": (lambda h: _descriptor(h, "[" * 200_000), Damaged, "is damaged"),
    "another archive's database": (_other_id, Damaged, "another archive"),
    "a newer schema": (lambda h: _schema(h, 99), NewerFormat, "newer Pressmark"),
    "an older schema": (lambda h: _schema(h, 0), Damaged, "pressmark rebuild"),
    "a database of noise": (_noise, Damaged, "pressmark rebuild"),
    "an empty database": (_emptied, Damaged, "pressmark rebuild"),
    "no database": (lambda h: h.lose(), Damaged, "pressmark rebuild"),
}  # fmt: skip
"""The databases that are harmed for good come last."""


@pytest.mark.both_engines
def test_what_cannot_be_opened_says_why_and_is_not_touched(filled: Archive, house: Any, where: Path) -> None:
    filled.close()
    kept = house.keep()
    whole = where.with_name("whole")
    shutil.copytree(where, whole, ignore=shutil.ignore_patterns("pressmark.db*"))
    for what, (damage, kind, words) in BROKEN.items():
        damage(house)
        before = _files(where)
        for write in (False, True):
            with pytest.raises(PressmarkError) as error:
                house.open(write=write)
            assert type(error.value) is kind, (what, error.value)
            said = "other archives" if what == "another archive's database" and house.url else words
            assert said in _one_line(error), what
            after = _files(where)
            made = {"pressmark.db-wal", "pressmark.db-shm"} | ({"pressmark.db"} if before.get("pressmark.db") == b"" else set())
            assert {n: d for n, d in after.items() if n not in made} == {n: d for n, d in before.items() if n not in made}, what
        shutil.copytree(whole, where, dirs_exist_ok=True)
        if house.url is None or kind is NewerFormat or what == "an older schema":
            house.put_back(kept)


@pytest.mark.both_engines
def test_an_archive_opened_for_reading_is_not_written(
    filled: Archive, house: Any, where: Path, make_desk: Any, make_article: Any
) -> None:
    filled.close()
    before = _files(where / "warc")
    with house.open() as archive:
        desk = make_desk(archive)
        with pytest.raises(BadCall, match="opened for reading"):
            desk.take(desk.fetched(URL, b"x", 1), make_article("A", "x"))
        archive.verify()
    assert _files(where / "warc") == before


@pytest.mark.both_engines
@pytest.mark.parametrize("table", ["people", "search_text", "ledger", "segments"])
def test_a_database_that_lacks_a_table_says_so_and_is_made_anew(filled: Archive, house: Any, telling: Any, table: str) -> None:
    before = telling(filled)
    filled.close()
    house.run(f"DROP TABLE {table}{' CASCADE' if house.url else ''}")
    with house.open() as archive:
        try:
            assert any(f.place == "database" for f in archive.verify().findings)
        except Damaged as error:
            assert f"lacks the table {table}" in str(error) and "pressmark rebuild" in str(error) and "\n" not in str(error)
        with pytest.raises(Damaged, match=rf"lacks the table {table}\w*: run `pressmark rebuild`"):
            telling(archive)
    house.rebuild()
    with house.open(write=True) as archive:
        assert telling(archive) == before and archive.verify().findings == ()


def _take(where: Path, url: str | None, turn: int, results: Any) -> None:
    """A process of its own that writes until the disk takes no more; tells what was acknowledged."""
    told, said = [], None
    try:
        with Archive.open(where, write=True, database_url=url) as archive:
            desk = Desk(archive)
            for n in range(400):
                body = os.urandom(20_000)
                page = f"{URL}/{turn}/{n}"
                told.append((page, desk.take(desk.fetched(page, body, n), article(f"H {n}", f"words {n}")).record))
    except StorageUnavailable as error:
        said = str(error)
    results.put((told, said))


def _limited(where: Path, url: str | None, turn: int, results: Any) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    _take(where, url, turn, results)


def _run(target: Callable[..., None], where: Path, turn: int, url: str | None = None) -> tuple[list[tuple[str, str]], str | None]:
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    process = context.Process(target=target, args=(where, url, turn, results))
    process.start()
    answer: tuple[list[tuple[str, str]], str | None] = results.get(timeout=120)
    process.join(60)
    assert process.exitcode == 0
    return answer


def _check(where: Path, told: list[tuple[str, str]], runs: int, url: str | None = None) -> None:
    with Archive.open(where, write=True, database_url=url) as archive:
        for url, record in told:
            assert archive.find(url) == record
            assert len(archive.history(record).states) == 1
        assert archive.verify().findings == ()
        # what the disk still took and nobody was told of may be finished, one a run, and nothing is twice
        records = list(archive.list(None))
        assert len({line.url for line in records}) == len(records) <= len(told) + runs


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_clear_line_and_what_was_acknowledged_is_there(small_disk: Path) -> None:
    where = small_disk / "archive"
    Archive.create(where).close()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(3_500_000))
    told, said = _run(_take, where, 0)
    assert said is not None and "full" in said and "\n" not in said
    assert len(told) > 10
    again, said = _run(_take, where, 1)
    assert said is not None and "full" in said
    with Archive.open(where) as archive:  # reading goes on without space
        assert {archive.find(url) for url, _ in told} == {record for _, record in told}
    ballast.unlink()
    more, said = _run(_take, where, 2)
    assert len(more) > 5
    for path in (where / "warc").iterdir():  # make space, as a person would
        assert path.stat().st_size > 0
    larger = small_disk.parent / "larger"
    shutil.copytree(where, larger)
    _check(larger, told + again + more, 3)
    rebuild(larger)
    _check(larger, told + again + more, 3)


@pytest.mark.both_engines
def test_a_file_that_may_not_grow_is_one_clear_line_and_what_was_acknowledged_is_there(house: Any, where: Path) -> None:
    house.create().close()
    told, said = _run(_limited, where, 0, house.url)
    assert said is not None and "\n" not in said
    assert 5 < len(told) < 400
    _check(where, told, 1, house.url)


@pytest.fixture
def read_only(closed: Path, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "shelf"
    place.mkdir()
    done = subprocess.run(["mount", "--bind", str(closed), str(place)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no read-only folder can be made here: {done.stderr.strip()}")
    subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_read_only_folder_is_read_and_writing_is_one_clear_line(read_only: Path, telling: Any, closed: Path) -> None:
    with Archive.open(closed) as archive:
        before = telling(archive)
    with Archive.open(read_only) as archive:
        assert telling(archive) == before
        assert archive.verify().findings == ()
    with pytest.raises(StorageUnavailable, match="cannot be written") as error:
        Archive.open(read_only, write=True)
    _one_line(error)
    with pytest.raises(StorageUnavailable) as error:
        rebuild(read_only)
    _one_line(error)
