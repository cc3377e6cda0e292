"""Mark-up inside declared values is read as people see it; what only looks like it is left alone."""

from __future__ import annotations

import pytest

from extractors import extract
from extractors.declared import plain
from extractors.fragments import has_markup, words_of


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        ("<p>Ada <b>Reyes</b> writes about <a href='/ports'>ports</a>.</p>", "Ada Reyes writes about ports."),
        ("One<br>Two<br/>Three", "One Two Three"),
        ("<p>Never closed <em>at all", "Never closed at all"),
        ("&lt;p&gt;Escaped &amp;amp; twice&lt;/p&gt;", "Escaped & twice"),
        ("<p class=x data-y='<'>Odd attribute</p>", "Odd attribute"),
        ("<script>x()</script><p>Seen</p>", "Seen"),
        ("profits < 3 and > 1", "profits < 3 and > 1"),
        ("The <placeholder> remains", "The <placeholder> remains"),
        ("plain", "plain"),
    ],
)
def test_a_declared_value_reads_as_a_person_sees_it(declared: str, read: str) -> None:
    assert plain(declared) == read


def test_long_fragments_are_cut_and_never_slow() -> None:
    assert len(words_of("<p>word " * 10_000)) <= 20_000
    assert not has_markup("<a" + " " * 100_000)


def test_a_page_whose_declared_standfirst_is_markup() -> None:
    page = b"""<html><head><script type="application/ld+json">{"@type": "NewsArticle", "headline": "Pier <em>opens</em>",
    "author": {"@type": "Person", "name": "<a href='/staff/ada'>Ada Reyes</a>"}}</script></head>
    <body><article><h1>Pier opens</h1>
    <p>The pier opened on Monday after a winter of repairs, the harbour office said.</p></article></body></html>"""
    article = extract(page, "https://paper.example/pier")
    assert article.headline == "Pier opens"
    assert [a.name for a in article.authors] == ["Ada Reyes"]
