"""Dates as machines declare them, given as EDTF with the offset kept as it was given.

ISO 8601 in the spellings that pages use, Unix times in seconds and milliseconds, RFC 2822 and
JavaScript's ``Date``; what is none of these is read as printed for people.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from extractors import printed_dates
from model.edtf import is_edtf

_ISO = re.compile(
    r"(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
    r"(?:(?:\s{0,3}T\s{0,3}|\s{1,3}|_)(?P<hour>\d{1,2})(?::?(?P<minute>\d{2}))(?::?(?P<second>\d{2}|\d(?!\d))(?:[.,:](?P<fraction>\d{1,12}))?)?"
    r"\s{0,3}(?P<half>[AaPp][Mm])?\s{0,3}"
    r"(?P<zone>Z|z|[A-Z]{2,5})?(?P<offset>[+-]\d{1,2}:?\d{0,2})?(?:\[[\w/]{0,40}\])?)?"
)
_EPOCH = re.compile(r"-?\d{9,10}|\d{13}")
_MONTH_FIRST = re.compile(r"\d{1,2}/\d{1,2}/\d{4}\s.{0,12}[AP]M\b", re.I)


def parse(text: str, language: str | None = None, *, day_first: bool = True) -> str | None:
    """The EDTF form of a declared date, or ``None`` where it is none or an impossible one."""
    text = " ".join(text[:120].split())
    found = _ISO.match(text)
    if found and (found["sep"] or len(found["month"] + found["day"]) == 4):
        rest = text[found.end() :].strip()
        if not rest or not rest[0].isdigit():
            return _iso(found)
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds > 0 else None
    dates = printed_dates.find(text, language, day_first=day_first and not _MONTH_FIRST.match(text))
    return dates[0].edtf if dates and not dates[0].edtf.startswith("XXXX") else None


def _iso(found: re.Match[str]) -> str | None:
    day = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    if not is_edtf(day):
        return None
    if found["hour"] is None:
        return day
    hour = int(found["hour"])
    if found["half"] and hour <= 12:
        hour = hour % 12 + 12 * (found["half"].lower() == "pm")
    time = f"T{hour:02}:{found['minute']}"
    if found["second"]:
        time += f":{found['second']:0>2}" + (f".{found['fraction'][:9]}" if found["fraction"] else "")
    full = day + time + _offset(found["zone"], found["offset"])
    return full if is_edtf(full) else day


def _offset(zone: str | None, offset: str | None) -> str:
    zone = (zone or "").upper()
    if offset and zone in {"", "Z", "UTC", "GMT"}:
        digits = re.sub(r"\D", "", offset)
        hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
        return f"{offset[0]}{hours:02}:{minutes:02}" if hours <= 14 and minutes <= 59 else ""
    return printed_dates.zone_offset(zone)
