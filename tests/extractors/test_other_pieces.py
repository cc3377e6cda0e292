"""What stands on a page about another piece, by its readers or in its own story is none of this piece's values."""

from __future__ import annotations

import pytest

from extractors import extract
from model.article import Article

URL = "https://paper.example/news/lock-gates"
TEXT = "".join(
    f"<p>{words}</p>"
    for words in (
        "The harbour board voted on Tuesday to keep the old lock gates in use for another winter, although two members had asked "
        "for a new survey first.",
        "The gates were last repaired nine years ago, when a barge broke the eastern leaf, and the board then promised new ones.",
        "A contractor from the next county has offered to do the work for less, but the offer ends in March and none is signed.",
    )
)


def _read(body: str, head: str = "", language: str = "en") -> Article:
    page = f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'
    return extract(page.encode(), URL)


def _own(more: str = "", above: str = "") -> str:
    return f"<div><h1>Lock gates to stay</h1>{above}{TEXT}</div>{more}"


@pytest.mark.parametrize(
    "more",
    [
        "<div><h2>Read next</h2><div><h3><a href='/a'>Ferry timetable changes</a></h3><p>By Anna Kettle</p><p>March 12, 2023</p>"
        "</div><div><h3><a href='/b'>Mayor opens library</a></h3><p>By Tom Welk</p><p>March 11, 2023</p></div></div>",
        "<article><h2><a href='/n2'>Ferry runs late</a></h2><span class='author'>Tom Welk</span> "
        "<time datetime='2025-01-31T10:00Z'>31 Jan</time><p>The ferry ran late again on Friday.</p></article>",
        "<aside class='sidebar'><ul><li><a href='/a'>Ferry timetable changes</a> <span class='date'>12 March 2023</span></li>"
        "<li><a href='/b'>Mayor opens library</a><time datetime='2023-03-11'>11 March 2023</time></li></ul></aside>",
        "<h3>2 Comments</h3><p>Peter Quayle says:</p><p>May 1, 2024 at 10:12 am</p><p>This board has never kept a promise.</p>",
    ],
)
def test_cards_of_other_pieces_and_readers_give_neither_author_nor_date(more: str) -> None:
    read = _read(_own(more))
    assert (read.authors, read.date_published) == ((), None)


def test_the_writers_own_box_with_a_linked_name_is_no_card() -> None:
    said = "<div><h4><a href='/author/anna'>Anna Maria Kettle</a></h4><p>Published March 12, 2023 at 10:30</p></div>"
    assert _read(_own(said)).date_published == "2023-03-12T10:30"
    assert _read(_own(above=said)).date_published == "2023-03-12T10:30"


def test_a_declared_article_with_another_address_and_no_word_of_the_headline_is_another() -> None:
    declared = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "%s", "url": "https://paper.example/ferry",'
        '"author": {"name": "Tom Welk"}, "datePublished": "2023-01-01T10:00:00Z"}</script>'
    )
    other = _read(_own(), declared % "Ferry runs late")
    assert (other.authors, other.date_published, other.alternative_headline) == ((), None, None)
    assert _read(_own(), declared % "Old lock gates stay, board says").date_published == "2023-01-01T10:00:00Z"


def test_a_day_before_there_were_pages_is_believed_only_where_it_is_called_the_piece_s() -> None:
    assert _read(_own(above="<p>June 3, 1911</p>")).date_published is None
    assert _read(_own(above="<p>Published: June 3, 1911</p>")).date_published == "1911-06-03"


def test_a_sentence_that_begins_like_a_byline_names_no_author() -> None:
    told = (
        "<p>Автор проекта — Иван Петров — рассказал, что ворота простоят ещё одну зиму, хотя совет просил о новой проверке.</p>"
    )
    assert _read(_own(above=told), language="ru").authors == ()
    assert [a.name for a in _read(_own(above="<p>Автор: Иван Петров</p>"), language="ru").authors] == ["Иван Петров"]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("An earlier version of the play was staged in 1998 and ran for two weeks in the old theatre.", []),
        ("An earlier version of the system drained batteries, the company told its customers on Monday.", []),
        ('"We regret the error and will collect the bins on Friday," a spokeswoman for the council told residents.', []),
        ("An earlier version of the article gave the wrong year for the repair of the gates.", ["correction"]),
        ("We regret the error in the third paragraph, where the year of the repair was wrong.", ["correction"]),
    ],
)
def test_an_earlier_version_of_something_else_and_what_others_regret_are_no_corrections(words: str, kinds: list[str]) -> None:
    assert [
        c.kind for c in _read(_own(f"<p>{words}</p>").replace(f"</div><p>{words}</p>", f"<p>{words}</p></div>")).corrections
    ] == kinds


def test_a_result_and_an_address_to_the_editor_are_no_datelines() -> None:
    for first in (
        "Paris - Lyon 3-1. The hosts won on Saturday against guests who were too shy to trouble them at any time.",
        "SIR — I read with interest of the lock gates and wonder who will pay for them in the end, if not the town.",
    ):
        read = _read(_own(above=f"<p>{first}</p>"))
        assert read.dateline is None and read.body[0].text == first
    read = _read(
        _own(above="<p>PARIS (AP) — Lyon are 3-1 favourites to win on Saturday, bookmakers said after a week of doubt.</p>")
    )
    assert read.dateline is not None and read.dateline.place == "Paris"
