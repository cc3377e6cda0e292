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
        (
            "for 1,200 crowns",
            "for 1,300 crowns",
            [("same", "for "), ("removed", "1,200"), ("added", "1,300"), ("same", " crowns")],
        ),
    ],
)
def test_runs_of_some_texts(before: str, after: str, runs: list[tuple[str, str]]) -> None:
    assert [(r.op.value, r.text) for r in diff_words(before, after)] == runs


LOST, NOTE = "The port lost %s crowns.", "Correction: an earlier version said 310,000 crowns. It was 410,000."


@pytest.mark.parametrize("behind", [True, False])
def test_a_correction_that_quotes_the_old_figure_does_not_take_it_away(behind: bool) -> None:
    after = [LOST % "410,000", NOTE] if behind else [NOTE, LOST % "410,000"]
    edited = [("same", "The port lost "), ("removed", "310,000"), ("added", "410,000"), ("same", " crowns.")]
    runs = [*edited, ("added", "\n\n" + NOTE)] if behind else [("added", NOTE + "\n\n"), *edited]
    assert [(r.op.value, r.text) for r in diff_words(LOST % "310,000", "\n\n".join(after))] == runs
    assert changed_words(LOST % "310,000", "\n\n".join(after)) == (14, 2)


def test_a_paragraph_that_was_cut_is_held_against_its_parts() -> None:
    whole = "The quay was closed in May. Ferries sailed from the pier."
    cut = "The quay was shut in May.\n\nFerries sailed from the pier."
    assert changed_words(whole, cut) == changed_words(cut, whole) == (1, 1)
    assert changed_words(whole, cut.replace("shut", "closed")) == (0, 0)


def test_paragraphs_that_are_not_alike_are_removed_and_added_whole() -> None:
    before, after = "Ilse Brandt swam.\n\nNobody saw it.", "A mast broke, and fell.\n\nIt was old, says Mara Quill."
    assert [r.op for r in diff_words(before, after)] == [Op.REMOVED, Op.ADDED]


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
