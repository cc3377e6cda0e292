"""A record's looks in order of time, and the states they add up to: pure functions.

States are derived, never stored: a state is a run of looks that found one version. Its
first and last look bound when we saw it; the look before its first, which showed something
else, bounds when the change can have happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from model.edtf import parse_utc
from model.record import Observation, Strand, Withdrawal

ABSENCES = 3
ABSENCE_SPAN = timedelta(days=1)
_GONE = 410


@dataclass(frozen=True, slots=True)
class Look:
    """One observation with its strand. ``order`` breaks ties of time by when we learnt of it.

    ``same_as`` is set where the look was a check of that version until another state became
    known before it; then it is a version of its own with the same content.
    """

    order: int
    strand: Strand
    what: Observation
    same_as: int | None = None

    @property
    def shows(self) -> bool:
        """True where a version was seen (not an absence)."""
        return self.what.version is not None


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive looks at one version. ``looks`` is never empty; ``before`` is the look before them,
    ``withdrawals`` are the times that the piece was gone inside the run or right after it."""

    version: int
    looks: tuple[Look, ...]
    before: Look | None
    withdrawals: tuple[Withdrawal, ...]

    @property
    def first(self) -> str | None:
        """Time of the first look."""
        return self.looks[0].what.observed_at

    @property
    def last(self) -> str | None:
        """Time of the last look."""
        return self.looks[-1].what.observed_at

    @property
    def gap(self) -> int:
        """The longest time between two looks of the run, seconds."""
        times = [parse_utc(x.what.observed_at) for x in self.looks if x.what.observed_at]
        return max((int((b - a).total_seconds()) for a, b in pairwise(times)), default=0)


def in_time(looks: Iterable[Look]) -> list[Look]:
    """The publisher strand's looks in order of time, each with the version it showed.

    A check says "the same as the state before it". Where that state was split by one that
    became known later, the checks after the split belong to the later part. Which absence is
    the withdrawal is derived as well: a 410 is, and the third over a day.
    """
    timed = [x for x in looks if x.strand is Strand.PUBLISHER and x.what.observed_at is not None]
    current: Look | None = None
    ordered: list[Look] = []
    for look in sorted(timed, key=lambda x: (x.what.observed_at or "", x.order)):
        if look.what.kind == "version":
            current = look
        elif current is not None and look.what.version is not None and look.what.version == current.same_as:
            look = replace(look, what=replace(look.what, version=current.what.version))
        ordered.append(look)
    return _judged(ordered)


def _judged(ordered: Sequence[Look]) -> list[Look]:
    judged: list[Look] = []
    absent: list[str] = []
    gone = False
    for look in ordered:
        if look.shows:
            absent, gone = [], False
            judged.append(look)
            continue
        absent.append(look.what.observed_at or "")
        over = len(absent) >= ABSENCES and parse_utc(absent[-1]) - parse_utc(absent[0]) >= ABSENCE_SPAN
        unsaid = look.what.kind == "withdrawal" and look.what.status is None
        first = not gone and (over or unsaid or look.what.status == _GONE)
        gone = gone or first
        judged.append(replace(look, what=replace(look.what, kind="withdrawal" if first else "absence")))
    return judged


def around(looks: Iterable[Look], at: str) -> tuple[Look | None, Look | None]:
    """The last look that shows a version at or before ``at``, and the first such after it."""
    shown = [x for x in in_time(looks) if x.shows]
    before = [x for x in shown if (x.what.observed_at or "") <= at]
    after = [x for x in shown if (x.what.observed_at or "") > at]
    return (before[-1] if before else None), (after[0] if after else None)


def runs(looks: Iterable[Look]) -> list[Run]:
    """The states of the publisher strand, in order of time."""
    found: list[Run] = []
    current: list[Look] = []
    before: Look | None = None
    previous: Look | None = None
    ordered = in_time(looks)
    for look in ordered:
        if look.shows and current and look.what.version != current[0].what.version:
            found.append(_close(current, before, ordered))
            before, current = previous, []
        if look.shows:
            current.append(look)
        previous = look
    if current:
        found.append(_close(current, before, ordered))
    return found


def in_force(looks: Iterable[Look]) -> list[tuple[int, str | None, list[tuple[str | None, str | None]]]]:
    """What a record's looks come to, without the looks: each state's version, its first look, and the times it was gone."""
    return [(run.version, run.first, [(x.withdrawn_at, x.restored_at) for x in run.withdrawals]) for run in runs(looks)]


def is_withdrawn(looks: Iterable[Look]) -> bool:
    """True where the piece was found gone and not seen since."""
    gone = False
    for look in in_time(looks):
        gone = (gone or look.what.kind == "withdrawal") and not look.shows
    return gone


def _close(current: Sequence[Look], before: Look | None, ordered: Sequence[Look]) -> Run:
    version = current[0].what.version
    assert version is not None  # only looks that show a version are gathered
    first, last = ordered.index(current[0]), ordered.index(current[-1])
    return Run(version, tuple(current), before, tuple(_withdrawals(ordered[first:], last - first)))


def _withdrawals(looks: Sequence[Look], last: int) -> Iterator[Withdrawal]:
    """Those up to the first look after the ``last`` of a run that shows something; that look ends one too."""
    gone: str | None = None
    for place, look in enumerate(looks):
        if look.what.kind == "withdrawal":
            gone = look.what.observed_at
        elif look.shows and gone is not None:
            yield Withdrawal(gone, look.what.observed_at)
            gone = None
        if look.shows and place > last:
            return
    if gone is not None:
        yield Withdrawal(gone, None)
