"""Datelines of Arab agencies, which part place, date and agency by nothing but spaces: "الرياض 05 مارس 2026 واس"."""

from __future__ import annotations

import re

from extractors import printed_dates
from extractors.words import agencies
from model.article import Dateline

_WORD = r"[\u0621-\u064a]+"
_AFTER_DATE = re.compile(
    rf"^(?P<place>{_WORD}(?:\s{_WORD}){{0,2}}?)(?:\sفي)?\s(?P<date>\d{{1,2}}\s.{{3,60}}?\d{{4}}(?:\s?م)?)\s(?P<agency>{_WORD}|{_WORD}\s{_WORD})\s*[-–—:/]*\s"
)
_NUMBERS = re.compile(
    rf"^(?P<place>{_WORD}(?:\s{_WORD}){{0,2}}?)\s-\s(?P<day>\d{{1,2}})\s-\s(?P<month>\d{{1,2}})\s[(](?P<agency>[^()]{{2,12}})[)]\s*-{{1,2}}\s*"
)
_SLASHED = re.compile(
    rf"^(?P<place>{_WORD}(?:\s{_WORD}){{0,2}}?)(?:\sفي)\s(?P<date>\d{{1,2}}\s[^/]{{3,30}})/\s?(?P<agency>[^/]{{2,12}}?)\s?/\s*[-–—.]*\s*"
)


def read(head: str, language: str | None) -> tuple[Dateline, int] | None:
    """The dateline at the start of a text and how many characters it takes."""
    for pattern in (_AFTER_DATE, _NUMBERS, _SLASHED):
        found = pattern.match(head)
        if found and agencies.agency(found["agency"].strip()):
            return Dateline(found[0].strip(" -–—:"), found["place"], _date(found, language), found["agency"].strip()), found.end()
    return None


def _date(found: re.Match[str], language: str | None) -> str | None:
    said = found.groupdict()
    if said.get("day"):
        return f"XXXX-{int(said['month']):02}-{int(said['day']):02}" if int(said["month"]) <= 12 else None
    dates = printed_dates.find(said["date"] or "", language)
    return dates[-1].edtf if dates else None
