"""Archives and questions that nothing can be done with: one line that says so, an exit code, and nothing is changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage.folder import Hold
from tests.pressmark.conftest import PAGE


def test_a_database_of_a_newer_release(kept: Any) -> None:
    kept.house.run("UPDATE settings SET value = '99' WHERE key = 'schema'")
    calls = (["list"], ["search", "ferry"], ["verify"], ["ingest", kept.page("Barge")], ["migrate"], ["stats"])
    kept.refuses(calls, "newer Pressmark")


def test_a_folder_that_is_no_archive(kept: Any, tmp_path: Path) -> None:
    other = tmp_path / "holidays"
    other.mkdir()
    (other / "beach.jpg").write_bytes(b"\xff\xd8\xff")
    for argv in (["list"], ["verify"], ["rebuild"], ["note", "x", "y"], ["replicate", str(tmp_path / "copy")]):
        kept.at(other).refuses([argv], "there is no archive at", 2)
    kept.at(other).refuses([["ingest", kept.page("Barge")]], "is not an empty folder: name another place", 2)
    assert [p.name for p in other.iterdir()] == ["beach.jpg"]


@pytest.fixture
def read_only(kept: Any) -> Iterator[Any]:
    place = kept.where.parent / "shelf"
    place.mkdir()
    done = subprocess.run(["mount", "--bind", str(kept.where), str(place)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no read-only folder can be made here: {done.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield kept.at(place)
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_read_only_disk_is_read_and_not_written(kept: Any, read_only: Any) -> None:
    listed = kept("list")
    assert read_only("list") == listed and read_only("search", "ferry").code == 0
    told = read_only("verify")
    assert told.code == 0 and told.err.startswith("this check is not kept in the ledger: ") and told.err.count("\n") == 1
    read_only.refuses([["ingest", kept.page("Barge")], ["note", listed.out.split()[0], "a word"]], "cannot be written")
    if kept.house.url is None:
        read_only.refuses([["rebuild"]], "cannot be made anew in")
    else:  # nothing of it is in the folder
        assert read_only("rebuild").code == 0 and read_only("list") == listed


def test_two_archives_with_one_id(kept: Any, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(kept.where, twin)
    assert kept("ingest", kept.page("Barge")).code == 0
    copy = str(tmp_path / "copy")
    assert kept("replicate", copy, "--name", "attic").code == 0
    other = kept.at(twin)
    if kept.house.url is not None:  # one database for two folders
        other.refuses([["ingest", kept.page("Dinghy")]], "another copy of the archive uses it too")
        return
    assert other("ingest", kept.page("Dinghy")).code == 0
    held = {p.name: p.read_bytes() for p in (Path(copy) / "warc").iterdir()}
    told = other("replicate", copy, "--name", "attic")
    assert told.code == 1 and "two folders are written to as one archive" in told.err and told.err.count("\n") == 1
    assert {p.name: p.read_bytes() for p in (Path(copy) / "warc").iterdir()} == held


def test_a_ledger_with_a_hole(kept: Any) -> None:
    assert kept("note", kept("list").out.split()[0], "a word").code == 0
    kept.house.change("DELETE FROM ledger WHERE kind = 'version' AND seq = 1")
    record = kept("list").out.split()[0]
    before = kept.files()
    told = kept("verify")
    assert told.code == 1 and "the chain has a hole: entry 1 is missing" in " ".join(told.out.split())
    assert "not kept in the ledger" in told.err
    kept.refuses([["note", record, "another word"]], f"has lost entry 1 of the ledger of {record}")
    assert {name: data for name, data in kept.files().items() if "/warc/" in name} == {
        name: data for name, data in before.items() if "/warc/" in name
    }
    assert kept("rebuild").code == 0 and kept("verify").code == 0


def test_a_lost_file_leaves_a_hole_that_a_rebuild_names(kept: Any) -> None:
    segment = kept.house.segment
    segment.rename(kept.where.parent / segment.name)
    kept.refuses([["rebuild"]], "missing from the WARCs: run `pressmark repair`")


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
def test_a_query_that_is_none(kept: Any, query: list[str], said: str, tmp_path: Path) -> None:
    shown = [["search", *query], ["export", "--format", "csv", "--output", str(tmp_path / "out.csv"), *query]]
    kept.refuses(shown, said, code=2)
    assert not (tmp_path / "out.csv").exists()


def test_what_lacks_a_file_on_a_read_only_disk_tells_what_it_has(kept: Any, read_only: Any) -> None:
    record = kept("list").out.split()[0]
    kept.house.segment.unlink()
    for argv in (["list"], ["search", "ferry"], ["show", record], ["history", record], ["events"], ["stats"]):
        assert read_only(*argv).code == 0, argv
    read_only.refuses([["export", "--format", "warc", "--output", "all.warc.gz"]], "cannot be read at byte")
    assert read_only("verify").code == 1


def test_writers_and_repairs_keep_out_of_each_others_way(kept: Any) -> None:
    with kept.house.open(write=True):
        kept.refuses([["repair"], ["rebuild"]], "another process is writing to this archive: wait for it to end")
        assert kept("ingest", kept.page("Barge")).code == 0
    with closing(Hold(kept.where, alone=True)):
        said = "this archive is being made, rebuilt or repaired by another process: wait for it to end"
        kept.refuses([["ingest", kept.page("Punt")], ["note", "x", "y"], ["repair"]], "wait for it to end")
        kept.refuses([["ingest", kept.page("Punt")]], said)
        assert kept("list").code == 0 and kept("verify").code == 0
    assert kept("ingest", kept.page("Punt")).code == 0 and kept("verify").code == 0


def test_a_file_that_may_not_be_read(tmp_path: Path, pressmark: Any) -> None:
    page = tmp_path / "Ferry.html"
    page.write_text(PAGE.format("Ferry sails again"), "utf-8")
    with tempfile.TemporaryDirectory(prefix="pm-read-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101  anybody gets as far as the archive
        where = Path(folder, "archive")
        assert pressmark("ingest", str(page), "--archive", str(where)).code == 0
        (file,) = (where / "warc").iterdir()
        file.chmod(0)
        told = _as_nobody(where, "verify")
        assert (told.returncode, told.stdout) == (1, "")
        assert "check its permissions" in told.stderr and told.stderr.count("\n") == 1
        assert _as_nobody(where, "list").returncode == 0
        (where / "pressmark.db").chmod(0)
        told = _as_nobody(where, "list")
        assert told.returncode == 1 and "the database cannot be opened" in told.stderr and told.stderr.count("\n") == 1


def _as_nobody(where: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """A call by somebody who has no rights but those of everybody."""
    program = [str(Path(sys.executable).with_name("pressmark")), *argv, "--archive", str(where)]
    if os.geteuid() != 0 or (drop := shutil.which("setpriv")) is None:
        pytest.skip("to be somebody else takes root and setpriv")
    call = [drop, "--reuid=65534", "--regid=65534", "--clear-groups", *program]
    told = subprocess.run(call, cwd="/", capture_output=True, text=True, check=False)
    if told.returncode not in {0, 1, 2, 70}:
        pytest.skip(f"nobody may not run the program here: {told.stderr.strip()}")
    return told
