"""Watches looked at, and what is new taken in. Plain functions, no Prefect: ``flows.watch`` is the flow around them.

A round: the watches that are due are looked at, many hosts at a time and one request a host;
what nobody has is noted as waiting; then everything that waits goes through the pipeline, with
the same fetcher, so that a host rests between its feed and its articles too. A round that is
killed loses nothing: what waits, waits for the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import extractors
from flows.gathered import first_of
from flows.looking import Looked, look_at
from flows.pipeline import Pipeline
from flows.shards import by_host
from flows.sharing import Shared
from flows.taking import TAKEN_A_ROUND, Now, in_turn, take_in, utc_now
from model.edtf import utc_text
from model.record import Result
from model.watch import Gap, Listed, Look, LookOutcome, Plan, Watch, WatchStatus
from sources.http import Fetcher
from storage import Archive, Deposit, Release, Reread, Verdict

HOSTS_AT_ONCE = 64
LOOKS_AT_ONCE = 50
KEEP_SECONDS = 0.5
HELD_AT_ONCE = 20_000_000  # bytes of documents


@dataclass(frozen=True, slots=True)
class Checked:
    """How a look at a watch ended: ``listed`` addresses, of which ``new`` were put down to be taken in, ``known`` are
    held or watched elsewhere, ``passed`` are older than the watch. ``gap`` where it rolled over since the last look.
    """

    watch: Watch
    outcome: LookOutcome
    due: str
    reason: str | None = None
    shape: str | None = None
    listed: int = 0
    new: int = 0
    known: int = 0
    passed: int = 0
    gap: Gap | None = None

    @property
    def source(self) -> str:
        """The watch's address."""
        return self.watch.url

    def to_json(self) -> dict[str, Any]:
        """The shape of a look in ``watch check --json``."""
        told = {name: getattr(self, name) for name in ("due", "reason", "shape", "listed", "new", "known", "passed")}
        gap = {"since": self.gap.since, "until": self.gap.until} if self.gap else None
        return {"watch": self.watch.url, "name": self.watch.name, "outcome": self.outcome.value, **told, "gap": gap}


def look(pipeline: Pipeline, watch: WatchStatus, *, now: Now = utc_now, allow_addresses: Sequence[str] = ()) -> Looked:
    """One look at a watch, nothing stored. Not from within a running event loop."""
    found: list[Looked] = []
    _looks(pipeline.fetcher(allow_addresses), [watch], now, found.extend)
    return found[0]


def check(
    archive: Archive,
    pipeline: Pipeline,
    *,
    watches: Iterable[Watch] | None = None,
    due_only: bool = True,
    given_up: bool = False,
    most: int = TAKEN_A_ROUND,
    images: bool = False,
    allow_addresses: Sequence[str] = (),
    now: Now = utc_now,
) -> Iterator[Checked | Result]:
    """Looks at watches (those named, or all) and takes in what is new, and what waits from earlier rounds.

    First a ``Checked`` for each watch that was looked at, then a ``Result`` for each address, each told
    after it is durable. ``due_only`` leaves out watches whose next look is not due; ``given_up`` lets
    their given-up addresses be tried again; of one watch ``most`` are taken in. ``images`` is as for
    ``ingest``. Raises ``StorageUnavailable`` and ``Damaged`` as ``ingest`` does. Not from within a running event loop.
    """
    seen = due(archive, watches, due_only=due_only, given_up=given_up, now=now)
    yield from look_at_all(archive, pipeline, seen, allow_addresses=allow_addresses, now=now)
    waiting = in_turn(archive, watches, most=most, now=now)
    yield from take_in(archive, pipeline, waiting, images=images, allow_addresses=allow_addresses, now=now)


def due(
    archive: Archive,
    watches: Iterable[Watch] | None = None,
    *,
    due_only: bool = True,
    given_up: bool = False,
    now: Now = utc_now,
) -> list[WatchStatus]:
    """The watches that a round looks at, of these or of all; with ``given_up`` their given-up addresses wait again."""
    looks = archive.watches.looks
    named = None if watches is None else {w.url for w in watches}
    found = [s for s in looks.statuses(due=utc_text(now()) if due_only else None) if named is None or s.watch.url in named]
    if given_up:
        looks.try_again([s.watch.url for s in found])
    return found


def look_at_all(
    archive: Archive,
    pipeline: Pipeline,
    watches: Sequence[WatchStatus],
    *,
    allow_addresses: Sequence[str] = (),
    now: Now = utc_now,
) -> Iterator[Checked]:
    """Looks at watches and keeps what is listed; told once all of it is durable."""
    checked: list[Checked] = []
    if not watches:
        return
    seen = {s.watch.url: s for s in watches}
    looks = archive.watches.looks

    def still(urls: Sequence[str]) -> Set[str]:
        there = looks.looked_at(urls)
        return {url for url in urls if there.get(url) == seen[url].looked_at}

    def keep(looked: Sequence[Looked]) -> None:
        checked.extend(_keep(archive, looked))
        if shared is not None:
            shared.told([one.look.watch for one in looked])

    shared = pipeline.share_out(seen, still, at_once=HOSTS_AT_ONCE, whole=True)
    with shared.taking_part() if shared is not None else nullcontext():
        _looks(pipeline.fetcher(allow_addresses), watches, now, keep, shared)
    yield from checked


def _looks(
    fetcher: Fetcher,
    statuses: Sequence[WatchStatus],
    now: Now,
    keep: Callable[[Sequence[Looked]], None],
    shared: Shared | None = None,
) -> None:
    """All looks, many hosts at a time, those of one host in turn; ``keep`` gets them a few at a time, so that the
    documents of many watches are never held together. Of those that are ``shared`` out, the ones that fall to this
    process. Raises what ``keep`` raises.
    """
    ready: list[Looked] = []
    by_url = {status.watch.url: status for status in statuses}

    async def look(url: str) -> None:
        ready.append(await look_at(fetcher, by_url[url], now()))
        if len(ready) >= LOOKS_AT_ONCE or sum(one.size for one in ready) > HELD_AT_ONCE:
            flush()

    def flush() -> None:
        done = ready.copy()
        ready.clear()
        keep(done)

    async def hosts(left: Iterator[list[str]]) -> None:
        for urls in left:
            for url in urls:
                await look(url)

    async def turns(shared: Shared) -> None:
        while (turn := await shared.next()) is not None:
            for url in turn.urls:
                if shared.is_mine(turn):
                    await look(url)

    async def flushing() -> None:
        while True:  # what is done is given back, though little else happens
            await asyncio.sleep(KEEP_SECONDS)
            if ready:
                flush()

    async def go() -> None:
        alone = by_host(url for url in by_url if shared is None or url not in shared)
        left = iter(alone.values())
        async with fetcher, asyncio.TaskGroup() as around:
            beside = around.create_task(flushing())
            async with asyncio.TaskGroup() as group:
                for _ in range(min(HOSTS_AT_ONCE, len(alone))):
                    group.create_task(hosts(left))
                if shared is not None:
                    for _ in range(min(HOSTS_AT_ONCE, shared.hosts)):
                        group.create_task(turns(shared))
            beside.cancel()
        flush()

    try:
        asyncio.run(go())
    except BaseExceptionGroup as error:
        raise first_of(error) from error


def _keep(archive: Archive, looked: Sequence[Looked]) -> Iterator[Checked]:
    """Keeps what looks said, the documents that listed something new with it."""
    kept: list[tuple[Looked, Plan]] = []
    elsewhere: set[str] = set()
    captures: dict[str, str] = {}
    for one in looked:
        plan = archive.watches.looks.plan(one.look)
        plan = _without(plan, elsewhere)
        elsewhere |= {item.key for item in plan.new}
        if plan.new:
            documents = _documents(archive, one, plan)
            captures[one.look.watch] = next(iter(documents.values()))
            plan = replace(plan, new=tuple(_from(item, documents) for item in plan.new))
        kept.append((one, plan))
    archive.watches.looks.keep([(_told(one, plan), plan) for one, plan in kept], captures)
    for one, plan in kept:
        look = one.look
        counts = {"listed": len(look.listed), "new": len(plan.new), "known": len(plan.known), "passed": len(plan.passed)}
        yield Checked(one.status.watch, look.outcome, look.due, look.reason, look.shape, **counts, gap=plan.gap)


def _without(plan: Plan, elsewhere: set[str]) -> Plan:
    """A story that two watches list is new once."""
    twice = frozenset(item.key for item in plan.new) & elsewhere
    return replace(plan, new=tuple(x for x in plan.new if x.key not in twice), known=plan.known | twice) if twice else plan


def _documents(archive: Archive, one: Looked, plan: Plan) -> dict[str, str]:
    """Keeps the documents that listed what is new; their captures' ids by address."""
    listing = dict.fromkeys(str(item.context["feed"]) for item in plan.new)
    release = Release(extractors.release())
    reason = f"a watched {one.status.watch.kind.value} ({one.look.shape}), which lists articles and is none"
    deposits = [Deposit(url, one.captures[url], Verdict.HELD, release, reason=reason, code="feed") for url in listing]
    results = archive.settle(archive.stage(deposits))
    return {url: r.capture for url, r in zip(listing, results, strict=True) if not isinstance(r, Reread) and r.capture}


def _from(item: Listed, documents: dict[str, str]) -> Listed:
    return replace(item, context={**item.context, "capture": documents[str(item.context["feed"])]})


def _told(one: Looked, plan: Plan) -> Look:
    """The look with the contexts that its new addresses have now."""
    new = {item.key: item for item in plan.new}
    return replace(one.look, listed=tuple(new.get(item.key, item) for item in one.look.listed))
