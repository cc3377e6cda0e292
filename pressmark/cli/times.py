"""Dates and times as people see them.

A publisher's date is shown in the publisher's own local time with its offset, UTC beside
it, and never with more than was printed. Capture times are UTC and end in Z.
"""

from __future__ import annotations

from datetime import datetime

from model.edtf import Edtf, parse_edtf
from model.said import say_second

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def say_date(text: str) -> str:
    """A publisher's date: ``18 December 2018, 06:00 -05:00 (11:00Z)``; as it is, where it is no EDTF."""
    try:
        date = parse_edtf(text)
    except ValueError:
        return text
    day = _day(date)
    if not date.has_time:
        return day
    clock = _clock(date.hour or 0, date.minute or 0, date.second or 0)
    if date.offset is None:
        return f"{day}, {clock} (offset not stated)"
    if date.offset == 0:
        return f"{day}, {clock}Z"
    return f"{day}, {clock} {_offset(date.offset)}{_beside(date)}"


def say_moment(text: str | None) -> str:
    """A capture time: ``2026-11-23 11:58:01Z``, or that nobody knows it."""
    if text is None:
        return "time not known"
    return say_second(text)


def say_span(seconds: int) -> str:
    """A duration in its two largest units: ``3 days 2 h``, ``41 s``."""
    days, rest = divmod(max(seconds, 0), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((i for i, (n, _) in enumerate(parts) if n), len(parts) - 1)
    return " ".join(f"{n} {unit}" for n, unit in parts[first : first + 2] if n or first == len(parts) - 1)


def _day(date: Edtf) -> str:
    month = _MONTHS[date.month - 1] if date.month else None
    year = "year not stated" if date.year is None else str(date.year)
    if month is None:
        return year
    named = f"{date.day} {month}" if date.day else month
    return f"{named}, {year}" if date.year is None else f"{named} {year}"


def _clock(hour: int, minute: int, second: int) -> str:
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _offset(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _beside(date: Edtf) -> str:
    utc: datetime | None = date.earliest
    if utc is None:
        return ""
    clock = _clock(utc.hour, utc.minute, utc.second)
    if date.day_text == f"{utc:%Y-%m-%d}":
        return f" ({clock}Z)"
    return f" ({utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {clock}Z)"
