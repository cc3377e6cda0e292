"""The article's JSON: nothing lost on the way there and back, the same bytes every time."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from model.article import SCHEMA, Article, Author, Block, BlockKind, Evidence, How, Image
from model.article_back import article_from_json, storable
from model.canonical import canonical_json
from model.clean import clean_text
from model.errors import NewerFormat
from model.prepared import prepare


def test_what_goes_to_another_process_is_the_fields_once() -> None:
    made = Article(headline="Quay closed", body=(Block(BlockKind.PARAGRAPH, "words of the quay " * 200),))
    before = pickle.dumps(made)
    said = made.canonical()
    assert len(pickle.dumps(made)) < len(before) + 100 + len(made.text)  # the text is needed there, and is kept
    back = pickle.loads(pickle.dumps(made))
    assert back == made and back.canonical() == said


@settings(max_examples=50)
@given(st.data())
def test_an_article_comes_back_whole(articles: SearchStrategy[Article], data: DataObject) -> None:
    made = data.draw(articles)
    plain = made.to_json()
    assert article_from_json(plain) == made
    through = json.loads(canonical_json(plain))
    assert article_from_json(through) == made
    assert canonical_json(article_from_json(through).to_json()) == canonical_json(plain)


@settings(max_examples=50)
@given(st.data())
def test_the_published_shape_has_every_name_and_plain_values_only(articles: SearchStrategy[Article], data: DataObject) -> None:
    plain = data.draw(articles).to_json()
    assert plain["$schema"] == SCHEMA
    assert set(plain) == {"$schema", "text", *(f.name for f in dataclasses.fields(Article))}
    assert json.loads(json.dumps(plain)) == plain


@settings(max_examples=50)
@given(st.data())
def test_what_a_newer_release_adds_is_passed_over(articles: SearchStrategy[Article], data: DataObject) -> None:
    made = data.draw(articles)
    plain = made.to_json()
    assert article_from_json(_with_more(plain)) == made


def _with_more(value: Any) -> Any:
    """Every object that stands for one of ours, with a key that nobody knows yet."""
    if isinstance(value, dict):
        evidence = {k: {p: _with_more(e) for p, e in v.items()} if k == "evidence" else _with_more(v) for k, v in value.items()}
        return evidence | {"of_a_later_day": {"x": 1}}
    return [_with_more(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "plain",
    [
        {"body": [{"text": "no kind"}]},
        {"authors": [{"role": "no name"}]},
        {"authors": "Mara Quill"},
        {"dateline": "LONDON"},
        {"evidence": {"/headline": {"strategy": "s"}}},
        {"images": [7]},
    ],
)
def test_another_shape_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        article_from_json(plain)


@pytest.mark.parametrize(
    "plain",
    [
        {"type": "Podcast"},
        {"access": "sometimes"},
        {"body": [{"kind": "hologram", "text": "x"}]},
        {"evidence": {"/headline": {"strategy": "s", "how": "dreamt", "where": "page", "quote": "x"}}},
    ],
)
def test_a_kind_of_a_newer_release_is_refused_as_newer(plain: dict[str, Any]) -> None:
    with pytest.raises(NewerFormat, match="newer Pressmark"):
        article_from_json(plain)


def test_an_empty_object_is_an_empty_article() -> None:
    assert article_from_json({}) == Article()


@given(st.text(st.characters(categories=["Cs", "Ll", "Cc"]), max_size=10))
def test_lone_surrogates_and_nul_never_reach_the_json(text: str) -> None:
    image = Image(url=text, creators=(text,))
    made = Article(
        headline=text, keywords=(text,), authors=(Author(text),), images=(image,), body=(Block(BlockKind.PARAGRAPH, text),)
    )
    made = dataclasses.replace(made, evidence={"/headline": Evidence("s", How.MARKED, "css:h1", text)})
    data = canonical_json(made.to_json())
    assert b"\\u0000" not in data
    assert canonical_json(storable(made).to_json()) == data
    again = article_from_json(json.loads(data))
    assert again == storable(made)
    assert again.headline == clean_text(text)
    assert canonical_json(again.to_json()) == data
    assert again.canonical() == made.canonical() == data
    assert pickle.loads(pickle.dumps(made)) == made


def test_text_is_the_blocks_parted_by_a_blank_line_without_embeds() -> None:
    blocks = (
        Block(BlockKind.HEADING, "One", 2),
        Block(BlockKind.EMBED, "a film", url="https://x.example/film"),
        Block(BlockKind.PARAGRAPH, "\x00"),
        Block(BlockKind.PARAGRAPH, "Two\x00 and \ud800three."),
    )
    assert Article(body=blocks).text == "One\n\nTwo and three."


@pytest.mark.parametrize("value", [1.5, float("nan"), float("-inf")])
def test_an_article_that_is_not_what_its_types_say_is_refused(value: Any) -> None:
    evidence = {"/headline": Evidence("s", How.MARKED, "css:h1", value)}
    for made in (
        Article(headline=value),
        Article(keywords=(value,)),
        Article(body=(Block(BlockKind.HEADING, "A", value),)),
        Article(evidence=evidence),
    ):
        with pytest.raises(ValueError, match="no floats"):
            canonical_json(made.to_json())
        with pytest.raises(ValueError, match="no floats"):
            prepare(made)
