"""What is durable when: the order in which a process asks the kernel to write, to sync and to commit.

The process is traced (ptrace, as strace does it); its files are on a disk as anybody's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_WRITES = frozenset({"write", "pwrite64", "writev"})
_SYNCS = frozenset({"fsync", "fdatasync"})


@dataclass(frozen=True)
class Asked:
    """What was asked of the kernel, in order."""

    calls: Sequence[dict[str, str]]

    def between(self, begin: str, end: str) -> Asked:
        """The calls between two steps."""
        names = [Path(call["path"]).name for call in self.calls]
        return Asked(self.calls[names.index(begin) + 1 : names.index(end)])

    def until(self, end: str) -> Asked:
        """The calls before a step."""
        return Asked(self.calls[: [Path(call["path"]).name for call in self.calls].index(end)])

    def at(self, kinds: frozenset[str], ending: str) -> list[int]:
        """The places of calls of some kinds on what ends so."""
        return [n for n, call in enumerate(self.calls) if call["call"] in kinds and call["path"].endswith(ending)]

    def commits(self) -> list[int]:
        """The places at which a server is told to commit."""
        return [n for n, call in enumerate(self.calls) if call["call"] == "sendto" and "COMMIT" in call["sent"]]


def _traced(tmp_path: Path, *program: str) -> Asked:
    out = tmp_path / "calls"
    done = subprocess.run(
        [sys.executable, str(HERE / "tracer.py"), str(out), *program], capture_output=True, text=True, check=False, timeout=200
    )
    if "ptrace is not to be had" in done.stderr:
        pytest.skip("this system lets nobody trace a process")
    assert done.returncode == 0, done.stderr
    return Asked([json.loads(line) for line in out.read_text("utf-8").splitlines()])


@pytest.fixture
def asked(house: Any, tmp_path: Path) -> Asked:
    program = [sys.executable, str(HERE / "taker.py"), str(house.where), house.url or "-", "40"]
    return _traced(tmp_path, *program)


_ACROSS_PAGES = """
import ctypes, mmap, os, sys
room = mmap.mmap(-1, 2 * mmap.PAGESIZE)
room.seek(mmap.PAGESIZE - 5)
room.write(os.fsencode(sys.argv[1]))
start = ctypes.addressof(ctypes.c_char.from_buffer(room)) + mmap.PAGESIZE - 5
ctypes.CDLL(None).open(ctypes.c_void_p(start), os.O_RDONLY)
"""


def test_a_name_that_lies_across_two_pages_of_memory_is_told_whole(tmp_path: Path) -> None:
    name = str(tmp_path / "a-long-name")
    asked = _traced(tmp_path, sys.executable, "-c", _ACROSS_PAGES, name)
    assert name in {call["path"] for call in asked.calls}


@pytest.mark.both_engines
def test_an_archive_is_one_only_when_all_that_makes_it_one_is_on_the_disk(asked: Asked, house: Any) -> None:
    made = asked.until("mark-created")
    name = "/pressmark-archive.json"
    synced = made.at(_SYNCS, name)
    assert synced and synced[0] > max(made.at(_WRITES, name))
    # and the name of it, which is in the folder, before anything else is done there
    then = [x for x in made.calls[synced[0] + 1 :] if x["call"] in _SYNCS or x["path"].startswith(f"{house.where}/")]
    assert then[0] == {"call": "fsync", "path": str(house.where)}


@pytest.mark.both_engines
def test_a_new_file_is_in_its_folder_before_anything_of_it_is_told(asked: Asked) -> None:
    before = asked.until("mark-staged")
    (created,) = before.at(frozenset({"openat"}), ".warc.gz")[:1]
    folder = before.at(_SYNCS, "/warc")
    assert folder and folder[0] > created
    assert folder[0] < before.at(_WRITES, ".warc.gz")[0]


@pytest.mark.both_engines
def test_captures_are_on_the_disk_when_they_count_as_kept(asked: Asked) -> None:
    staging = asked.between("mark-created", "mark-staged")
    written, synced = staging.at(_WRITES, ".warc.gz"), staging.at(_SYNCS, ".warc.gz")
    assert len(written) >= 40
    assert len(synced) == 1 and synced[0] > written[-1]


@pytest.mark.both_engines
def test_the_ledger_is_on_the_disk_before_the_database_commits_and_both_before_anything_is_told(asked: Asked, house: Any) -> None:
    settling = asked.between("mark-staged", "mark-told")
    written, synced = settling.at(_WRITES, ".warc.gz"), settling.at(_SYNCS, ".warc.gz")
    assert len(written) >= 80  # an article and an entry each
    assert len(synced) == 1 and synced[0] > written[-1]
    if house.url is None:
        journal, committed = settling.at(_WRITES, "pressmark.db-wal"), settling.at(_SYNCS, "pressmark.db-wal")
        assert len(committed) == 1 and synced[0] < committed[0] and journal[-1] < committed[0]
        assert journal[-1] > synced[0]
    else:
        (commit,) = [n for n in settling.commits() if n > written[0]]  # before that it only reads
        assert synced[0] < commit


@pytest.mark.both_engines
def test_a_batch_is_committed_as_one_however_many_are_in_it(house: Any, tmp_path: Path, asked: Asked) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    program = [sys.executable, str(HERE / "taker.py"), str(alone / "archive"), house.url or "-", "1"]
    one = _traced(alone, *program)
    for begin, end in (("mark-created", "mark-staged"), ("mark-staged", "mark-told")):
        many, single = asked.between(begin, end), one.between(begin, end)
        assert len(many.at(_SYNCS, "")) == len(single.at(_SYNCS, ""))
        assert len(many.commits()) == len(single.commits())


@pytest.mark.both_engines
def test_what_comes_in_quickly_is_committed_together(house: Any, tmp_path: Path) -> None:
    house.create().close()
    sources = [tmp_path / f"report-{n}.pdf" for n in range(60)]
    for n, source in enumerate(sources):
        source.write_bytes(b"%PDF-1.4\n%% report " + str(n).encode())
    taker = str(HERE.parent / "chaos" / "taker.py")
    asked = _traced(tmp_path, sys.executable, taker, str(house.where), house.url or "-", "60", *map(str, sources))
    with house.open() as archive:
        assert archive.stats()["captures"] == len(sources)
    # two syncs a batch and those of the first entry
    assert len(asked.at(_SYNCS, ".warc.gz")) <= len(sources) / 4
