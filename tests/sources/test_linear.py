"""What strangers write at length takes time by its length, not by its square: each of these once took minutes."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sources.discovery import read_listing
from sources.markup.plain import plain_text
from sources.memento.links import links_of
from sources.sections import read_section

SECONDS = 5.0


def _menu(length: int) -> str:
    links = "".join(f'<a href="/2024/03/05/the-harbour-gates-{n}">The gates of the harbour, part {n}</a>' for n in range(600))
    return f'<html><body><div class="{"n" * length}">{links}</div></body></html>'


def _attributes(number: int) -> str:
    return " ".join(f"a{n}=''" for n in range(number))


@pytest.mark.parametrize(
    "read",
    [
        lambda: [plain_text("<style" * 7_000) for _ in range(20)],
        lambda: [plain_text("<SCRIPT>x</style>" * 2_500) for _ in range(20)],
        lambda: [plain_text("<!-- - " * 6_000) for _ in range(20)],
        lambda: list(links_of("<" * 1_000_000)),
        lambda: list(links_of('<a>;b="' * 100_000)),
        lambda: read_section(_menu(1_000_000), "https://harbour-ledger.example/"),
        lambda: read_section(f"<html><body><a {_attributes(500_000)}>x</a></body></html>", "https://harbour-ledger.example/"),
        lambda: read_section("<div>" * 200_000 + "<a href=/2024/03/05/the-gates>x", "https://harbour-ledger.example/"),
        lambda: read_listing(f"<rss><channel><item {_attributes(500_000)}/></channel></rss>".encode(), None),
    ],
    ids=[
        "styles",
        "scripts",
        "comments",
        "links",
        "parameters",
        "classes",
        "attributes of a page",
        "depth of a page",
        "attributes of a feed",
    ],
)
def test_time_goes_with_length(read: Callable[[], object]) -> None:
    began = time.process_time()
    read()
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("a<script>if (b < c) d()</script>e", "a e"),
        ("a<STYLE>p { b }</style >c<!-- d > <b> -->e", "a c e"),
        ("a &lt;script&gt;b&lt;/script&gt;c", "a c"),
        ("a<!-- b", "a<!-- b"),
        ("a <style>b c", "a b c"),
        ("a<!-- <script> -->b</script>c", "a b c"),
    ],
)
def test_what_nobody_sees_is_no_text(printed: str, words: str) -> None:
    assert plain_text(printed) == words
