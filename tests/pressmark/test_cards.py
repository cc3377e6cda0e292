"""Cards and the evidence under them, from articles that a test makes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from model.article import Access, Affiliation, Article, Author, Block, BlockKind, Complete, Image
from model.change import Change, ChangeKind, FieldChange
from model.record import EventLine, Outcome, Result
from pressmark.cli.cards import article_card, held_card, outcome_line, result_card, version_card
from pressmark.cli.listings import render_event
from pressmark.cli.phrases import affiliations, say_affiliation, say_author, say_body, say_image
from pressmark.cli.reading import render_body
from pressmark.cli.why import in_order, render_why, value_at

Printed = Callable[..., str]


def test_a_card_says_what_the_page_says(article: Article, printed: Printed) -> None:
    assert printed(article_card(article)).splitlines() == [
        "  Old mill to close",
        "  The last wheel on the Ashbrook stops in spring.",
        "  By          Wilma Tarn",
        "                reporter, Ashbrook Gazette, Nether Ash",
        "                formerly vice president, River Trust, 1999 to 2014",
        "                Wilma Tarn writes about water.",
        "  Dateline    NETHER ASH, Dec. 18 (Vale Wire)",
        "              Nether Ash · 18 December, year not stated · Vale Wire",
        "  Published   18 December 2018, 22:30 -05:00 (19 December 2018, 03:30Z)",
        "  In          Ashbrook Gazette · Local",
        "  Image       The mill.",
        "              photograph by Per Lund, VW  “Photo: Per Lund/VW”",
        "  Correction  the mill has one wheel, not two.",
        "  Text        7 words in 2 paragraphs, completeness unknown, open",
    ]


def test_an_empty_article_says_so(printed: Printed) -> None:
    assert printed(article_card(Article())).split("\n")[0] == "  without a headline"
    assert "no text, completeness unknown" in printed(article_card(Article()))


def test_the_reason_is_the_first_line_of_a_held_card(printed: Printed) -> None:
    held = Result("report.pdf", Outcome.HELD, reason="a PDF document, kept as it is", capture="1234")
    assert printed(held_card(held)).splitlines() == [
        "held      a PDF document, kept as it is",
        "          report.pdf",
        "  Kept as    1234",
    ]


def test_a_changed_source_tells_what_changed(article: Article, printed: Printed) -> None:
    change = Change((FieldChange("headline", ChangeKind.EDITED, 2, 1, 4), FieldChange("body", ChangeKind.TYPOGRAPHIC, 0, 0, 9)))
    result = Result("https://gazette.example/mill", Outcome.CHANGED, record="c4p9xk-1", version=2, change=change)
    assert printed(outcome_line(result)) == "changed   c4p9xk-1@2  https://gazette.example/mill\n"
    assert printed(result_card(result, article)).splitlines()[2:4] == [
        "  What changed  headline edited, +2 -1 words",
        "                body quotes, dashes or spaces only",
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_line(outcome: Outcome, printed: Printed) -> None:
    line = printed(outcome_line(Result("a-source", outcome, reason="because")), COLUMNS="200")
    assert line == f"{outcome.value:<9} a-source  because\n"


def test_a_withdrawn_version_says_so_first(article: Article, printed: Printed, make_view: Any, make_state: Any) -> None:
    state = make_state(1, withdrawn_at="2026-11-23T08:00:00.000000Z")
    told = printed(version_card(make_view(article, withdrawn=True, state=state)))
    assert told.startswith("c4p9xk-1@1.1  withdrawn by its publisher, found gone 2026-11-23 08:00:00Z\n")
    assert "Read by     pressmark 0.1.0" in told


def test_an_older_version_is_marked(article: Article, printed: Printed, make_view: Any) -> None:
    assert printed(version_card(make_view(article, latest=False))).startswith("c4p9xk-1@1.1  not the latest version\n")


def test_a_page_cannot_drive_the_terminal(printed: Printed) -> None:
    hostile = Article(headline="Mill \x1b]0;owned\x07 \x1b[2J\x9b31m closes")
    told = printed(article_card(hostile)) + printed(render_why(hostile))
    assert "\x1b" not in told and "\x07" not in told and "\x9b" not in told
    assert "closes" in told


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (Affiliation("River Trust", "president", "Ash"), "president, River Trust, Ash"),
        (Affiliation("River Trust", past=True), "formerly River Trust"),
        (Affiliation("River Trust", since="1999"), "River Trust, since 1999"),
        (Affiliation("River Trust", past=True, until="2014"), "formerly River Trust, until 2014"),
    ],
)
def test_an_affiliation_is_said_as_printed(post: Affiliation, said: str) -> None:
    assert say_affiliation(post) == said


def test_a_role_is_said_once() -> None:
    assert say_author(Author("Wilma Tarn", "reporter")) == "Wilma Tarn, reporter"
    assert say_author(Author("Wilma Tarn", "reporter", (Affiliation("Gazette", "reporter"),))) == "Wilma Tarn"
    alone = Author("Wilma Tarn", "reporter", (Affiliation(role="reporter"),))
    assert say_author(alone) == "Wilma Tarn, reporter" and affiliations(alone) == []


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image(), "no credit found"),
        (Image(creators=("Per Lund", "Ida Moe"), agencies=("VW",)), "photograph by Per Lund and Ida Moe, VW"),
        (Image(creators=("Per Lund",), kind="illustration"), "illustration by Per Lund"),
        (Image(agencies=("VW",), kind="file photo", credit_line="File/VW"), "file photo, VW  “File/VW”"),
        (Image(credit_line="The town archive"), "“The town archive”"),
    ],
)
def test_who_made_an_image(image: Image, said: str) -> None:
    assert say_image(image) == said


def test_how_much_text_there_is() -> None:
    one = Article(body=(Block(BlockKind.PARAGRAPH, "Too few words."),), access=Access.PAYWALLED, complete=Complete.NO)
    assert say_body(one) == "3 words in 1 paragraph, not complete, behind a paywall"
    unparted = Article(body=(Block(BlockKind.PARAGRAPH, "外交部发言人 in 2026。"),))
    assert say_body(unparted).startswith("8 characters in 1 paragraph,")


def test_a_body_is_set_by_kind_of_block(printed: Printed) -> None:
    blocks = (
        Block(BlockKind.HEADING, "Why", level=2),
        Block(BlockKind.PARAGRAPH, "Because."),
        Block(BlockKind.LIST_ITEM, "one"),
        Block(BlockKind.LIST_ITEM, "two"),
        Block(BlockKind.QUOTE, "So it is."),
        Block(BlockKind.EMBED, "", url="https://video.example/1"),
    )
    assert printed(render_body(Article(body=blocks))) == (
        "  Why\n\n  Because.\n\n    • one\n    • two\n\n      So it is.\n\n  [embedded: https://video.example/1]\n"
    )


def test_how_we_know_names_way_place_words_and_losers(article: Article, printed: Printed) -> None:
    assert printed(render_why(article)).splitlines() == [
        "How we know",
        "  declared  the publisher's structured data",
        "  inferred  from running text, the address or position",
        "",
        "Headline  Old mill to close",
        "    declared  headline.json_ld  json-ld[0]/headline",
        "    “Old mill to close”",
        "    rejected  “Old mill to close | Gazette”  lower precedence; marked, headline.title, css:title",
        "",
        "Authors 1 affiliations 1  Ashbrook Gazette",
        "    inferred  affiliations.bio  text:10-60",
        "    “Wilma Tarn reports for the Ashbrook Gazette”",
    ]


def test_evidence_comes_in_the_order_of_fields_with_numbers_counted(article: Article) -> None:
    some = next(iter(article.evidence.values()))
    pointers = ("/images/10", "/images/2", "/body", "/authors/0/name", "/authors", "/headline", "/elsewhere")
    shuffled = dataclasses.replace(article, evidence=dict.fromkeys(pointers, some))
    assert [p for p, _ in in_order(shuffled)] == [
        "/headline", "/authors", "/authors/0/name", "/body", "/images/2", "/images/10", "/elsewhere",
    ]  # fmt: skip


def test_a_pointer_finds_its_value_or_nothing() -> None:
    plain = {"a/b": [{"c~d": 1}], "n": None}
    assert value_at(plain, "/a~1b/0/c~0d") == 1
    assert value_at(plain, "/a~1b/7") is value_at(plain, "/missing/0") is None


def test_a_check_that_found_something_says_the_first_of_it(printed: Printed) -> None:
    detail = {
        "entry": "fixity",
        "checked": {"records": 9, "findings": 2},
        "findings": [
            {"place": "warc/a.warc.gz", "problem": "bytes changed"},
            {"place": "warc/b.warc.gz", "problem": "it is missing"},
        ],
        "scope": {"extent": "sample", "segments": [], "records": 4},
    }
    event = EventLine("1", "2026-05-03T09:00:00Z", "fixity check", {}, "c4p9xk", 7, detail, "failure")
    told = " ".join("".join(printed(part) for part in render_event(event)).split())
    assert "2 findings: warc/a.warc.gz: bytes changed …" in told and "sample, 0 WARC files, 9 WARC records, 4 pieces" in told
