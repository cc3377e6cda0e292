"""trafilatura reads the shared tree and leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from extractors.body.opinion import compact, kept_words
from extractors.page import Page

PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*.html"))


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_the_tree_stays_as_it_is(path: Path) -> None:
    page = Page.parse(path.read_bytes(), "https://paper.example/story")
    before = etree.tostring(page.tree)
    kept_words(page.tree, page.url)
    assert etree.tostring(page.tree) == before


def test_paragraphs_are_kept_and_comments_are_not(page_of: Callable[[str], Page]) -> None:
    page = page_of("teasers-and-appeals")
    words = kept_words(page.tree, page.url)
    assert compact("In Oberlinden dreht sich wieder ein Wasserrad.") in words
    assert compact("Ich habe selbst dort gehobelt") not in words


def test_a_page_without_text_has_no_words() -> None:
    assert kept_words(Page.parse(b"<html><body><img src='a.jpg'></body></html>").tree, None) == ""
