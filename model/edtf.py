"""Dates as people print them: EDTF text, and the UTC instants it can stand for.

Follows EDTF (ISO 8601-2:2019), of which articles need: level 0 dates and date-times
(``2018``, ``2018-12``, ``2018-12-18``, ``2018-12-18T14:59:00-05:00``) and the
unspecified year of level 1 (``XXXX-12-18``). Beyond EDTF, as ISO 8601-1 allows it, a
time without seconds (``2018-12-18T14:59``) and fractions of a second are accepted,
because a printed precision is kept as printed.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_PATTERN = re.compile(
    r"(?P<year>\d{4}|XXXX)"
    r"(?:-(?P<month>\d{2})"
    r"(?:-(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
    r")?)?)?",
    re.ASCII,  # figures of other scripts are turned into these where a date is read, not here
)


@dataclass(frozen=True, slots=True)
class Edtf:
    """One EDTF value, taken apart.

    ``year`` is ``None`` where it is unspecified (``XXXX``). ``offset`` is minutes east of
    UTC, or ``None`` where none was printed. Not good for arithmetic: use ``earliest`` and
    ``latest``.
    """

    text: str
    year: int | None
    month: int | None
    day: int | None
    hour: int | None
    minute: int | None
    second: int | None
    offset: int | None

    @property
    def has_time(self) -> bool:
        """True where a time of day was printed."""
        return self.hour is not None

    @property
    def day_text(self) -> str | None:
        """The local calendar day as printed (``YYYY-MM-DD``), without any conversion."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    @property
    def earliest(self) -> datetime | None:
        """The first UTC instant this can stand for; ``None`` without a year.

        Where no offset was printed the text is read as if it were UTC: the true instant may
        lie up to 14 hours to either side.
        """
        if self.year is None:
            return None
        local = datetime(
            self.year, self.month or 1, self.day or 1, self.hour or 0, self.minute or 0, self.second or 0, tzinfo=self._zone
        )
        return _utc(local)

    @property
    def latest(self) -> datetime | None:
        """The last UTC second this can stand for; see ``earliest``."""
        if self.year is None:
            return None
        month = self.month or 12
        local = datetime(
            self.year,
            month,
            self.day or calendar.monthrange(self.year, month)[1],
            23 if self.hour is None else self.hour,
            59 if self.minute is None else self.minute,
            59 if self.second is None else self.second,
            tzinfo=self._zone,
        )
        return _utc(local)

    @property
    def _zone(self) -> timezone:
        return UTC if self.offset is None else timezone(timedelta(minutes=self.offset))


@lru_cache(maxsize=1024)
def parse_edtf(text: str) -> Edtf:
    """Reads one EDTF value of the kinds named above.

    Raises ``ValueError`` for anything else, impossible days and times included.
    """
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"not an EDTF date of a kind used here: {text!r}")
    number = {k: int(v) for k, v in found.groupdict().items() if v and k not in {"year", "offset", "fraction"}}
    year = None if found["year"] == "XXXX" else int(found["year"])
    month, day = number.get("month"), number.get("day")
    if year is None and month is None:
        raise ValueError("a date with neither year nor month says nothing")
    # 2000 is a leap year: an unspecified year may have a 29 February
    leap_or_year = 2000 if year is None else year
    if year == 0 or (month is not None and not 1 <= month <= 12):
        raise ValueError(f"no such month or year: {text!r}")
    if day is not None and not 1 <= day <= calendar.monthrange(leap_or_year, month or 1)[1]:
        raise ValueError(f"no such day: {text!r}")
    hour, minute, second = number.get("hour"), number.get("minute"), number.get("second")
    if (hour or 0) > 23 or (minute or 0) > 59 or (second or 0) > 59:
        raise ValueError(f"no such time: {text!r}")
    return Edtf(text, year, month, day, hour, minute, second, _minutes(found["offset"]))


def is_edtf(text: str) -> bool:
    """True where ``parse_edtf`` would accept the text."""
    try:
        parse_edtf(text)
    except ValueError:
        return False
    return True


def utc_text(moment: datetime) -> str:
    """An aware instant as UTC with microseconds and a Z: how every capture time is written.

    Raises ``ValueError`` for a naive one (a time without a zone is nobody's time) and for one
    outside the years 1 to 9999.
    """
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    # isoformat, because strftime writes the year 850 with three figures, which sorts wrongly
    return _calendar(moment).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def parse_utc(text: str) -> datetime:
    """The inverse of ``utc_text``; also takes any ISO 8601 date-time with an offset.

    Raises ``ValueError`` where the offset is missing or the instant is outside the years 1 to 9999.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time needs an offset or a Z: {text!r}")
    return _calendar(moment)


def _minutes(offset: str | None) -> int | None:
    if offset is None:
        return None
    if offset == "Z":
        return 0
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 15 or minutes > 59:
        raise ValueError(f"no such offset: {offset!r}")
    return (hours * 60 + minutes) * (-1 if offset[0] == "-" else 1)


def _calendar(local: datetime) -> datetime:
    if local.tzinfo is UTC:
        return local
    try:
        return local.astimezone(UTC)
    except OverflowError as error:  # year 1 or 9999 pushed over the edge by its offset
        raise ValueError(f"no such time in the calendar: {local.isoformat()}") from error


def _utc(local: datetime) -> datetime | None:
    try:
        return _calendar(local)
    except ValueError:
        return None
