"""What stands around an article may change without its text changing: another advertisement, another box, one edit."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors import extract

PAGES = Path(__file__).parents[1] / "pages"
NAMES = (
    "amp-spanish", "arabic-news", "chinese-news", "divs-only-german", "drupal-comments", "ghost-post", "hindi-news",
    "interview-bold-questions", "list-article", "live-blog", "split-containers", "substack-letter", "table-layout-breaks",
    "teasers-and-appeals", "thai-news", "wordpress-blocks",
)  # fmt: skip
OPEN = Path(__file__).parents[4] / "shared" / "eval" / "dev"
OPEN_PAGES = 60
AD = (
    "<div class='ad-slot' id='ad-7'><span>Advertisement</span>"
    "<a href='https://shop.example/boots'>Boots that last, now at half price</a></div>"
)
BOX = (
    "<aside class='related-box'><h3>Related stories</h3><ul><li><a href='/x1'>The ferry that waits for its captain</a></li>"
    "<li><a href='/x2'>Who counts the swans of Ostrey in winter?</a></li></ul></aside>"
)
LABEL = "<p class='meta'><time datetime='2026-03-03T10:00:00Z'>3 March 2026, 10:00</time></p>"
PARAGRAPH = re.compile(r"<p>[^<>]{80,}</p>")
WORD = re.compile(r"(?<=[a-zà-ÿ] )[a-zà-ÿ]{4,}(?= [a-zà-ÿ])")


def body(markup: str, url: str) -> list[str]:
    return [b.text for b in extract(markup.encode(), url).body]


def variants(markup: str) -> Iterator[tuple[str, str]]:
    """The page with one thing put between its paragraphs or at its end, named."""
    ends = [m.end() for m in PARAGRAPH.finditer(markup)]
    for name, extra in (("advertisement", AD), ("related box", BOX)):
        if len(ends) > 1:
            at = ends[len(ends) // 2 - 1]
            yield f"{name} between paragraphs", markup[:at] + extra + markup[at:]
        end = markup.rfind("</body>")
        if end > 0:
            yield f"{name} at the end", markup[:end] + extra + markup[end:]
    title = markup.find("</h1>")
    if title > 0:
        yield "date line", markup[: title + 5] + LABEL + markup[title + 5 :]


def edited(markup: str) -> tuple[str, str, str] | None:
    """The page with one word of one paragraph changed; the word before and after."""
    for paragraph in PARAGRAPH.finditer(markup):
        word = WORD.search(paragraph[0])
        if word and markup.count(paragraph[0]) == 1:
            at = paragraph.start() + word.start()
            return markup[:at] + "amended" + markup[at + len(word[0]) :], word[0], "amended"
    return None


def check(markup: str, url: str) -> list[str]:
    """What went wrong, a line each."""
    before = body(markup, url)
    wrong = [name for name, variant in variants(markup) if body(variant, url) != before]
    change = edited(markup)
    if change:
        variant, old, new = change
        after = body(variant, url)
        pairs = [(a, b) for a, b in zip(before, after, strict=False) if a != b]
        if len(after) != len(before) or any(b.count(new) != 1 or b.replace(new, old, 1) != a for a, b in pairs) or len(pairs) > 1:
            wrong.append("one word edited")
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_own_pages(name: str) -> None:
    url = json.loads((PAGES / f"{name}.json").read_text("utf-8"))["url"]
    assert check((PAGES / f"{name}.html").read_text("utf-8"), url) == []


@pytest.mark.skipif(not OPEN.is_dir(), reason="needs the evaluation pages in ../shared/eval/dev")
def test_open_pages() -> None:
    """Of the variants of real pages at most two in a hundred may show anything else than the edit."""
    lines = (OPEN / "corpora" / "fundus.jsonl").read_text("utf-8").split("\n")
    golds = [json.loads(line) for line in lines if line.strip()][:: max(1, 124 // OPEN_PAGES)][:OPEN_PAGES]
    wrong = []
    asked = 0
    for gold in golds:
        markup = gzip.decompress((OPEN / gold["page"]).read_bytes()).decode("utf-8", "replace")
        asked += 6
        wrong += [f"{gold['id']}: {what}" for what in check(markup, gold["url"])]
    assert len(wrong) <= asked // 50, wrong
