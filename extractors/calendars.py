"""Other ways to count years: the Solar Hijri (Jalali) calendar and Japanese eras.

The Jalali conversion is the arithmetic of Borkowski's "The Persian calendar for 3000 years"
(1996) as software commonly uses it; right for the years 1178 to 1633 AP.
"""

from __future__ import annotations

from datetime import date, timedelta

_BREAKS = (
    -61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178,
)  # fmt: skip
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}


def from_jalali(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Jalali one. Raises ``ValueError`` where there is no such day."""
    if not (1000 <= year <= 1700 and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        raise ValueError(f"no such Jalali day: {year}-{month}-{day}")
    start, _ = _new_year(year)
    days = (month - 1) * 31 - max(0, month - 7) + day - 1
    return start + timedelta(days=days)


def from_era(era: str, year: int) -> int:
    """The Gregorian year of a year of a Japanese era. Raises ``KeyError`` for other eras."""
    return _ERAS[era] + year


def _new_year(year: int) -> tuple[date, int]:
    gregorian = year + 621
    leaps, previous = -14, _BREAKS[0]
    jump = 0
    for mark in _BREAKS[1:]:
        jump = mark - previous
        if year < mark:
            break
        leaps += jump // 33 * 8 + jump % 33 // 4
        previous = mark
    passed = year - previous
    leaps += passed // 33 * 8 + (passed % 33 + 3) // 4
    if jump % 33 == 4 and jump - passed == 4:
        leaps += 1
    gregorian_leaps = gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150
    return date(gregorian, 3, 20 + leaps - gregorian_leaps), leaps
