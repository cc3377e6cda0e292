"""Lines that lead to other pieces, told by their words, a colon and how much of them is a link."""

from __future__ import annotations

import pytest

from extractors.body.furniture import points_elsewhere

TITLE = "The swans are back on the lock"


@pytest.mark.parametrize(
    ("text", "linked", "language"),
    [
        (f"Read also: {TITLE}", len(TITLE), "en"),
        (f"» LESEN SIE AUCH: {TITLE}", len(TITLE), "de"),
        (f"Lire aussi : {TITLE}", len(TITLE), "fr"),
        (f"Leggi anche: {TITLE}", len(TITLE), "de"),
        (f"Read more on swans: {TITLE}", len(TITLE), "en"),
        ("延伸閱讀：水閘上的天鵝今年春天又回來了，湖邊的人們都很高興", 24, "zh"),
        ("Related articles:", 0, "en"),
        ("延伸閱讀：", 0, "zh"),
    ],
)
def test_a_pointer_is_told_in_any_language(text: str, linked: int, language: str) -> None:
    assert points_elsewhere(text, linked, language)


@pytest.mark.parametrize(
    ("text", "linked", "language"),
    [
        (f"Read also: {TITLE}, said the keeper of the lock as he left.", 10, "en"),  # a link inside a sentence
        (f"Swans: {TITLE}", len(TITLE), "en"),
        (f"Readers: {TITLE}", len(TITLE), "en"),
        (f"Read also {TITLE}", len(TITLE), "en"),
        (f"Read also: {TITLE * 9}", 9 * len(TITLE), "en"),
        ("Related articles of the treaty", 0, "en"),
        ("Leggi anche", 0, "de"),
    ],
)
def test_what_only_looks_like_one_stays(text: str, linked: int, language: str) -> None:
    assert not points_elsewhere(text, linked, language)
