"""Archives and questions that nothing can be done with: one line that says so, an exit code, and nothing is changed."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

WORDS = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. " * 4
PAGE = f"<html lang='en'><head><title>{{0}}</title></head><body><article><h1>{{0}}</h1><p>{WORDS}</p></article></body></html>"


@dataclass(frozen=True)
class Kept:
    """An archive with two pieces in it, on one of the engines, and the command line over it."""

    where: Path
    url: str | None
    call: Callable[..., Any]

    def __call__(self, *argv: str, where: Path | None = None) -> Any:
        environ = {"PRESSMARK_ARCHIVE": str(where or self.where), "PRESSMARK_OPERATOR": "Ada"}
        return self.call(*argv, environ=environ | ({"PRESSMARK_DATABASE_URL": self.url} if self.url else {}))

    def page(self, name: str) -> str:
        path = self.where.parent / f"{name}.html"
        path.write_text(PAGE.format(f"{name} sails again"), "utf-8")
        return str(path)

    def run(self, *statements: str) -> None:
        """Does something to the database behind the software's back."""
        if self.url is None:
            with closing(sqlite3.connect(self.where / "pressmark.db", isolation_level=None)) as db:
                for statement in statements:
                    db.execute(statement)
            return
        with psycopg.connect(self.url, autocommit=True) as server:
            (schema,) = server.execute("SELECT schema FROM pressmark.archives").fetchone() or ("",)
            server.execute(f"SET search_path TO {schema}")
            for statement in statements:
                server.execute(statement)

    def files(self) -> dict[str, bytes]:
        """What lies in the folder, but for what SQLite puts beside its file while it is open."""
        passing = ("-wal", "-shm")
        return {str(p): p.read_bytes() for p in self.where.rglob("*") if p.is_file() and not p.name.endswith(passing)}

    def refuses(self, calls: Sequence[Sequence[str]], said: str, where: Path | None = None, code: int = 1) -> None:
        """Each call says this in its one line, and changes nothing."""
        before = self.files()
        for argv in calls:
            told = self(*argv, where=where)
            assert told.code == code, (argv, told)
            assert said in told.err and told.err.count("\n") == 1 and "Traceback" not in told.err, (argv, told.err)
            assert told.out == ""
            assert self.files() == before, argv


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, pressmark: Any) -> Kept:
    url = request.getfixturevalue("emptied_server") if request.param == "postgresql" else None
    made = Kept(tmp_path / "archive", url, pressmark)
    assert made("ingest", made.page("Ferry"), made.page("Tug")).code == 0
    return made


def test_a_database_of_a_newer_release(kept: Kept) -> None:
    kept.run("UPDATE settings SET value = '99' WHERE key = 'schema'")
    calls = (["list"], ["search", "ferry"], ["verify"], ["ingest", kept.page("Barge")], ["migrate"], ["stats"])
    kept.refuses(calls, "newer Pressmark")


def test_a_folder_that_is_no_archive(kept: Kept, tmp_path: Path) -> None:
    other = tmp_path / "holidays"
    other.mkdir()
    (other / "beach.jpg").write_bytes(b"\xff\xd8\xff")
    for argv in (["list"], ["verify"], ["rebuild"], ["note", "x", "y"], ["replicate", str(tmp_path / "copy")]):
        kept.refuses([argv], "there is no archive at", other, 2)
    kept.refuses([["ingest", kept.page("Barge")]], "is not an empty folder: name another place", other, 2)
    assert [p.name for p in other.iterdir()] == ["beach.jpg"]


@pytest.fixture
def read_only(kept: Kept) -> Iterator[Kept]:
    place = kept.where.parent / "shelf"
    place.mkdir()
    done = subprocess.run(["mount", "--bind", str(kept.where), str(place)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no read-only folder can be made here: {done.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield Kept(place, kept.url, kept.call)
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_read_only_disk_is_read_and_not_written(kept: Kept, read_only: Kept) -> None:
    listed = kept("list")
    assert read_only("list") == listed and read_only("search", "ferry").code == 0
    told = read_only("verify")
    assert told.code == 0 and told.err.startswith("this check is not kept in the ledger: ") and told.err.count("\n") == 1
    read_only.refuses([["ingest", kept.page("Barge")], ["note", listed.out.split()[0], "a word"]], "cannot be written")
    if kept.url is None:
        read_only.refuses([["rebuild"]], "cannot be made anew in")
    else:  # nothing of it is in the folder
        assert read_only("rebuild").code == 0 and read_only("list") == listed


def test_two_archives_with_one_id(kept: Kept, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(kept.where, twin)
    assert kept("ingest", kept.page("Barge")).code == 0
    copy = str(tmp_path / "copy")
    assert kept("replicate", copy, "--name", "attic").code == 0
    other = Kept(twin, kept.url, kept.call)
    if kept.url is not None:  # one database for two folders
        other.refuses([["ingest", kept.page("Dinghy")]], "another copy of the archive uses it too")
        return
    assert other("ingest", kept.page("Dinghy")).code == 0
    held = {p.name: p.read_bytes() for p in (Path(copy) / "warc").iterdir()}
    told = other("replicate", copy, "--name", "attic")
    assert told.code == 1 and "two folders are written to as one archive" in told.err and told.err.count("\n") == 1
    assert {p.name: p.read_bytes() for p in (Path(copy) / "warc").iterdir()} == held


def test_a_ledger_with_a_hole(kept: Kept) -> None:
    if kept.url is None:
        kept.run("DROP TRIGGER ledger_no_delete")
    else:
        kept.run("DROP TRIGGER ledger_no_delete ON ledger")
    assert kept("note", kept("list").out.split()[0], "a word").code == 0
    kept.run("DELETE FROM ledger WHERE kind = 'version' AND seq = 1")
    record = kept("list").out.split()[0]
    before = kept.files()
    told = kept("verify")
    assert told.code == 1 and "the chain has a hole: entry 1 is missing" in " ".join(told.out.split())
    assert "not kept in the ledger" in told.err
    kept.refuses([["note", record, "another word"]], "has a hole in the chain of")
    assert {name: data for name, data in kept.files().items() if "/warc/" in name} == {
        name: data for name, data in before.items() if "/warc/" in name
    }
    assert kept("rebuild").code == 0 and kept("verify").code == 0


def test_a_lost_file_leaves_a_hole_that_a_rebuild_names(kept: Kept) -> None:
    (segment,) = (kept.where / "warc").iterdir()
    segment.rename(kept.where.parent / segment.name)
    kept.refuses([["rebuild"]], "missing from the WARCs: restore the segment from a copy")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (["word"] * 10_000, "the query has 49,999 characters, at most 2,000 are taken: shorten it"),
        (["w"] * 900, "the query has 900 terms, at most 64 are taken: shorten it"),
        (['"ferry sails'], 'the query has an unbalanced quotation mark: close it with "'),
        (['author:"quill'], 'the query has an unbalanced quotation mark: close it with "'),
    ],
    ids=["10,000 words", "900 terms", "a quotation mark", "a quotation mark in a field"],
)
def test_a_query_that_is_none(kept: Kept, query: list[str], said: str, tmp_path: Path) -> None:
    shown = [["search", *query], ["export", "--format", "csv", "--output", str(tmp_path / "out.csv"), *query]]
    kept.refuses(shown, said, code=2)
    assert not (tmp_path / "out.csv").exists()
