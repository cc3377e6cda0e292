"""What a feed says of a piece fills what the page leaves open, with evidence, and never outranks it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from extractors import extract
from model.article import Article, How

URL = "https://harbour-ledger.example/quay"
NOW = datetime(2024, 9, 4, tzinfo=UTC)
SILENT = b"""<!doctype html><html lang="en"><head><title>The quay is mended</title>
<meta property="og:type" content="article"></head>
<body><article><h1>The quay is mended</h1><p>Workers finished mending the quay on Monday evening after a long summer of noise.</p>
<p>The harbour master thanked everybody who had waited, and said that the ferry would sail again from the old berth.</p>
</article></body></html>"""
SPEAKING = SILENT.replace(
    b"</head>",
    b'<meta name="author" content="Ilse Brandt">'
    b'<meta property="article:published_time" content="2024-09-01T08:00:00+02:00"></head>',
)
SAID = {
    "feed": "https://harbour-ledger.example/feed.xml",
    "kind": "rss",
    "published": "Mon, 02 Sep 2024 18:30:00 +0200",
    "updated": "2024-09-03T07:00:00Z",
    "authors": ["mara@harbour-ledger.example (Mara Quill)", "Per Lund and Odile Farrow"],
}


def _read(page: bytes, now: datetime | None = NOW, **said: Any) -> Article:
    return extract(page, URL, headers={"content-type": "text/html"}, captured_at=now, context={"feed": {**SAID, **said}})


def test_the_feed_fills_what_the_page_does_not_say() -> None:
    article = _read(SILENT)
    assert article.date_published == "2024-09-02T18:30:00+02:00"
    assert article.date_modified == "2024-09-03T07:00:00Z"
    assert [a.name for a in article.authors] == ["Mara Quill", "Per Lund", "Odile Farrow"]
    proof = article.evidence["/date_published"]
    assert (proof.strategy, proof.how, proof.where) == ("feed.published", How.DECLARED, "context:feed/published")
    assert proof.quote == SAID["published"]
    assert article.evidence["/authors/1"].where == "context:feed/authors/1"


def test_the_page_comes_before_the_feed() -> None:
    article = _read(SPEAKING)
    assert article.date_published == "2024-09-01T08:00:00+02:00"
    assert [a.name for a in article.authors] == ["Ilse Brandt"]
    assert not [e for p, e in article.evidence.items() if p != "/date_modified" and e.where.startswith("context:")]


def test_without_a_context_nothing_is_filled() -> None:
    assert extract(SILENT, URL, captured_at=NOW) == extract(SILENT, URL, captured_at=NOW, context={"robots_override": "because"})
    assert extract(SILENT, URL, captured_at=NOW).date_published is None


def test_reading_is_a_function_of_the_context() -> None:
    assert _read(SILENT) == _read(SILENT)


@pytest.mark.parametrize("printed", ["Mon, 02 Sep 2030 18:30:00 GMT", "1601-01-01", "soon", "", 7, None, ["2024-09-02"]])
def test_a_date_the_page_cannot_have_fills_nothing(printed: object) -> None:
    assert _read(SILENT, published=printed, updated=None).date_published is None


@pytest.mark.parametrize(
    "printed", [["admin"], ["The Harbour Ledger"], ["news@harbour-ledger.example"], "Mara Quill", [7], None, []]
)
def test_who_is_nobody_fills_nothing(printed: object) -> None:
    assert _read(SILENT, authors=printed, feed_title="The Harbour Ledger").authors == ()


def test_the_lastmod_of_a_sitemap_is_no_change_of_the_piece() -> None:
    assert _read(SILENT, kind="news sitemap").date_modified is None


def test_a_day_without_a_year_gets_the_year_of_the_same_day_only() -> None:
    page = SILENT.replace(b"</h1>", b'</h1><span class="date">2 September</span>')
    plain = extract(page, URL, captured_at=NOW).date_published
    assert plain == "XXXX-09-02"
    filled = _read(page)
    assert filled.date_published == "2024-09-02T18:30:00+02:00"
    (lost,) = filled.evidence["/date_published"].rejected
    assert (lost.quote, lost.reason) == ("2 September", "it names no year")
    assert _read(page, published="Tue, 03 Sep 2024 18:30:00 +0200").date_published == plain


def test_plain_text_is_filled_too() -> None:
    text = b"The quay is mended\n\nWorkers finished mending the quay on Monday evening after a long summer of noise and dust."
    article = extract(text, URL, headers={"content-type": "text/plain"}, captured_at=NOW, context={"feed": SAID})
    assert article.date_published == "2024-09-02T18:30:00+02:00" and article.authors[0].name == "Mara Quill"
