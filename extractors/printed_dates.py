"""Dates as they are printed for readers, found in short texts and given as EDTF.

For bylines, ``<time>`` elements and the like; not made for running text, where a date mostly
says when something happened. A date without a year keeps it open (``XXXX-12-18``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from extractors import calendars
from extractors.date_words import labels, month
from model.edtf import is_edtf

LONGEST = 600

_WORD = r"([^\s\d.,/()|:;\"'’•·–—-]{2,20}(?: (?:الثاني|الأول))?)"
_SHAPES = (
    ("era", re.compile(r"(令和|平成|昭和)\s?(\d{1,2}|元)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})")),
    ("roc", re.compile(r"(?<!\d)(1[01]\d)年\s?(\d{1,2})月\s?(\d{1,2})日")),
    ("thai", re.compile(r"(?<!\d)(\d{1,2})\s+([ก-๙]{1,3}\.[ก-๙]{1,2})\.?\s*(\d{4})(?!\d)")),
    ("ymd", re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")),
    ("dmy", re.compile(r"(?<![\d.:])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:]|\.\d)")),
    ("vi", re.compile(r"(?<!\d)(\d{1,2})\s?tháng\s?(\d{1,2})(?:[,\s]{1,2}năm)?[,\s]{0,2}(\d{4})?(?!\d)", re.I)),
    ("ywd", re.compile(rf"(?<!\d)(\d{{4}})[.,-]?\s{{0,2}}{_WORD}\.?[\s-]{{0,2}}(\d{{1,2}})(?![\d:])")),
    (
        "dwy",
        re.compile(
            rf"(?<![\d:])(\d{{1,2}})\s?(?:st\b|nd\b|rd\b|th\b|er\b|[ºª°.,/–-])?\s{{0,3}}(?:(?:de|of|di)\s)?{_WORD}(?:/[\u0621-\u064a]{{2,9}}(?:\sالثاني|\sالأول)?)?"
            r"\s?[.,،]{0,2}[\s/-]{0,2}(?:(?:de|del|di)\s)?\s?(?:(\d{4})|['’](\d{2})|(?<=[\s/-])(\d{2})(?![\d:.]))?(?!\d)"
        ),
    ),
    (
        "wdy",
        re.compile(rf"{_WORD}[.,]?\s{{0,3}}(\d{{1,2}})(?:st\b|nd\b|rd\b|th\b)?(?![\d:])(?:(?:\s?[,.]|\s)\s?(?:de\s)?(\d{{4}}))?"),
    ),
    ("wy", re.compile(rf"(?<!\d\s)(?<!\d\.\s)(?<!\d){_WORD}[.,]?\s(?:de\s)?(\d{{4}})(?!\d)")),
)
_TIME = re.compile(
    r"(?P<before>上午|下午|午前|午後|오전|오후|晚上|凌晨)?\s{0,2}(?<![\d:.])(?P<hour>\d{1,2})\s?(?:[:.h時시点Hu]|：)\s?(?P<minute>\d{2})"
    r"(?!\d)(?:\s?[:：분]\s?(?P<second>\d{2})(?!\d)(?:\.\d{1,9})?)?(?:\s?[分분])?"
    r"(?:\s{0,2}(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?|ص|م|π\.?μ\.?|μ\.?μ\.?))?(?:\s{0,2}(?:Uhr|hrs?|h)\b)?"
    r"[\s,(]{0,3}(?P<zone>[A-Z]{1,5}\b|МСК\b)?\s?(?P<offset>[+-]\d{1,2}(?::?\d{2})?(?!\d))?",
    re.I,
)
_COUNTED = re.compile(r"(?<![^\W\d_])(?:issue|no|nr|number|vol|volume|ausgabe|heft|num[eé]ro|n[º°]|№|nummer)[.\s]{1,2}$", re.I)
_SPELLED_OUT = re.compile(r"\s?\(?(Eastern|Central|Mountain|Pacific|Atlantic) (Standard|Daylight) Time\b", re.I)
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120,
    "SAST": 120, "CAT": 120, "WAT": 60, "EAT": 180, "TRT": 180,
    "МСК": 180, "IST": 330, "NPT": 345, "ICT": 420, "WITA": 480, "MYT": 480, "PHT": 480, "WIT": 540,
    "EEST": 180, "MSK": 180, "PKT": 300, "WIB": 420, "HKT": 480, "SGT": 480, "JST": 540, "KST": 540, "AEST": 600,
    "AEDT": 660, "NZST": 720, "NZDT": 780, "BRT": -180, "ADT": -180, "AST": -240, "EDT": -240, "EST": -300, "CDT": -300,
    "CST": -360, "MDT": -360, "MST": -420, "PDT": -420, "PST": -480,
    "HNE": -300, "HAE": -240, "HNC": -360, "HAC": -300, "HNR": -420, "HAR": -360, "HNP": -480, "HAP": -420,
    "HNA": -240, "HAA": -180,
    "ART": -180, "CLT": -240, "CLST": -180, "COT": -300, "PET": -300, "VET": -240, "BOT": -240, "UYT": -180, "PYT": -180,
    "MMT": 390, "GST": 240, "IRST": 210,
}  # fmt: skip
_AFTERNOON = ("p", "م", "μ", "下午", "午後", "오후", "晚上")


@dataclass(frozen=True, slots=True)
class Printed:
    """One date in a text: its EDTF form, where it stands, and what a word before it calls it
    (``published``, ``updated`` or nothing).
    """

    edtf: str
    start: int
    end: int
    label: str = ""


def find(text: str, language: str | None = None, *, day_first: bool = True) -> list[Printed]:
    """The dates of a text in order, with times of day where they stand beside them.

    ``day_first`` decides ``5/6/2024`` where the numbers leave it open. Only the first
    ``LONGEST`` characters are looked at.
    """
    text = text[:LONGEST]
    if not any(c.isdigit() for c in text):
        return []
    days = _without_overlap(_days(text, language, day_first))
    found: list[Printed] = []
    for number, day in enumerate(days):
        floor = days[number - 1].end if number else 0
        ceiling = days[number + 1].start if number + 1 < len(days) else len(text)
        label = ""
        for word in labels(language).finditer(text[max(floor, day.start - 80) : day.start]):
            label = word.lastgroup or ""
        found.append(replace(_with_time(text, day, language, max(floor, found[-1].end if found else 0), ceiling), label=label))
    return found


def offset_text(minutes: int) -> str:
    """An offset as EDTF writes it."""
    return "Z" if minutes == 0 else f"{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def zone_offset(zone: str) -> str:
    """The offset an abbreviation such as ``CEST`` stands for; nothing for unknown ones."""
    return offset_text(_ZONES[zone]) if zone in _ZONES else ""


def _days(text: str, language: str | None, day_first: bool) -> Iterator[Printed]:
    for shape, pattern in _SHAPES:
        for found in pattern.finditer(text):
            value = _VALUE[shape](found, language, day_first)
            if value and is_edtf(value):
                yield Printed(value, found.start(), found.end())


def _without_overlap(days: Iterator[Printed]) -> list[Printed]:
    kept: list[Printed] = []
    for day in days:  # shapes come in order of trust
        if all(day.end <= k.start or day.start >= k.end for k in kept):
            kept.append(day)
    return sorted(kept, key=lambda d: d.start)


def _with_time(text: str, day: Printed, language: str | None, floor: int, ceiling: int) -> Printed:
    if day.edtf.count("-") < 2:
        return day
    for found in _TIME.finditer(text, day.end, min(ceiling, day.end + 60)):
        between = text[day.end : found.start()]
        if len(between) <= 20 and not any(c.isdigit() for c in between) and not labels(language).search(between):
            time = _time(found)
            spelled = _SPELLED_OUT.match(text, found.start("zone") if found["zone"] else found.end())
            if time and spelled and not _offset(found):
                time += zone_offset(f"{spelled[1][0]}{spelled[2][0]}T".upper())
            if time and is_edtf(day.edtf + time):
                return Printed(day.edtf + time, day.start, spelled.end() if spelled else found.end())
        break
    for found in _TIME.finditer(text, max(floor, day.start - 40), day.start):
        if len(text[found.end() : day.start].strip(" ,|-–·•/()")) <= 12:
            time = _time(found)
            if time and is_edtf(day.edtf + time):
                return Printed(day.edtf + time, found.start(), day.end)
    return day


def _time(found: re.Match[str]) -> str | None:
    hour, minute = int(found["hour"]), int(found["minute"])
    half = (found["half"] or found["before"] or "").casefold()
    if half:
        if not 1 <= hour <= 12 and half[:1] in "apصم":
            return None if hour > 23 else f"T{hour:02}:{minute:02}{_offset(found)}"
        afternoon = half.startswith(_AFTERNOON)
        hour = hour % 12 + 12 * afternoon
    seconds = f":{int(found['second']):02}" if found["second"] else ""
    return f"T{hour:02}:{minute:02}{seconds}{_offset(found)}"


def _offset(found: re.Match[str]) -> str:
    zone, offset = (found["zone"] or "").upper(), found["offset"]
    if offset and zone in {"", "UTC", "GMT", "Z"}:
        digits = re.sub(r"\D", "", offset)
        hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
        total = hours * 60 + minutes
        return offset_text(-total if offset[0] == "-" else total) if total <= 14 * 60 else ""
    return zone_offset(zone)


def _iso(year: int | None, number: int, day: int | None) -> str:
    head = f"{year:04}" if year else "XXXX"
    return f"{head}-{number:02}" + (f"-{day:02}" if day else "")


def _century(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _era(m: re.Match[str], _language: str | None, _day_first: bool) -> str | None:
    return _iso(calendars.from_era(m[1], 1 if m[2] == "元" else int(m[2])), int(m[3]), int(m[4]))


def _roc(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    """A year of the Republic of China: 115 is 2026."""
    return _iso(int(m[1]) + 1911, int(m[2]), int(m[3])) if language == "zh" else None


def _thai(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    return _named(m[2], language, int(m[3]), int(m[1]))


def _ymd(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    year, number, day = int(m[1]), int(m[2]), int(m[3])
    if 1300 <= year <= 1450 and language in {"fa", "ps"}:
        return _jalali(year, number, day)
    return _iso(year, number, day) if 1600 <= year <= 2199 else None


def _dmy(m: re.Match[str], language: str | None, day_first: bool) -> str | None:
    first, second, year = int(m[1]), int(m[3]), _century(m[4])
    if 1300 <= year <= 1450 and language in {"fa", "ps"}:
        return _jalali(year, second, first)
    if not 1600 <= year <= 2199:
        return None
    if second > 12 or (first <= 12 and not day_first and m[2] != "."):
        first, second = second, first
    return _iso(year, second, first)


def _vi(m: re.Match[str], _language: str | None, _day_first: bool) -> str | None:
    return _iso(int(m[3]) if m[3] else None, int(m[2]), int(m[1]))


def _ywd(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    return _named(m[2], language, int(m[1]), int(m[3]))


def _dwy(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    digits = m[3] or m[4] or m[5]
    if m[3] and _COUNTED.search(m.string, max(0, m.start() - 12), m.start()):  # "Issue 14, September 2013"
        return _named(m[2], language, int(m[3]), None)
    return _named(m[2], language, _century(digits) if digits else None, int(m[1]))


def _wdy(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    return _named(m[1], language, int(m[3]) if m[3] else None, int(m[2]))


def _wy(m: re.Match[str], language: str | None, _day_first: bool) -> str | None:
    return _named(m[1], language, int(m[2]), None)


def _named(word: str, language: str | None, year: int | None, day: int | None) -> str | None:
    known = month(word, language)
    if year and 2400 < year < 2700 and language == "th":
        year -= 543  # of the Buddhist era
    if known is None or (year is not None and not 1300 <= year <= 2199) or day == 0:
        return None
    if known.jalali:
        return _jalali(year, known.number, day) if year and day else None
    return _iso(year, known.number, day) if year is None or year >= 1600 else None


def _jalali(year: int, number: int, day: int) -> str | None:
    try:
        return calendars.from_jalali(year, number, day).isoformat()
    except ValueError:
        return None


_VALUE = {
    "era": _era,
    "roc": _roc,
    "thai": _thai,
    "ymd": _ymd,
    "dmy": _dmy,
    "vi": _vi,
    "ywd": _ywd,
    "dwy": _dwy,
    "wdy": _wdy,
    "wy": _wy,
}
