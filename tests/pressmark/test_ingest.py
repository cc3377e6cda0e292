"""``ingest`` as people see it: cards first, lines later, totals last."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pressmark.cli.ingest import CARDS
from pressmark.demo.paper import BUDGET, Paper

Pressmark = Callable[..., Any]
WORDS = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. "


def page(folder: Path, name: str, headline: str, words: str = WORDS) -> str:
    path = folder / name
    path.write_text(
        f"<html lang='en'><head><title>{headline}</title></head><body><article><h1>{headline}</h1>"
        f"<p class='byline'>By Jane Doe</p><p>{headline}. {words * 3}</p></article></body></html>",
        "utf-8",
    )
    return str(path)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("ingest") / "archive")


def test_a_new_file_has_its_card_and_the_same_again_a_line(tmp_path: Path, pressmark: Pressmark, archive: str) -> None:
    source = page(tmp_path, "ferry.html", "Ferry sails again")
    first = pressmark("ingest", source, "--archive", archive)
    assert first.code == 0 and first.err.startswith("made a new archive, ")
    head, headline, *_ = first.out.splitlines()
    record = head.split()[1]
    assert head == f"new       {record}  {source}" and record.endswith("@1")
    assert headline == "  Ferry sails again" and "  By         Jane Doe" in first.out
    again = pressmark("ingest", source, "--archive", archive)
    assert (again.code, again.err) == (0, "")
    assert again.out == f"unchanged {record}  {source}\n"


def test_after_ten_cards_come_lines_and_at_the_end_the_totals(tmp_path: Path, pressmark: Pressmark, archive: str) -> None:
    for number in range(CARDS + 2):
        page(
            tmp_path,
            f"page-{number:02}.html",
            f"Story number {number} of the harbour",
            f"Word{number} follows word{number}. " * 9,
        )
    told = pressmark("ingest", str(tmp_path), "--archive", archive)
    assert told.code == 0
    assert told.err.endswith("one line each from here on; pressmark show RECORD prints a card\n")
    assert told.out.count("  Text  ") == CARDS
    assert told.out.splitlines()[-1].startswith(f"{CARDS + 2} sources in ") and told.out.endswith(f" s: {CARDS + 2} new\n")


def test_standard_input_with_what_a_person_says_of_it(tmp_path: Path, pressmark: Pressmark) -> None:
    argv = ["ingest", "-", "--url", "https://gazette.example/mill", "--captured-at", "2018-12-18T06:00:00-05:00", "--json"]
    archive = ["--archive", str(tmp_path / "archive")]
    text = f"Old mill to close\n\nBy Wilma Tarn\n\nNETHER ASH, Dec. 18 (Vale Wire) -- {WORDS}\n\n{WORDS}\n"
    done = subprocess.run(
        [sys.executable, "-c", "from pressmark.cli import main; main()", *argv, *archive],
        input=text.encode(), capture_output=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["source"], result["outcome"], result["url"]) == ("-", "new", "https://gazette.example/mill")
    view = json.loads(pressmark("show", "https://gazette.example/mill", "--json", *archive).out)
    assert view["state"]["first_seen"] == "2018-12-18T11:00:00.000000Z" and view["state"]["strand"] == "beside"
    assert view["article"]["authors"][0]["name"] == "Wilma Tarn"


def test_robots_are_overridden_only_with_a_reason_that_is_kept(tmp_path: Path, pressmark: Pressmark) -> None:
    call = ["--allow-address", "127.0.0.0/8", "--archive", str(tmp_path / "archive")]
    environ = {"PRESSMARK_HOST_GAP": "0"}
    with Paper() as paper:
        draft = f"{paper.base}/drafts/mayor-interview"
        refused = pressmark("ingest", draft, *call, environ=environ)
        assert refused.code == 1 and refused.out.startswith(f"refused   {draft}  robots.txt of 127.0.0.1 ")
        taken = pressmark("ingest", draft, "--override-robots", "asked by the editor", *call, environ=environ)
        assert taken.code == 0 and taken.out.startswith(("new", "held"))
    assert "asked by the editor" in pressmark("events", "--json", *call[2:]).out


def test_a_corrected_page_tells_what_changed(tmp_path: Path, pressmark: Pressmark) -> None:
    call = ["--allow-address", "127.0.0.0/8", "--archive", str(tmp_path / "archive")]
    environ = {"PRESSMARK_HOST_GAP": "0"}
    with Paper() as paper:
        assert pressmark("ingest", paper.base + BUDGET, *call, environ=environ).out.startswith("new ")
        paper.print_second_edition()
        told = pressmark("ingest", paper.base + BUDGET, *call, environ=environ).out
    assert told.startswith("changed ") and "  What changed  headline edited, +2 -2 words\n" in told


def test_a_note_and_a_collection_come_out_again(tmp_path: Path, pressmark: Pressmark) -> None:
    archive = ["--archive", str(tmp_path / "archive")]
    source = page(tmp_path, "ferry.html", "Ferry sails again")
    assert pressmark("ingest", source, "--note", "from the lab", "--collection", "ferries", *archive).code == 0
    record = pressmark("list", "--json", *archive).lines()[0]["record"]
    for command in ("show", "history"):
        told = pressmark(command, record, *archive).out
        assert re.search(r"^ *Collection +ferries$", told, re.MULTILINE) and re.search(
            r"^ *Note +from the lab\b", told, re.MULTILINE
        )
        labels = json.loads(pressmark(command, record, "--json", *archive).out)["labels"]
        assert sorted((label["kind"], label["text"]) for label in labels) == [("collection", "ferries"), ("note", "from the lab")]
    assert pressmark("search", "ferry", "-winter", *archive).err == "nothing found\n"
    assert pressmark("search", "ferry", "-horse", *archive).out.startswith(record)


def test_an_address_without_end_is_cut_for_people_and_whole_for_programs(tmp_path: Path, pressmark: Pressmark) -> None:
    archive = ["--archive", str(tmp_path / "archive")]
    address = "https://paper.example/news?" + "x" * 60_000
    assert pressmark("ingest", page(tmp_path, "ferry.html", "Ferry sails again"), "--url", address, *archive).code == 0
    for argv in (["list"], ["show", address], ["history", address], ["events"], ["capture", address]):
        shown = pressmark(*argv, *archive).out
        assert len(shown) < 3_000 and "https://paper.example/news?xxx" in shown and "…" in shown, argv
        assert address in pressmark(*argv, "--json", *archive).out, argv
    unknown = pressmark("show", address + "y", *archive)
    assert unknown.code == 2 and len(unknown.err) < 500 and "no record of https://paper.example/news?xxx" in unknown.err


def test_show_names_a_likely_copy_with_where_it_stands_and_what_differs(tmp_path: Path, pressmark: Pressmark) -> None:
    archive = ["--archive", str(tmp_path / "archive")]
    wire = " ".join(
        f"Keeper {n} of the mole wrote that lamp {n * 3} burned well and that {n * 7} ships passed." for n in range(9)
    )
    for paper, headline in (("courier", "Lamps burn"), ("gazette", "Lamps burn on")):
        source = page(tmp_path, f"{paper}.html", headline, wire)
        assert pressmark("ingest", source, "--url", f"https://{paper}.example/lamps", *archive).code == 0
    told = " ".join(pressmark("show", "https://courier.example/lamps", *archive).out.split())
    other = pressmark("show", "https://gazette.example/lamps", "--json", *archive).lines()[0]["record"]
    assert f"{other}@1" in told and "% the same" in told and "https://gazette.example/lamps" in told and "headline" in told
    (copy,) = pressmark("show", "https://courier.example/lamps", "--json", *archive).lines()[0]["likely"]["copies"]
    assert copy["record"] == other and copy["shared"] >= 90


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path, pressmark: Pressmark) -> None:
    archive = ["--archive", str(tmp_path / "archive")]
    sources = tmp_path / "list.txt"
    sources.write_text("http://ada:word@127.0.0.1:1/news\n")
    for source in ("http://ada:word@127.0.0.1:1/news", f"@{sources}"):
        for form in ([], ["--json"]):
            told = pressmark("ingest", source, *form, *archive)
            assert told.code == 1 and "word@" not in told.out + told.err and "http://127.0.0.1:1/news" in told.out
            assert "user name or password" in told.out
    stated = pressmark("ingest", page(tmp_path, "a.html", "Ferry"), "--url", "http://ada:word@gazette.example/a", *archive)
    assert stated.code != 0 and "word@" not in stated.out + stated.err and "user name or password" in stated.err
    assert "word@" not in pressmark("events", "--json", *archive).out


def test_an_address_with_a_password_inside_a_page_becomes_the_records_without(tmp_path: Path, pressmark: Pressmark) -> None:
    archive = ["--archive", str(tmp_path / "archive")]
    path = Path(page(tmp_path, "saved.html", "Ferry sails again"))
    link = "<link rel='canonical' href='http://ada:word@gazette.example/ferry'></head>"
    mark = "<!-- saved from url=(0050)http://ada:word@gazette.example/ferry?page=1 -->"
    path.write_text(mark + path.read_text("utf-8").replace("</head>", link), "utf-8")
    told = json.loads(pressmark("ingest", str(path), "--json", *archive).out)
    assert (told["outcome"], told["url"]) == ("new", "http://gazette.example/ferry?page=1")
    seen = "".join(
        pressmark(*what, *archive).out for what in (["events", "--json"], ["show", told["record"], "--json"], ["list"])
    )
    assert "gazette.example/ferry" in seen and "ada:" not in seen
