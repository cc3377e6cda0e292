"""Which links of a section page look like articles, with reasons; which feeds a page points at."""

from __future__ import annotations

import pytest

from sources.sections import feed_links, read_section

BASE = "https://reed-bank.example/news/"


def _links(body: str) -> dict[str, tuple[str, ...]]:
    listing = read_section(f"<!doctype html><html><head><title>News</title></head><body>{body}</body></html>", BASE)
    return {item.url.removeprefix("https://reed-bank.example"): item.why for item in listing.items}


@pytest.mark.parametrize(
    ("href", "text"),
    [
        ("/2024/04/01/keepers-agree-on-the-lock-gates", "Keepers agree on the lock gates"),
        ("/news/keepers-agree-on-the-lock-gates-1234567", "Keepers agree on the lock gates"),
        ("/politik/artikel/schleuse-wird-neu-gestrichen-3.2910.html", "Schleuse wird neu gestrichen"),
        ("/story.php?id=48213", "Keepers agree on the lock gates at last"),
        ("/20240401/c_1310212345.htm", "船闸看守人就闸门达成一致意见"),
        ("/noticias/guardianes-de-la-esclusa-llegan-a-un-acuerdo", "Guardianes de la esclusa llegan a un acuerdo"),
        ("/a/48213/lock-gates", "Lock gates"),
    ],
)
def test_links_that_look_like_articles(href: str, text: str) -> None:
    found = _links(f'<main><h2><a href="{href}">{text}</a></h2></main>')
    assert list(found) == [href] and all(why[:2] in {"+ ", "- "} for why in found[href])


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/">Home</a>',
        '<a href="/sport/">Sport</a>',
        '<a href="/news/">News</a>',
        '<a href="/tag/lock-gates-and-other-water-works">Lock gates</a>',
        '<a href="/author/odile-farrow-of-reed-bank">Odile Farrow</a>',
        '<a href="/subscribe-now-and-save-half-of-it">Subscribe now and save half of it</a>',
        '<a href="/2024/04/01/lock-gates.jpg">A picture of the lock gates in spring</a>',
        '<a href="https://other.example/2024/04/01/keepers-agree-on-the-lock-gates">Keepers agree on the lock gates</a>',
        '<a href="javascript:void(0)">Keepers agree on the lock gates</a>',
        '<a href="mailto:desk@reed-bank.example">Write to the desk of the paper</a>',
        '<nav><a href="/special/lock-gates-of-the-river">Lock gates of the river</a></nav>',
        '<div class="footer-menu"><a href="/special/lock-gates-of-the-river">Lock gates of the river</a></div>',
    ],
)
def test_links_that_do_not(link: str) -> None:
    assert _links(link) == {}


def test_a_link_seen_twice_is_one_with_its_best_reasons() -> None:
    href = "/2024/04/01/keepers-agree-on-the-lock-gates"
    found = _links(
        f'<a href="{href}?utm_source=top"><img></a><main><h2><a href="{href}#comments">Keepers agree at last</a></h2></main>'
    )
    assert len(found) == 1 and "+ it is a heading" in next(iter(found.values()))


def test_relative_links_and_a_base() -> None:
    page = '<html><head><base href="https://reed-bank.example/x/"></head><a href="2024/04/01/keepers-agree-on-it">K</a></html>'
    [item] = read_section(page, BASE).items
    assert item.url == "https://reed-bank.example/x/2024/04/01/keepers-agree-on-it"


def test_feeds_that_a_page_points_at() -> None:
    found = feed_links(
        '<html><head><link rel="alternate" type="application/rss+xml" title="All" href="/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Reed Bank Post &raquo; Comments Feed" href="/comments/feed/">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">'
        '<link rel="alternate" hreflang="fr" href="/fr/"><link rel="stylesheet" type="text/css" href="/a.css"></head>'
        '<body><a href="/sport/rss.xml">Sport</a><a href="/feed/">again</a><a href="/feeding-the-ducks">Ducks</a></body></html>',
        BASE,
    )
    assert [(x.url.removeprefix("https://reed-bank.example"), x.how, x.is_of_comments) for x in found] == [
        ("/feed/", "declared by the page", False),
        ("/comments/feed/", "declared by the page", True),
        ("/sport/rss.xml", "linked on the page", False),
    ]


@pytest.mark.parametrize(
    ("kind", "is_feed"),
    [
        ("application/rss+xml", True),
        ("APPLICATION/ATOM+XML; charset=utf-8", True),
        ("application/feed+json", True),
        ("text/html", False),
        ("application/json+oembed", False),
    ],
)
def test_what_a_page_declares_as_its_alternate_is_a_feed_by_its_type(kind: str, is_feed: bool) -> None:
    found = feed_links(f'<html><head><link rel="home Alternate" type="{kind}" href="/x"></head><body>x</body></html>', BASE)
    assert [x.url for x in found] == (["https://reed-bank.example/x"] if is_feed else [])


def test_pages_of_nothing() -> None:
    assert read_section("<p>", BASE).items == () and feed_links("<html>", None) == ()
    assert read_section("<a href=x>" * 20_000, None).items == ()
