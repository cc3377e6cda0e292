"""``export``: what it tells, what it refuses, and what a fresh archive makes of it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

FORMATS = ["warc", "wacz", "bagit", "ocfl", "ninjs", "jsonld", "jsonl", "csv"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written_and_told(demo: Any, format: str, tmp_path: Path) -> None:
    ran = demo("export", "--format", format, "--output", str(tmp_path / "out"), "--json")
    (told,) = ran.lines()
    assert (ran.code, ran.err, told["format"], told["records"], told["left_out"]) == (0, "", format, 4, {})
    assert told["versions"] == (5 if format in FORMATS[:4] else 4)
    files = [p for p in (tmp_path / "out").rglob("*") if p.is_file()] or [tmp_path / "out"]
    assert told["files"] == len(files) or format == "ocfl"
    docs = (Path(__file__).parents[2] / "docs" / "shapes.md").read_text("utf-8")
    assert all(f"{key}" in docs for key in told)


def test_people_are_told_how_much_and_where(demo: Any, tmp_path: Path) -> None:
    ran = demo("export", "harbor", "budget", "--format", "csv", "--output", str(tmp_path / "out.csv"), "--version", "all")
    assert ran.code == 0 and ": 1 record, 2 versions; " in ran.out and "\nsha256 " in ran.out
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8-sig", newline="")))
    assert [row["version"] for row in rows] == ["1", "2"]


@pytest.mark.parametrize("format", ["warc", "wacz"])
def test_a_fresh_archive_takes_it_in_and_has_the_same_pieces(demo: Any, pressmark: Any, format: str, tmp_path: Path) -> None:
    name = "all.warc.gz" if format == "warc" else "all.wacz"
    assert demo("export", "--format", format, "--output", str(tmp_path / name)).code == 0
    pressmark("ingest", str(tmp_path / name), "--archive", "fresh")

    def pieces(lines: list[dict[str, Any]]) -> set[tuple[object, ...]]:
        said = ("url", "headline", "versions", "withdrawn", "date_published")
        return {(*(x[key] for key in said), tuple(x["authors"]), x["first_seen"][:19]) for x in lines}

    assert pieces(pressmark("list", "--json", "--archive", "fresh").lines()) == pieces(demo("list", "--json").lines())
    assert pressmark("verify", "--archive", "fresh").code == 0


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (["--output", "x"], "say as what to export: a format, one of warc, wacz,"),
        (["--format", "pdf", "--output", "x"], "there is no format 'pdf' to export; there are warc, wacz,"),
        (["--format", "csv"], "say where to write: --output PATH"),
        (["--format", "csv", "--output", "-"], "say where to write: --output PATH"),
        (["--format", "csv", "--output", "no/such/x"], "to write x into: make it first"),
        (
            ["--format", "csv", "--output", "archive/warc/x"],
            "x is inside the archive's own folder",
        ),
        (["--format", "ocfl", "--output", "archive"], "archive is inside the archive's own folder"),
        (["--format", "csv", "--output", "x", "--evidence"], "--evidence is for jsonl and bagit (ocfl has it always)"),
        (["--format", "csv", "--output", "x", "--version", "3"], "versions to export are all or latest, not '3'"),
        (["--format", "csv", "--output", "x", "--as-of", "soon"], "--as-of takes a day such as"),
        (["--format", "csv", "--output", "x", "colour:red"], "there is no search field colour:"),
        (["--format", "csv", "--output", "x", "--reserved"], "no such option: --reserved"),
        (["--format", "csv", "--output", "x", "--include-reserved", " "], "--include-reserved needs a reason"),
        (["--format", "csv", "--output", "x", "--include-reserved", "study"], "nobody is named: set PRESSMARK_OPERATOR"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_nothing(demo: Any, argv: list[str], why: str) -> None:
    before = sorted(p.name for p in demo.folder.iterdir())
    ran = demo("export", *argv)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1) and why in ran.err
    assert sorted(p.name for p in demo.folder.iterdir()) == before


def test_what_is_there_stays(demo: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    for format in FORMATS:
        ran = demo("export", "--format", format, "--output", str(tmp_path / "x"))
        assert ran.code == 2 and "is there already" in ran.err
    assert (tmp_path / "x").read_text() == "mine" and [p.name for p in tmp_path.iterdir()] == ["x"]


def test_what_is_reserved_goes_out_with_a_name_and_a_reason_in_the_ledger(pressmark: Any, tmp_path: Path) -> None:
    page = tmp_path / "quiet.html"
    words = "<p>" + "The lamp at the pier stays dark this winter. " * 12 + "</p>"
    page.write_text(f"<html><title>Quiet</title><body><article><h1>Quiet lamp</h1>{words * 3}</article></body></html>")
    assert pressmark("ingest", str(page)).code == 0
    argv = ("export", "--format", "jsonl", "--include-reserved", "a study", "--by", "Ada Holm")
    refused = pressmark(*argv, "--output", "no/such/x")
    assert refused.code == 2 and pressmark("events", "--kind", "dissemination", "--json").lines() == []
    ran = pressmark(*argv, "--output", "out.jsonl", "lamp")
    assert ran.code == 0, ran.err
    (event,) = pressmark("events", "--kind", "dissemination", "--json").lines()
    assert (event["agent"]["name"], event["reason"]) == ("Ada Holm", "a study")
    assert (event["detail"]["detail"]["format"], event["detail"]["detail"]["query"]) == ("jsonl", "lamp")
    assert pressmark("verify").code == 0


def test_one_that_is_killed_leaves_nothing_that_looks_finished(demo: Any, tmp_path: Path) -> None:
    code = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from model.export import Format\n"
        "from storage import Archive, Selection\n"
        "stop = lambda done, total: os.kill(os.getpid(), signal.SIGKILL) if done == 2 else None\n"
        "where, format, out = sys.argv[1:]\n"
        "Archive.open(where).export(Format(format), Path(out), Selection(), progress=stop)\n"
    )
    for format in FORMATS:
        out = tmp_path / format
        done = subprocess.run([sys.executable, "-c", code, demo.archive, format, str(out)], timeout=60, check=False)
        assert done.returncode == -9 and not out.exists()
        assert demo("export", "--format", format, "--output", str(out)).code == 0
    left = [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]
    assert left and all(name.endswith(".unfinished") for name in left)


def test_nothing_of_this_machine_stands_in_a_container(demo: Any, tmp_path: Path) -> None:
    assert demo("export", "--format", "wacz", "--output", str(tmp_path / "out.wacz")).code == 0
    with zipfile.ZipFile(tmp_path / "out.wacz") as package:
        text = b"".join(package.read(name) for name in package.namelist() if not name.startswith("archive/"))
        assert json.loads(package.read("datapackage.json"))["software"].startswith("pressmark/")
    assert str(tmp_path).encode() not in text and str(demo.folder).encode() not in text
