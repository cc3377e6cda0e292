"""Headlines that no heading is: a piece of the title that stands alone, or what is set largest close above the text."""

from __future__ import annotations

import pytest

from extractors.page import Page

TEXT = "Nobody in Wrexton can remember the river freezing before Christmas, and nobody can remember the ferry in April."


def shown(title: str, body: str) -> str | None:
    page = Page.parse(
        f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode(), "http://www.wrexton.example/a"
    )
    return None if page.h1 is None else page.text_of(page.h1)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "Wrexton Courier: Local News",
            "<font size=1><b>Local News</b></font><font size=5><b>Ferry waits for ice</b></font><p><b>By A. Fell</b><p>",
        ),
        ("Wrexton Courier", "<div class=hed>Ferry waits for ice</div><div class=by>By A. Fell</div>"),
        ("Printable page", "<p>Print this page</p><h3>Ferry waits for ice</h3>"),
        ("Wrexton Courier - Ferry waits for ice - Local", "<td><span class=t24><b>Ferry waits for ice</b></span></td>"),
        ("wrexton_dock: Ferry waits for ice", "<h3>Ferry waits for ice</h3>"),
        ("The Dock: Ferry waits for ice", "<h1><a href='/'>The Dock</a></h1><h3>Ferry waits for ice</h3>"),
        (
            "The Dock: Ferry waits for ice",
            "<h1><a href='/'>The Dock</a></h1><h3><a href='/a'>Ferry waits for ice</a> · Oct 22 by A. Fell</h3>",
        ),
    ],
)
def test_a_headline_is_found_without_a_heading_of_its_own(title: str, body: str) -> None:
    assert shown(title, f"{body}<div>{TEXT}</div>") == "Ferry waits for ice"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "Ferry waits for the ice to make up its mind",
            "<b>Advertise with us today</b>",
        ),  # the title is a headline: bold is not enough
        ("Wrexton Courier", "<b>Wrexton Courier</b>"),  # the site's name
        ("Wrexton Courier Online", "<font size=6>The Wrexton Courier</font>"),  # the same in other words
        ("News", "<b>Friday, March 12, 2004</b>"),  # a day
        ("News", "<b>By Ambrose Fell, Staff Writer</b>"),  # a byline
        ("Nachrichten", "<b>Freitag, 12.03.2004</b>"),
        ("Wrexton Courier", f"<h3>Ferry waits for ice</h3><p>{'Menu and more. ' * 60}</p>"),  # far above
    ],
)
def test_what_is_no_headline_is_not_taken_for_one(title: str, body: str) -> None:
    assert shown(title, f"{body.replace('. ', '.<br>')}<div>{TEXT}</div>") is None
