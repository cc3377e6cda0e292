"""What goes out and what stays in, whatever the format."""

from __future__ import annotations

import getpass
import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from model.errors import BadCall, StorageUnavailable
from model.export import Format, Which
from storage import Selection
from storage.export.chosen import is_reserved

pytestmark = pytest.mark.both_engines


def _out(shelf: Any) -> set[tuple[str, int]]:
    words = {record: word for word, record in shelf.records.items()}
    return {(words[line["record"]], line["version"]) for line in shelf.lines()}


def test_everything_that_may_leave_goes_out_and_the_rest_is_counted(shelf: Any, database_url: str | None) -> None:
    done = shelf.export(Format.JSONL)
    assert _out(shelf) == {("quay", 1), ("quay", 2), ("ferry", 1), ("copy", 1)}
    assert (done.records, done.versions, done.left_out) == (3, 4, {"restricted": 2, "reserved": 1})


def test_what_is_reserved_goes_out_where_that_is_asked_for_what_is_restricted_never(shelf: Any, database_url: str | None) -> None:
    done = shelf.export(Format.JSONL, reserved=True)
    assert ("notes", 1) in _out(shelf) and done.left_out == {"restricted": 2}
    assert not {"closed", "inner"} & {word for word, _ in _out(shelf)}


@pytest.mark.parametrize(
    ("query", "words", "left_out"),
    [
        ("words", {"quay", "ferry", "copy"}, {"restricted": 1, "not_searched": 1, "reserved": 1}),
        ("closed", {"quay"}, {"not_searched": 1}),
        ("collection:harbour", {"quay"}, {"not_searched": 1}),
        ("changed:headline", {"quay"}, {"not_searched": 1}),
        ("author:quill -ferry -quay", {"copy"}, {"restricted": 1, "not_searched": 1, "reserved": 1}),
        ("nothing-of-that-name", set(), {"not_searched": 1}),
    ],
)
def test_a_query_chooses_records_and_tells_nothing_of_closed_ones(
    shelf: Any, query: str, words: set[str], left_out: dict[str, int], database_url: str | None
) -> None:
    done = shelf.export(Format.JSONL, query=query)
    assert ({word for word, _ in _out(shelf)}, dict(done.left_out)) == (words, left_out)


def test_the_latest_is_by_capture_time_and_a_moment_cuts_off_what_came_after(shelf: Any, database_url: str | None) -> None:
    shelf.export(Format.JSONL, "latest", query="quay", which=Which.LATEST)
    assert [(x["version"], x["latest"]) for x in shelf.lines("latest")] == [(2, True)]
    done = shelf.export(Format.JSONL, "then", as_of=datetime(2026, 1, 1, 8, tzinfo=UTC))
    assert {(x["version"], x["latest"]) for x in shelf.lines("then")} == {(1, True)}
    assert {x["article"]["headline"] for x in shelf.lines("then")} == {"Quay closed", "Ferries sail"}
    assert done.left_out == {"restricted": 2, "not_seen": 2}


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
def test_the_same_archive_gives_the_same_bytes(shelf: Any, format: Format, database_url: str | None) -> None:
    one, two = shelf.export(format, "one"), shelf.export(format, "two")
    assert one == two and (shelf.out / "one").read_bytes() == (shelf.out / "two").read_bytes()
    assert one.bytes == (shelf.out / "one").stat().st_size


def test_what_is_there_is_not_written_over_and_wrong_calls_leave_nothing(shelf: Any, database_url: str | None) -> None:
    (shelf.out / "out").write_text("mine")
    with pytest.raises(BadCall, match="is there already and is not written over"):
        shelf.export(Format.JSONL)
    with pytest.raises(BadCall, match="there is no folder"):
        shelf.export(Format.CSV, "nowhere/out")
    with pytest.raises(BadCall, match="no search field"):
        shelf.export(Format.CSV, "other", query="colour:red")
    assert (shelf.out / "out").read_text() == "mine" and shelf.left() == ["out"]


@pytest.mark.parametrize("format", list(Format))
def test_an_output_in_the_archive_or_of_an_impossible_name_is_refused_in_words(
    shelf: Any, format: Format, database_url: str | None
) -> None:
    before = sorted(shelf.archive.where.rglob("*"))
    (shelf.out / "way").symlink_to(shelf.archive.where)
    for path in (shelf.archive.where / "warc/x", shelf.out / "way/x"):
        for ask in (shelf.archive.check_export, shelf.archive.export):
            with pytest.raises(BadCall, match="inside the archive's own folder"):
                ask(format, path, Selection())
    assert sorted(shelf.archive.where.rglob("*")) == before
    with pytest.raises(StorageUnavailable, match="name too long"):
        shelf.export(format, "x" * 240)
    (shelf.out / "nowhere").symlink_to(shelf.out / "gone")
    with pytest.raises(BadCall, match="is there already"):
        shelf.export(format, "nowhere")
    assert shelf.left() == ["nowhere", "way"]


@pytest.mark.parametrize("format", list(Format))
def test_a_query_that_finds_nothing_and_odd_names_are_exports_too(shelf: Any, format: Format, database_url: str | None) -> None:
    name = "Bücher \u202e'; $(x)\n, é.x"
    done = shelf.export(format, name, query="nothing-of-that-name")
    assert (done.records, done.versions, done.captures) == (0, 0, 0) and shelf.left() == [name]


def test_what_breaks_off_leaves_nothing(shelf: Any, database_url: str | None) -> None:
    def broken(done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageUnavailable, match="the disk is full"):
        shelf.archive.export(Format.JSONL, shelf.out / "out", Selection(), progress=broken)
    assert shelf.left() == []


def test_neither_machine_nor_user_nor_path_stands_in_it(shelf: Any, tmp_path: Path, database_url: str | None) -> None:
    shelf.export(Format.JSONL, evidence=True)
    text = (shelf.out / "out").read_text("utf-8")
    for name in {socket.gethostname(), getpass.getuser(), str(tmp_path), str(Path.home()), "copy.html"} - {""}:
        assert name not in text or len(name) < 5, name
    assert json.loads(text.splitlines()[0])["$schema"] == "urn:pressmark:schema:export:1"


@pytest.mark.parametrize(
    ("signals", "reserved"),
    [
        ([], False),
        (["robots: noindex"], False),
        (["tdm-reservation: 0"], False),
        (["tdm-policy: https://paper.example/tdm"], False),
        (["robots: noarchive"], True),
        (["robots: noindex", "robots: noai"], True),
        (["tdm-policy: https://paper.example/tdm", "tdm-reservation: 1"], True),
    ],
)
def test_which_signals_reserve(signals: list[str], reserved: bool) -> None:
    assert is_reserved(signals) is reserved


def test_the_state_that_an_export_is_made_from_is_that_of_the_records_that_go_out(shelf: Any, database_url: str | None) -> None:
    archive = shelf.archive
    all_of_it, ferry = Selection(), Selection(query="ferry")
    before = archive.exported_from(all_of_it), archive.exported_from(ferry)
    assert before == (archive.exported_from(all_of_it), archive.exported_from(ferry))
    archive.by("Ada Holm").note(shelf.records["quay"], "Seen on the notice board, too.")
    assert archive.exported_from(all_of_it) != before[0]
    assert archive.exported_from(ferry) == before[1]


def test_a_look_that_found_nothing_new_changes_nothing_that_an_export_is_made_from(
    shelf: Any, desk: Any, make_article: Any, database_url: str | None
) -> None:
    url, same = "http://paper.example/news/ferry", make_article("Ferries sail", "Words of the ferry.")
    seen = [shelf.archive.exported_from(Selection())]

    def look(capture: Any, article: Any = None) -> bool:
        desk.take(capture, article) if article is not None else desk.absent(capture)
        seen.append(shelf.archive.exported_from(Selection()))
        return bool(seen[-1] != seen[-2])

    assert not look(desk.fetched(url, b"<p>ferry</p>" * 40, 20), same)
    assert not look(desk.fetched(url, b"no such page", 21, 404))
    assert look(desk.fetched(url, b"gone", 22, 410))
    assert look(desk.fetched(url, b"<p>ferry</p>" * 40, 23), same)
    assert not look(desk.fetched(url, b"<p>ferry</p>" * 40, 24), same)
    assert look(desk.fetched(url, b"<p>ferry!</p>" * 40, 25), make_article("Ferries rest", "Other words of the ferry."))
