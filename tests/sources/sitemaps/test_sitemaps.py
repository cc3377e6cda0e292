"""Sitemaps, their indexes, the news extension, and plain lists."""

from __future__ import annotations

import gzip

import pytest

from sources.discovery import read_listing
from sources.listing import Item, Part, Shape

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'


@pytest.mark.parametrize("packed", [False, True])
def test_a_news_sitemap(packed: bool) -> None:
    body = (
        f"<urlset {SPACE} {NEWS}><url><loc>https://reed-bank.example/a</loc><lastmod>2024-04-02</lastmod><n:news><n:publication>"
        "<n:name>Reed Bank Post</n:name><n:language>en</n:language></n:publication>"
        "<n:publication_date>2024-04-01T08:00:00+02:00</n:publication_date><n:title>Lock &amp; key</n:title>"
        "<n:keywords>Tides, Locks</n:keywords></n:news></url></urlset>"
    ).encode()
    listing = read_listing(gzip.compress(body) if packed else body, "https://reed-bank.example/news.xml.gz")
    assert listing.shape is Shape.NEWS_SITEMAP
    assert listing.items == (
        Item(
            url="https://reed-bank.example/a",
            title="Lock & key",
            published="2024-04-01T08:00:00+02:00",
            updated="2024-04-02",
            categories=("Tides", "Locks"),
            language="en",
            publication="Reed Bank Post",
        ),
    )


def test_a_plain_sitemap_with_images_and_without_a_namespace() -> None:
    listing = read_listing(
        b"<urlset><url><loc> https://reed-bank.example/a </loc><image:image><image:loc>https://reed-bank.example/a.jpg</image:loc>"
        b"<image:caption>The lock. Photo: Per Lund</image:caption></image:image></url><url><loc>mailto:x</loc></url></urlset>",
        None,
    )
    assert listing.shape is Shape.SITEMAP and [i.url for i in listing.items] == ["https://reed-bank.example/a"]
    assert listing.items[0].credits == ("The lock. Photo: Per Lund",)


def test_an_index() -> None:
    listing = read_listing(
        f"<sitemapindex {SPACE}><sitemap><loc>https://reed-bank.example/1.xml.gz</loc><lastmod>2024-04-01</lastmod></sitemap>"
        "<sitemap><loc>/2.xml</loc></sitemap></sitemapindex>".encode(),
        "https://reed-bank.example/sitemap.xml",
    )
    assert listing.shape is Shape.SITEMAP_INDEX and listing.items == ()
    assert listing.parts == (Part("https://reed-bank.example/1.xml.gz", "2024-04-01"), Part("https://reed-bank.example/2.xml"))


def test_a_list_of_addresses() -> None:
    listing = read_listing(b"https://reed-bank.example/a\r\nnonsense\nhttps://reed-bank.example/b", None)
    assert listing.shape is Shape.URL_LIST and [i.url[-1] for i in listing.items] == ["a", "b"]


def test_more_than_the_protocol_allows_is_cut_at_its_limit() -> None:
    body = b"<urlset>" + b"".join(b"<url><loc>https://reed-bank.example/%d</loc></url>" % n for n in range(50_500)) + b"</urlset>"
    listing = read_listing(body, None)
    assert len(listing.items) == 50_000 and not listing.whole and "too large" in listing.notes[0]
    lines = b"\n".join(b"https://reed-bank.example/%d" % n for n in range(50_500))
    assert len(read_listing(lines, None).items) == 50_000


def test_damage_costs_what_it_hit() -> None:
    listing = read_listing(
        b"<urlset><url><loc>https://reed-bank.example/a?x=1&y=2</loc></wrong></url><url><lastmod>2024</lastmod></url>"
        b"<url><loc>https://reed-bank.example/b</loc><url><loc>https://reed-bank.example/c",
        None,
    )
    assert sorted(i.url.rpartition("/")[2] for i in listing.items) == ["a?x=1&y=2", "b", "c"]
