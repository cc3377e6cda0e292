"""Announced changes and headlines that take turns."""

from __future__ import annotations

from typing import Any

import pytest

from model.article import Correction
from model.record import Announced
from storage.marks import Seen, alternations

URL = "http://paper.example/news/budget"


def _said(desk: Any, *articles: Any) -> dict[int, Any]:
    for hours, read in enumerate(articles):
        record = desk.take(desk.fetched(URL, b"look %d" % hours, hours), read).record
    return {s.version: s.announcement for s in desk.archive.history(record).states}


@pytest.mark.both_engines
def test_a_correction_that_comes_with_a_change_announces_it(desk: Any, make_article: Any) -> None:
    sorry = Correction("An earlier version gave the budget as $4.1 million. It is $3.8 million.")
    told = _said(
        desk,
        make_article("Budget of $4.1 million", "the harbour gets 4.1 million"),
        make_article("Budget of $3.8 million", "the harbour gets 3.8 million", corrections=(sorry,)),
    )
    assert told[1] is None
    assert (told[2].announced, told[2].version, told[2].names) == (Announced.HERE, 2, ("3.8", "4.1"))
    assert told[2].texts == (sorry.text,)


@pytest.mark.both_engines
def test_a_correction_that_comes_later_is_linked_to_the_change_whose_words_it_names(desk: Any, make_article: Any) -> None:
    sorry = Correction("The mayor is Mr. Lindqvist, not Mr. Lundqvist as we wrote at first.")
    told = _said(
        desk,
        make_article("Mayor Lundqvist speaks", "the mayor spoke at noon"),
        make_article("Mayor Lindqvist speaks", "the mayor spoke at noon"),
        make_article("Mayor Lindqvist speaks", "the mayor spoke at one"),
        make_article("Mayor Lindqvist speaks", "the mayor spoke at one", corrections=(sorry,)),
    )
    assert (told[2].announced, told[2].version) == (Announced.LATER, 4)
    assert set(told[2].names) == {"lindqvist", "lundqvist"}
    assert told[3].announced is Announced.NOT
    assert told[4] is None  # it is the announcement, not an edit


@pytest.mark.both_engines
def test_a_correction_that_names_nothing_of_a_change_is_not_linked_to_it(desk: Any, make_article: Any) -> None:
    told = _said(
        desk,
        make_article("A", "some words of it"),
        make_article("B", "some words of it"),
        make_article("B", "some words of it", corrections=(Correction("A caption was wrong."),)),
    )
    assert told[2].announced is Announced.NOT


@pytest.mark.both_engines
def test_quotes_in_another_shape_are_nothing_to_announce(desk: Any, make_article: Any) -> None:
    told = _said(desk, make_article("“A” day", "some words"), make_article('"A" day', "some words"))
    assert told == {1: None, 2: None}


@pytest.mark.both_engines
def test_headlines_that_take_turns_are_marked(desk: Any, make_article: Any) -> None:
    for hours, headline in enumerate("ABABC"):
        read = make_article(f"Headline {headline}", "the words of it")
        record = desk.take(desk.fetched(URL, b"look %d" % hours, hours), read).record
    found = desk.archive.history(record).alternations
    assert [(x.headlines, x.versions) for x in found] == [(("Headline A", "Headline B"), (1, 2, 3, 4))]
    assert [s.reverts_to for s in desk.archive.history(record).states] == [None, None, 1, 2, None]


def test_turns_are_counted_in_stretches() -> None:
    def turns(text: str) -> list[tuple[int, ...]]:
        return [x.versions for x in alternations(Seen(n, h, None, None) for n, h in enumerate(text, 1))]

    assert turns("ABA") == []
    assert turns("ABAB") == [(1, 2, 3, 4)]
    assert turns("ABCABC") == []
    assert turns("XABABY") == [(2, 3, 4, 5)]
    assert turns("AABBAABB") == [(1, 3, 5, 7)]
    assert turns("ABABCBCB") == [(1, 2, 3, 4), (4, 5, 6, 7, 8)]
    assert turns("") == []
