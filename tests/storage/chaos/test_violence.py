"""SIGKILL at seeded random moments, and four processes on the same sources at once.

``PRESSMARK_KILLS`` sets how many kills there are; ``make chaos-ingest`` makes 50.
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

from model.record import Strand
from storage import Archive, rebuild

KILLS = int(os.environ.get("PRESSMARK_KILLS", "6"))
SEED = int(os.environ.get("PRESSMARK_SEED", "1988"))
pytestmark = pytest.mark.xdist_group("chaos")


def _check_nothing_is_double(archive: Archive, urls: list[str]) -> None:
    lines = list(archive.list(None))
    assert len(lines) <= len(urls)
    assert len({line.url for line in lines}) == len(lines), Counter(line.url for line in lines)
    for line in lines:
        history = archive.history(line.record)
        numbers = [s.version for s in history.states]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)) and len(numbers) == line.versions
        texts = [archive.show(line.record, n).article.text for n in numbers]
        # the paper never goes back to old words, so every state stands once
        assert len(set(texts)) == len(texts), line.url
        assert all(s.strand is Strand.PUBLISHER and s.reverts_to is None for s in history.states)
        captures = [o.capture for o in history.observations]
        assert len(set(captures)) == len(captures)


def _check_what_was_told(archive: Archive, told: list[dict[str, Any]]) -> None:
    for result in told:
        assert result["outcome"] in {"new", "changed", "unchanged"}, result
        assert archive.find(result["url"]) == result["record"]
        assert archive.show(result["record"], result["version"]).version == result["version"]
        assert result["capture"] in {o.capture for o in archive.history(result["record"]).observations}
        assert archive.capture_bytes(result["capture"])


def _wait_for_writing(where: Path, taker: Any) -> None:
    """Until the segments grow: most of what can go wrong goes wrong in the moments after that."""

    def size() -> int:
        return sum(p.stat().st_size for p in (where / "warc").iterdir())

    start = size()
    while size() == start and taker.process.poll() is None:
        time.sleep(0.001)


@pytest.mark.timeout(1800)
def test_killed_at_random_moments_nothing_told_is_missing_and_nothing_is_double(
    tmp_path: Path, paper: Any, take: Any, telling: Callable[[Archive], dict[str, Any]]
) -> None:
    where = tmp_path / "archive"
    Archive.create(where).close()
    chance = random.Random(SEED)
    start = time.monotonic()
    told: list[dict[str, Any]] = take(where, paper.urls).end(120)
    span = time.monotonic() - start
    alive = undecided = 0
    for kill in range(KILLS):
        paper.round = kill + 1
        taker = take(where, chance.sample(paper.urls, len(paper.urls)))
        if kill % 3 == 0:
            time.sleep(chance.uniform(0.1, span))
        else:
            _wait_for_writing(where, taker)
            time.sleep(chance.uniform(0.0, 0.2 if kill % 3 == 1 else span / 2))
        alive += taker.process.poll() is None
        taker.process.kill()
        lately = taker.end(30)
        told += lately
        with Archive.open(where, write=True) as archive:
            undecided += len(list(archive.undecided()))
            assert archive.verify().findings == (), f"seed {SEED}, kill {kill}"
            _check_what_was_told(archive, lately)
    assert told and alive >= KILLS // 3, (len(told), alive)
    print(f"{alive} of {KILLS} killed at work, {len(told)} results told, {undecided} captures found undecided")  # noqa: T201
    paper.round = KILLS + 1
    told += take(where, paper.urls).end(120)
    with Archive.open(where, write=True) as archive:
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
        _check_what_was_told(archive, told)
        _check_nothing_is_double(archive, paper.urls)
        assert len(list(archive.list(None))) == len(paper.urls)
        before = telling(archive)
    rebuild(where)
    with Archive.open(where) as archive:
        after = telling(archive)
        assert archive.verify().findings == ()
    for part in before:
        assert after[part] == before[part], part


@pytest.mark.timeout(600)
def test_four_processes_on_the_same_sources_make_each_record_once(
    tmp_path: Path, paper: Any, take: Any, telling: Callable[[Archive], dict[str, Any]]
) -> None:
    where = tmp_path / "archive"
    Archive.create(where).close()
    folder = tmp_path / "files"
    folder.mkdir()
    for n in range(5):
        body = paper.answer(f"/log/{n}").replace(b"northern shore", b"southern shore, as a reader sent it in")
        (folder / f"log{n}.html").write_bytes(body)
    sources = [*paper.urls[:12], str(folder)]
    takers = [take(where, sources) for _ in range(4)]
    with Archive.open(where) as watcher:
        looks = 0
        while any(t.process.poll() is None for t in takers):
            assert watcher.verify().findings == ()  # also while they write
            looks += 1
            time.sleep(0.3)
        assert looks > 0
    told = [t.end(120) for t in takers]
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for results in told:
        assert len(results) == len(sources) - 1 + 5
        for result in results:
            outcomes[result["source"]][result["outcome"]] += 1
    for source, counted in outcomes.items():
        assert counted == {"new": 1, "unchanged": 3}, (source, counted)
    with Archive.open(where, write=True) as archive:
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
        lines = list(archive.list(None))
        assert len(lines) == len(outcomes) and sum(line.versions for line in lines) == len(outcomes)
        fetched = [archive.history(line.record).states[0].checks for line in lines if line.url]
        assert fetched == [3] * 12
        _check_what_was_told(archive, [r for results in told for r in results if r["url"]])
        before = telling(archive)
    assert len(list((where / "warc").iterdir())) <= 5
    rebuild(where)
    with Archive.open(where) as archive:
        assert telling(archive) == before
        assert [c.kind for c in archive.changes(datetime(2000, 1, 1, tzinfo=UTC))] == ["new"] * 12
