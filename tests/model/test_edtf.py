"""Dates as printed: what is accepted, which instants it can stand for, and a second opinion."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

import edtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.edtf import Edtf, is_edtf, parse_edtf, parse_utc, utc_text

OFFSETS = st.integers(-14 * 60, 14 * 60)


def _offset_text(minutes: int, colon: bool = True) -> str:
    sign, rest = ("-" if minutes < 0 else "+"), abs(minutes)
    return f"{sign}{rest // 60:02}{':' if colon else ''}{rest % 60:02}"


@given(st.dates(), st.sampled_from(["day", "month", "year"]))
def test_a_date_comes_back_as_printed_and_bounds_hold_every_moment_of_it(day: date, precision: str) -> None:
    text = day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]
    value = parse_edtf(text)
    assert (value.text, value.year, value.has_time, value.offset) == (text, day.year, False, None)
    assert value.month == (None if precision == "year" else day.month)
    assert value.day == (day.day if precision == "day" else None)
    assert value.day_text == (text if precision == "day" else None)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert value.earliest is not None and value.latest is not None
    assert value.earliest <= noon <= value.latest
    lengths = {"day": 1, "month": calendar.monthrange(day.year, day.month)[1], "year": 366 if calendar.isleap(day.year) else 365}
    assert value.latest - value.earliest == timedelta(days=lengths[precision]) - timedelta(seconds=1)


@given(
    st.datetimes(min_value=datetime.fromisoformat("0002-01-01"), max_value=datetime.fromisoformat("9998-12-31")),
    OFFSETS,
    st.booleans(),
)
def test_a_time_with_an_offset_is_one_instant(moment: datetime, minutes: int, colon: bool) -> None:
    moment = moment.replace(microsecond=0)
    value = parse_edtf(moment.isoformat() + _offset_text(minutes, colon))
    assert value.offset == minutes
    assert value.earliest == value.latest == moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert value.day_text == f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


@given(
    st.datetimes(min_value=datetime.fromisoformat("0002-01-01"), max_value=datetime.fromisoformat("9998-12-31")),
    st.sampled_from(["", "Z", "+03:30"]),
)
def test_a_time_without_seconds_stands_for_its_whole_minute(moment: datetime, offset: str) -> None:
    value = parse_edtf(f"{moment:%Y}".zfill(4) + f"-{moment:%m-%dT%H:%M}{offset}")
    assert value.second is None
    assert value.earliest is not None and value.latest is not None
    assert value.latest - value.earliest == timedelta(seconds=59)


@given(st.dates(date(2000, 1, 1), date(2000, 12, 31)))
def test_without_a_year_there_is_no_instant(day: date) -> None:
    value = parse_edtf(f"XXXX-{day:%m-%d}")
    assert (value.year, value.month, value.day) == (None, day.month, day.day)
    assert (value.earliest, value.latest, value.day_text) == (None, None, None)


@pytest.mark.parametrize("text", ["2024-02-29", "2000-02-29", "XXXX-02-29", "2024-02-29T23:59:59.123456789+05:45", "XXXX-12"])
def test_leap_days_and_unspecified_years_are_dates(text: str) -> None:
    assert parse_edtf(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "", "XXXX", "0000", "0000-01-01", "2023-02-29", "1900-02-29", "XXXX-02-30", "2018-13", "2018-00-01", "2018-01-00",
        "2018-1-1", "2018-12-18 14:59", "2018-12-18T24:00", "2018-12-18T14:60", "2018-12-18T14:59:60",
        "2018-12-18T14:59+16:00", "2018-12-18T14:59+05:60", "2018-12-18T14:59.", "2018-12-18T", "20181218",
        "2018-12-18\n", " 2018", "2018-12-18T14",
        "2018/2019", "2018?", "201X", "2018-12-XX", "Dec. 18", "−2018", "２０１８-12-18", "٢٠١٨-١٢-١٨", "2018-१२-१८",
    ],
)  # fmt: skip
def test_what_is_no_date_of_ours_is_refused(text: str) -> None:
    assert not is_edtf(text)
    with pytest.raises(ValueError):
        parse_edtf(text)


@given(st.text(max_size=30) | st.from_regex(r"\A[0-9X]{4}(-[0-9]{2}){0,2}(T[0-9:.+Z-]{0,15})?\Z"))
def test_nothing_but_a_value_or_a_value_error_comes_of_any_text(text: str) -> None:
    try:
        value = parse_edtf(text)
    except ValueError:
        assert not is_edtf(text)
        return
    assert isinstance(value, Edtf) and is_edtf(text)
    if value.earliest is not None and value.latest is not None:
        assert value.earliest <= value.latest


@given(st.dates(date(1000, 1, 1)), st.sampled_from([4, 7, 10]))
def test_the_edtf_library_accepts_what_we_accept_and_bounds_it_alike(day: date, cut: int) -> None:
    text = day.isoformat()[:cut]
    other = edtf.parse_edtf(text)
    value = parse_edtf(text)
    assert str(other) == text
    assert value.earliest is not None and value.latest is not None
    assert tuple(value.earliest.timetuple())[:3] == tuple(other.lower_strict())[:3]
    assert tuple(value.latest.timetuple())[:3] == tuple(other.upper_strict())[:3]


@given(
    st.datetimes(min_value=datetime.fromisoformat("1000-01-02"), max_value=datetime.fromisoformat("9998-01-01")),
    st.sampled_from(["", "Z", "-05:00"]),
)
def test_the_edtf_library_reads_our_times_as_we_do(moment: datetime, offset: str) -> None:
    text = moment.replace(microsecond=0).isoformat() + offset
    other = edtf.parse_edtf(text)
    value = parse_edtf(text)
    assert str(other) == text
    assert (other.time, other.date.isoformat()) == (text[11:], value.day_text)


@pytest.mark.parametrize("text", ["2018-13", "2018-12-18T25:00:00", "Dec. 18", "18/12/2018"])
def test_the_edtf_library_refuses_what_we_refuse(text: str) -> None:
    assert not is_edtf(text)
    with pytest.raises(edtf.EDTFParseException):
        edtf.parse_edtf(text)


@given(st.datetimes(min_value=datetime.fromisoformat("0001-01-02"), max_value=datetime.fromisoformat("9999-12-30")), OFFSETS)
def test_utc_text_is_inverted_by_parse_utc_and_sorts_as_time(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = utc_text(aware)
    assert len(text) == 27 and text.endswith("Z")
    assert parse_utc(text) == aware
    later = aware + timedelta(microseconds=1)
    assert text < utc_text(later)


@given(st.datetimes(), st.datetimes())
def test_utc_text_sorts_as_time_over_all_years(one: datetime, other: datetime) -> None:
    a, b = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    assert (utc_text(a) < utc_text(b)) == (a < b)


def test_a_time_without_a_zone_is_nobodys_time() -> None:
    with pytest.raises(ValueError):
        utc_text(datetime(2026, 1, 1))  # noqa: DTZ001  the naive one is the test
    for text in ("2026-01-01T00:00:00", "2026-01-01", "yesterday", ""):
        with pytest.raises(ValueError):
            parse_utc(text)


def test_times_at_the_edge_of_the_calendar_are_a_value_error() -> None:
    with pytest.raises(ValueError):
        parse_utc("0001-01-01T00:00:00+05:00")
    with pytest.raises(ValueError):
        utc_text(datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))))
    assert parse_edtf("0001-01-01T00:00:00+05:00").earliest is None
