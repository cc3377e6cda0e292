"""The server's clock beside ours: a capture time is only as good as the clock it was read from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from model.capture import Capture

Fetch = Callable[..., Capture]


def page(date: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nDate: %b\r\n\r\nstory" % date.encode()


@pytest.mark.parametrize("hours", [0, -5, 30])
def test_how_far_the_server_s_clock_is_ahead(fetch_from: Fetch, hours: int) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    (exchange,) = fetch_from({"/story": page(date)}).exchanges
    assert exchange.clock_offset is not None
    assert abs(exchange.clock_offset - hours * 3600) <= 3


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Jan 2024 00:00:00 GMT", "Mon, 01 Jan 10000 00:00:00 GMT"])
def test_a_date_that_is_none_says_nothing(fetch_from: Fetch, date: str) -> None:
    assert fetch_from({"/story": page(date)}).exchanges[0].clock_offset is None


def test_no_date_says_nothing(fetch_from: Fetch) -> None:
    assert fetch_from({"/story": b"HTTP/1.1 200 OK\r\n\r\nstory"}).exchanges[0].clock_offset is None
