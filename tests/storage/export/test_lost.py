"""An export from a database that lost rows: what is whole goes out, what is not stays in and is named, and nothing that is
short has the name that was asked for."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from model.export import Format
from storage import Archive, Selection
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines
WITH_CAPTURES = [Format.WARC, Format.WACZ, Format.BAGIT, Format.OCFL]


@pytest.fixture
def damage(shelf: Any, house: Any) -> Callable[[str], None]:
    """Takes rows away; ``{quay}`` and the like are ids of records."""
    return lambda statement: house.change(statement.format(**{k: f"'{v}'" for k, v in shelf.records.items()}))


def _records_in(path: Path, format: Format) -> set[str]:
    """The records that an export tells of."""
    if format is Format.BAGIT:
        return _records_in(path / "data" / "records.jsonl", Format.JSONL)
    if format is Format.OCFL:
        return {json.loads(p.read_text())["id"].rpartition(":")[2] for p in path.rglob("inventory.json")}
    if format is Format.WACZ:
        with zipfile.ZipFile(path) as packed:
            (path.parent / "unpacked.warc.gz").write_bytes(packed.read("archive/data.warc.gz"))
        return _records_in(path.parent / "unpacked.warc.gz", Format.WARC)
    if format is Format.WARC:
        members = (m for m in walk(path) if isinstance(m, Member))
        ledger = (m.headers.get("warc-target-uri", "") for m in members)
        return {uri.split(":")[3] for uri in ledger if uri.startswith("urn:pressmark:ledger:")}
    lines = path.read_text("utf-8-sig").splitlines()
    if format is Format.CSV:
        return {line.partition(",")[0] for line in lines[1:]}
    key = {Format.NINJS: "uri", Format.JSONLD: "@id", Format.JSONL: "record"}[format]
    named = (str(json.loads(line)[key]) for line in lines)
    return {name.split(":")[3] if name.startswith("urn:") else name for name in named}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records WHERE id = {ferry}",
        "DELETE FROM observations WHERE record = {ferry}",
        "DELETE FROM aliases WHERE record = {ferry}",
        "DELETE FROM ledger WHERE chain = {ferry}",
        "DELETE FROM versions WHERE record = {ferry}",
        "DELETE FROM captures WHERE record = {ferry}",
    ],
    ids=["line", "looks", "addresses", "ledger", "versions", "captures"],
)
def test_a_piece_that_lost_rows_stays_in_and_the_others_go_out(shelf: Any, damage: Callable[[str], None], statement: str) -> None:
    ferry = shelf.records["ferry"]
    whole = {format: shelf.export(format, f"whole-{format}") for format in Format}
    assert [x for x in whole.values() if x.lost or x.renamed] == []
    damage(statement)
    for format in Format:
        done = shelf.export(format, f"short-{format}")
        assert {x.record for x in done.lost} == {ferry} and done.renamed, format
        assert all(ferry in x.what for x in done.lost)
        assert f"short-{format}" not in shelf.left() and f"short-{format}.incomplete" in shelf.left()
        before = _records_in(shelf.out / f"whole-{format}", format)
        assert ferry in before, format
        assert _records_in(shelf.out / f"short-{format}.incomplete", format) == before - {ferry}, format
        assert done.records == whole[format].records - 1


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV, Format.WARC, Format.OCFL])
def test_a_version_that_lost_its_row_stays_in_and_the_others_of_its_piece_go_out(
    shelf: Any, damage: Callable[[str], None], format: Format
) -> None:
    damage("DELETE FROM readings WHERE record = {quay} AND version = 1")
    done = shelf.export(format, "short")
    assert [(x.record, x.version) for x in done.lost] == [(shelf.records["quay"], 1)]
    assert "the first reading of" in done.lost[0].what
    assert shelf.records["quay"] in _records_in(shelf.out / "short.incomplete", format)
    if format is Format.JSONL:
        lines = shelf.lines("short.incomplete")
        assert [x["version"] for x in lines if x["record"] == shelf.records["quay"]] == [2]


@pytest.mark.parametrize("format", WITH_CAPTURES)
def test_a_piece_that_the_catalogue_lost_stays_in(shelf: Any, damage: Callable[[str], None], format: Format) -> None:
    damage("DELETE FROM members WHERE record_id = (SELECT entry FROM versions WHERE record = {ferry})")
    done = shelf.export(format, "short")
    assert {x.record for x in done.lost} == {shelf.records["ferry"]} and done.renamed
    assert shelf.records["ferry"] not in _records_in(shelf.out / "short.incomplete", format)
    assert shelf.export(Format.CSV, "list").renamed is False


@pytest.mark.parametrize("format", [Format.JSONL, Format.WARC])
@pytest.mark.parametrize(
    ("statement", "query"),
    [
        ("DELETE FROM restrictions", None),
        ("DELETE FROM ledger", None),
        ("DELETE FROM search_rows WHERE record = {ferry}", "words"),
        ("DELETE FROM search_text", "words"),
        ("DELETE FROM labels", "collection:harbour"),
    ],
)
def test_nothing_goes_out_where_what_may_is_not_known(
    shelf: Any, damage: Callable[[str], None], format: Format, statement: str, query: str | None
) -> None:
    damage(statement)
    before = shelf.left()
    with pytest.raises(Damaged, match="run `pressmark verify`, then `pressmark rebuild`"):
        shelf.export(format, "short", query=query)
    assert shelf.left() == before


def test_a_root_that_is_there_gets_what_is_whole(shelf: Any, damage: Callable[[str], None], house: Any) -> None:
    kept = house.keep()
    damage("DELETE FROM readings WHERE record = {ferry}")
    assert shelf.export(Format.OCFL, "root").renamed
    (shelf.out / "root.incomplete").rename(shelf.out / "root")
    again = shelf.export(Format.OCFL, "root")
    assert (again.renamed, again.files, {x.record for x in again.lost}) == (False, 0, {shelf.records["ferry"]})
    shelf.archive.close()
    house.put_back(kept)
    with Archive.open(house.where, database_url=house.url) as archive:
        done = archive.export(Format.OCFL, shelf.out / "root", Selection())
    assert done.files > 0 and not done.lost
    assert shelf.records["ferry"] in _records_in(shelf.out / "root", Format.OCFL)
