"""Which of the dates found is the one: by trust, unless another is older in the right place or says the same day more exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from extractors import date_places
from extractors.field import Found
from extractors.page import Page
from model.article import How
from model.edtf import Edtf, parse_edtf

REDATED = 60  # days between an address and a declared date that no slow desk explains
DATED_ANEW = 2  # days
BESIDE = 3  # steps from the headline up to what holds it and the date


@cache
def parts(value: str) -> Edtf:
    return parse_edtf(value)


def choose(page: Page, found: Sequence[Found[str]]) -> int:
    """The first in order of trust, unless another says the same day more exactly."""
    dates = [parts(f.candidate.value) for f in found]
    best = min(range(len(found)), key=lambda i: (dates[i].year is None, dates[i].day is None, i))
    day = dates[best]
    first = _first_address(found, dates, day)
    if first is None and found[best].candidate.how != How.DECLARED:
        first = _turned_round(found, dates, day)
    if first is None:
        first = _first_printed(page, found, dates, best)
    if first is not None:
        return first
    if day.offset == 0 and day.has_time:
        return _local(dates, best)
    if exact(day) == 2:
        return best

    def better(i: int) -> bool:
        other = parts(found[i].candidate.value)
        return exact(other) > exact(day) and _same_day(day, other)

    same = [i for i in range(len(found)) if better(i)]
    return max(same, key=lambda i: (exact(parts(found[i].candidate.value)), -i)) if same else best


def _first_address(found: Sequence[Found[str]], dates: Sequence[Edtf], day: Edtf) -> int | None:
    """A day in the address long before a declared one: the piece was moved or dated anew, its address was not."""
    for i, item in enumerate(found):
        told, said = dates[i].earliest, day.earliest
        if item.strategy.endswith(".address") and told and said and (said - told).days > REDATED:
            return i
    return None


def _turned_round(found: Sequence[Found[str]], dates: Sequence[Edtf], day: Edtf) -> int | None:
    """The day in the address, where the printed one is it with day and month changed: ``03/10/2023`` says no order."""
    for i, item in enumerate(found):
        told = dates[i]
        if (
            item.strategy.endswith(".address")
            and told.day
            and (told.year, told.month, told.day) == (day.year, day.day, day.month)
        ):
            return i
    return None


def _first_printed(page: Page, found: Sequence[Found[str]], dates: Sequence[Edtf], best: int) -> int | None:
    """A day marked as published right at the headline, before the declared one: the piece was dated anew for machines.

    Where they are told one date for publication and change, a day in an element named so is enough.
    """
    said = dates[best].earliest
    if page.h1 is None or said is None or found[best].candidate.how != How.DECLARED:
        return None
    heading = page.css(page.h1).split(" > ")
    places = (
        (".microdata", ".times", ".printed") if _told_as_change(page, found[best].candidate.value) else (".microdata", ".times")
    )
    days: dict[str, int] = {}
    for i, item in enumerate(found):
        told, day = dates[i].earliest, dates[i].day_text
        if item.strategy.endswith(places) and day and told and _beside(item.candidate.where, heading):
            days.setdefault(day, i)
    if len(days) != 1:
        return None
    only = next(iter(days.values()))
    told = dates[only].earliest
    return only if told and (said - told).days >= DATED_ANEW else None


def _told_as_change(page: Page, value: str) -> bool:
    """Whether the page declares the same date for its last change."""
    return any(c.value == value for c in date_places.of_nodes(page, page.articles, "dateModified"))


def _beside(where: str, heading: Sequence[str]) -> bool:
    """Whether a place has an ancestor with the headline's element a few steps up."""
    steps = where.removeprefix("css:").split(" > ")
    shared = next((n for n, (a, b) in enumerate(zip(steps, heading, strict=False)) if a != b), min(len(steps), len(heading)))
    return shared > 2 and len(heading) - shared <= BESIDE and len(steps) - shared < 2 * BESIDE


def _local(dates: Sequence[Edtf], best: int) -> int:
    """A time in UTC gives way to the same instant on the publisher's own clock, and a local
    midnight that was turned into UTC to the day that is printed.
    """
    utc = dates[best].earliest
    for i, date in enumerate(dates):
        if date.offset and date.has_time and utc and date.earliest and abs((date.earliest - utc).total_seconds()) < 120:
            return i
    if utc and utc.hour >= 21 and utc.minute == 0 and utc.second == 0:
        tomorrow = (utc + timedelta(hours=4)).date().isoformat()
        return next((i for i, date in enumerate(dates) if date.day_text == tomorrow and exact(date) == 0), best)
    return best


def exact(date: Edtf) -> int:
    if not date.has_time or (date.hour == 0 and date.minute == 0 and not date.second):
        return 0
    return 1 if date.offset is None else 2


def _same_day(day: Edtf, other: Edtf) -> bool:
    if day.day_text is None or other.day_text is None:
        return day.text[:7] == other.text[:7] and day.day is None
    if exact(day) == 1:  # the same wall clock, or the same instant in UTC
        return _clock(day) == _clock(other) or (other.earliest is not None and day.earliest == other.earliest)
    if day.offset == 0 and day.has_time and other.offset is not None:
        return day.day_text == other.day_text or bool(other.earliest and other.earliest.date().isoformat() == day.day_text)
    return day.day_text == other.day_text


def _clock(date: Edtf) -> str:
    return date.text[:16]
