"""Which wording is the headline where a page has several: one made-up page a shape."""

from __future__ import annotations

import pytest

from extractors.fields import headline
from extractors.page import Page

TEXT = "<p>The harbour board met for three hours and then left the cranes where they have stood since the flood.</p>" * 4

# name: head, body before the text, headline
SHAPES = {
    "a description of the site after the heading is no other wording": (
        "<meta property=og:title content='The cranes stay | Slow walks, low tides and what a small town cooks, mends, keeps'>",
        "<main><h1>The cranes stay</h1>",
        "The cranes stay",
    ),
    "a word that begins like the site's name is the piece's": (
        "<meta property=og:site_name content=Harbour><title>A night on the quay | Harbourmasters remember</title>",
        "<main>",
        "A night on the quay | Harbourmasters remember",
    ),
    "a longer name of the site's is not": (
        "<meta property=og:site_name content=Harbour><title>A night on the quay | Harbour News Daily</title>",
        "<main>",
        "A night on the quay",
    ),
    "a long heading does not give way to a section's": (
        "<title>7 Key Crane Methods | Harbour Yard Tools</title>",
        "<main><h1>Key Crane Lifting Methods with Pros and Cons</h1><h2>Key Crane Methods</h2>",
        "Key Crane Lifting Methods with Pros and Cons",
    ),
    "a short one that is only the site's does": (
        "<title>The cranes stay where the flood left them - Harbour News Weekly Online Edition</title>",
        "<h1>Harbour News</h1><main><h2 class=title>The cranes stay where the flood left them</h2>",
        "The cranes stay where the flood left them",
    ),
    "a place that only the declared title puts first": (
        '<title>Northport: cranes stay</title><meta property=og:title content="The cranes stay after all">'
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Northport - The cranes stay after all"}</script>',
        "<main><div class=breadcrumb><h1>The cranes stay after all</h1></div>",
        "The cranes stay after all",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_headline(name: str) -> None:
    head, top, expected = SHAPES[name]
    page = Page.parse(
        f"<html lang=en><head>{head}</head><body>{top}{TEXT}</main></body></html>".encode(), "https://harbour.example/a"
    )
    assert headline.read(page).value == expected
