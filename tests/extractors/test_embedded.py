"""JSON that scripts carry: where it is found, and that hostile pages cost no more than honest ones."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.embedded import MAX_STATES
from extractors.page import Page
from extractors.state import longest_text

LINE = "The ferry at Niederwerth takes bicycles again from Monday, says the harbour office, and the fare stays what it was. "
STORY = {"story": {"body": LINE * 4, "filler": "x" * 200}}


def page_with(*scripts: str) -> Page:
    markup = "".join(f"<script>{s}</script>" for s in scripts)
    return Page.parse(f"<html><body><p>Words</p>{markup}</body></html>".encode(), "https://paper.example/a")


def data_of(*scripts: str) -> list[tuple[str, Any]]:
    return [(s.name, s.data) for s in page_with(*scripts).states]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('window["__QUERIES_5b_"] = window["__QUERIES_5b_"] || [];window["__QUERIES_5b_"].push(', ");"),
        ("(window.storyQueue=window.storyQueue||[]).push( ", ")"),
        ("self['store'].push(", ", 1)"),
        ("window.__INITIAL_STATE__ = ", ";"),
        ('window["__pageData"]=', ""),
        ("window.__remixContext = ", ";"),
        ("self.__hydration = JSON.parse(", ")"),
    ],
)
def test_values_that_scripts_set_or_push(before: str, after: str) -> None:
    value = json.dumps(json.dumps(STORY)) if "JSON.parse" in before else json.dumps(STORY)
    assert STORY in [data for _, data in data_of(f"var a = 1;{before}{value}{after}")]


def _json(value: object) -> Any:
    markup = f"<html><body><script type='application/json'>{json.dumps(value)}</script></body></html>"
    return Page.parse(markup.encode(), "https://paper.example/a").states[0].data


def test_an_answer_that_a_page_keeps_is_opened() -> None:
    assert _json({"status": 200, "headers": {}, "body": json.dumps(STORY)}) == STORY


@pytest.mark.parametrize("body", ["Words of the text", "[Bay Agency] Words of the text", "{not a value", ""])
def test_a_piece_with_a_status_and_a_text_is_no_answer(body: str) -> None:
    piece = {"status": "published", "title": "Ferry takes bicycles", "body": body}
    assert _json(piece) == piece


def test_events_for_counters_are_no_states() -> None:
    assert data_of('window.dataLayer.push({"event": "view"});') == []


def test_a_text_is_put_back_where_react_refers_to_it() -> None:
    text = LINE * 3
    row = f"5:{json.dumps({'article': {'body': '$1f', 'again': '$1f', 'other': '$ff'}})}\n"
    stream = f"1f:T{len(text.encode()):x},{text}{row}"
    pushes = [f"self.__next_f.push({json.dumps([1, part])})" for part in (stream[:80], stream[80:])]
    assert data_of(*pushes) == [("__next_f", {"article": {"body": text, "again": "", "other": "$ff"}})]
    found = longest_text(page_with(*pushes))
    assert found is not None
    assert found.where == "state:__next_f/article/body"


def test_many_pushes_leave_room_for_the_stream() -> None:
    row = f"self.__next_f.push({json.dumps([1, '1:' + json.dumps(STORY)])})"
    found = data_of(*[f"window.queue.push({json.dumps(STORY)})"] * (MAX_STATES + 5), row)
    assert found.count(("__next_f", STORY)) == 1
    assert len(found) == MAX_STATES + 1


@pytest.mark.parametrize(
    "script",
    [
        "window.ab.push({" * 60_000,
        'window["' * 100_000,
        "window.__ab = {" * 60_000,
        "self.__next_f.push([1," * 40_000,
        "self.__next_f.push(" + json.dumps([1, "1:T9," * 150_000]) + ")",
        "self.__next_f.push(" + json.dumps([1, "a:Tfffffff," + "1:Tffff,é" * 80_000]) + ")",
        "self.__next_f.push(" + json.dumps([1, "1:T400," + "x" * 1024 + '2:["$1"' + ',"$1"' * 100_000 + "]\n"]) + ")",
    ],
    ids=["pushes", "brackets", "assignments", "streams", "rows", "bytes", "references"],
)
def test_hostile_scripts_cost_little(script: str) -> None:
    start = time.process_time()
    page = page_with(script)
    sizes = [len(json.dumps(s.data)) for s in page.states]
    assert sum(sizes) < 4 * len(script) + 1000
    assert time.process_time() - start < 2


@settings(max_examples=120, deadline=None)
@given(st.lists(st.text(st.sampled_from('0123abT:,$"{}[]()\\n é😀<p>/window.selfx_f|=;\\'), max_size=60), max_size=6))
def test_no_stream_and_no_script_raises(parts: list[str]) -> None:
    scripts = [f"self.__next_f.push({json.dumps([1, p])})" for p in parts] + [f"window.ab.push({{{p}" + " " * 200 for p in parts]
    for state in page_with(*(s.replace("<", "\\u003c") for s in scripts)).states:
        json.dumps(state.data)


def attribute_states(markup: str) -> list[tuple[str, Any]]:
    page = Page.parse(f"<html><body>{markup}</body></html>".encode(), "https://paper.example/a")
    return [(s.name, s.data) for s in page.states]


def test_data_that_attributes_hand_to_a_script() -> None:
    props = {"article": [0, {"title": [0, "Ferry"], "body": [1, [[0, LINE], [0, LINE * 3]]], "lead": [0, None]}]}
    story = {"component": "Story", "props": STORY}
    markup = f"<astro-island props='{json.dumps(props)}'></astro-island><div data-page='{json.dumps(story)}'></div>"
    assert attribute_states(markup) == [
        ("astro-island", {"article": {"title": "Ferry", "body": [LINE, LINE * 3], "lead": None}}),
        ("data-page", story),
    ]


def test_settings_and_broken_data_in_attributes_are_no_states() -> None:
    assert attribute_states("""<div data-page="home" props='{"a": 1}'></div>""") == []
    assert attribute_states(f"<astro-island props='{{\"a\": [0, {LINE * 9}'></astro-island>") == []


def test_an_answer_that_was_fetched_for_the_page_is_opened() -> None:
    answer = json.dumps({"status": 200, "statusText": "OK", "headers": {}, "body": json.dumps(STORY)})
    markup = f'<script type="application/json" data-sveltekit-fetched data-url="/api/a">{answer}</script>'
    assert attribute_states(markup) == [("json", STORY)]


def test_data_in_attributes_that_is_nested_without_end_stays_cheap() -> None:
    nested = '{"a": ' + "[0, [1, " * 5000 + "0" + "]]" * 5000 + "}"
    started = time.process_time()
    attribute_states(f"<astro-island props='{nested}'></astro-island>" * 5)
    assert time.process_time() - started < 2
