"""Dates as printed in many languages and as declared by machines."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.calendars import from_jalali
from extractors.declared_dates import parse
from extractors.printed_dates import find
from model.edtf import is_edtf

PRINTED = [
    ("en", "By Jane Doe Aug. 21, 2020 / 2:59 PM", "2020-08-21T14:59"),
    ("en", "Posted: Aug 08, 2024 4:00 AM EDT", "2024-08-08T04:00-04:00"),
    ("en", "14:30, 5 March 2024", "2024-03-05T14:30"),
    ("en", "Issue 14, September 2013", "2013-09"),
    ("en", "January 27, 2015 08:30 AM Eastern Standard Time", "2015-01-27T08:30-05:00"),
    ("en", "3rd of May 2019", "2019-05-03"),
    ("en", "Dec. 18", "XXXX-12-18"),
    ("en", "March 2024", "2024-03"),
    ("de", "am 5. März 2024, 14:05 Uhr", "2024-03-05T14:05"),
    ("de", "Jänner 2024", "2024-01"),
    ("de", "12.03.24", "2024-03-12"),
    ("fr", "le 27/04/2023 à 18h16", "2023-04-27T18:16"),
    ("fr", "1er janvier 2024", "2024-01-01"),
    ("es", "5 de septiembre de 2023 a las 10:20", "2023-09-05T10:20"),
    ("pt", "12 de março de 2024 às 10h30", "2024-03-12T10:30"),
    ("it", "5 giugno 2024 ore 09:15", "2024-06-05T09:15"),
    ("nl", "5 mrt 2024 om 10:05", "2024-03-05T10:05"),
    ("da", "5. maj 2024 kl. 14.30", "2024-05-05T14:30"),
    ("no", "5. des. 2024 kl. 08.15", "2024-12-05T08:15"),
    ("sv", "kl. 10.05 den 5 mars 2024", "2024-03-05T10:05"),
    ("fi", "5.3.2024 klo 14.30", "2024-03-05T14:30"),
    ("fi", "5. maaliskuuta 2024", "2024-03-05"),
    ("pl", "5 października 2024, 12:30", "2024-10-05T12:30"),
    ("cs", "5. srpna 2024 v 9:10", "2024-08-05T09:10"),
    ("hu", "2024. március 5. 10:12", "2024-03-05T10:12"),
    ("ro", "5 noiembrie 2024, 11:00", "2024-11-05T11:00"),
    ("th", "5 มีนาคม 2569 18:40 น.", "2026-03-05T18:40"),
    ("th", "5 มี.ค. 2569", "2026-03-05"),
    ("ar", "5 مارس/آذار 2026", "2026-03-05"),
    ("zh", "115年3月5日", "2026-03-05"),
    ("ru", "18:40 05.03.2026", "2026-03-05T18:40"),
    ("ru", "5 марта 2026, 18:40 (МСК)", "2026-03-05T18:40+03:00"),
    ("en", "05 Mar 2026, 06:40 PM IST", "2026-03-05T18:40+05:30"),
    ("ur", "5 مارچ ، 2026", "2026-03-05"),
    ("hr", "5. ožujka 2026. u 18:40", "2026-03-05T18:40"),
    ("sr", "5. март 2026. 18:40", "2026-03-05T18:40"),
    ("bg", "5 март 2026, 18:40 ч.", "2026-03-05T18:40"),
    ("sk", "5. marca 2026 18:40", "2026-03-05T18:40"),
    ("ms", "5 Mac 2026, 6:40 pm", "2026-03-05T18:40"),
    ("sw", "Alhamisi, Machi 05, 2026", "2026-03-05"),
    ("ta", "மார்ச் 5, 2026", "2026-03-05"),
    ("el", "5 Μαρτίου 2024, 13:45", "2024-03-05T13:45"),
    ("tr", "5 Ocak 2024 Cuma 12:30", "2024-01-05T12:30"),
    ("ru", "5 мая 2023, 12:30", "2023-05-05T12:30"),
    ("uk", "5 листопада 2023, 12:30", "2023-11-05T12:30"),
    ("he", "ה-5 במרץ 2024", "2024-03-05"),
    ("ar", "الثلاثاء 5 مارس 2024 - 10:30 ص", "2024-03-05T10:30"),
    ("ar", "٥ كانون الثاني ٢٠٢٤", "2024-01-05"),
    ("fa", "۱۵ اسفند ۱۴۰۲ - ۱۴:۳۰", "2024-03-05T14:30"),
    ("fa", "۱۴۰۲/۱۲/۱۵", "2024-03-05"),
    ("ur", "5 مارچ 2024", "2024-03-05"),
    ("hi", "सोमवार, 5 मार्च 2024 10:30", "2024-03-05T10:30"),
    ("zh", "2024年3月5日 下午3:05", "2024-03-05T15:05"),
    ("ja", "2024年3月5日 14時05分", "2024-03-05T14:05"),
    ("ja", "令和6年3月5日", "2024-03-05"),
    ("ja", "令和元年5月1日", "2019-05-01"),
    ("ko", "2024년 3월 5일 오후 3:05", "2024-03-05T15:05"),
    ("ko", "2024.03.05 14:00", "2024-03-05T14:00"),
    ("id", "5 Agustus 2024 10:00 WIB", "2024-08-05T10:00+07:00"),
    ("vi", "Thứ ba, 5/3/2024, 10:00 (GMT+7)", "2024-03-05T10:00+07:00"),
    ("vi", "5 tháng 3, 2024", "2024-03-05"),
]


@pytest.mark.parametrize(("language", "text", "edtf"), PRINTED, ids=[f"{lang}-{edtf}" for lang, _, edtf in PRINTED])
def test_printed(language: str, text: str, edtf: str) -> None:
    assert [d.edtf for d in find(text, language)] == [edtf]


def test_words_before_a_date_say_which_it_is() -> None:
    text = "Veröffentlicht am 5. März 2024, 14:05 Uhr | Aktualisiert: 06.03.2024, 9:15"
    assert [(d.edtf, d.label) for d in find(text, "de")] == [("2024-03-05T14:05", "published"), ("2024-03-06T09:15", "updated")]


def test_a_time_before_each_of_two_dates() -> None:
    text = "18:40 05.03.2026 (обновлено: 19:10 05.03.2026)"
    assert [(d.edtf, d.label) for d in find(text, "ru")] == [("2026-03-05T18:40", ""), ("2026-03-05T19:10", "updated")]


@pytest.mark.parametrize(("day_first", "edtf"), [(True, "2024-06-05"), (False, "2024-05-06")])
def test_numbers_alone_are_read_as_the_place_reads_them(day_first: bool, edtf: str) -> None:
    assert find("5/6/2024", "en", day_first=day_first)[0].edtf == edtf
    assert find("25/6/2024", "en", day_first=day_first)[0].edtf == "2024-06-25"


@pytest.mark.parametrize(
    "text", ["", "2024", "des 15. Jahrhunderts", "31/31/2024", "30 February 2024", "Version 1.2.3", "10:30", "call 555-12-34"]
)
def test_what_is_no_date(text: str) -> None:
    assert find(text, "de") == []


DECLARED = [
    ("2024-03-05T10:00:00.000Z", "2024-03-05T10:00:00.000Z"),
    ("2024-03-05 10:00:00 +0100", "2024-03-05T10:00:00+01:00"),
    ("2024-03-05T10:00:00+01:00[Europe/Berlin]", "2024-03-05T10:00:00+01:00"),
    ("2024-03-05T10:00:00EDT", "2024-03-05T10:00:00-04:00"),
    ("20240305T101500", "2024-03-05T10:15:00"),
    ("20240305", "2024-03-05"),
    ("2024-3-5", "2024-03-05"),
    ("1709632800", "2024-03-05T10:00:00Z"),
    ("1750680000000", "2025-06-23T12:00:00Z"),
    ("Tue, 05 Mar 2024 10:00:00 +0100", "2024-03-05T10:00:00+01:00"),
    ("Tue Mar 05 2024 10:00:00 GMT+0100 (CET)", "2024-03-05T10:00:00+01:00"),
    ("3/5/2024 10:00:00 AM", "2024-03-05T10:00:00"),
    ("2019-07-05T00:00:00.0000000", "2019-07-05T00:00:00.0000000"),
    ("2024-03-05T99:00:00Z", "2024-03-05"),
    ("2024-02-30T25:61:00Z", None),
    ("9999-99-99T99:99:99+99:99", None),
    ("0000-00-00", None),
    ("-292277022657-01-27", None),
    ("2024", None),
    ("soon", None),
]


@pytest.mark.parametrize(("text", "edtf"), DECLARED)
def test_declared(text: str, edtf: str | None) -> None:
    assert parse(text) == edtf


@pytest.mark.parametrize(
    ("jalali", "gregorian"),
    [((1403, 1, 1), "2024-03-20"), ((1399, 12, 30), "2021-03-20"), ((1400, 7, 1), "2021-09-23"), ((1357, 11, 22), "1979-02-11")],
)
def test_jalali_days(jalali: tuple[int, int, int], gregorian: str) -> None:
    assert from_jalali(*jalali).isoformat() == gregorian


def test_jalali_days_follow_each_other() -> None:
    """Every day of 40 years, one after the other, with 29 or 30 days in the last month."""
    day = from_jalali(1380, 1, 1)
    assert day == date(2001, 3, 21)
    for year in range(1380, 1420):
        length = (from_jalali(year + 1, 1, 1) - from_jalali(year, 12, 1)).days
        assert length in {29, 30}
        for month in range(1, 13):
            for number in (1, 31 if month <= 6 else 30 if month < 12 else length):
                assert (from_jalali(year, month, number) - from_jalali(year, 1, 1)).days == min(month - 1, 6) * 31 + max(
                    month - 7, 0
                ) * 30 + number - 1


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet="0123456789 .,/:-apmTZ+年月日março March5月٣۱h", max_size=80),
    st.sampled_from(["en", "fa", "ja", "ar", None]),
)
def test_whatever_comes_out_is_edtf_and_stands_in_the_text(text: str, language: str | None) -> None:
    for found in find(text, language):
        assert is_edtf(found.edtf)
        assert 0 <= found.start < found.end <= len(text)
    declared = parse(text, language)
    assert declared is None or is_edtf(declared)
