"""What people type, read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from model.errors import BadCall, NotFound
from pressmark.cli.references import (
    Reference,
    find_reference,
    parse_captured_at,
    parse_network,
    parse_reference,
    parse_since,
    parse_version,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("c4p9xk-7f", Reference("c4p9xk-7f")),
        ("c4p9xk-7f@3", Reference("c4p9xk-7f", 3)),
        ("c4p9xk-7f@3.1", Reference("c4p9xk-7f", 3, 1)),
        ("https://a.example/@desk/story", Reference("https://a.example/@desk/story")),
        ("https://a.example/story@2", Reference("https://a.example/story", 2)),
    ],
)
def test_a_reference_names_record_version_and_reading(text: str, meant: Reference) -> None:
    assert parse_reference(text) == meant


class _Kept:
    """As much of an archive as looking for a record needs."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls

    def find(self, text: str, *, as_of: datetime | None = None, known_at: datetime | None = None) -> str:
        if text not in self._urls:
            raise NotFound(f"no record of {text}")
        return f"record of {text}"


@pytest.mark.parametrize(
    ("urls", "text", "meant"),
    [
        (["https://a.example/story@12"], "https://a.example/story@12", ("https://a.example/story@12", None, None)),
        (["https://a.example/story@12"], " https://a.example/story@12@3.1 ", ("https://a.example/story@12", 3, 1)),
        (["https://a.example/story"], "https://a.example/story@12", ("https://a.example/story", 12, None)),
        (["https://a.example/s", "https://a.example/s@2"], "https://a.example/s@2", ("https://a.example/s@2", None, None)),
    ],
)
def test_an_address_is_looked_for_whole_before_its_end_is_a_version(
    urls: list[str], text: str, meant: tuple[str, int | None, int | None]
) -> None:
    assert find_reference(_Kept(*urls), text) == Reference(f"record of {meant[0]}", *meant[1:])


def test_an_address_nobody_kept_is_told() -> None:
    with pytest.raises(NotFound, match=r"https://a\.example/story$"):
        find_reference(_Kept(), "https://a.example/story@12")


@pytest.mark.parametrize("text", ["", "  ", "@3", "c4p9xk-7f@0", "c4p9xk-7f@1.0"])
def test_what_names_nothing_is_a_wrong_call(text: str) -> None:
    with pytest.raises(BadCall):
        parse_reference(text)


def test_a_version_is_a_number_from_one_on() -> None:
    assert parse_version("2") == parse_version("@2") == 2
    for wrong in ("0", "two", "1.5", "-1"):
        with pytest.raises(BadCall):
            parse_version(wrong)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("30min", NOW - timedelta(minutes=30)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T08:00+01:00", datetime(2026, 11, 20, 7, 0, tzinfo=UTC)),
    ],
)
def test_since_is_an_age_or_a_moment(text: str, moment: datetime) -> None:
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-11", "2026-02-30", "2026-11-20T08:00", "999999w", ""])
def test_a_since_without_offset_or_sense_is_a_wrong_call(text: str) -> None:
    with pytest.raises(BadCall, match="--since takes 24h"):
        parse_since(text, NOW)


def test_a_capture_time_needs_its_offset() -> None:
    assert parse_captured_at("2018-12-18T06:00:00-05:00", NOW) == datetime(2018, 12, 18, 11, 0, tzinfo=UTC)
    for wrong in ("2018-12-18T06:00:00", "2018-12-18", "last week"):
        with pytest.raises(BadCall, match="needs a date-time with its offset"):
            parse_captured_at(wrong, NOW)


def test_a_network_is_a_network() -> None:
    assert parse_network("127.0.0.1/8") == "127.0.0.0/8"
    with pytest.raises(BadCall, match=r"127\.0\.0\.0/8"):
        parse_network("localhost")
