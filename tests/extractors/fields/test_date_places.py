"""Which date of a page is the day it came out: one made-up page a shape."""

from __future__ import annotations

import pytest

from extractors.fields import dates
from extractors.page import Page

TEXT = "<p>The harbour board met for three hours and then left the cranes where they have stood since the flood.</p>" * 4
LD = '<script type=\'application/ld+json\'>{"@type":"NewsArticle",%s}</script>'
FAR = "<div>" + "<p>x</p>" * 90 + "%s</div>"
PAGE = "<html lang='{language}'><head><title>The cranes stay</title>{head}</head><body><main><h1>The cranes stay</h1>{top}" + TEXT
PAGE += "{end}</main></body></html>"
URL = "https://www.quay-herald.example/the-cranes-stay"

# name: language, head, between headline and text, after the text, published, modified
SHAPES = {
    "a line that says published, its date in the next element": (
        "de", "<meta name='date' content='2021-10-15'>", "<span>Erschienen am:</span><h2>13.10.2021</h2>", "", "2021-10-13", None,
    ),
    "a label in two elements": (
        "en", "", "<p class=post-date><b>Last Updated</b> <i>on</i> <span class=date>Feb 27, 2026</span></p>", "",
        None, "2026-02-27",
    ),
    "only an update is told, and the day it came out stays open": (
        "en", "", "<p class=create-time>Updated: Dec 10, 2025</p>", "", None, "2025-12-10",
    ),
    "only a change is declared": (
        "en", LD % '"dateModified":"2025-12-10T08:00:00Z"', "", "", None, "2025-12-10T08:00:00Z",
    ),
    "one element for both": (
        "de", "", "am <time class='date updated published' datetime='2020-02-23T10:07:02+01:00'>23. Februar 2020</time>", "",
        "2020-02-23T10:07:02+01:00", None,
    ),
    "an unlabelled line": ("fr", "", "<div><img src=x.png> 27 Sep 2016</div>", "", "2016-09-27", None),
    "marked in the foot of the article": (
        "de", "<meta name='date' content='2022-01-21T15:38:44+01:00'>", "",
        "<div class=footer><time itemprop=datePublished datetime='2022-01-27'>27.01.2022</time></div>", "2022-01-27", None,
    ),
    "a meta with a name of its own": (
        "en", "<meta name='published_on' content='2026-01-22T21:00:00Z'>", "", "", "2026-01-22T21:00:00Z", None,
    ),
    "a key in a script": (
        "en", "<script>var piece = {\"id\": 7, \"published_at\": \"2019-03-02T06:22:28+01:00\"};</script>", "", "",
        "2019-03-02T06:22:28+01:00", None,
    ),
    "two keys in scripts that disagree": (
        "en", "<script>var a = {published_at: '2019-03-02'}, b = {published_at: '2019-04-02'};</script>", "", "", None, None,
    ),
    "dated anew for machines": (
        "en", LD % '"datePublished":"2025-08-21"',
        "<div>Published <time class=published>Apr 26, 2023</time></div>", "", "2023-04-26", None,
    ),
    "told as published and changed at once, another day printed": (
        "en", LD % '"datePublished":"Jun 24, 2025","dateModified":"Jun 24, 2025"',
        "<div class=staff><div class=text__date>August 25, 2024</div></div>", "", "2024-08-25", "2025-06-24",
    ),
    "told as published and changed at once, the day of an event printed": (
        "en", LD % '"datePublished":"Jun 24, 2025","dateModified":"Jun 24, 2025"',
        "<div class=staff><div class=event-date>March 5, 2025</div></div>", "", "2025-06-24", "2025-06-24",
    ),
    "told as published before it was changed, another day printed": (
        "en", LD % '"datePublished":"2025-06-24","dateModified":"2025-06-26"',
        "<div class=staff><div class=text__date>August 25, 2024</div></div>", "", "2025-06-24", "2025-06-26",
    ),
    "two days side by side without a gap": (
        "en", "", "<div class=article-dateline-box><a href=/boats>Boats</a><span class=dateline>DECEMBER 22, 2022</span>"
        "<span class='dateline updated'>Updated: JANUARY 02, 2026</span></div>", "", "2022-12-22", "2026-01-02",
    ),
    "the day as an attribute, the time of day beside it": (
        "es", "", "<span class=fecha><time datetime='3 de mayo de 2022'>3 de mayo de 2022</time><time>21:25</time></span>", "",
        "2022-05-03T21:25", None,
    ),
    "the day in brackets before the first words": (
        "de", "", "<p><strong>(18.01.2018) " + "Die Hafenkräne bleiben, wo sie seit der Flut stehen. " * 5 + "</strong></p>", "",
        "2018-01-18", None,
    ),
    "the day on which the site's account was made": (
        "en", "<script id='__NEXT_DATA__' type='application/json'>{\"props\": {\"siteConfig\": {\"tenant\": {\"createdAt\": "
        "\"2025-09-17T16:57:40Z\"}}}}</script>", "", "", None, None,
    ),
    "the day on which the piece was made": (
        "en", "<script id='__NEXT_DATA__' type='application/json'>{\"props\": {\"story\": {\"publishedAt\": "
        "\"2025-09-17T16:57:40Z\"}}}</script>", "", "", "2025-09-17T16:57:40Z", None,
    ),
    "a scholarly paper and its preprint": (
        "en", "<meta name='citation_date' content='2019-06-25'>", "",
        "<section><div><div><p><span>Published <time datetime='2019-04-04'>x</time></span></p></div></div></section>",
        "2019-06-25", None,
    ),
    "a second of one digit": (
        "it", LD % '"datePublished":"2020-12-05T23:15:0Z"', "", "", "2020-12-05T23:15:00Z", None,
    ),
    "days of other pieces": (
        "en", "", "", FAR % ("<ul>" + "".join(f"<li>News <span>0{n} May 2024</span></li>" for n in (3, 5, 7)) + "</ul>"),
        None, None,
    ),
    "a list of other pieces with their times": (
        "de", "", "", "<div class=more><ul>" + "".join(
            f"<li><time datetime='2022-08-1{n}'>1{n}.08.2022</time> <a href=/a{n}>Kran {n}</a></li>" for n in (1, 2, 3)
        ) + "</ul></div>", None, None,
    ),
    "its own card in a list of pieces": (
        "de", "", "", FAR % "".join(
            f"<a href=/{a}><div class=teaser><div class=authored>1{n}.11.2021</div><h2>{t}</h2></div></a>"
            for n, a, t in ((0, "boats", "Boats"), (1, "the-cranes-stay", "The cranes stay"), (2, "net", "Net"), (3, "oar", "X"))
        ), "2021-11-11", None,
    ),
    "a release's number is no day": ("en", "", "", FAR % "<span>8.4.13 Release</span>", None, None),
    "Bengali": ("bn", "", "<p>প্রকাশিত: ১৬ ফেব্রুয়ারি ২০২০, ১৬:২০</p>", "", "2020-02-16T16:20", None),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_day_it_came_out(name: str) -> None:
    language, head, top, end, published, modified = SHAPES[name]
    page = Page.parse(PAGE.format(language=language, head=head, top=top, end=end).encode(), URL)
    assert dates.published(page).value == published
    assert dates.modified(page).value == modified


def test_a_month_in_the_address_where_no_day_is() -> None:
    page = Page.parse(
        PAGE.format(language="en", head="", top="", end="").encode(), "https://www.quay-herald.example/2018/08/cranes.html"
    )
    found = dates.published(page)
    assert found.value == "2018-08"
    assert found.evidence[""].where == "url:/2018/08/"


def test_a_day_in_the_address_with_the_month_by_name() -> None:
    page = Page.parse(
        PAGE.format(language="en", head="", top="", end="").encode(), "https://www.quay-herald.example/harbour/2018/nov/07/cranes"
    )
    found = dates.published(page)
    assert found.value == "2018-11-07"
    assert found.evidence[""].where == "url:/2018/nov/07"


@pytest.mark.parametrize(("address", "day"), [("/2023/october/03/cranes", "2023-10-03"), ("/cranes", "2023-03-10")])
def test_the_address_says_which_number_is_the_month(address: str, day: str) -> None:
    text = PAGE.format(language="en", head="", top="<div class=date>03/10/2023</div>", end="")
    assert dates.published(Page.parse(text.encode(), "https://www.quay-herald.com" + address)).value == day
