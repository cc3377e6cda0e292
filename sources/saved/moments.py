"""Moments as programs print them, believed only with an offset or in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
# Tue Mar 05 2024 10:11:12 GMT+0100 (…), as JavaScript has it
_SCRIPT = re.compile(
    r"(?:[a-z]{3},? )?(?P<month>[a-z]{3}) (?P<day>\d{1,2}) (?P<year>\d{4}) (?P<clock>[\d:]+) GMT(?P<zone>[+-]\d{4})?", re.I
)
# Tue, 5 Mar 2024 10:11:12 +0100, as mail has it (RFC 5322; -0000 is UTC of an unknown place)
_MAIL = re.compile(
    r"(?:[a-z]{3},? )?(?P<day>\d{1,2}) (?P<month>[a-z]{3}) (?P<year>\d{4}) (?P<clock>[\d:]+) (?P<zone>[+-]\d{4}|GMT|UTC?)\b", re.I
)
# 02:15:04 Mar 05, 2024, as the Wayback Machine has it, always in UTC
_REPLAY = re.compile(r"(?P<clock>[\d:]+) (?P<month>[a-z]{3}) (?P<day>\d{1,2}), (?P<year>\d{4})(?P<zone>)", re.I)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")


def moment_of(text: str) -> datetime | None:
    """The moment (UTC) that a text names; ``None`` where it names none, or where no offset says which."""
    said = text.strip()
    for form in (_SCRIPT, _MAIL, _REPLAY):
        found = form.match(said)
        if found is not None:
            return _moment(found)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return _in_utc(moment) if moment.tzinfo is not None else None


def _moment(found: re.Match[str]) -> datetime | None:
    month, clock = _MONTHS.get(found["month"].lower()), _CLOCK.fullmatch(found["clock"])
    if month is None or clock is None:
        return None
    zone = found["zone"] or ""
    offset = timedelta(0)
    if zone[:1] in {"+", "-"}:
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone[0] == "-" else 1)
    try:
        hour, minute, second = (int(x or 0) for x in clock.groups())
        moment = datetime(int(found["year"]), month, int(found["day"]), hour, minute, second, tzinfo=timezone(offset))
    except ValueError:
        return None
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
