"""Which language's word lists a page is read with, where it declares none or one that it is not written in."""

from __future__ import annotations

import pytest

from extractors import extract
from extractors.page import Page

GERMAN = "Die alte Mole ist am Montag wieder geöffnet worden, und der Rat der Stadt ist mit den Kosten nicht zufrieden. " * 3
HINDI = "पुराना घाट सोमवार को दो साल की मरम्मत के बाद शहर की सभी नावों के लिए फिर से खोल दिया गया। " * 3
ARABIC = "أعيد فتح الرصيف القديم يوم الاثنين بعد عامين من الأعمال التي كلفت المدينة الكثير من المال في هذا العام. " * 3
CHINESE = "旧码头经过两年的维修，于周一重新向全城的船只开放，市政府为此花费了很多钱。" * 3


def _page(root: str, text: str) -> Page:
    return Page.parse(f"<html{root}><body><h1>24</h1><p>{text}</p></body></html>".encode(), "https://a.example/1")


@pytest.mark.parametrize(
    ("root", "text", "language"),
    [
        ("", GERMAN, "de"),
        ("", CHINESE, "zh"),
        (' lang="en"', HINDI, "hi"),
        (' lang="en-US"', ARABIC, "ar"),
        (' lang="sr"', "Стара набережная и не на что с по как это он из " * 5, "sr"),
        (' lang="en"', GERMAN, "en"),
        (' lang="ur"', ARABIC, "ur"),
        ("", "Quay 24.", None),
    ],
)
def test_the_language_of_the_word_lists(root: str, text: str, language: str | None) -> None:
    assert _page(root, text).language == language


def test_the_language_that_is_told_is_the_declared_one() -> None:
    article = extract(f'<html lang="en"><body><h1>24</h1><p>{HINDI}</p></body></html>'.encode(), "https://a.example/1")
    assert article.in_language == "en"
    assert extract(f"<html><body><h1>24</h1><p>{GERMAN}</p></body></html>".encode(), "https://a.example/1").in_language is None
