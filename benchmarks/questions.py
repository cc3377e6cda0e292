"""What people ask of an archive of ``keep``'s made newspaper, timed: milliseconds at p50 and p95, and of processor."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from storage import Archive

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When the first piece was published; the others follow it minute by minute."""

Question = Callable[[], object]


def questions(archive: Archive, records: int, common: str, often: str, rare: str) -> dict[str, Question]:
    """Every kind of question. ``records`` are held; ``common`` and ``often`` are words of nearly every piece, ``rare`` is
    one of a few.
    """
    chance = random.Random(3)
    some = [line.record for line in archive.list(2000)]
    chance.shuffle(some)

    def days(back: float, length: int = 1) -> str:
        last = START + timedelta(minutes=records) * (1 - back)
        return f"since:{last:%Y-%m-%d} until:{last + timedelta(days=length):%Y-%m-%d}"

    def ask(query: str) -> Question:
        return lambda: archive.search(query)

    return {
        "newest 50": lambda: list(archive.list(50)),
        "history": lambda: archive.history(chance.choice(some)),
        "show": lambda: archive.show(chance.choice(some)),
        "show, as of a day": lambda: archive.show(chance.choice(some), as_of=START + timedelta(days=30)),
        "a rare word": ask(rare),
        "a common word": ask(common),
        "two words": ask(f"{common} {rare}"),
        "a phrase of common words": ask(f'"{common} {often}"'),
        "a phrase that nobody wrote": ask(f'"{rare} {common} {rare}"'),
        "common words, never together": ask(f'"{common} {often} {common} {often} {common}"'),
        "without a common word": ask(f"{rare} -{common}"),
        "publisher": ask('publisher:"Paper 7"'),
        "a publisher's common word": ask(f'publisher:"Paper 7" {common}'),
        "the newest days": ask(days(0.0)),
        "days in the middle": ask(days(0.5)),
        "the oldest days": ask(days(1.0)),
        "the oldest days, a common word": ask(f"{days(1.0)} {common}"),
        "the oldest days, a rare word": ask(f"{days(1.0)} {rare}"),
        "all days but none": ask("since:2031-01-01"),
        "a collection that is empty": ask("collection:nothing"),
        "a change that nobody made": ask("changed:headline"),
        "a publisher, the oldest days": ask(f'publisher:"Paper 7" {days(1.0)}'),
    }


def answered(asked: dict[str, Question], tries: int = 40) -> dict[str, dict[str, float]]:
    """Each question so many times, the first of them not counted."""
    return {name: _times(question, tries) for name, question in asked.items()}


def _times(question: Question, tries: int) -> dict[str, float]:
    taken: list[float] = []
    question()
    cpu = time.process_time()
    for _ in range(tries):
        begun = time.perf_counter()
        question()
        taken.append((time.perf_counter() - begun) * 1000)
    spent = (time.process_time() - cpu) * 1000 / tries
    return {"p50_ms": statistics.median(taken), "p95_ms": sorted(taken)[int(tries * 0.95) - 1], "cpu_ms": spent}
