"""Which image addresses are stand-ins for an image that a script loads later, and which are pictures."""

from __future__ import annotations

import pytest

from extractors import extract

WORDS = "<p>The lamp was lit again on Monday, and the keepers of the point could not be more pleased about it.</p>" * 3


@pytest.mark.parametrize(
    "name", ["grey-point.jpg", "gray-wolf-3.jpg", "loading-dock.jpg", "empty-shelves.jpg", "pixel-art-show.png"]
)
def test_a_picture_is_not_lost_for_its_name(name: str) -> None:
    page = f"<article><h1>Lamp lit</h1><figure><img src='/i/{name}'><figcaption>The lamp.</figcaption></figure>{WORDS}</article>"
    assert [i.url for i in extract(page.encode(), "https://paper.example/lamp").images] == [f"https://paper.example/i/{name}"]


@pytest.mark.parametrize(
    "name", ["grey.gif", "placeholder-16x9.png", "1x1.gif", "blank.gif", "no-image.jpg", "grey" + "1" * 5000 + ".x"]
)
def test_a_stand_in_gives_way_to_the_picture(name: str) -> None:
    image = f"<img src='/i/{name}' data-src='/i/lamp.jpg'>"
    page = f"<article><h1>Lamp lit</h1><figure>{image}<figcaption>The lamp.</figcaption></figure>{WORDS}</article>"
    assert [i.url for i in extract(page.encode(), "https://paper.example/lamp").images] == ["https://paper.example/i/lamp.jpg"]


def test_a_pixel_that_counts_readers_is_no_picture() -> None:
    pixel = "<img src='https://counter.example/70c8fc80' alt='' style='position:absolute;width:1px;height:1px'>"
    picture = "<figure><img src='/i/lamp.jpg' style='width:640px;height:auto'><figcaption>The lamp.</figcaption></figure>"
    page = f"<article><h1>Lamp lit</h1>{picture}{WORDS}{pixel}{WORDS}</article>"
    assert [i.url for i in extract(page.encode(), "https://paper.example/lamp").images] == ["https://paper.example/i/lamp.jpg"]


def test_the_box_of_the_author_behind_a_picture_names_no_photographer() -> None:
    picture = "<div class=hero><img src='/i/lamp.jpg' alt='The lamp' width=900 height=500></div>"
    box = "<div class=list-author><p class=list-author-title>Author</p><p class=author-name>Zoe Onder</p></div>"
    page = f"<html lang=en><main><article><h1>Lamp lit</h1>{picture}{box}{WORDS}</article></main></html>"
    article = extract(page.encode(), "https://paper.example/lamp")
    assert [(i.credit_line, i.creators, i.agencies) for i in article.images] == [(None, (), ())]
    assert [a.name for a in article.authors] == ["Zoe Onder"]
