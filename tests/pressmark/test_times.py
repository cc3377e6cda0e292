"""Dates as people see them."""

from __future__ import annotations

import io

import pytest

from model.revisit import Revisits, Round
from pressmark.cli.listings import render_stats
from pressmark.cli.schedule_lines import say_gaps, say_revisits
from pressmark.cli.terminal import console_for
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


def test_times_of_figures_and_of_rounds_are_said_as_everywhere() -> None:
    at, said = "2026-11-23T16:25:22.777977Z", "2026-11-23 16:25:22Z"
    out = io.StringIO()
    figures = {"checked": {"full": at, "sample": None, "oldest": at, "never": 2}, "copies": {"attic": {"copied_at": at}}}
    console_for(out, {}).print(render_stats(figures))
    assert out.getvalue().count(said) == 3 and at not in out.getvalue() and "not yet" in out.getvalue()
    left_out = Round("watch", at, at, "3 new", 2, at, at)
    assert say_gaps(left_out) == f"rounds of watch were left out 2 times, last between {said} and {said}"
    assert f", next {said}" in say_revisits(Revisits(4, 1, 0, 0, 0, at))
