"""``pressmark extract``: cards, JSON, manifests, and calls that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

WORDS = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. "
HEAD = '<meta property="article:published_time" content="2024-03-05T10:00:00+01:00"><meta name="author" content="Jane Doe">'
PAGE = f"<html lang='en'><head>{HEAD}</head><body><article><h1>Ferry sails again</h1><p>{WORDS * 3}</p></article></body></html>"


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "ferry.html"
    path.write_text(PAGE, "utf-8")
    return str(path)


def test_one_file_gives_a_card(page: str, pressmark: Any) -> None:
    ran = pressmark("extract", page)
    assert (ran.code, ran.err) == (0, "")
    assert "Ferry sails again" in ran.out
    assert "Jane Doe" in ran.out


def test_one_file_as_json_is_one_article(page: str, pressmark: Any) -> None:
    article = json.loads(pressmark("extract", page, "--json", "--url", "https://paper.example/ferry").out)
    assert article["headline"] == "Ferry sails again"
    assert article["text"].startswith("The ferry sails again")
    assert article["evidence"]["/date_published"]["where"] == "meta:article:published_time"


def test_several_files_as_json_are_one_line_each_and_a_bad_one_has_its_reason(page: str, tmp_path: Path, pressmark: Any) -> None:
    empty = tmp_path / "empty.html"
    empty.write_bytes(b"")
    ran = pressmark("extract", page, str(empty), page, "--json")
    assert ran.code == 1
    assert [line["error"] for line in ran.lines() if "error" in line] == ["the body is empty: there is nothing to read"]
    assert sum("headline" in line for line in ran.lines()) == 2
    assert "empty.html" in ran.err


def test_a_capture_time_bounds_the_dates(page: str, pressmark: Any) -> None:
    told = json.loads(pressmark("extract", page, "--json", "--captured-at", "2020-01-01T00:00:00Z").out)
    assert told["date_published"] is None


def test_a_manifest_gives_a_line_a_page(page: str, tmp_path: Path, pressmark: Any) -> None:
    broken = tmp_path / "broken.html"
    broken.write_bytes(b"%PDF-1.7")
    rows = [
        {"id": "a", "path": page, "url": "https://paper.example/ferry", "captured_at": "2024-03-06T10:00:00"},
        {"id": "b", "path": str(broken), "url": None, "captured_at": None, "more": 1},
        {"id": "c", "path": page, "captured_at": "2024-02-03T00:00:00"},
        {"id": "d", "path": str(tmp_path / "nowhere.html")},
    ]
    manifest, output = tmp_path / "m.jsonl", tmp_path / "o.jsonl"
    manifest.write_text("\n".join(map(json.dumps, rows)) + "\n\n", "utf-8")
    assert pressmark("extract", "--manifest", str(manifest), "--output", str(output)).code == 0
    told = {line["id"]: line for line in map(json.loads, output.read_text("utf-8").splitlines())}
    assert told["a"]["article"]["date_published"] == "2024-03-05T10:00:00+01:00"
    assert told["a"]["cpu_s"] > 0
    assert "PDF" in told["b"]["error"]
    assert told["c"]["article"]["date_published"] is None
    assert "cannot be read" in told["d"]["error"]


def test_an_address_that_is_none_or_a_time_at_the_edge_costs_no_page(page: str, tmp_path: Path, pressmark: Any) -> None:
    rows = [
        {"id": "a", "path": page, "url": "http://[", "captured_at": "0001-01-01T00:00:00+23:00"},
        {"id": "b", "path": page, "url": "https://a.example:99999/\u009b", "captured_at": "9999-12-31T23:59:59.999999Z"},
        {"id": "c", "path": page, "url": ""},
    ]
    manifest, output = tmp_path / "m.jsonl", tmp_path / "o.jsonl"
    manifest.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert pressmark("extract", "--manifest", str(manifest), "--output", str(output)).code == 0
    told = {line["id"]: line for line in map(json.loads, output.read_text("utf-8").splitlines())}
    assert [told[row["id"]]["article"]["headline"] for row in rows] == ["Ferry sails again"] * 3


@pytest.mark.parametrize(
    "line", ["{", '{"id": "a"}', '{"id": 1, "path": "x"}', '{"id": "a", "path": "x", "captured_at": "soon"}']
)
def test_a_wrong_manifest_names_its_line(line: str, page: str, tmp_path: Path, pressmark: Any) -> None:
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(json.dumps({"id": "ok", "path": page}) + "\n" + line + "\n", "utf-8")
    ran = pressmark("extract", "--manifest", str(manifest), "--output", str(tmp_path / "o.jsonl"))
    assert ran.code == 2
    assert "line 2" in ran.err
    assert not (tmp_path / "o.jsonl").exists()


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["a.html", "b.html", "--url", "https://paper.example/"],
        ["a.html", "--manifest", "m.jsonl"],
        ["--manifest", "m.jsonl"],
        ["--manifest", "no-such.jsonl", "--output", "o.jsonl"],
        ["a.html", "--captured-at", "yesterday"],
    ],
)
def test_wrong_calls_say_what_to_do(argv: list[str], pressmark: Any) -> None:
    ran = pressmark("extract", *argv)
    assert ran.code == 2
    assert ran.err.startswith("pressmark: ")
    assert ran.err.count("\n") == 1


def test_a_folder_is_its_articles_as_with_ingest(page: str, tmp_path: Path, pressmark: Any) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "second.htm").write_text(PAGE, "utf-8")
    (tmp_path / "more" / "notes.doc").write_bytes(b"x")
    told = pressmark("extract", str(tmp_path), "--json")
    assert told.code == 0 and {line["file"] for line in told.lines()} == {page, str(tmp_path / "more" / "second.htm")}
    (tmp_path / "none").mkdir()
    empty = pressmark("extract", str(tmp_path / "none"))
    ends = ".htm, .html, .mht, .mhtml, .txt, .webarchive, .xhtml"
    assert empty.code == 1 and empty.err == f"pressmark: no articles in none: no file ends in {ends}\n"
