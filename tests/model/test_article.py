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

from model.article import SCHEMA, Article, Author, Block, BlockKind, Evidence, How, Image, canonical_json, clean_text
from model.errors import NewerFormat
from model.prepared import prepare

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), VALUES, max_size=4)


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
    assert Article.from_json(plain) == made
    through = json.loads(canonical_json(plain))
    assert Article.from_json(through) == made
    assert canonical_json(Article.from_json(through).to_json()) == canonical_json(plain)


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
    assert Article.from_json(_with_more(plain)) == made


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
        Article.from_json(plain)


@pytest.mark.parametrize("plain", [{"type": "Podcast"}, {"access": "sometimes"}, {"body": [{"kind": "hologram", "text": "x"}]}])
def test_a_kind_of_a_newer_release_is_refused_as_newer(plain: dict[str, Any]) -> None:
    with pytest.raises(NewerFormat, match="newer Pressmark"):
        Article.from_json(plain)


def test_an_empty_object_is_an_empty_article() -> None:
    assert Article.from_json({}) == Article()


@given(st.text())
def test_clean_text_is_taken_by_every_encoder_and_loses_nothing_else(text: str) -> None:
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert clean == "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")


@given(st.text(st.characters(categories=["Cs", "Ll", "Cc"]), max_size=10))
def test_lone_surrogates_and_nul_never_reach_the_json(text: str) -> None:
    image = Image(url=text, creators=(text,))
    made = Article(
        headline=text, keywords=(text,), authors=(Author(text),), images=(image,), body=(Block(BlockKind.PARAGRAPH, text),)
    )
    made = dataclasses.replace(made, evidence={"/headline": Evidence("s", How.MARKED, "css:h1", text)})
    data = canonical_json(made.to_json())
    assert b"\\u0000" not in data
    assert canonical_json(made.storable().to_json()) == data
    again = Article.from_json(json.loads(data))
    assert again == made.storable()
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


@given(OBJECTS)
def test_canonical_json_is_the_same_whatever_the_order_of_keys(plain: dict[str, Any]) -> None:
    data = canonical_json(plain)
    assert canonical_json(_turned(plain)) == data
    assert json.loads(data) == plain
    assert canonical_json(json.loads(data)) == data


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES | st.integers() | st.text(), max_size=4))
def test_canonical_bytes_are_those_of_the_standard_library(plain: dict[str, Any]) -> None:
    """Ledgers were written so before another encoder came, and every one to come has to write the same."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical_json(plain) == text.encode()


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _turned(v) for k, v in reversed(value.items())}
    return [_turned(v) for v in value] if isinstance(value, list) else value


@given(OBJECTS, OBJECTS)
def test_different_values_have_different_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (canonical_json(one) == canonical_json(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize("value", [1.5, float("nan"), [0.0], {"a": [{"b": 1e300}]}, (2.0,), "\ud800", {"\udfff": 1}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json({"x": value})


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


def test_canonical_bytes_are_these() -> None:
    plain = {"b": [1, None, True, "é\n\u2028/"], "a": {}, "Z": "\x7f\x01"}
    assert canonical_json(plain) == '{"Z":"\x7f\\u0001","a":{},"b":[1,null,true,"é\\n\u2028/"]}'.encode()
