"""Runs of short words: what is marked, and that a phrase is never looked for where it cannot be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.article import Article, Block, BlockKind
from model.runs import APART, LONGEST, instead_of, marks
from model.wording import MOST_BYTES, marked, text_of, words_of

WORDS = st.lists(
    st.sampled_from(["it", "is", "one", "of", "the", "quay", "quays", "ferry", "author:of", "外交", "ท่"]), max_size=12
)


def _marks(text: str) -> list[str]:
    return marks(part.encode().split() for part in text.split(APART))


def test_marks_are_what_they_were() -> None:
    """They stand in every index: were they to change, its schema would have to."""
    assert _marks("it is one of the") == [":0ac9", ":b1f7", ":de56"]
    assert _marks("да то же не так") == [":2973", ":8717", ":d3d9"]
    assert LONGEST == 4


def test_what_has_no_run_has_no_mark() -> None:
    assert _marks("one : of the") == []
    for words in (
        "",
        "one of",
        "one of quays the of",
        "tag:one of the",
        "外交 交部 部发",
        "one of ท่า ที่ the",
        f"one of {'x' * 300} the",
    ):
        assert _marks(words) == [] == instead_of(words.split()), words


@given(WORDS, WORDS, WORDS)
def test_a_text_has_all_that_is_looked_up_for_a_phrase_in_it(before: list[str], phrase: list[str], behind: list[str]) -> None:
    text = marked(" : ".join(" ".join(part) for part in (before, [*phrase, *behind]) if part))
    assert {*instead_of(phrase)} <= {*text.split()}
    assert marked(text) == text


def test_marks_are_behind_the_words_of_a_version_and_no_words() -> None:
    article = Article(headline="One of the two", body=(Block(BlockKind.PARAGRAPH, "It is one of the old quays."),))
    words, _, behind = text_of(article).partition(" : :")
    assert words == "one of the two : it is one of the old quays"
    assert f":{behind}".split() == _marks(words) and len(behind.split()) == 5
    assert words_of(":0ac9") == ["0ac9"]


def test_a_text_that_is_cut_keeps_its_marks() -> None:
    text = marked("it is one of " * MOST_BYTES)
    plain, _, behind = text.partition(" : ")
    assert len(plain) <= MOST_BYTES and behind.split() == _marks("it is one of it is one of")
    assert marked(text) == text
