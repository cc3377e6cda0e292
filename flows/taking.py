"""What watches listed and nobody has yet: taken in turn, through the pipeline, and tried again where that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from flows.pipeline import Pipeline
from flows.target import Target
from model.edtf import utc_text
from model.record import Outcome, Result
from model.watch import ItemState, Tried, Waiting, Watch
from storage import Archive
from storage.looks import Looks

TRIES = 5
FIRST_RETRY = timedelta(minutes=15)
TOLD_AT_ONCE = 50
TAKEN_A_ROUND = 1_000
"""Addresses of one watch that a round takes in: a listing that lists everything at once waits its turn."""

_TAKEN = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.GONE, Outcome.HELD})

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


def in_turn(
    archive: Archive, watches: Iterable[Watch] | None = None, *, most: int = TAKEN_A_ROUND, now: Now = utc_now
) -> dict[str, list[Waiting]]:
    """What waits to be taken in now, by address."""
    named = None if watches is None else {w.url for w in watches}
    return _turn(archive.watches.looks.waiting(utc_text(now()), named), most)


def take_in(
    archive: Archive,
    pipeline: Pipeline,
    waiting: dict[str, list[Waiting]],
    *,
    images: bool = False,
    allow_addresses: Sequence[str] = (),
    now: Now = utc_now,
) -> Generator[Result, None, None]:
    """Takes in what waited; a ``Result`` an address, each told after it is durable."""
    targets = [Target(url, {"feed": dict(items[0].context)}) for url, items in waiting.items()]
    if targets:
        results = pipeline.ingest(targets, images=images, allow_addresses=allow_addresses)
        yield from _noted(archive.watches.looks, results, waiting, now)


def _turn(waiting: Iterable[Waiting], most: int) -> dict[str, list[Waiting]]:
    """By address, what is taken in now: the first ``most`` of each watch, a story that several list once."""
    found: dict[str, list[Waiting]] = {}
    turns: Counter[str] = Counter()
    for item in waiting:
        turns[item.watch] += 1
        if turns[item.watch] <= most:
            found.setdefault(item.key, []).append(item)
    return {items[0].url: items for items in found.values()}


def _noted(looks: Looks, results: Iterator[Result], waiting: dict[str, list[Waiting]], now: Now) -> Iterator[Result]:
    """Results as they come, each put down for what waited."""
    tried: list[Tried] = []
    try:
        for result in results:
            tried += [_tried(item, result, now()) for item in waiting.get(result.source, ())]
            if len(tried) >= TOLD_AT_ONCE:
                looks.told(tried)
                tried = []
            yield result
    finally:
        looks.told(tried)


def _tried(item: Waiting, result: Result, now: datetime) -> Tried:
    if result.outcome in _TAKEN:
        return Tried(item.watch, item.key, ItemState.TAKEN, item.tries, result.reason)
    tries = item.tries + 1
    if result.outcome is Outcome.REFUSED or tries >= TRIES:
        return Tried(item.watch, item.key, ItemState.GIVEN_UP, tries, result.reason)
    due = utc_text(now + FIRST_RETRY * 4 ** (tries - 1))
    return Tried(item.watch, item.key, ItemState.WAITING, tries, result.reason, due)
