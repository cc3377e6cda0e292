"""Pieces that are due looked at again. Plain functions, no Prefect: a flow wraps ``revisit``.

What is due stands in the database, so that a round that is killed goes on with the next one, and
pieces that others looked at meanwhile are only planned anew.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flows.pipeline import Pipeline
from flows.rhythm import LADDER, Rhythm
from model.edtf import parse_utc, utc_text
from model.identity import without_credentials
from model.record import Outcome, Result
from model.revisit import Planned, Revisits, Standing
from storage import Archive

MOST = 2_000
"""Pieces that a round looks at: what is overdue for longer comes first."""
TRIES = 8
FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(days=1)
REFUSED_REST = timedelta(days=7)
TOLD_AT_ONCE = 50

Now = Callable[[], datetime]


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """What a round looks at: addresses, each with the pieces it is looked at for."""

    targets: dict[str, tuple[Standing, ...]]

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses, longest overdue first."""
        return tuple(self.targets)


def newcomers(archive: Archive, rhythm: Rhythm, now: datetime) -> list[Planned]:
    """Pieces that no round has planned yet, as the next one will plan them. Nothing is written."""
    return [_planned(standing, rhythm) for standing in archive.revisits.newcomers(utc_text(now - rhythm.span))]


def counted(archive: Archive, now: datetime, rhythm: Rhythm = LADDER) -> Revisits:
    """How revisits are, pieces that no round has planned yet among them."""
    found = archive.revisits.count(utc_text(now))
    dues = [x.due for x in newcomers(archive, rhythm, now)]
    coming = [x for x in dues if x is not None]
    return replace(
        found,
        planned=found.planned + len(coming),
        due=found.due + sum(x <= utc_text(now) for x in coming),
        over=found.over + len(dues) - len(coming),
        next_due=min([*coming, *([found.next_due] if found.next_due else ())], default=None),
    )


def due(archive: Archive, *, rhythm: Rhythm = LADDER, most: int = MOST, now: Now = _clock) -> Due:
    """Plans pieces that are new to it, and gives those whose next look is due."""
    moment = now()
    archive.revisits.plan(newcomers(archive, rhythm, moment))
    targets: dict[str, tuple[Standing, ...]] = {}
    seen: list[Planned] = []
    for standing, looked in archive.revisits.due(utc_text(moment), most):
        if looked < standing.looked_at <= utc_text(moment):  # somebody else looked meanwhile
            planned = _planned(standing, rhythm)
            if planned.due is None or parse_utc(planned.due) > moment:
                seen.append(planned)
                continue
        url = without_credentials(standing.url)
        targets[url] = (*targets.get(url, ()), standing)
    archive.revisits.plan(seen)
    return Due(targets)


def revisit(
    archive: Archive,
    pipeline: Pipeline,
    wanted: Due | None = None,
    *,
    rhythm: Rhythm = LADDER,
    images: bool = False,
    allow_addresses: Sequence[str] = (),
    now: Now = _clock,
) -> Generator[Result, None, None]:
    """Asks for what is due, conditionally where servers gave the means, and plans the next looks.

    A ``Result`` an address, each told after it is durable. Raises ``StorageUnavailable`` as ``ingest`` does: what was not told
    stays due. Not from within a running event loop.
    """
    wanted = wanted or due(archive, rhythm=rhythm, now=now)
    if not wanted.targets:
        return
    told: dict[str, Result] = {}

    def still(urls: Sequence[str]) -> Set[str]:
        before = {x.record: x for url in urls for x in wanted.targets[url]}
        standing = archive.revisits.standings(list(before))
        rested = {record for record, x in standing.items() if x.looked_at <= before[record].looked_at}
        return {url for url in urls if any(x.record in rested for x in wanted.targets[url])}

    def put_down() -> None:
        _plan_next(archive, wanted, list(told.values()), rhythm, now())
        if shared is not None:
            shared.told(told)
        told.clear()

    shared = pipeline.share_out(wanted.urls, still)
    try:
        for result in pipeline.ingest(wanted.urls, images=images, allow_addresses=allow_addresses, shared=shared):
            told[result.source] = result
            if len(told) >= TOLD_AT_ONCE or (shared is not None and shared.ends_turn(told.keys())):
                put_down()
            yield result
    finally:
        put_down()


def _plan_next(archive: Archive, wanted: Due, told: Sequence[Result], rhythm: Rhythm, now: datetime) -> None:
    pieces = [(result, before) for result in told for before in wanted.targets.get(result.source, ())]
    standing = archive.revisits.standings([before.record for _, before in pieces])
    archive.revisits.plan([_next(x, standing.get(x.record, x), result, rhythm, now) for result, x in pieces])


def _next(before: Standing, standing: Standing, result: Result, rhythm: Rhythm, now: datetime) -> Planned:
    absent = standing.absent and standing.looked_at > before.looked_at  # that it is not there was seen, too
    standing = replace(standing, looked_at=utc_text(now))
    outcome = result.outcome.value
    if absent or result.outcome not in {Outcome.FAILED, Outcome.REFUSED}:
        return replace(_planned(replace(standing, sick=0), rhythm), outcome=outcome, reason=result.reason)
    standing = replace(standing, sick=standing.sick + 1)
    if standing.sick >= TRIES:
        return Planned(standing, None, outcome, result.reason, given_up=True)
    rest = REFUSED_REST if result.outcome is Outcome.REFUSED else min(FIRST_RETRY * 4 ** (standing.sick - 1), LONGEST_RETRY)
    return Planned(standing, utc_text(now + rest), outcome, result.reason)


def _planned(standing: Standing, rhythm: Rhythm) -> Planned:
    after = rhythm.after(standing)
    return Planned(standing, utc_text(after) if after is not None else None)
