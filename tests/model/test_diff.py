"""Words that changed: the runs always add up to both texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from model.diff import Op, Run, changed_words, count_words, diff_words, plain, tokens


def _paragraphs(text: str) -> str:
    return "\n\n".join(p for p in text.split("\n\n") if p)


def _side(runs: tuple[Run, ...], gone: Op) -> str:
    return "".join(r.text for r in runs if r.op is not gone)


@st.composite
def _edits(draw: st.DrawFn, texts: SearchStrategy[str]) -> tuple[str, str]:
    """Two texts that share most of their paragraphs."""
    paragraphs = draw(st.lists(texts, max_size=5))
    edited = list(paragraphs)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(edited)))
        edited[place : place + draw(st.integers(0, 2))] = draw(st.lists(texts, max_size=2))
    return "\n\n".join(paragraphs), "\n\n".join(edited)


@given(st.data())
def test_runs_add_up_to_both_texts(texts: SearchStrategy[str], data: DataObject) -> None:
    before, after = data.draw(_edits(texts) | st.tuples(texts, texts))
    runs = diff_words(before, after)
    assert _side(runs, Op.ADDED) == _paragraphs(before)
    assert _side(runs, Op.REMOVED) == _paragraphs(after)
    assert all(r.text for r in runs)
    assert all(a.op is not b.op for a, b in pairwise(runs))


@given(st.data())
def test_nothing_changes_between_a_text_and_itself(texts: SearchStrategy[str], data: DataObject) -> None:
    text = data.draw(texts)
    assert {r.op for r in diff_words(text, text)} <= {Op.SAME}
    assert changed_words(text, text) == (0, 0)


@given(st.data())
def test_counted_words_are_those_of_the_texts(texts: SearchStrategy[str], data: DataObject) -> None:
    before, after = data.draw(texts), data.draw(texts)
    added, removed = changed_words(before, after)
    same = sum(count_words(r.text) for r in diff_words(before, after) if r.op is Op.SAME)
    assert (same + removed, same + added) == (count_words(_paragraphs(before)), count_words(_paragraphs(after)))


@given(st.text())
def test_tokens_lose_no_character(text: str) -> None:
    assert "".join(tokens(text)) == text


@given(st.text())
def test_a_plain_text_is_its_own_plain_text(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("", "", []),
        ("the old quay", "the new quay", [("same", "the "), ("removed", "old"), ("added", "new"), ("same", " quay")]),
        ("外交部发言人", "外交部新发言人", [("same", "外交部"), ("added", "新"), ("same", "发言人")]),
        ("One.\n\nTwo.", "One.", [("same", "One."), ("removed", "\n\nTwo.")]),
    ],
)
def test_runs_of_some_texts(before: str, after: str, runs: list[tuple[str, str]]) -> None:
    assert [(r.op.value, r.text) for r in diff_words(before, after)] == runs


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("The quay, reopened.", 3), ("外交部", 3), ("12 of 1,200", 4), ("… — !", 0), ("ผู้", 1), ("می رود", 2)],
)
def test_word_counts(text: str, words: int) -> None:
    assert count_words(text) == words


def test_very_long_texts_are_shown_as_replaced_whole() -> None:
    before, after = " ".join(f"a{i}" for i in range(3000)), " ".join(f"b{i}" for i in range(3000))
    assert [r.op for r in diff_words(before, after)] == [Op.REMOVED, Op.ADDED]


def test_texts_of_one_word_are_not_matched_for_ever() -> None:
    runs = diff_words("a " * 20_000, "a b " * 10_000)
    assert [r.op for r in runs] == [Op.REMOVED, Op.ADDED]
