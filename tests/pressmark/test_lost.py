"""What the WARC files lost is told as lost, by every command that tells of it, and comes back from a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage.capture_records import is_facts
from storage.warc import Member, walk

LOST = "what was read of it is lost"


def _flip_first_article(kept: Any) -> str:
    """Damages what was read of a piece in the WARC; the piece."""
    segment = kept.house.segment
    first = next(m for m in walk(segment) if isinstance(m, Member) and m.type == "conversion")
    data = bytearray(segment.read_bytes())
    data[first.offset + first.length // 2] ^= 1
    segment.write_bytes(data)
    last: str = kept("list", "--json").lines()[-1]["record"]
    return last


def test_a_piece_whose_reading_is_lost_is_told_as_lost(kept: Any, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy")
    assert kept("replicate", copy).code == 0
    assert kept("collection", "add", "harbour", *(line["record"] for line in kept("list", "--json").lines())).code == 0
    assert [line["lost"] for line in kept("list", "--json").lines()] == [False, False]
    lost = _flip_first_article(kept)
    kept.house.lose()
    assert kept("rebuild").code == 1
    listed = kept("list")
    assert f"{lost}  {LOST}\n" in listed.out and "without a headline" not in listed.out
    assert [line["lost"] for line in kept("list", "--json").lines()] == [False, True]
    assert [line["lost"] for line in kept("list", "--json", "--known-at", "2099").lines()] == [False, True]
    found = kept("search", "collection:harbour")
    assert f"{lost}@1  {LOST}\n" in found.out and "without a headline" not in found.out
    assert [hit["lost"] for hit in kept("search", "collection:harbour", "--json").lines()] == [False, True]
    history = kept("history", lost)
    assert LOST in history.out and "without a headline" not in history.out
    assert [state["lost"] for state in kept("history", lost, "--json").lines()[0]["states"]] == [True]
    assert kept("show", lost).err.startswith("what was read of this page is damaged")

    assert kept("amend", lost, "--set", "headline=Ferry sails", "--reason", "from a clipping").code == 0
    assert f"{lost}  Ferry sails  {LOST}\n" in kept("list").out
    assert f"{lost}@1  Ferry sails  {LOST}\n" in kept("search", "sails", "collection:harbour").out

    assert kept("repair", "--from", copy).code == 1  # the text is back, the row follows with a rebuild
    kept.house.lose()
    assert kept("rebuild").code == 0 and LOST not in kept("list").out and kept("verify").code == 0


def test_of_many_losses_the_first_and_the_last_are_told(pressmark: Any, tmp_path: Path) -> None:
    for n in range(44):
        words = f"Ferry {n} sails\n\nBy Mara Quill\n\nThe ferry of day {n} sailed at noon, its crew said.\n"
        (tmp_path / f"{n}.txt").write_text(words)
    assert pressmark("ingest", *(str(tmp_path / f"{n}.txt") for n in range(44))).code == 0
    (segment,) = (tmp_path / "archive" / "warc").iterdir()
    data = bytearray(segment.read_bytes())
    for member in walk(segment):
        if isinstance(member, Member) and is_facts(member):
            data[member.offset + member.length // 2] ^= 1
    segment.write_bytes(data)
    for file in (tmp_path / "archive").glob("pressmark.db*"):
        file.unlink()
    told = pressmark("rebuild", "--accept-loss", "--json").lines()[0]["told"]
    said = pressmark("rebuild", "--accept-loss").err.splitlines()
    assert len(told) > 44 and said[:40] == told[:40]
    assert said[40:] == [f"and {len(told) - 42:,} things more: --json names all of them", *told[-2:]]


def test_all_that_a_rebuild_says_is_in_its_json(kept: Any) -> None:
    _flip_first_article(kept)
    kept.house.lose()
    told = kept("rebuild", "--json")
    (shape,) = told.lines()
    assert told.code == 1 and shape["damaged"] == 1 and told.err.splitlines() == shape["told"]
    assert shape["told"] == [
        "what is damaged was passed over: the last entries of chains may be among it, restrictions too; where there is a copy, "
        "run `pressmark repair --from COPY` and rebuild again; pressmark verify says where it is"
    ]
