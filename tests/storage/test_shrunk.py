"""A file that a check read, and that is gone or shorter when the database is lost, too: the check's entry tells of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from model.errors import Damaged
from model.ledger import Kind
from storage import repair
from storage.shrunk import shrunk
from storage.stores.folder import CopyFolder
from tests.storage.damage import entries

PIER = "https://paper.example/pier"
pytestmark = pytest.mark.both_engines


@dataclass(frozen=True)
class Checked:
    """An archive of two files, all of it checked: the second has one piece, all that is said of it, and nothing else."""

    house: Any
    copy: CopyFolder
    second: Path
    size: int
    record: str


@pytest.fixture
def checked(house: Any, record: str, make_desk: Any, make_article: Any, tmp_path: Path) -> Checked:
    first, copy = house.segment, CopyFolder(tmp_path / "copy")
    with house.held(), house.open(write=True) as archive:
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(PIER, b"a pier", 1), make_article("Pier", "words of the pier"))
    (second,) = set(first.parent.iterdir()) - {first}
    size = second.stat().st_size
    with house.open() as archive:
        found = archive.verify()
    with house.held(second), house.open(write=True) as archive:
        archive.note_check(found)
        archive.replicate(copy)
    assert any(entry.kind is Kind.FIXITY for _, entry in entries(first))
    assert second.stat().st_size == size
    return Checked(house, copy, second, size, taken.record)


def test_a_file_with_whole_pieces_that_is_gone_with_the_database_is_named(checked: Checked) -> None:
    house, second = checked.house, checked.second
    second.unlink()
    house.lose()
    with pytest.raises(
        Damaged, match=rf"^a check read {checked.size:,} bytes of warc/{second.name} on .*: it is not here: restore"
    ):
        house.rebuild()
    assert house.rebuild(accept_loss=True)["records"] == 4
    with house.open() as archive:
        (finding,) = archive.verify().findings
        (event,) = [e for e in archive.events(None, None) if e.type == "loss"]
    assert (finding.place, "lost" in finding.problem) == (f"warc/{second.name}", True)
    assert event.detail["detail"]["files"] == [[second.name, checked.size]]
    house.lose()
    assert house.rebuild()["records"] == 4  # nobody is asked twice


def test_it_comes_back_from_a_copy_beside_what_came_in_since(checked: Checked, make_desk: Any, make_article: Any) -> None:
    house, second = checked.house, checked.second
    second.unlink()
    house.lose()
    house.rebuild(accept_loss=True)
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        again = desk.take(desk.fetched(PIER, b"a pier again", 9), make_article("Pier", "words of the pier, again"))
    assert again.record != checked.record
    assert repair(house.where, lambda _: checked.copy, copies=[checked.copy], database_url=house.url).mended
    house.rebuild()
    with house.open() as archive:
        assert archive.verify().findings == ()
        assert archive.show(checked.record).article.text == "words of the pier"
        assert archive.show(again.record).article.text == "words of the pier, again"


def test_the_end_of_a_file_that_was_cut_between_pieces_is_named(checked: Checked) -> None:
    house, second = checked.house, checked.second
    at = next(member.offset for member, entry in entries(second) if entry.chain == checked.record)
    second.write_bytes(second.read_bytes()[:at])
    house.lose()
    with pytest.raises(Damaged, match=f"only {at:,} bytes of it are here: restore it from a copy"):
        house.rebuild()
    assert house.rebuild(accept_loss=True)["captures"] > 0
    assert [finding.place for finding in house.findings()] == [f"warc/{second.name}"]


def test_what_a_check_found_wrong_with_a_file_is_not_held_against_it_later(checked: Checked) -> None:
    first = next(path for path in checked.second.parent.iterdir() if path != checked.second)
    entry = next(entry for _, entry in entries(first) if entry.kind is Kind.FIXITY)
    name, size = checked.second.name, checked.size
    assert [(one.segment, one.bytes, one.here) for one in shrunk([entry], {first.name: 1 << 30, name: 7})] == [(name, size, 7)]
    wrong = replace(entry, body=dict(entry.body) | {"findings": [{"place": f"warc/{name}:9", "problem": "damaged"}]})
    assert shrunk([wrong], {first.name: 1 << 30, name: 7}) == []
