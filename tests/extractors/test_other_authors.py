"""Names below the text: lists of a paper's writers and other pieces give no authors, a box about this piece's own does."""

from __future__ import annotations

import pytest

from extractors import extract

TEXT = """<p>The swing bridge at Millhaven will stay shut until the last week of April, the harbour office said on Tuesday,
because a bearing cast in 1931 has split from rim to rim.</p>
<p>Barges that carry gravel to the works above the lock now unload at the old coal quay, and lorries bring the stone
through Cooper Street, where the school begins at eight.</p>
<p>The office has ordered a new bearing from a foundry in the hills, which casts only twice a year. The council will pay a
third of the sum, and the two gravel firms the rest.</p>
<p>A ferry for walkers crosses every half hour until dusk, and takes bicycles when the tide allows it. Nobody pays before
the bridge turns again, the office said.</p>"""
DATE = "<p><time datetime='2026-03-10T09:00'>10 March 2026</time></p>"
WRITERS = ("Ann Onder", "Ivo Brandt", "Mara Lindqvist")
TITLE = "A story of the old quay and its boats"


def _profile(name: str, rel: str = " rel='author'") -> str:
    return f"<a{rel} href='/authors/{name.lower().replace(' ', '-')}'>{name}</a>"


def _list(names: tuple[str, ...] = WRITERS, rel: str = " rel='author'") -> str:
    return "<ul>" + "".join(f"<li>{_profile(name, rel)}</li>" for name in names) + "</ul>"


def _each(item: str) -> str:
    """One copy of an item a writer, with the writer and a piece's address put in."""
    return "".join(
        item.replace("WHO", _profile(w)).replace("NAME", w).replace("HREF", f"/2026/0{n}/old-quay") for n, w in enumerate(WRITERS)
    )


def _authors(top: str, below: str, language: str) -> list[str]:
    page = (
        f"<!doctype html><html lang={language}><head><title>Swing bridge shut until April | Millhaven Reader</title>"
        "<meta property='og:site_name' content='Millhaven Reader'></head><body><header><a href='/'>Home</a></header>"
        f"<main><article><h1>Swing bridge shut until April</h1>{top}{DATE}{TEXT}{below}</article></main>"
        "<footer><p>Millhaven Reader</p></footer></body></html>"
    )
    return [a.name for a in extract(page.encode(), "https://millhaven.example/2026/03/swing-bridge").authors]


OTHERS = {
    "more from our authors": ("en", f"<div><h3>More from our authors</h3>{_list()}</div>"),
    "in a paragraph": ("en", f"<div><p>More from our authors</p>{_list()}</div>"),
    "our writers": ("en", f"<section><h2>Our writers</h2>{_list()}</section>"),
    "columnists": ("en", f"<section><h2>Columnists</h2>{_list()}</section>"),
    "unsere Autoren": ("de", f"<div><h3>Unsere Autoren</h3>{_list()}</div>"),
    "nos auteurs": ("fr", f"<div><h3>Nos auteurs</h3>{_list()}</div>"),
    "one of them": ("en", f"<div><h3>More from our authors</h3>{_list(WRITERS[:1])}</div>"),
    "no heading": ("en", f"<div>{_list()}</div>"),
    "no heading, rows": ("en", f"<div>{_each('<div>WHO</div>')}</div>"),
    "profiles without rel": ("en", f"<div><h3>More from our authors</h3>{_list(rel='')}</div>"),
    "teasers with by": (
        "en",
        f"<div><h3>More stories</h3>{_each(f'<div><h4><a href=HREF>{TITLE}</a></h4><p>By WHO</p></div>')}</div>",
    ),
    "teasers without a heading": ("en", f"<div>{_each(f'<div><a href=HREF>{TITLE}</a> WHO</div>')}</div>"),
    "one teaser": (
        "en",
        f"<div><h3>Also read</h3><div><a href=/2026/01/old-quay>{TITLE}</a>"
        f"<p>{_profile('Ann Onder')} 3 March 2026</p></div></div>",
    ),
    "about other authors": (
        "en",
        f"<div><h3>About the authors</h3>{_each(f'<div><a href=HREF>{TITLE}</a><p>WHO writes about boats.</p></div>')}</div>",
    ),
    "names in a class": ("en", f"<div><h3>More from our authors</h3>{_each('<div class=author-name>NAME</div>')}</div>"),
    "names before titles": (
        "en",
        "<section><h2>Most read</h2>"
        + _each(f"<div><span class=author>NAME</span><p><a href=HREF>{TITLE}</a></p></div>")
        + "</section>",
    ),
}
OWN = {
    "about the author": (
        ["Ann Onder"],
        f"<div><h3>About the author</h3><p>{_profile('Ann Onder')} covers the harbour.</p></div>",
    ),
    "about both": (
        ["Ann Onder", "Ivo Brandt"],
        f"<div><h3>About the authors</h3><p>{_profile('Ann Onder')} covers the harbour.</p>"
        f"<p>{_profile('Ivo Brandt')} covers the courts.</p></div>",
    ),
    "a signature": (["Ann Onder"], f"<p>{_profile('Ann Onder')}</p>"),
    "a signature with by": (["Ann Onder"], f"<p>By {_profile('Ann Onder')}</p>"),
    "more by the author": (
        ["Ann Onder"],
        f"<div><h3>More by {_profile('Ann Onder')}</h3><ul><li><a href=/2026/02/weir>The weir that nobody wanted</a></li>"
        "<li><a href=/2026/02/eels>A year among the eel catchers</a></li></ul></div>",
    ),
}


@pytest.mark.parametrize(("language", "below"), OTHERS.values(), ids=OTHERS)
def test_others_are_no_authors(language: str, below: str) -> None:
    assert _authors("", below, language) == []


@pytest.mark.parametrize("below", [b for language, b in OTHERS.values() if language == "en"])
def test_the_name_at_the_head_stays_the_author(below: str) -> None:
    assert _authors("<p>Cora Vane</p>", below, "en") == ["Cora Vane"]


@pytest.mark.parametrize(("names", "below"), OWN.values(), ids=OWN)
def test_a_box_about_this_piece_names_its_authors(names: list[str], below: str) -> None:
    assert _authors("", below, "en") == names
