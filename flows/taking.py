"""What watches listed and nobody has yet: taken in turn, through the pipeline, and tried again where that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta

from flows.pipeline import Pipeline
from flows.sharing import Shared
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
        looks = archive.watches.looks

        def still(urls: Sequence[str]) -> Set[str]:
            there = looks.still_waiting([(x.watch, x.key) for url in urls for x in waiting[url]])
            return {url for url in urls if any((x.watch, x.key) in there for x in waiting[url])}

        shared = pipeline.share_out(waiting, still)
        results = pipeline.ingest(targets, images=images, allow_addresses=allow_addresses, shared=shared)
        yield from _noted(looks, results, waiting, now, shared)


def _turn(waiting: Iterable[Waiting], most: int) -> dict[str, list[Waiting]]:
    """By address, what is taken in now: the first ``most`` of each watch, a story that several list once."""
    found: dict[str, list[Waiting]] = {}
    turns: Counter[str] = Counter()
    for item in waiting:
        turns[item.watch] += 1
        if turns[item.watch] <= most:
            found.setdefault(item.key, []).append(item)
    return {items[0].url: items for items in found.values()}


def _noted(
    looks: Looks, results: Iterator[Result], waiting: dict[str, list[Waiting]], now: Now, shared: Shared | None
) -> Iterator[Result]:
    """Results as they come, each put down for what waited."""
    told: dict[str, list[Tried]] = {}

    def put_down() -> None:
        looks.told([one for those in told.values() for one in those])
        if shared is not None:
            shared.told(told)
        told.clear()

    try:
        for result in results:
            told[result.source] = [_tried(item, result, now()) for item in waiting.get(result.source, ())]
            if len(told) >= TOLD_AT_ONCE or (shared is not None and shared.ends_turn(told.keys())):
                put_down()
            yield result
    finally:
        put_down()


def _tried(item: Waiting, result: Result, now: datetime) -> Tried:
    if result.outcome in _TAKEN:
        return Tried(item.watch, item.key, ItemState.TAKEN, item.tries, result.reason)
    tries = item.tries + 1
    if result.outcome is Outcome.REFUSED or tries >= TRIES:
        return Tried(item.watch, item.key, ItemState.GIVEN_UP, tries, result.reason)
    due = utc_text(now + FIRST_RETRY * 4 ** (tries - 1))
    return Tried(item.watch, item.key, ItemState.WAITING, tries, result.reason, due)
