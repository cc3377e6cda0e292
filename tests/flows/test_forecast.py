"""What a schedule asks of hosts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.forecast import forecast


def test_each_round_asks_for_every_page_and_for_robots_once() -> None:
    sources = ["https://a.example/1", "https://a.example/2", "https://b.example/1", "/saved/page.html"]
    large, small = forecast(sources, timedelta(minutes=15), host_gap=5)
    assert (large.host, large.pages, large.round_seconds) == ("a.example", 2, 10)
    assert large.rounds_a_day == 96
    assert large.requests_a_day == 96 * 3
    assert (small.host, small.requests_a_day) == ("b.example", 96 * 2)


def test_rounds_that_cannot_be_done_in_time_are_not_promised() -> None:
    sources = [f"https://a.example/{n}" for n in range(30)] + ["https://b.example/1"]
    large, small = forecast(sources, timedelta(minutes=1), host_gap=5)
    assert large.round_seconds == 150
    assert large.rounds_a_day == small.rounds_a_day == pytest.approx(86_400 / 180)


def test_files_ask_nothing_of_anyone() -> None:
    assert forecast(["/saved/page.html"], timedelta(hours=1), host_gap=5) == ()
