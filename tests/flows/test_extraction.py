"""Extraction in processes: limits hold, one bad page never stops the others."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.extraction import ExtractionPool, Reader
from flows.worker import Job, Limits, extract_here
from model.capture import Basis, Capture
from model.prepared import prepare

URL = "https://www.penning-post.example/news/ferry"
WORDS = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. "
TEXT = f"<h1>Ferry sails again</h1><p>{WORDS * 3}</p><p>{WORDS * 2}</p>"
PAGE = f"<html lang='en'><body><article>{TEXT}</article></body></html>".encode()


def _dear() -> bytes:
    """A page that is allowed in and takes long to read: near the limits of elements and characters, all of it running text."""
    return b"<html><body><article><h1>Long</h1>" + (b"<p>" + WORDS.encode() * 4 + b"</p>") * 45_000 + b"</article></body></html>"


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    with ExtractionPool(2, Limits(cpu_s=1, memory_mb=400, wall_s=60)) as made:
        yield made


def test_a_page_is_read_here_and_in_a_pool_alike(pool: ExtractionPool) -> None:
    job = Job(7, PAGE, URL)
    here, there = extract_here(job), pool.run(job)
    assert (there.key, there.kind) == (7, "article")
    assert there.article == here.article
    assert there.article is not None
    assert there.article.headline == "Ferry sails again"
    assert there.cpu_s > 0


def test_what_a_worker_prepares_is_of_the_article_it_read(pool: ExtractionPool) -> None:
    plain, found = pool.run(Job(1, PAGE, URL)), pool.run(Job(2, PAGE, URL, prepare=True))
    assert plain.prepared is None
    assert found.article is not None
    assert found.prepared is not None
    assert found.prepared.article is found.article
    here = prepare(found.article).worked_out()
    assert vars(found.prepared) == vars(here)


def test_a_page_over_its_time_is_stopped_and_the_others_go_on(pool: ExtractionPool) -> None:
    jobs = [Job(0, _dear()), *(Job(n, PAGE, URL) for n in range(1, 12))]
    found = {e.key: e for e in pool.run_many(jobs)}
    assert found[0].kind == "stopped"
    assert "1 s of processor time" in (found[0].problem or "")
    assert all(found[n].article is not None for n in range(1, 12))
    assert pool.run(Job(99, PAGE)).article is not None


def test_results_come_in_order_of_completion(pool: ExtractionPool) -> None:
    order = [e.key for e in pool.run_many([Job(0, _dear()), Job(1, PAGE), Job(2, PAGE)])]
    assert order[-1] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space of a process")
@pytest.mark.parametrize("megabytes", [8, 16, 24, 32])
def test_a_page_over_its_memory_is_stopped_with_a_reason(megabytes: int) -> None:
    with ExtractionPool(1, Limits(cpu_s=30, memory_mb=megabytes, wall_s=60)) as pool:
        found = pool.run(Job(1, _dear()))
        assert (found.article, found.kind) == (None, "stopped")
        assert "memory" in (found.problem or "")
        assert pool.run(Job(2, PAGE)).article is not None


def test_a_page_that_only_sleeps_is_stopped_by_the_clock() -> None:
    with ExtractionPool(1, Limits(cpu_s=30, memory_mb=800, wall_s=0.05)) as pool:
        found = pool.run(Job(1, _dear()))
        assert found.kind == "stopped"
        assert "0.05 s" in (found.problem or "")


@pytest.mark.parametrize(("body", "words"), [(b"", "empty"), (b"%PDF-1.4 x", "PDF"), (b"<p>x" * 60_000, "elements")])
def test_what_is_no_page_says_why(pool: ExtractionPool, body: bytes, words: str) -> None:
    found = pool.run(Job(1, body))
    assert (found.kind, found.article) == ("unreadable", None)
    assert words in (found.problem or "")


def test_a_pool_that_is_never_used_starts_nothing() -> None:
    start = time.monotonic()
    with ExtractionPool(4):
        pass
    assert time.monotonic() - start < 0.2


def test_the_reader_tells_captures_apart() -> None:
    at = datetime(2024, 3, 5, tzinfo=UTC)
    captures = [Capture(Basis.SUPPLIED, f"k{n}", at, at, URL, supplied=PAGE.replace(b"Ferry", b"Boat %d" % n)) for n in range(5)]
    with Reader(2) as reader:
        assert reader.finished() == []
        keys = {reader.submit(c): n for n, c in enumerate(captures)}
        assert not reader.has_room
        found: dict[int, str | None] = {}
        while len(found) < 5:
            found |= {e.key: e.article.headline for e in reader.finished(5) if e.article}
        assert {keys[k]: h for k, h in found.items()} == {n: f"Boat {n} sails again" for n in range(5)}
        one = reader.read_one(captures[0]).article
        assert one is not None
        assert one.headline == "Boat 0 sails again"


def test_a_script_without_its_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from flows.extraction import ExtractionPool\n"
        "from flows.worker import Job\n"
        "print(ExtractionPool(1).run(Job(1, b'<h1>Once</h1><p>one</p>')).article.headline)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("Once\n", "")
