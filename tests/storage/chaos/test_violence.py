"""SIGKILL at seeded random moments, and many processes on the same sources at once, on both engines.

``make chaos`` sets ``PRESSMARK_KILLS`` (an engine), ``PRESSMARK_PROCESSES`` and ``PRESSMARK_PAGES``; without them a short
form runs. ``PRESSMARK_SEED`` picks other moments, ``PRESSMARK_MINUTES`` ends the killing of an engine early, and says so.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage import Archive

KILLS = int(os.environ.get("PRESSMARK_KILLS", "4"))
SEED = int(os.environ.get("PRESSMARK_SEED", "1988"))
MINUTES = float(os.environ.get("PRESSMARK_MINUTES", "60"))
PROCESSES = int(os.environ.get("PRESSMARK_PROCESSES", "4"))
PAGES = int(os.environ.get("PRESSMARK_PAGES", "12"))
LEASE = 2.0  # a process begins as soon as the one before it was found dead
pytestmark = pytest.mark.both_engines


def _wait_for_writing(where: Path, taker: Any) -> None:
    """Until the segments grow: most of what can go wrong goes wrong in the moments after that."""

    def size() -> int:
        return sum(p.stat().st_size for p in (where / "warc").iterdir())

    start = size()
    while size() == start and taker.process.poll() is None:
        time.sleep(0.001)


@pytest.mark.timeout(7200)
def test_killed_at_random_moments_nothing_told_is_missing_and_nothing_is_double(
    house: Any,
    paper: Any,
    take: Any,
    telling: Callable[[Archive], dict[str, Any]],
    nothing_double: Any,
    all_there: Any,
    progress: Any,
) -> None:
    house.create().close()
    engine = "sqlite" if house.url is None else "postgresql"
    chance = random.Random(SEED)
    begun = time.monotonic()
    told: list[dict[str, Any]] = take(paper.urls, lease=LEASE).end(300)
    span = time.monotonic() - begun
    alive = undecided = done = 0
    for kill in range(KILLS):
        if time.monotonic() - begun > MINUTES * 60:
            break
        paper.round = kill + 1
        taker = take(chance.sample(paper.urls, len(paper.urls)), lease=LEASE)
        if kill % 3 == 0:
            time.sleep(chance.uniform(0.1, span))
        else:
            _wait_for_writing(house.where, taker)
            time.sleep(chance.uniform(0.0, 0.2 if kill % 3 == 1 else span / 2))
        alive += taker.process.poll() is None
        taker.process.kill()
        lately = taker.end(60)
        told += lately
        with house.open(write=True) as archive:
            undecided += len(list(archive.undecided()))
            assert archive.verify().findings == (), f"seed {SEED}, kill {kill}"
            all_there(archive, lately)
        done += 1
        if done % 10 == 0:
            progress(f"{engine}, seed {SEED}: {done} of {KILLS} kills, {alive} at work, {len(told)} results told, all there")
    assert told and alive >= done // 3, (len(told), alive)
    progress(
        f"{engine}, seed {SEED}: {done} of {KILLS} kills in {time.monotonic() - begun:.0f} s, {alive} at work, "
        f"{len(told)} results told, {undecided} captures found undecided; nothing missing, nothing double, verify clean"
    )
    paper.round = KILLS + 1
    told += take(paper.urls, lease=LEASE).end(300)
    with house.open(write=True) as archive:
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
        all_there(archive, told)
        nothing_double(archive, paper.urls)
        assert len(list(archive.list(None))) == len(paper.urls)
        before = telling(archive)
    house.rebuild()
    with house.open() as archive:
        after = telling(archive)
        assert archive.verify().findings == ()
    for part in before:
        assert after[part] == before[part], part


@pytest.mark.timeout(3600)
def test_processes_on_the_same_sources_make_each_record_once(
    house: Any, tmp_path: Path, paper: Any, take: Any, telling: Callable[[Archive], dict[str, Any]], all_there: Any, progress: Any
) -> None:
    house.create().close()
    folder = tmp_path / "files"
    folder.mkdir()
    paper.pages = max(paper.pages, PAGES)
    for n in range(5):
        body = paper.answer(f"/log/{n}").replace(b"northern shore", b"southern shore, as a reader sent it in")
        (folder / f"log{n}.html").write_bytes(body)
    sources = [*paper.urls[:PAGES], str(folder)]
    begun = time.monotonic()
    takers = [take(sources) for _ in range(PROCESSES)]
    with house.open() as watcher:
        looks = 0
        while any(t.process.poll() is None for t in takers):
            assert watcher.verify().findings == ()  # also while they write
            looks += 1
            time.sleep(0.3 if PAGES < 100 else 10)
        assert looks > 0
    told = [t.end(600) for t in takers]
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for results in told:
        assert len(results) == len(sources) - 1 + 5
        for result in results:
            outcomes[result["source"]][result["outcome"]] += 1
    for source, counted in outcomes.items():
        assert counted == {"new": 1, "unchanged": PROCESSES - 1}, (source, counted)
    with house.open(write=True) as archive:
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
        lines = list(archive.list(None))
        assert len(lines) == len(outcomes) and sum(line.versions for line in lines) == len(outcomes)
        fetched = [archive.history(line.record).states[0].checks for line in lines if line.url]
        assert fetched == [PROCESSES - 1] * PAGES
        all_there(archive, [r for results in told for r in results if r["url"]])
        before = telling(archive)
    progress(
        f"{'sqlite' if house.url is None else 'postgresql'}: {PROCESSES} processes, {PAGES} addresses and 5 files each, "
        f"{time.monotonic() - begun:.0f} s, {looks} looks meanwhile; each record once, chains whole"
    )
    assert len(list((house.where / "warc").iterdir())) <= PROCESSES + 1
    house.rebuild()
    with house.open() as archive:
        assert telling(archive) == before
        assert [c.kind for c in archive.changes(datetime(2000, 1, 1, tzinfo=UTC))] == ["new"] * PAGES
