"""Cron lines of five fields: minute, hour, day, month, weekday."""

from __future__ import annotations

import re
from collections.abc import Set

from model.errors import BadCall

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,9}))?")


def parse_cron(text: str, what: str) -> str:
    """A cron line of five fields, as it was given. Raises ``BadCall``, naming the field that is wrong, and for a day that
    none of its months has.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise BadCall(f"{what} is {text!r}: a cron line has five fields, minute hour day month weekday, such as 0 3 * * sun")
    meant = []
    for said, (name, least, most) in zip(fields, _FIELDS, strict=True):
        parts = [_meant(part, name, least, most) for part in said.lower().split(",")]
        found = frozenset[int]().union(*(part for part in parts if part is not None))
        if None in parts:
            raise BadCall(f"{what} is {text!r}: {said!r} is no {name} ({least} to {most}, *, lists, ranges and steps)")
        meant.append(found)
    _, _, days, months, weekdays = meant
    # where weekdays are named too, either will do
    if {day % 7 for day in weekdays} == set(range(7)) and all(min(days) > _LONGEST[month - 1] for month in months):
        raise BadCall(f"{what} is {text!r}: that day never comes, because none of these months has it")
    return " ".join(fields)


def _meant(part: str, name: str, least: int, most: int) -> Set[int] | None:
    """The numbers that a part of a field stands for; ``None`` where it is none."""
    found = _PART.fullmatch(part)
    if found is None or (found["step"] or "1").strip("0") == "":
        return None
    step = int(found["step"] or 1)
    if found["first"] is None:
        return frozenset(range(least, most + 1, step))
    first = _number(found["first"], name)
    last = first if found["last"] is None else _number(found["last"], name)
    if first is None or last is None or not least <= first <= last <= most:
        return None
    return frozenset(range(first, (most if found["last"] is None and found["step"] else last) + 1, step))


def _number(text: str, name: str) -> int | None:
    names = _MONTHS if name == "month" else _DAYS if name == "weekday" else ()
    if text in names:
        return names.index(text) + (name == "month")
    return int(text) if text.isdecimal() and len(text) < 4 else None
