"""Whatever bytes come: a listing or ``Unreadable``, nothing else, and nothing but web addresses in it."""

from __future__ import annotations

import gzip
import random

import pytest

from model.errors import Unreadable
from sources.discovery import read_listing
from sources.listing import Listing, newest_first

SEEDS = [
    b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY a "b">]>'
    b'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b"<channel><title>P &amp; Q</title><link>https://p.example/</link><item><title><![CDATA[A <b>b</b>]]></title>"
    b"<link>/a?x=1&y=2</link>"
    b"<dc:creator>Jo &eacute;</dc:creator><pubDate>Mon, 01 Apr 2024 08:00:00 GMT</pubDate></item>"
    b"<item><guid>https://p.example/b</guid></item>"
    b"</channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a"/><updated>2024-04-02</updated>'
    b"<author><name>Jo</name></author></entry></feed>",
    b"<urlset><url><loc>https://p.example/a</loc><lastmod>2024-04-02</lastmod></url></urlset>",
    b"<sitemapindex><sitemap><loc>https://p.example/a.xml</loc></sitemap></sitemapindex>",
    b'{"version": "1.1", "items": [{"id": "1", "url": "/a", "authors": [{"name": "Jo"}], "tags": ["t"]}]}',
    b"https://p.example/a\nhttps://p.example/b\n",
    b'<html><body><main><h2><a href="/2024/04/01/keepers-agree-on-it">Keepers agree on the gates</a></h2></main></body></html>',
]
PIECES = """< > & ]]> <![CDATA[ <!-- --> </item> <item> <?xml &#x110000; " ' { [ <!DOCTYPE|x|[ ]> xmlns=' <url> </rss>"""
ODD = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1f\x8b",
    b"\xe9",
    b"\xed\xa0\x80",
    *(p.replace("|", " ").encode() for p in PIECES.split()),
]


def _damaged(seed: bytes, chance: random.Random) -> bytes:
    body = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(body))
        match chance.randint(0, 4):
            case 0:
                body[at:at] = chance.choice(ODD)
            case 1:
                del body[at : at + chance.randint(1, 40)]
            case 2:
                body[at : at + 1] = bytes([chance.randint(0, 255)])
            case 3:
                body[at:at] = body[chance.randint(0, len(body)) :][: chance.randint(1, 60)]
            case _:
                del body[at:]
    return bytes(body)


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_damaged_listings(number: int) -> None:
    chance = random.Random(number)
    read = 0
    for _ in range(250):
        body = _damaged(SEEDS[number], chance)
        if chance.random() < 0.1:
            body = _damaged(gzip.compress(body), chance)
        try:
            listing = read_listing(
                body, "https://p.example/feed", [("Content-Type", chance.choice(["", "text/xml; charset=utf-7", "x"]))]
            )
        except Unreadable as error:
            assert "\n" not in str(error)
            continue
        read += 1
        _check(listing)
    assert read > (5 if SEEDS[number].startswith(b"{") else 50)  # JSON is read whole or not at all


def _check(listing: Listing) -> None:
    for item in newest_first(listing.items):
        assert item.url.startswith(("http://", "https://")) and len(item.url) <= 1100
        for value in item.to_context().values():
            for text in value if isinstance(value, list) else [value]:
                assert 0 < len(text) <= 1000
                text.encode("utf-8")
    assert all(part.url.startswith(("http://", "https://")) for part in listing.parts)
