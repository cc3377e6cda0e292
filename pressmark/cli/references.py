"""Reads what people type: ``RECORD@N.R``, ``24h``, a date-time, a network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Protocol
from urllib.parse import urlsplit

from model.edtf import parse_utc
from model.errors import BadCall, NotFound

_REFERENCE = re.compile(r"(?P<record>.+?)@(?P<version>\d{1,9})(?:\.(?P<reading>\d{1,9}))?")
_AGO = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>min|[mhdw])")
_AHEAD = timedelta(days=1)
_NOT_IN_URLS = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Findable(Protocol):
    """What records can be looked for in: an archive."""

    def find(self, text: str) -> str:
        """The record of an id, its unambiguous beginning or a URL. Raises ``NotFound``, ``Ambiguous``."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Which record, version and reading a person means. ``record`` is still to be found."""

    record: str
    version: int | None = None
    reading: int | None = None


def parse_reference(text: str) -> Reference:
    """``RECORD``, ``RECORD@N`` or ``RECORD@N.R``; raises ``BadCall`` for an empty one or a zero."""
    text = text.strip()
    found = _REFERENCE.fullmatch(text)
    if not text or text.startswith("@"):
        raise BadCall("name a record: its id, its unambiguous beginning or a URL of it (pressmark list shows them)")
    if found is None:
        return Reference(text)
    version, reading = int(found["version"]), int(found["reading"]) if found["reading"] else None
    if version == 0 or reading == 0:
        raise BadCall(f"versions and readings are counted from 1, so there is no {text}")
    return Reference(found["record"], version, reading)


def find_reference(kept: Findable, text: str) -> Reference:
    """What a person means, its record found. Raises ``NotFound``, ``Ambiguous`` and ``BadCall``.

    A URL may end in ``@12`` itself, so it is looked for whole before its end is taken as a version.
    """
    if "/" in text:
        try:
            return Reference(kept.find(text.strip()))
        except NotFound:
            pass
    wanted = parse_reference(text)
    return Reference(kept.find(wanted.record), wanted.version, wanted.reading)


def parse_version(text: str) -> int:
    """A version number as ``diff`` takes it: ``2`` or ``@2``."""
    number = text.strip().removeprefix("@")
    if not re.fullmatch(r"[1-9]\d{0,8}", number):
        raise BadCall(f"{text!r} is no version number: give one such as 2 (pressmark history RECORD shows them)")
    return int(number)


def parse_since(text: str, now: datetime) -> datetime:
    """``24h``, ``7d``, ``30min``, ``2w``, a day (its beginning in UTC), or an ISO 8601 date-time with its offset."""
    ago = _AGO.fullmatch(text.strip().lower())
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
        day = _DAY.fullmatch(text.strip())
        return parse_utc(f"{text.strip()}T00:00Z" if day else text.strip())
    except (ValueError, OverflowError) as error:
        raise BadCall(
            f"--since takes 24h, 7d, a day, or a date-time with its offset such as 2026-11-20T08:00+01:00, not {text!r}"
        ) from error


def say_since(text: str) -> str:
    """``in the last 7d``, ``since 2026-11-20``: what a person typed, in a sentence."""
    return f"{'in the last' if _AGO.fullmatch(text.strip().lower()) else 'since'} {text.strip()}"


def parse_captured_at(text: str, now: datetime) -> datetime:
    """When a supplied copy was made; an offset is required, because nobody may guess one.

    A day ahead of our clock is let pass, because clocks differ; more than that raises ``BadCall`` too.
    """
    try:
        moment = parse_utc(text.strip())
    except (ValueError, OverflowError) as error:
        raise BadCall(
            f"--captured-at needs a date-time with its offset, such as 2018-12-18T06:00:00-05:00, not {text!r}"
        ) from error
    if moment > now + _AHEAD:
        raise BadCall(f"--captured-at is in the future: {text.strip()}; give the time when the copy was made")
    return moment


def parse_url(text: str) -> str:
    """What a supplied copy is a copy of, as given: an http or https address without white space and controls."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and _NOT_IN_URLS.search(text) is None
    except ValueError:
        fits = False
    if not fits:
        raise BadCall(f"--url takes a web address such as https://harbour-ledger.example/a, not {text!r}")
    return text


def parse_network(text: str) -> str:
    """A network the address guard lets through, as ``127.0.0.0/8``; one address is allowed too."""
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise BadCall(f"--allow-address takes a network such as 127.0.0.0/8 or an address, not {text!r}") from error
