"""Dates as people see them."""

from __future__ import annotations

import pytest

from pressmark.cli.times import say_date, say_moment, say_span


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("XXXX-12-18", "18 December, year not stated"),
        ("2018", "2018"),
        ("2018-12", "December 2018"),
        ("2018-12-18", "18 December 2018"),
        ("2018-12-18T06:00:00-05:00", "18 December 2018, 06:00 -05:00 (11:00Z)"),
        ("2018-12-18T22:30:00-05:00", "18 December 2018, 22:30 -05:00 (19 December 2018, 03:30Z)"),
        ("2018-12-18T06:00:09+05:30", "18 December 2018, 06:00:09 +05:30 (00:30:09Z)"),
        ("2018-12-18T06:00:00Z", "18 December 2018, 06:00Z"),
        ("2018-12-18T06:00", "18 December 2018, 06:00 (offset not stated)"),
        ("last Tuesday", "last Tuesday"),
    ],
)
def test_a_date_is_said_with_what_was_printed_and_no_more(edtf: str, said: str) -> None:
    assert say_date(edtf) == said


def test_a_capture_time_ends_in_z_or_is_not_known() -> None:
    assert say_moment("2026-11-23T11:58:01.123456Z") == "2026-11-23 11:58:01Z"
    assert say_moment(None) == "time not known"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (41, "41 s"), (60, "1 min"), (7500, "2 h 5 min"), (90_000, "1 day 1 h"), (259_200, "3 days"), (86_430, "1 day")],
)
def test_a_span_is_said_in_two_units(seconds: int, said: str) -> None:
    assert say_span(seconds) == said
