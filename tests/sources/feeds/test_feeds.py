"""Feeds of every kind as servers really send them: what is said is told, damage costs what it hit."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model.errors import Unreadable
from sources.discovery import read_listing
from sources.listing import Item, Listing, Shape, moment_of, newest_first

BASE = "https://reed-bank.example/feed.xml"


def _read(body: str | bytes, content_type: str = "application/xml", url: str | None = BASE) -> Listing:
    return read_listing(body.encode() if isinstance(body, str) else body, url, [("Content-Type", content_type)])


def _rss(items: str, channel: str = "", spaces: str = "") -> str:
    return f'<rss version="2.0"{spaces}><channel><title>Reed Bank Post</title>{channel}{items}</channel></rss>'


def _one(items: str, **more: str) -> Item:
    listing = _read(_rss(items, **more))
    assert len(listing.items) == 1, listing
    return listing.items[0]


SPACES = (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def test_rss_2_with_its_modules() -> None:
    item = _one(
        "<item><title>Lock &amp; key</title><link>https://reed-bank.example/lock</link><guid isPermaLink='false'>7</guid>"
        "<dc:creator><![CDATA[Ann & Bob]]></dc:creator><pubDate>Mon, 01 Apr 2024 08:00:00 +0200</pubDate>"
        "<description><![CDATA[<p>The <b>lock</b> is&nbsp;shut.</p><script>x()</script>]]></description>"
        "<content:encoded>long</content:encoded><category>News</category><category>Water</category><category>News</category>"
        "<media:group><media:content url='a.jpg'><media:credit role='photographer'>Per Lund</media:credit></media:content>"
        "</media:group></item>",
        spaces=SPACES,
    )
    assert item == Item(
        url="https://reed-bank.example/lock",
        guid="7",
        title="Lock & key",
        authors=("Ann & Bob",),
        published="Mon, 01 Apr 2024 08:00:00 +0200",
        summary="The lock is shut.",
        categories=("News", "Water"),
        credits=("Per Lund",),
    )
    assert item.moment == datetime(2024, 4, 1, 6, 0, tzinfo=UTC)
    assert item.to_context()["authors"] == ["Ann & Bob"] and "url" not in item.to_context()


def test_the_publishers_own_address_comes_before_the_counters() -> None:
    item = _one(
        "<item><link>https://clicks.example/~r/1</link><feedburner:origLink>https://reed-bank.example/a</feedburner:origLink></item>",
        spaces=SPACES,
    )
    assert item.url == "https://reed-bank.example/a"


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>/a?x=1&y=2</link>", "https://reed-bank.example/a?x=1&y=2"),
        ("<link><![CDATA[ https://reed-bank.example/a?x=1&y=2 ]]></link>", "https://reed-bank.example/a?x=1&y=2"),
        ("<link>\n  https://reed-bank.example/\n  a</link>", "https://reed-bank.example/a"),
        ("<link href='https://reed-bank.example/a'/>", "https://reed-bank.example/a"),
        ("<guid>https://reed-bank.example/a</guid>", "https://reed-bank.example/a"),
        ("<guid isPermaLink='true'>https://reed-bank.example/a</guid>", "https://reed-bank.example/a"),
    ],
)
def test_where_an_items_address_stands(item: str, url: str) -> None:
    assert _one(f"<item>{item}</item>", channel="<link>https://reed-bank.example/</link>").url == url


@pytest.mark.parametrize(
    "item",
    [
        "<title>no link</title>",
        "<guid isPermaLink='false'>https://reed-bank.example/a</guid>",
        "<guid>tag:7</guid>",
        "<link>mailto:a@reed-bank.example</link>",
        "<link>file:///etc/passwd</link>",
        "<link>javascript:alert(1)</link>",
        "<link>https://user:word@reed-bank.example/a</link>",
        "<link>https://reed-bank.example/" + "a" * 5000 + "</link>",
        "<link>http://[</link>",
    ],
)
def test_items_without_a_usable_address_are_counted(item: str) -> None:
    listing = _read(_rss(f"<item>{item}</item><item><link>https://reed-bank.example/b</link></item>"))
    assert [x.url for x in listing.items] == ["https://reed-bank.example/b"] and listing.notes == ("1 item has no address",)


def test_atom() -> None:
    listing = _read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://reed-bank.example/x/">'
        '<title type="html">&lt;i&gt;Post&lt;/i&gt;</title><entry><id>tag:reed-bank.example,2024:1</id>'
        '<link rel="self" href="self"/><link rel="enclosure" href="a.mp3"/>'
        '<link href="one" type="text/html"/><title>One</title><author><name>Jo Reed</name><email>jo@x.example</email></author>'
        "<published>2024-04-01T08:00:00+02:00</published><updated>2024-04-02T08:00:00Z</updated>"
        '<category term="t" label="Tides"/>'
        '<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Some <b>words</b></div></summary></entry></feed>'
    )
    [item] = listing.items
    assert (listing.shape, listing.title) == (Shape.ATOM, "Post")
    assert item.url == "https://reed-bank.example/x/one" and item.authors == ("Jo Reed",) and item.summary == "Some words"
    assert (item.published, item.updated) == ("2024-04-01T08:00:00+02:00", "2024-04-02T08:00:00Z")
    assert item.categories == ("Tides",)


def test_what_was_updated_is_not_thereby_published() -> None:
    [item] = _read(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/a'/><updated>2024-04-02</updated></entry></feed>"
    ).items
    assert item.published is None and item.updated == "2024-04-02"


_RSS_0_9 = "/".join(("http://my.netscape.com/rdf", "simple", "0.9", ""))


@pytest.mark.parametrize("space", ["http://purl.org/rss/1.0/", _RSS_0_9])
def test_rss_1_and_0_9(space: str) -> None:
    listing = _read(
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{space}"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Post</title></channel>'
        '<item rdf:about="https://reed-bank.example/a"><title>A</title><dc:date>2024-04-01</dc:date></item></rdf:RDF>'
    )
    assert listing.shape is Shape.RSS and listing.items[0].url == "https://reed-bank.example/a"
    assert listing.items[0].published == "2024-04-01" and listing.title == "Post"


def test_prefixes_that_nobody_declared() -> None:
    item = _one("<item><link>/a</link><dc:creator>Jo Reed</dc:creator><media:credit>Per Lund</media:credit></item>")
    assert item.authors == ("Jo Reed",) and item.credits == ("Per Lund",)


def test_json_feed() -> None:
    listing = _read(
        '{"version": "https://jsonfeed.org/version/1.1", "title": "Post",'
        ' "home_page_url": "https://reed-bank.example/", "items": ['
        '{"id": 7, "url": "/a", "title": "A", "authors": [{"name": "Jo Reed"}], "date_published": "2024-04-01T08:00:00Z",'
        ' "tags": ["Tides", 3, null], "content_html": "<p>Some <b>words</b></p>"}, 5, {"id": "x"}]}',
        "application/json",
    )
    assert listing.shape is Shape.JSON_FEED and listing.notes == ("2 items have no address",)
    [item] = listing.items
    assert (item.url, item.guid, item.authors, item.summary) == ("https://reed-bank.example/a", "7", ("Jo Reed",), "Some words")


@pytest.mark.parametrize("body", ['{"items": [', '{"items": 7}', '{"a": 1}', "[]", "[" * 100_000])
def test_json_that_is_no_feed(body: str) -> None:
    with pytest.raises(Unreadable):
        _read(body, "application/json")


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish & chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("caf&eacute;&nbsp;bar", "café bar"),
        ("&lt;b&gt;Bold&lt;/b&gt; words", "Bold words"),
        ("<![CDATA[<b>Bold</b> &amp; words]]>", "Bold & words"),
        ("1 &lt; 2", "1 < 2"),
        ("A\x00B\x0b C", "AB C"),
        ("&#x41;&#66;&nosuch;", "AB&nosuch;"),
    ],
)
def test_titles_in_every_kind_of_escaping(printed: str, title: str) -> None:
    assert _one(f"<item><link>/a</link><title>{printed}</title></item>").title == title


@pytest.mark.parametrize(
    ("head", "coding", "content_type"),
    [
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8", "application/xml"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "cp1252", "application/xml"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "utf-8", "application/xml"),  # a lie
        ('<?xml version="1.0" encoding="utf-8"?>', "cp1252", "application/xml"),  # a lie, too
        ('<?xml version="1.0" encoding="no-such-thing"?>', "utf-8", "application/xml"),
        ("", "cp1252", "application/xml; charset=windows-1252"),
        ("", "utf-16", "application/xml"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-8", "application/xml"),
        ("\ufeff", "utf-8", "application/xml"),
        ("  \n junk before ", "utf-8", "application/xml"),
    ],
)
def test_charsets_said_and_meant(head: str, coding: str, content_type: str) -> None:
    body = (head + _rss("<item><link>/a</link><title>Čára – café</title></item>".replace("Čára", "Ära"))).encode(coding)
    assert _read(body, content_type).items[0].title == "Ära – café"


def test_a_character_torn_between_two_pieces() -> None:
    for n in range(65_520, 65_540):
        body = _rss(
            f"<item><link>/a</link><summary>{'x' * n}</summary><title>é&amp;ü &nbsp;<![CDATA[ß]]></title></item>"
        ).encode()
        assert _read(body).items[0].title == "é&ü ß"


@pytest.mark.parametrize(
    "damage",
    [
        "<title>bad</titel>",
        "<nope:x y=z>",
        "<x y>",
        "<br><p>never closed",
        "a < b",
        "<1>",
        "a <b",
        "</x>",
        "<x y='a<b'>",
        "<![CDATA[ never closed ]>",
        "<!-- never closed",
        "&#x0;",
        "<?php echo 1 ?>",
        "<x a='1' a='2'/>",
    ],
)
def test_damage_costs_what_it_hit(damage: str) -> None:
    items = f"<item><link>/a</link></item><item><link>/b</link>{damage}</item>"
    listing = _read(_rss(items + "<item><link>/c</link><title>torn off in the mid").removesuffix("</channel></rss>"))
    found = {x.url.rpartition("/")[2]: x.title for x in listing.items}
    assert {"a", "b"} <= set(found)
    # what is never closed may take what follows along
    assert "never closed" in damage or found.get("c") == "torn off in the mid"


@pytest.mark.parametrize(
    "ending", ["</channel></rss>", "</channel></rss>\n<!-- made in 3 ms -->", "</channel></rss >", "<b><i></channel></rss>"]
)
def test_a_feed_that_ends_is_whole(ending: str) -> None:
    found = _read(f"<rss><channel><item><link>/a</link><description>old <br> tar</description></item>{ending}")
    assert (len(found.items), found.whole, found.cut, found.notes) == (1, True, False, ())


@pytest.mark.parametrize("ending", ["", "</channel>", "<item><link>/b</li", "<item><title>A new coat"])
def test_a_feed_that_breaks_off_says_so_and_gives_what_is_there(ending: str) -> None:
    found = _read(f"<rss><channel><item><link>/a</link></item>{ending}")
    assert found.items[0].url.endswith("/a") and not found.whole and found.cut
    assert "it is cut off before its end: what came of it was read" in found.notes


def test_gzip_said_and_unsaid_whole_and_cut() -> None:
    body = _rss("".join(f"<item><link>/{n}</link></item>" for n in range(3000))).encode()
    packed = gzip.compress(body)
    for headers in ([], [("Content-Encoding", "gzip")]):
        assert len(read_listing(packed, BASE, headers).items) == 3000
    assert len(read_listing(gzip.compress(packed), BASE, [("Content-Encoding", "gzip")]).items) == 3000
    cut = read_listing(packed[: len(packed) // 2], BASE)
    assert 0 < len(cut.items) < 3000 and cut.whole is False and "cut off" in cut.notes[0]
    with pytest.raises(Unreadable, match="not asked for"):
        read_listing(packed, BASE, [("Content-Encoding", "br")])


SECRET = "a secret that no feed may tell"
DOCTYPES = {
    "file": '<!DOCTYPE rss [<!ENTITY x SYSTEM "{file}">]>',
    "parameter": '<!DOCTYPE rss [<!ENTITY % x SYSTEM "{file}"> %x;]>',
    "dtd": '<!DOCTYPE rss SYSTEM "{file}">',
    "laughs": "<!DOCTYPE rss [<!ENTITY a0 'ha'>"
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "<!ENTITY x '&a11;'>]>",
    "quadratic": f"<!DOCTYPE rss [<!ENTITY x '{'y' * 50_000}'>]>",
    "never ends": "<!DOCTYPE rss [<!ENTITY x 'y'>",
}


@pytest.mark.parametrize("kind", DOCTYPES)
def test_entities_are_never_followed(kind: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    doctype = DOCTYPES[kind].replace("{file}", (tmp_path / "secret.txt").as_uri())
    listing = _read(doctype + _rss(f"<item><link>/a</link><title>T{'&x;' * 1000}</title></item>"))
    told = repr(listing)
    assert SECRET not in told and "haha" not in told and "yy" not in told and len(told) < 5000
    if kind != "never ends":
        assert listing.items[0].url == "https://reed-bank.example/a"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it is empty"),
        (b"\0\0\0\0", "neither XML nor JSON"),
        (b"\x89PNG\r\n\x1a\n", "neither XML nor JSON"),
        (b"Hello there", "neither XML nor JSON"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an XML document of another kind"),
        (b"<opml><body/></opml>", "page"),
        (b"\x1f\x8bnot gzip at all", "it is empty"),
    ],
)
def test_what_is_no_listing_says_what_it_seems_to_be(body: bytes, said: str) -> None:
    if body.startswith(b"<opml"):
        assert read_listing(body, BASE).items == ()  # read as a page without links
        return
    with pytest.raises(Unreadable, match=said):
        read_listing(body, BASE)


def test_huge_feeds_end_at_a_limit_and_stay_small() -> None:
    item = b"<item><title>Some title</title><link>/%d</link><description>" + b"word " * 200 + b"</description></item>"
    listing = _read(b"<rss><channel>" + b"".join(item % n for n in range(12_000)) + b"</channel></rss>")
    assert len(listing.items) == 5000 and listing.whole is False
    long = b"<rss><channel><item><link>/a</link></item><item><link>/b</link><title>" + b"a" * 20_000_000
    assert _read(long + b"</title></item></channel></rss>").items[0].url == "https://reed-bank.example/a"
    assert _read(b"<rss>" + b"<a>" * 500_000).items == ()


def test_dates_in_order() -> None:
    assert moment_of("Mon, 01 Apr 2024 08:00:00 EST") == datetime(2024, 4, 1, 13, 0, tzinfo=UTC)
    assert moment_of("2024-04-01") == datetime(2024, 4, 1, tzinfo=UTC)
    for wrong in ("", None, "soon", "2024-13-01", "9" * 50, "Mon, 99 Apr 2024 08:00:00 GMT", "0001-01-01T00:00:00+14:00"):
        assert moment_of(wrong) is None
    items = tuple(Item(f"/{n}", published=d) for n, d in enumerate(["2024-04-01", None, "2024-04-03", "2024-04-02"]))
    assert [i.url for i in newest_first(items)] == ["/2", "/3", "/0", "/1"]
