"""What a rebuild found lost, or left out, is kept in the ledger; where that cannot be, it says what is not, and why."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from model.ledger import Kind
from storage import Archive, Deposit, Verdict
from storage.stores.folder import CopyFolder
from tests.storage.damage import entries, spoil
from tests.storage.desk import RELEASE, Desk
from tests.storage.forked import Forked, files_of

pytestmark = pytest.mark.both_engines

_PAGE = 4096  # bytes that a disk in memory gives at once


@contextmanager
def _mounted(over: Path, *how: str) -> Iterator[None]:
    done = subprocess.run(["mount", *how, str(over)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(over)], check=True)


@contextmanager
def _on_disk(folder: Path, *, room: int, files: int | None = None) -> Iterator[None]:
    """The files of a folder lie on a disk that has room for so many bytes more and takes so many files more."""
    before = files_of(folder)
    size = room + sum(-(-len(data) // _PAGE) * _PAGE for data in before.values())
    inodes = f",nr_inodes={1 + len(before) + files}" if files is not None else ""
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size}{inodes}", "tmpfs"):
        _put(before, folder)
        yield
        after = files_of(folder)
    _put(after, folder)


def _put(files: dict[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


@pytest.fixture
def torn(parted: Forked) -> Forked:
    """Both folders' files in one, and the one's note is damaged; the database is lost."""
    parted.merge()
    for path in (parted.house.where / "warc").iterdir():
        spoil(path, *(member for member, entry in entries(path) if entry.kind is Kind.NOTE))
    parted.house.lose()
    return parted


def _is_settled(archive: Archive, *, losses: int) -> None:
    assert len(list(archive.events(kind="loss"))) == losses and len(list(archive.events(kind="void"))) == 1
    assert all(
        found.place.startswith("warc/") or "a rebuild found it lost" in found.problem for found in archive.verify().findings
    )


def _rebuilt(forked: Forked, **how: Any) -> str:
    """The last line of a rebuild that is told to go on without what is lost."""
    lines: list[str] = []
    forked.house.rebuild(tell=lines.append, now=forked.clock, accept_loss=True, **how)
    assert not any("settled" in line for line in lines[:-1]) and "\n" not in lines[-1]
    return lines[-1]


def test_where_nothing_can_be_written_nothing_is_settled(parted: Forked) -> None:
    house = parted.house
    parted.merge()
    warc = house.where / "warc"
    lines: list[str] = []
    with _mounted(warc, "--bind", str(warc)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(warc)], check=True)
        left = house.rebuild(tell=lines.append, now=parted.clock)["left_out"]
    assert lines[-1].startswith("what is left out is not settled yet: ") and "run `pressmark rebuild` again" in lines[-1]
    assert "\n" not in lines[-1] and "cannot be written" in lines[-1]
    with house.open() as again:
        findings = again.verify().findings
        assert len(findings) == left and all("pressmark rebuild" in found.advice for found in findings)
    assert house.rebuild(now=parted.clock)["left_out"] == left
    with house.open() as again:
        assert again.verify().findings == ()


def test_where_a_loss_cannot_be_told_nothing_is_written_behind_it(torn: Forked) -> None:
    """There is room in the files that lost something, and none for a new one: a copy may still give back what was there."""
    warc = torn.house.where / "warc"
    before = files_of(warc)
    with _on_disk(warc, room=100 * _PAGE, files=0):
        line = _rebuilt(torn)
        assert files_of(warc) == before
    assert line.startswith("what is lost and left out is not settled yet: ") and "full" in line
    assert "run `pressmark rebuild --accept-loss` again" in line
    assert "settled" not in _rebuilt(torn)
    with torn.house.open() as again:
        _is_settled(again, losses=1)


def test_what_is_left_out_may_be_unsettled_where_what_is_lost_is_told(forked: Forked) -> None:
    """There is room for the loss, and none for all that is left out."""
    house = forked.house
    with forked.one() as one, forked.other() as other:
        one.by("Ada").note(forked.record, "seen by the one")
        for archive, many in ((one, 1), (one, 1), (other, 150)):
            desk = Desk(archive)
            pages = [desk.fetched(f"http://paper.example/{n}", b"page %d" % n, 60) for n in range(many)]
            staged = archive.stage([Deposit("", page, Verdict.HELD, RELEASE, reason="a PDF", code="pdf") for page in pages])
            archive.settle(staged)
    forked.merge()
    for path in (house.where / "warc").iterdir():
        spoil(path, *(member for member, entry in entries(path) if entry.kind is Kind.NOTE))
    house.lose()
    with _on_disk(house.where / "warc", room=_PAGE):
        line = _rebuilt(forked)
    assert line.startswith("what is left out is not settled yet: ") and "full" in line
    assert line.endswith("then run `pressmark rebuild` again")
    with house.open() as again:
        assert len(list(again.events(kind="loss"))) == 1 and list(again.events(kind="void")) == []
    assert house.rebuild(now=forked.clock)["left_out"] == 150
    with house.open() as again:
        _is_settled(again, losses=1)


def test_a_store_that_does_not_take_it_is_another_thing(parted: Forked, tmp_path: Path) -> None:
    parted.merge()
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "warc").write_bytes(b"no folder")
    line = _rebuilt(parted, store=CopyFolder(vault))
    assert "not in the store yet" in line and "settled" not in line
    with parted.house.open() as again:
        _is_settled(again, losses=0)
        assert again.verify().findings == ()
