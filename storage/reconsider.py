"""What a newer release makes of a record's looks: versions that never differed, looks that were
told as "the same" and were not. A pure function of the looks and of what is now read in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from storage.timeline import Look, in_time


class Finding(StrEnum):
    """What a newer reading shows."""

    NEVER_DIFFERED = "never_differed"  # two states in time are one, as now read: told, nothing is taken back
    MISSING_VERSION = "missing_version"  # a look told as the same showed another state: it becomes a version
    RETURNED = "returned"  # the state before the missing one was there again: a version, as it would have been then
    ANOTHER_STATE = "another_state"  # a look told as one version showed the one before or after it


@dataclass(frozen=True, slots=True)
class Discovery:
    """One finding. ``version`` is the state that the look belongs to now, ``None`` for one that has no number yet;
    ``told`` the version it was told as (of two that never differed, the earlier one)."""

    finding: Finding
    version: int | None
    told: int
    capture: str
    observed_at: str


@dataclass
class _InForce:
    version: int | None
    mark: str


def reconsider(looks: Sequence[Look], versions: Mapping[int, str], captures: Mapping[str, str]) -> list[Discovery]:
    """What the looks add up to by one release's signatures: of versions by number, of checks by capture.

    Looks whose signature nobody knows stay what they were told as.
    """
    ordered = [x for x in in_time(looks) if x.shows and x.what.capture]
    found: list[Discovery] = []
    current: _InForce | None = None
    for place, look in enumerate(ordered):
        told, capture, at = look.what.version, look.what.capture, look.what.observed_at
        if told is None or capture is None or at is None:
            continue
        if look.what.kind == "version":
            mark = versions.get(told)
            if current is not None and mark is not None and mark == current.mark and current.version not in {None, told}:
                found.append(Discovery(Finding.NEVER_DIFFERED, told, current.version or told, capture, at))
            current = _InForce(told, mark) if mark is not None else None
            continue
        mark = captures.get(capture)
        if mark is None or told not in versions:
            continue
        step = _check(current, told, mark, versions, _next_version(ordered[place + 1 :]))
        if step is not None:
            finding, version = step
            found.append(Discovery(finding, version, told, capture, at))
            current = _InForce(version, mark)
        elif current is None:
            current = _InForce(told, mark)
    return found


def _check(
    current: _InForce | None, told: int, mark: str, versions: Mapping[int, str], following: int | None
) -> tuple[Finding, int | None] | None:
    """What a look that was told as a check shows; ``None`` where it was told rightly."""
    if current is not None and mark == current.mark:
        # where the state in force was just discovered, it has no number yet
        return None if current.version == told else (Finding.ANOTHER_STATE, current.version)
    if current is None and mark == versions[told]:
        return None
    if following is not None and versions.get(following) == mark:
        return (Finding.ANOTHER_STATE, following) if following != told else None
    return (Finding.RETURNED if mark == versions[told] else Finding.MISSING_VERSION), None


def _next_version(rest: Sequence[Look]) -> int | None:
    return next((x.what.version for x in rest if x.what.kind == "version"), None)
