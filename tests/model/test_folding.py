"""How text is prepared for search: one form whatever way it was typed."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.folding import fold, index_bytes, index_text, index_words

SAME = [
    ("Öffentlichkeit", "offentlichkeit"),
    ("می‌گوید", "ميگويد"),
    ("ايران", "إيران"),
    ("STRASSE", "straße"),
    ("Łódź", "lodz"),
    ("𝕊mall", "small"),
    ("snake_case", "snake case"),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=[one for one, _ in SAME])
def test_spellings_of_a_word_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@given(st.text(max_size=60))
def test_folding_is_settled_after_once_and_leaves_no_marks(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert not re.search(r"\s\s|^\s|\s$", folded)
    assert not any(unicodedata.combining(c) for c in unicodedata.normalize("NFD", folded))


@given(st.text(max_size=60))
def test_a_text_is_folded_word_by_word_to_the_same(text: str) -> None:
    plain = "a word " * 400
    assert fold(plain + text) == f"{fold(plain)} {fold(text)}".strip()
    assert fold(text) == " ".join(filter(None, map(fold, text.split())))


@given(st.text(alphabet="abc 外交部調査ก가é_-", max_size=40))
def test_the_words_of_the_index_stay_what_they_are_side_by_side(text: str) -> None:
    assert index_words(text) == index_text(text).split() == [word.decode() for word in index_bytes(text)]


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert index_words("外交部，调查") == ["外交", "交部", "调查"]


def test_the_character_beside_a_word_of_another_script_stands_alone_too() -> None:
    assert index_words("外交部 said") == index_words("外交部said") == ["外交", "交部", "部", "said"]
    assert index_words("5日外交") == ["5", "日", "日外", "外交"]
    assert index_words("第5次") == ["第", "5", "次"]
