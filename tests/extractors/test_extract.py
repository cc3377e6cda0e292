"""``extract`` as a whole: pure, never raising, light to import, and careful with the shared tree."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as each
from hypothesis import strategies as st
from lxml import etree

from extractors import article, extract, release
from extractors.page import Page
from extractors.tree import MAX_ELEMENTS
from model.article_back import article_from_json
from model.canonical import canonical_json
from model.errors import Skip, TooLarge

URL = "https://www.penning-post.example/news/2024/03/05/some-story"
_MARKUP = """<p> </p> <div class="byline"> </div> <article> <h1> </h1> <script type="application/ld+json"> </script>
    <time datetime=" 2024-03-05T10:00:00Z "> {"@type":"NewsArticle", "headline": "author":[ null {"@id":"#a"} ] } , &quot; &#0;
    <meta <figure> <img src=x alt= <figcaption> Photo: By Jane Doe, Reuters LONDON (AP) — 5 March 2024 5/6/2024 م 令和6年3月5日
    ۱۵ اسفند ۱۴۰۲ <!-- --> <svg> <table><tr><td> Correction: \x00 \ud7ff \u202e <title> | Site</title> <html lang="de"> word"""
_SENTENCE = "The harbour master said on Tuesday that the ferry would run again, and nobody in the hall believed him. "
_PIECES = st.sampled_from([*_MARKUP.split(), " ", "\n", _SENTENCE])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@each(st.lists(_PIECES, max_size=60))
def test_markup_of_any_kind_gives_an_article(pieces: list[str]) -> None:
    _reads_or_skips("".join(pieces).encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@each(st.binary(max_size=600), st.sampled_from(["", "gzip", "br", "deflate", "zstd", "x"]))
def test_bytes_of_any_kind_give_an_article_or_a_reason(body: bytes, coding: str) -> None:
    _reads_or_skips(body, {"Content-Encoding": coding, "Content-Type": "text/html"})


@settings(max_examples=60, deadline=None)
@each(st.text(max_size=400))
def test_texts_of_any_kind_give_an_article_or_a_reason(text: str) -> None:
    _reads_or_skips(text.encode("utf-8", "surrogatepass"))


def _reads_or_skips(body: bytes, headers: dict[str, str] | None = None) -> None:
    try:
        first = extract(body, URL, headers=headers)
    except Skip as error:
        assert str(error)
        return
    plain = first.to_json()
    assert article_from_json(plain).to_json() == plain
    assert canonical_json(plain) == canonical_json(extract(body, URL, headers=headers).to_json())


@pytest.mark.parametrize("name", ["kicker-german", "slider-opinion", "breadcrumb-heading"])
def test_the_same_page_gives_the_same_bytes_in_another_process(name: str, given: Callable[[str], Any]) -> None:
    g = given(name)
    here = canonical_json(extract(g.body, g.url, captured_at=g.captured_at).to_json())
    program = (
        "import sys; from datetime import datetime; from extractors import extract; from model.canonical import canonical_json;"
        "at = datetime.fromisoformat(sys.argv[2]) if sys.argv[2] else None;"
        "sys.stdout.buffer.write(canonical_json(extract(sys.stdin.buffer.read(), sys.argv[1], captured_at=at).to_json()))"
    )
    at = g.captured_at.isoformat() if g.captured_at else ""
    there = subprocess.run(
        [sys.executable, "-c", program, g.url, at],
        input=g.body,
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"},
    )
    assert there.stdout == here


def test_the_shared_tree_is_left_untouched(page_name: str, page_of: Callable[[str], Page]) -> None:
    """trafilatura and every strategy of ours get the same tree; whoever changed it would lie to the next."""
    page = page_of(page_name)
    before = etree.tostring(page.tree)
    article.read(page)
    assert etree.tostring(page.tree) == before


def test_encoded_and_decoded_bodies_are_the_same_article(given: Callable[[str], Any]) -> None:
    g = given("kicker-german")
    headers = [("Content-Encoding", "gzip"), ("Content-Type", "text/html")]
    packed = extract(gzip.compress(g.body), g.url, headers=headers, captured_at=g.captured_at)
    assert packed == extract(g.body, g.url, headers=headers, captured_at=g.captured_at)


def test_a_capture_time_without_offset_is_utc(given: Callable[[str], Any]) -> None:
    g = given("future-dates")
    naive = extract(g.body, g.url, captured_at=datetime(2021, 5, 8))  # noqa: DTZ001 - the case
    assert naive == extract(g.body, g.url, captured_at=datetime(2021, 5, 8, tzinfo=UTC))


def test_what_was_published_after_the_capture_was_not(given: Callable[[str], Any]) -> None:
    g = given("future-dates")
    told = extract(g.body, g.url, captured_at=g.captured_at)
    reasons = {r.reason for r in told.evidence["/date_published"].rejected}
    assert "after the capture" in reasons


def test_too_many_elements_are_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge) as caught:
        extract(b"<html><body>" + b"<p>x" * (MAX_ELEMENTS + 1))
    assert caught.value.facts["limit"] == MAX_ELEMENTS


def test_plain_text_goes_the_way_of_wire_copy() -> None:
    text = (
        "Ferry sails again\n\nBy Jane Doe\n\nPENNING, March 5 (TWP) -- The ferry to Skarvik sails again after a winter in dock.\n"
    )
    assert extract(text.encode()).headline == "Ferry sails again"


def test_importing_the_extractors_is_light() -> None:
    program = "import sys, extractors; print([m for m in ('trafilatura', 'lxml') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_release_names_everything_that_reads() -> None:
    told = release()
    assert list(told) == sorted(told)
    assert {"extractors", "rules", "lxml", "trafilatura", "brotli"} <= set(told)
    assert told["rules"].startswith("sha256:")
    assert told is release()
