"""Files that something was lost of are appended to by nobody, however many write: what a copy has beyond them comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage import repair
from storage.stores.folder import CopyFolder
from tests.storage.damage import entries, entry_where, spoil

pytestmark = pytest.mark.both_engines

HOST = "http://paper.example"


def _write(archive: Any, make_desk: Any, make_article: Any, name: str) -> str:
    desk = make_desk(archive)
    return str(desk.take(desk.fetched(f"{HOST}/{name}", name.encode(), 99), make_article(name, f"words of {name}")).record)


def test_two_writers_leave_what_was_cut_as_it_is(closed: Any, make_desk: Any, make_article: Any, tmp_path: Path) -> None:
    house, segment, copy = closed, closed.segment, CopyFolder(tmp_path / "copy")
    with house.held(), house.open(write=True) as archive:
        record = archive.find(f"{HOST}/news/quay")
        archive.by("Bo Lund").note(record, "goes on elsewhere")
        archive.replicate(copy)
        before = list(archive.events(record, None))
    other = next(path for path in segment.parent.iterdir() if path != segment)
    *_, last = (member for member, entry in entries(segment) if entry.chain == record)
    segment.write_bytes(segment.read_bytes()[: last.offset])
    house.lose()
    assert house.rebuild(accept_loss=True)["lost"] > 0
    sizes = {path.name: path.stat().st_size for path in (segment, other)}
    with house.open(write=True) as one, house.open(write=True) as two:
        names = [_write(one, make_desk, make_article, "first"), _write(two, make_desk, make_article, "second")]
    with house.open(write=True) as one:
        names.append(_write(one, make_desk, make_article, "third"))
        assert one.verify().findings != ()
    assert {name: (segment.parent / name).stat().st_size for name in sizes} == sizes
    assert len(list(segment.parent.iterdir())) == 4  # the third went on with a new file
    assert repair(house.where, lambda _: copy, copies=[copy], database_url=house.url).mended
    assert (house.rebuild()["lost"], house.findings()) == (0, ())
    with house.open(write=True) as archive:
        assert [event for event in archive.events(record, None) if event in before] == before
        assert [archive.find(f"{HOST}/{name}") for name in ("first", "second", "third")] == names
        files = len(list(segment.parent.iterdir()))
        _write(archive, make_desk, make_article, "fourth")
        assert len(list(segment.parent.iterdir())) == files  # nothing is lost any more


def test_a_file_of_its_own_is_gone_on_with_when_it_is_made_anew_again(closed: Any, make_desk: Any, make_article: Any) -> None:
    """Once more without what is lost: as before, only what comes then begins a file."""
    member, _ = entry_where(closed.segment, lambda e: e.seq == 2)
    spoil(closed.segment, member)
    closed.lose()
    closed.rebuild(accept_loss=True)
    closed.rebuild()
    for name in ("first", "second"):
        with closed.open(write=True) as archive:
            _write(archive, make_desk, make_article, name)
            assert [f for f in archive.verify().findings if not f.place.startswith(("warc/", "ledger"))] == []
    assert len(list((closed.where / "warc").iterdir())) == 3
