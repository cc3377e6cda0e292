"""``jsonl`` and ``csv``: what stands in a line, and that a spreadsheet carries nothing out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.article import Article
from model.export import Format
from pressmark.cli.phrases import say_body
from storage.export.csv import COLUMNS, guarded, unguarded


def test_a_line_says_what_the_page_said_when_and_how_it_was_come_by(shelf: Any) -> None:
    shelf.export(Format.JSONL, query="quay")
    first, second = shelf.lines()
    assert (first["state"]["first_seen"], second["state"]["not_seen_before"]) == (
        "2026-01-01T07:00:00.000000Z",
        "2026-01-01T07:00:00.000000Z",
    )
    assert second["capture"]["url"] == second["url"] == "http://paper.example/news/quay"
    assert (second["capture"]["basis"], second["capture"]["status"], second["latest"]) == ("fetched", 200, True)
    assert second["article"]["images"][0]["creators"] == ["Ilse Brandt"] and "evidence" not in second["article"]


def test_evidence_goes_along_where_it_is_asked_for(shelf: Any) -> None:
    shelf.export(Format.JSONL, query="quay", evidence=True)
    assert shelf.lines()[1]["article"]["evidence"]["/headline"]["where"] == "css:h1"


def test_what_a_person_stated_goes_out_and_says_so(shelf: Any) -> None:
    shelf.archive.by("Ada Holm").amend(shelf.records["ferry"], 1, {"/section": "Water"}, reason="as printed")
    shelf.export(Format.JSONL, query="ferries")
    [line] = shelf.lines()
    assert (line["article"]["section"], line["stated"], line["reading"]) == ("Water", ["/section"], 2)


def test_a_spreadsheet_reads_the_rows_and_no_formula(shelf: Any) -> None:
    shelf.export(Format.CSV, query="quay")
    data = (shelf.out / "out").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfrecord,version,") and data.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [tuple(row) for row in rows] == [COLUMNS, COLUMNS]
    assert (rows[1]["headline"], unguarded(rows[1]["headline"])) == ("'=Quay reopens", "=Quay reopens")
    assert (rows[1]["authors"], rows[1]["affiliations"], rows[1]["credits"]) == (
        "Mara Quill",
        "Harbour Ledger",
        "Photo: Ilse Brandt/NPA",
    )
    assert (rows[0]["latest"], rows[1]["latest"], rows[1]["dateline"]) == ("false", "true", "PORT HALLOW, Dec. 18 (NPA)")


@pytest.mark.parametrize(("text", "words"), [("The well-known quay, of oak - once.", 7), ("外交部发言人周一说, OK", 10)])
def test_words_are_counted_as_people_are_told_them(
    text: str, words: int, shelf: Any, desk: Any, make_article: Callable[..., Article]
) -> None:
    article = make_article("Counted", text)
    desk.take(desk.fetched("http://paper.example/news/counted", b"<p>counted</p>", 7), article)
    assert say_body(article).startswith(f"{words} ")
    shelf.export(Format.CSV, query="counted")
    (row,) = csv.DictReader(io.StringIO((shelf.out / "out").read_text("utf-8-sig"), newline=""))
    shelf.export(Format.JSONLD, "jsonld", query="counted")
    shelf.export(Format.NINJS, "ninjs", query="counted")
    (schema_org,), (iptc,) = shelf.lines("jsonld"), shelf.lines("ninjs")
    assert (int(row["words"]), schema_org["wordCount"], iptc["bodies"][0]["wordCount"]) == (words, words, words)


@given(st.one_of(st.text(), st.text(alphabet="'=+-@\t\r\n ab")))
def test_every_cell_comes_back_and_none_is_a_formula(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}


def test_a_name_that_begins_with_an_apostrophe_is_left_alone() -> None:
    assert guarded("'t Hart") == "'t Hart"
