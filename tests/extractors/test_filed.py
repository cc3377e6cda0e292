"""Datelines in the house styles of many papers: what they say, and where the text begins."""

from __future__ import annotations

import pytest

from extractors import extract, filed
from extractors.fields import dateline
from model.article import Article, Block, BlockKind, Dateline

STYLES = [
    ("KYIV, Ukraine (AP) — The", "en", "Kyiv, Ukraine", None, "AP", "KYIV, Ukraine (AP)"),
    ('Dec. 18 (UPI) -- "We', "en", None, "XXXX-12-18", "UPI", "Dec. 18 (UPI)"),
    ("ST. ELMO, Calif. (AP) — A", "en", "St. Elmo, Calif.", None, "AP", "ST. ELMO, Calif. (AP)"),
    ("NEW DELHI: The", "en", "New Delhi", None, None, "NEW DELHI"),
    ("PUTRAJAYA, Nov 22 — A", "en", "Putrajaya", "XXXX-11-22", None, "PUTRAJAYA, Nov 22"),
    (
        "BEIRUT/THE HAGUE, March 7 (Reuters) - A",
        "en",
        "Beirut/The Hague",
        "XXXX-03-07",
        "Reuters",
        "BEIRUT/THE HAGUE, March 7 (Reuters)",
    ),
    ("MOSCOW (Point News / Sputnik - 29th April, 2020) It", "en", "Moscow", "2020-04-29", "Point News / Sputnik", None),
    ("(WXQZ) — The", "en", None, None, "WXQZ", "(WXQZ)"),
    ("Berlin (dpa) - Der", "de", "Berlin", None, "dpa", "Berlin (dpa)"),
    ("Hamburg (dpa/lno) - Der", "de", "Hamburg", None, "dpa/lno", "Hamburg (dpa/lno)"),
    ("Berlin, 29. November 2022. Der", "de", "Berlin", "2022-11-29", None, "Berlin, 29. November 2022"),
    ("MADRID, 18 Nov. (EUROPA PRESS) - El", "es", "Madrid", "XXXX-11-18", "EUROPA PRESS", "MADRID, 18 Nov. (EUROPA PRESS)"),
    ("Bruselas, 7 oct (EFE).- El", "es", "Bruselas", "XXXX-10-07", "EFE", "Bruselas, 7 oct (EFE)"),
    ("PARIS, 5 mars (Reuters) - Le", "fr", "Paris", "XXXX-03-05", "Reuters", "PARIS, 5 mars (Reuters)"),
    ("(ANSA) - ROMA, 05 MAR - Il", "it", "Roma", "XXXX-03-05", "ANSA", "(ANSA) - ROMA, 05 MAR"),
    ("Lisboa, 05 mar 2020 (Lusa) - O", "pt", "Lisboa", "2020-03-05", "Lusa", "Lisboa, 05 mar 2020 (Lusa)"),
    ("Oslo (NTB): En", "no", "Oslo", None, "NTB", "Oslo (NTB)"),
    ("Helsinki (STT) – Se", "fi", "Helsinki", None, "STT", "Helsinki (STT)"),
    ("Warszawa (PAP) - To", "pl", "Warszawa", None, "PAP", "Warszawa (PAP)"),
    ("Praha 5. března (ČTK) - To", "cs", "Praha", "XXXX-03-05", "ČTK", "Praha 5. března (ČTK)"),
    ("Budapest, 2020. március 5., csütörtök (MTI) - A", "hu", "Budapest", "2020-03-05", "MTI", None),
    ("București, 5 mar /Agerpres/ - Un", "ro", "București", "XXXX-03-05", "Agerpres", "București, 5 mar /Agerpres/"),
    ("ANKARA (AA) - Bir", "tr", "Ankara", None, "AA", "ANKARA (AA)"),
    ("КИЇВ, 5 березня — Тут", "uk", "Київ", "XXXX-03-05", None, "КИЇВ, 5 березня"),
    ("МОСКВА, 5 мар — РИА Новости. Вот", "ru", "Москва", "XXXX-03-05", "РИА Новости", "МОСКВА, 5 мар — РИА Новости"),
    ("القاهرة (رويترز) - قال", "ar", "القاهرة", None, "رويترز", "القاهرة (رويترز)"),
    ("प्रयागराज, जेएनएन। यह", "hi", "प्रयागराज", None, "जेएनएन", "प्रयागराज, जेएनएन"),
    ("新华社北京3月5日电（记者张三）这", "zh", "北京", "XXXX-03-05", "新华社", "新华社北京3月5日电（记者张三）"),
    ("（中央社記者王小明台北5日電）這", "zh", "台北", None, "中央社", "（中央社記者王小明台北5日電）"),
    ("【ワシントン=山田太郎】これ", "ja", "ワシントン", None, None, "【ワシントン=山田太郎】"),
    ("(서울=연합뉴스) 홍길동 기자 = 이", "ko", "서울", None, "연합뉴스", "(서울=연합뉴스) 홍길동 기자"),
    ("JAKARTA, KOMPAS.com - Ini", "id", "Jakarta", None, "KOMPAS.com", "JAKARTA, KOMPAS.com"),
    ("Hà Nội (TTXVN) - Một", "vi", "Hà Nội", None, "TTXVN", "Hà Nội (TTXVN)"),
    ("PORTO CLARO, 5 mar (Lusa), O velho", "pt", "Porto Claro", "XXXX-03-05", "Lusa", "PORTO CLARO, 5 mar (Lusa)"),
    ("PORT ELLERY, March 5, The old", "en", "Port Ellery", "XXXX-03-05", None, "PORT ELLERY, March 5"),
    ("PORT ELLERY, March 5, Tuesday — The", "en", "Port Ellery", "XXXX-03-05", None, "PORT ELLERY, March 5, Tuesday"),
    ("PORT ELLERY, CO (AP) — The", "en", "Port Ellery, CO", None, "AP", "PORT ELLERY, CO (AP)"),
    ("PORT ELLERY, AB — The", "en", "Port Ellery, AB", None, None, "PORT ELLERY, AB"),
    ("DALLA NOSTRA CORRISPONDENTE NEW YORK - La", "it", "New York", None, None, "NEW YORK"),
]
BRACKETS = [
    ("OSTERMOND (Gullwire) — The", "en", "Ostermond", "Gullwire"),
    ("OSTERMOND (Gullwire) — Der", None, "Ostermond", "Gullwire"),
    ("OSTERMOND, Veld (Gullwire) — The", "en", "Ostermond, Veld", "Gullwire"),
    ("OSTERMOND [Gullwire] — The", "en", "Ostermond", "Gullwire"),
    ("OSTERMOND (Gullwire), May 3 — The", "en", "Ostermond", "Gullwire"),
    ("Ostermond (Gullwire) — The", "en", "Ostermond", "Gullwire"),
    ("Ostermond (Veldland) - Der", "de", "Ostermond (Veldland)", None),
    ("Ostermond (Veldland) (dpa) - Der", "de", "Ostermond (Veldland)", "dpa"),
]
NONE_THERE = [
    ("Lantern Loom, Inc. said on Tuesday that it would open a second mill", "en"),
    ("BRAUHAUS WEST, GmbH: Die Firma öffnet", "de"),
    ("NASA, Orion and the Moon are what", "en"),
    ("UNICEF (UN), Save our Swans and others will", "en"),
    ("On March 5, Harrow opened the", "en"),
    ("WARNING GRAPHIC DETAIL: This", "en"),
    ("EXKLUSIV - Der", "de"),
    ("SONDAGE EXCLUSIF - Le", "fr"),
    ("FILE - In this", "en"),
    ("Q: What is it?", "en"),
    ("Ilse Karstadt: I think so", "en"),
    ("The crews, he said (CNN), will go", "en"),
    ("Rep. Olga Example says so", "en"),
    ("A plain sentence of many words - with a dash in it", "en"),
]


@pytest.mark.parametrize(("text", "language", "place", "date", "agency", "raw"), STYLES, ids=[s[0][:24] for s in STYLES])
def test_style(text: str, language: str, place: str | None, date: str | None, agency: str | None, raw: str | None) -> None:
    found = filed.read(text, language)
    assert found is not None
    got = found.dateline
    assert (got.place, got.date, got.agency) == (place, date, agency)
    assert raw is None or got.raw == raw
    assert " ".join(got.raw.split()) in text
    assert not text[found.end :].startswith((" ", "-", "—", ":"))


@pytest.mark.parametrize(("text", "language"), NONE_THERE)
def test_no_dateline(text: str, language: str) -> None:
    found = filed.read(text, language)
    assert found is None or not found.sure


def test_strip_takes_the_words_and_the_separator_only() -> None:
    body = (
        Block(BlockKind.PARAGRAPH, "BERLIN (dpa) – Wer fährt, kommt an."),
        Block(BlockKind.PARAGRAPH, "BERLIN (dpa) – bleibt hier."),
    )
    stripped = dateline.strip(body, Dateline("BERLIN (dpa)", "Berlin", None, "dpa"))
    assert [b.text for b in stripped] == ["Wer fährt, kommt an.", "BERLIN (dpa) – bleibt hier."]


def test_strip_takes_the_danda_behind_a_bracket() -> None:
    body = (Block(BlockKind.PARAGRAPH, "सागरगढ़, 5 मार्च (भाषा)। पुराना घाट फिर खुल गया।"),)
    stripped = dateline.strip(body, Dateline("सागरगढ़, 5 मार्च (भाषा)", "सागरगढ़", "XXXX-03-05", "भाषा"))
    assert [b.text for b in stripped] == ["पुराना घाट फिर खुल गया।"]


def test_a_place_before_a_reporter_is_one_where_it_is_named_again() -> None:
    head = "<html lang='ja'><title>岸壁が再開</title><body><article><h1>岸壁が再開</h1>"
    more = "<p>市の担当者によると、古い石を積み直せる職人が見つからず、工事には予定の倍の時間がかかった。</p>"

    def read(lead: str) -> Article:
        return extract(f"{head}<p>{lead}</p>{more}</article>".encode(), "https://paper.example/quay")

    named = read("【潮見浦=大和田環】潮見浦の古い岸壁が月曜日、二年間の修理を終えて再び開かれたと市が明らかにした。")
    assert named.dateline is not None and named.dateline.place == "潮見浦"
    assert named.body[0].text.startswith("潮見浦の古い")
    assert read("【潮見浦=大和田環】古い岸壁が月曜日、二年間の修理を終えて再び開かれたと市が明らかにした。").dateline is None


def test_strip_drops_a_line_that_is_nothing_else() -> None:
    body = (Block(BlockKind.PARAGRAPH, "Jakarta -"), Block(BlockKind.PARAGRAPH, "Kapal terakhir."))
    assert [b.text for b in dateline.strip(body, Dateline("Jakarta", "Jakarta"))] == ["Kapal terakhir."]


def test_strip_without_a_dateline_is_the_same_body() -> None:
    body = (Block(BlockKind.PARAGRAPH, "Words."),)
    assert dateline.strip(body, None) is body


@pytest.mark.parametrize(
    "text", ["(" * 5000, "A" * 100_000, "AP, " * 20_000, "，" * 3000, "[" + "가=" * 4000, "NEW YORK " * 9000]
)
def test_hostile_texts_are_read_in_no_time(text: str) -> None:
    filed.read(text, "en")


@pytest.mark.parametrize(("text", "language", "place", "agency"), BRACKETS, ids=[f"{b[0]} {b[1]}" for b in BRACKETS])
def test_a_bracket_behind_a_place_is_who_filed_it(text: str, language: str | None, place: str, agency: str | None) -> None:
    """Unless it may as well be where the place lies."""
    found = filed.read(text, language)
    assert found is not None and (found.dateline.place, found.dateline.agency) == (place, agency)
