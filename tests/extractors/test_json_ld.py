"""JSON-LD block by block: what breaks costs only itself, what can be mended is mended."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import json_ld, lenient_json
from extractors.page import Page


def test_a_broken_block_costs_only_itself() -> None:
    found = list(json_ld.nodes(['{"@type": "WebSite"}', "no json at all <", '{"@type": "NewsArticle"}']))
    assert [(n.block, sorted(n.types)) for n in found] == [(0, ["WebSite"]), (2, ["NewsArticle"])]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ('{"a": "he said "no" to it", "b": 2}', {"a": 'he said "no" to it', "b": 2}),
        ('{"a": "she said "no", and went", "b": 2}', {"a": 'she said "no", and went', "b": 2}),
        ('{"a": "it\\\'s"}', {"a": "it's"}),
        ('{"a": , "b": 1}', {"a": None, "b": 1}),
        ('{a: 1, b: "x"}', {"a": 1, "b": "x"}),
        ('/* hello */ {"a": 1} // bye', {"a": 1}),
        ('<!-- {"a": 1} -->', {"a": 1}),
        ('<![CDATA[{"a": 1}]]>', {"a": 1}),
        ('{"a": 1};', {"a": 1}),
        ('{"a": {"b": "cut off he', {"a": {"b": "cut off he"}}),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": [{"b": 1} {"c": 2}]}', {"a": [{"b": 1}, {"c": 2}]}),
        ("{&quot;a&quot;: &quot;b&quot;}", {"a": "b"}),
        ('{"a": NaN}', {"a": None}),
        ('{"a": ' + "9" * 5000 + "}", {"a": None}),
        ('{"a": 1e999999}', {"a": None}),
    ],
)
def test_common_breakages_are_mended(text: str, value: object) -> None:
    assert lenient_json.parse(text) == value


@pytest.mark.parametrize("text", ["", "nothing", "[" * 100_000 + "]" * 100_000, "[" * 5_000, '{"a":' * 3_000, "x" * 5_000_000])
def test_what_cannot_be_mended_says_so(text: str) -> None:
    with pytest.raises(lenient_json.NotJson):
        lenient_json.parse(text)


def _values() -> st.SearchStrategy[object]:
    simple = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=30)
    return st.recursive(
        simple, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4), max_leaves=12
    )


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=8), _values(), max_size=5))
def test_right_json_is_read_as_json_reads_it(value: dict[str, object]) -> None:
    assert lenient_json.parse(json.dumps(value)) == value


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='{}[]":,\\/*abc1 \n&;', max_size=200))
def test_the_forgiving_parser_always_ends(text: str) -> None:
    try:
        lenient_json.parse(text)
    except lenient_json.NotJson as error:
        assert str(error)


def test_graphs_lists_and_main_entities_are_flattened_with_their_places() -> None:
    block = {
        "@context": "https://schema.org",
        "@graph": [{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "x"}}, [{"@type": "Person"}]],
    }
    found = [(n.where("/headline"), sorted(n.types)) for n in json_ld.nodes([json.dumps(block)])]
    assert found == [
        ("json-ld[0]/@graph/0/headline", ["WebPage"]),
        ("json-ld[0]/@graph/0/mainEntity/headline", ["NewsArticle"]),
        ("json-ld[0]/@graph/1/0/headline", ["Person"]),
    ]


def test_types_lose_their_namespace_and_odd_values() -> None:
    assert json_ld.types_of({"@type": ["https://schema.org/NewsArticle", None, 3, "schema:Thing"]}) == {"NewsArticle", "Thing"}


def _page(*blocks: str, url: str | None = None) -> Page:
    scripts = "".join(f'<script type="application/ld+json">{b}</script>' for b in blocks)
    return Page.parse(f"<html><head>{scripts}</head><body><p>x</p></body></html>".encode(), url)


def test_references_are_followed_once_and_cycles_end() -> None:
    page = _page('{"@graph":[{"@type":"NewsArticle","author":{"@id":"#b"}},{"@type":"Person","@id":"#b","name":{"@id":"#b"}}]}')
    person = page.deref(page.articles[0].data["author"])
    assert person["@type"] == "Person"
    assert page.deref({"@id": "#nowhere"}) == {"@id": "#nowhere"}
    assert page.deref("text") == "text"


def test_the_article_about_this_very_page_comes_first() -> None:
    page = _page(
        '{"@type":"NewsArticle","headline":"Teaser","url":"https://paper.example/other"}',
        '{"@type":"NewsArticle","headline":"Own","mainEntityOfPage":{"@id":"https://www.paper.example/own/"}}',
        url="https://paper.example/own",
    )
    assert [n.data["headline"] for n in page.articles] == ["Own", "Teaser"]
