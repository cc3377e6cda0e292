"""Where an archive is made, and where none is: nothing that somebody has is put away for it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from model.errors import BadCall
from model.ids import mint_archive_id
from storage import Archive
from storage.database import Database


def _files(where: Path) -> dict[str, bytes]:
    names = (p for p in sorted(where.rglob("*")) if p.is_file() and not p.name.endswith(("-wal", "-shm")))
    return {str(p.relative_to(where)): p.read_bytes() for p in names}


def _refuses(where: Path, call: Callable[[], object], *words: str) -> None:
    """The call is refused in one line that has these words, and not a byte of the folder has changed."""
    before = _files(where)
    with pytest.raises(BadCall) as error:
        call()
    said = str(error.value)
    assert "\n" not in said and all(word in said for word in words)
    assert _files(where) == before


def test_a_file_or_a_full_folder_is_no_place_for_an_archive(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_bytes(b"x")
    for name in ("file", "full", "file/below"):
        with pytest.raises(BadCall) as error:
            Archive.create(tmp_path / name)
        assert "\n" not in str(error.value)
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


def test_no_archive_is_made_over_the_database_of_another(filled: Archive, where: Path) -> None:
    filled.close()
    (where / "pressmark-archive.json").unlink()
    shutil.rmtree(where / "warc")
    _refuses(where, lambda: Archive.create(where), "restore that file from a copy")
    (where / "pressmark.db").write_bytes(b"noise" * 5000)
    _refuses(where, lambda: Archive.create(where), "or is damaged: name another place")


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE presses (name TEXT); INSERT INTO presses VALUES ('Tarn');",
        "CREATE TABLE ledger (entry TEXT);",
        "CREATE TABLE settings (key TEXT, value TEXT); CREATE TABLE ledger (id TEXT);",
        "CREATE TABLE settings (name TEXT); CREATE TABLE ledger (id TEXT);",
        "PRAGMA journal_mode=WAL; CREATE TABLE presses (name TEXT); INSERT INTO presses VALUES ('Tarn');",
    ],
)
def test_no_archive_is_made_over_a_database_of_something_else(where: Path, script: str) -> None:
    where.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        db.executescript(script)
    _refuses(where, lambda: Archive.create(where), "that is no archive's of Pressmark")
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        db.executescript("PRAGMA journal_mode=WAL; CREATE TABLE more (name TEXT)")  # what its owner has at work beside it
        _refuses(where, lambda: Archive.create(where), "that is no archive's of Pressmark")


def test_no_archive_is_made_over_the_readme_of_something_else(where: Path) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "README.txt").write_text("How our presses are oiled.")
    _refuses(where, lambda: Archive.create(where), "README.txt of something else")


@pytest.mark.parametrize("empty", [True, False], ids=["an empty file", "tables without an entry"])
def test_what_a_broken_off_creation_left_is_replaced(where: Path, empty: bool) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "README.txt").write_text("This folder is a Press")
    if empty:
        (where / "pressmark.db").write_bytes(b"")
    else:
        with closing(Database.at(where / "pressmark.db")) as database:
            database.create(mint_archive_id())
    with Archive.create(where) as archive:
        assert archive.verify().ok
