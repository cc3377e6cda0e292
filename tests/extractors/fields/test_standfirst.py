"""Words of classes that name a standfirst, and those that name the text's first paragraph as often."""

from __future__ import annotations

import pytest

from extractors import extract
from model.article import Article

BRIEF = "The mill was closed for nine years."
LONG = (
    "The mill was closed for nine years, and the people of Underhollow had long stopped asking when the wheel would turn again "
    "or who would pay."
)
TEXT = (
    "<p>The water mill of Underhollow grinds flour again since Saturday, the first since a flood took its wheel away.</p>"
    "<p>The miller said that the stones had been dressed by hand, because nobody could find the tools that were used before.</p>"
    "<p>The council will open the upper floor to visitors in spring, when the stairs have been mended and the permits given.</p>"
)


def read(between: str, text: str = TEXT) -> Article:
    head = "<html lang='en'><title>Mill turns again</title>"
    page = f"{head}<body><article><h1>Mill turns again</h1>{between}{text}</article></body></html>"
    return extract(page.encode(), "https://paper.example/mill")


@pytest.mark.parametrize(
    "name", ["chapo", "teaser", "lead", "ingressi", "linha-fina", "vorspann", "lede", "intro", "article__chapeau"]
)
def test_a_brief_one_is_a_standfirst_by_any_of_these_words(name: str) -> None:
    article = read(f"<p class='{name}'>{BRIEF}</p><p class='byline'>By Odo Fennick</p>")
    assert article.standfirst == BRIEF
    assert article.body[0].text.startswith("The water mill")


@pytest.mark.parametrize("name", ["chapo", "chapeau", "vorspann", "ingressi", "linha-fina"])
def test_a_long_one_is_a_standfirst_where_the_word_means_nothing_else(name: str) -> None:
    assert read(f"<p class='{name}'>{LONG}</p>").standfirst == LONG


@pytest.mark.parametrize(
    ("name", "words"), [("lead", LONG), ("intro", LONG), ("teaser", LONG), ("chapo", f"{LONG} {BRIEF} {BRIEF}")]
)
def test_a_long_one_stays_the_first_paragraph_where_the_word_may_mean_one(name: str, words: str) -> None:
    article = read(f"<p class='{name}'>{words}</p>")
    assert (article.standfirst, article.body[0].text) == (None, words)


@pytest.mark.parametrize(
    ("between", "text"),
    [
        (f"<p class='teaser'><a href='/other'>{BRIEF}</a></p>", TEXT),
        (f"<p class='teaser'>{BRIEF} <a href='/other'>More</a></p>", TEXT),
        (f"<p class='teaser'>{BRIEF}</p><p class='teaser'>The bakery of Overhollow moves.</p>", TEXT),
        ("", f"{TEXT}<p class='teaser'>{BRIEF}</p>"),
        ("<p class='lead'>The wheel of the mill. Photo: Odo Fennick/Gullwire</p>", TEXT),
        (f"<aside><p class='teaser'>{BRIEF}</p></aside>", TEXT),
    ],
)
def test_a_teaser_of_another_piece_or_a_caption_is_none(between: str, text: str) -> None:
    assert read(between, text).standfirst is None
