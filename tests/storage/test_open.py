"""Archives that cannot be opened or written: one clear line each, and nothing changed."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.errors import BadCall, Damaged, NewerFormat, NotFound, PressmarkError, StorageUnavailable
from storage import Archive, rebuild

URL = "http://paper.example/news/quay"


def _files(where: Path) -> dict[str, bytes]:
    return {str(p.relative_to(where)): p.read_bytes() for p in sorted(where.rglob("*")) if p.is_file()}


def _one_line(error: pytest.ExceptionInfo[PressmarkError]) -> str:
    said = str(error.value)
    assert said and "\n" not in said and "Traceback" not in said and "sqlalche" not in said
    return said


@pytest.fixture
def closed(filled: Archive, where: Path) -> Path:
    filled.close()
    return where


def _other_id(where: Path) -> None:
    descriptor = where / "pressmark-archive.json"
    plain = json.loads(descriptor.read_text("utf-8"))
    descriptor.write_text(json.dumps(plain | {"archive": "bcdfgh"}), "utf-8")


def _newer_schema(where: Path) -> None:
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        db.execute("UPDATE settings SET value = '99' WHERE key = 'schema'")
        db.commit()


def _older_schema(where: Path) -> None:
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        db.execute("UPDATE settings SET value = '0' WHERE key = 'schema'")
        db.commit()


def _newer_descriptor(where: Path) -> None:
    descriptor = where / "pressmark-archive.json"
    descriptor.write_text(json.dumps(json.loads(descriptor.read_text("utf-8")) | {"pressmark": 2}), "utf-8")


def _descriptor(where: Path, text: str) -> None:
    (where / "pressmark-archive.json").write_text(text, "utf-8")


BROKEN: dict[str, tuple[Callable[[Path], object], type[PressmarkError], str]] = {
    "no folder": (lambda w: shutil.rmtree(w), NotFound, "no archive at"),
    "no descriptor": (lambda w: (w / "pressmark-archive.json").unlink(), NotFound, "no archive at"),
    "a newer descriptor": (_newer_descriptor, NewerFormat, "newer Pressmark"),
    "a damaged descriptor": (lambda w: _descriptor(w, "{\x00"), Damaged, "is damaged"),
    "a descriptor that is a list": (lambda w: _descriptor(w, "[]"), Damaged, "is damaged"),
    "a descriptor without id": (lambda w: _descriptor(w, '{"pressmark":1}'), Damaged, "is damaged"),
    "a deep descriptor": (lambda w: _descriptor(w, "[" * 200_000), Damaged, "is damaged"),
    "no database": (lambda w: (w / "pressmark.db").unlink(), Damaged, "pressmark rebuild"),
    "an empty database": (lambda w: (w / "pressmark.db").write_bytes(b""), Damaged, "pressmark rebuild"),
    "a database of noise": (lambda w: (w / "pressmark.db").write_bytes(b"noise" * 5000), Damaged, "pressmark rebuild"),
    "another archive's database": (_other_id, Damaged, "another archive"),
    "a newer schema": (_newer_schema, NewerFormat, "newer Pressmark"),
    "an older schema": (_older_schema, Damaged, "pressmark rebuild"),
}  # fmt: skip


@pytest.mark.parametrize("write", [False, True], ids=["reading", "writing"])
@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_opened_says_why_and_is_not_touched(closed: Path, what: str, write: bool) -> None:
    damage, kind, words = BROKEN[what]
    damage(closed)
    before = _files(closed)
    with pytest.raises(PressmarkError) as error:
        Archive.open(closed, write=write)
    assert type(error.value) is kind
    assert words in _one_line(error)
    after = _files(closed)
    made = {"pressmark.db-wal", "pressmark.db-shm"} | ({"pressmark.db"} if before.get("pressmark.db") == b"" else set())
    assert {n: d for n, d in after.items() if n not in made} == {n: d for n, d in before.items() if n not in made}


def test_a_file_or_a_full_folder_is_no_place_for_an_archive(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_bytes(b"x")
    for name in ("file", "full", "file/below"):
        with pytest.raises(BadCall) as error:
            Archive.create(tmp_path / name)
        _one_line(error)
    assert (tmp_path / "full" / "thesis.txt").read_bytes() == b"x"
    Archive.create(tmp_path / "new" / "deep").close()
    with pytest.raises(BadCall, match="already an archive"):
        Archive.create(tmp_path / "new" / "deep")


def test_a_creation_that_was_killed_can_be_tried_again(tmp_path: Path) -> None:
    """Killed at each of its file operations in turn: what is there then is no archive yet, or a whole one."""
    program = (
        "import sys, os; n = int(sys.argv[2]); seen = []\n"
        "def count(event, args):\n"
        "    if event in ('open', 'os.mkdir', 'os.rename') and str(args[0]).startswith(sys.argv[1]):\n"
        "        seen.append(event)\n"
        "        if len(seen) > n: os._exit(9)\n"
        "from storage import Archive\n"
        "sys.addaudithook(count)\n"
        "Archive.create(sys.argv[1])\n"
    )
    codes = []
    for n in range(0, 12, 2):
        where = tmp_path / f"archive{n}"
        codes.append(subprocess.run([sys.executable, "-c", program, str(where), str(n)], check=False).returncode)
        with Archive.open(where, write=True) if Archive.exists(where) else Archive.create(where) as archive:
            assert [e.detail["entry"] for e in archive.events()] == ["archive"]
            assert archive.verify().findings == ()
    assert codes[0] == 9 and set(codes) <= {0, 9}


def test_an_archive_opened_for_reading_is_not_written(closed: Path, make_desk: Any, make_article: Any) -> None:
    before = _files(closed)
    with Archive.open(closed) as archive:
        desk = make_desk(archive)
        with pytest.raises(BadCall, match="opened for reading"):
            desk.take(desk.fetched(URL, b"x", 1), make_article("A", "x"))
        archive.verify()
    assert {n: d for n, d in _files(closed).items() if n.startswith("warc/")} == {
        n: d for n, d in before.items() if n.startswith("warc/")
    }


def _take(where: Path, turn: int, results: Any) -> None:
    """A process of its own that writes until the disk takes no more; tells what was acknowledged."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("desk", Path(__file__).with_name("conftest.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["desk"] = module
    spec.loader.exec_module(module)
    told, said = [], None
    try:
        with Archive.open(where, write=True) as archive:
            desk = module.Desk(archive)
            for n in range(400):
                body = os.urandom(20_000)
                url = f"{URL}/{turn}/{n}"
                told.append((url, desk.take(desk.fetched(url, body, n), module.article(f"H {n}", f"words {n}")).record))
    except StorageUnavailable as error:
        said = str(error)
    results.put((told, said))


def _limited(where: Path, turn: int, results: Any) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    _take(where, turn, results)


def _run(target: Callable[..., None], where: Path, turn: int) -> tuple[list[tuple[str, str]], str | None]:
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    process = context.Process(target=target, args=(where, turn, results))
    process.start()
    answer: tuple[list[tuple[str, str]], str | None] = results.get(timeout=120)
    process.join(60)
    assert process.exitcode == 0
    return answer


def _check(where: Path, told: list[tuple[str, str]], runs: int) -> None:
    with Archive.open(where, write=True) as archive:
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


def test_a_file_that_may_not_grow_is_one_clear_line_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    where = tmp_path / "archive"
    Archive.create(where).close()
    told, said = _run(_limited, where, 0)
    assert said is not None and "\n" not in said
    assert 5 < len(told) < 400
    _check(where, told, 1)


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


def test_a_ledger_with_a_hole_is_not_written_on(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        db.execute("DROP TRIGGER ledger_no_delete")
        chain = json.loads((closed / "pressmark-archive.json").read_bytes())["archive"]
        assert db.execute("DELETE FROM ledger WHERE chain = ? AND seq = 2", (chain,)).rowcount == 1
        db.commit()
    before = _files(closed / "warc")
    with pytest.raises(Damaged, match="has a hole in the chain of") as error:
        Archive.open(closed, write=True)
    _one_line(error)
    assert _files(closed / "warc") == before
