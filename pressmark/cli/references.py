"""Reads what people type: ``RECORD@N.R``, ``24h``, a date-time, a network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Protocol, TypedDict, Unpack
from urllib.parse import urlsplit

from model.edtf import parse_edtf, parse_utc
from model.errors import BadCall, NotFound
from model.identity import without_credentials

_REFERENCE = re.compile(r"(?P<record>.+?)@(?P<version>\d{1,9})(?:\.(?P<reading>\d{1,9}))?")
_AGO = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>min|[mhdw])")
_AHEAD = timedelta(days=1)
_NOT_IN_URLS = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FRACTION = re.compile(r":\d{2}\.\d+")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_LAST_INSTANT = timedelta(microseconds=999_999)
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moments(TypedDict, total=False):
    """What the page said at a moment, what the archive knew at a moment: the arguments of ``Archive.show`` and others."""

    as_of: datetime
    known_at: datetime


class Findable(Protocol):
    """What records can be looked for in: an archive."""

    def find(self, text: str, *, as_of: datetime | None = None, known_at: datetime | None = None) -> str:
        """The record of an id, its unambiguous beginning or a URL, at a moment. Raises ``NotFound``, ``Ambiguous``."""


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


def find_reference(kept: Findable, text: str, **when: Unpack[Moments]) -> Reference:
    """What a person means, its record found at the moments given. Raises ``NotFound``, ``Ambiguous`` and ``BadCall``.

    A URL may end in ``@12`` itself, so it is looked for whole before its end is taken as a version.
    """
    if "/" in text:
        try:
            return Reference(kept.find(text.strip(), **when))
        except NotFound:
            pass
    wanted = parse_reference(text)
    return Reference(kept.find(wanted.record, **when), wanted.version, wanted.reading)


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


def parse_moment(option: str, text: str) -> datetime:
    """A time as ``--as-of`` and ``--known-at`` take it, as its last instant: a day is meant to its end.

    An EDTF date (``2026``, ``2026-11``, ``2026-11-20``) or a date-time; without an offset it is UTC. Raises ``BadCall``.
    """
    given = text.strip()
    try:
        if _FRACTION.search(given):
            return parse_utc(given if _OFFSET.search(given) else given + "Z")
        latest = parse_edtf(given).latest
    except (ValueError, OverflowError):
        latest = None
    if latest is None:
        such = "a day such as 2026-11-20 (to its end, UTC), or a time such as 2026-11-20T08:00+01:00"
        raise BadCall(f"{option} takes {such}, not {text[:60]!r}")
    return latest + _LAST_INSTANT


def moments(as_of: str | None, known_at: str | None) -> Moments:
    """The two times that were given, as the archive takes them."""
    found: Moments = {}
    if as_of is not None:
        found["as_of"] = parse_moment("--as-of", as_of)
    if known_at is not None:
        found["known_at"] = parse_moment("--known-at", known_at)
    return found


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
    if without_credentials(text) != text:
        raise BadCall("--url carries a user name or password; remove what stands before the @")
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
