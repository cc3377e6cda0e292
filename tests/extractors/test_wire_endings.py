"""Plain wire copy: what may stand above its headline and below its last sentence."""

from __future__ import annotations

import pytest

from extractors.text import read
from model.article import How

HEADLINE = "Quay opens after long repairs"
BODY = (
    "ROME (Reuters) - The old quay opened again on Monday after two years of repairs that cost the town more than planned.\n\n"
    "Fishermen said that they would return to their berths before the end of the month, when the last crane is gone.\n\n"
    "The council had asked three firms for bids and chose the cheapest, which went bankrupt within a year of the start."
)

ENDINGS: list[tuple[str, list[tuple[str, list[str | None]]]]] = [
    ("By Ann Onder", [("Ann Onder", [])]),
    ("By Ann Onder, Rome Bureau", [("Ann Onder", ["Rome Bureau"])]),
    ("By Ann Onder\nRome Bureau", [("Ann Onder", ["Rome Bureau"])]),
    ("-- Ann Onder", [("Ann Onder", [])]),
    ("Reporting by Ann Onder in Rome; Editing by Bo Lund", [("Ann Onder", [])]),
    ("(Reporting by Ann Onder and Cy Reed; Additional reporting by Di Fenn)", [("Ann Onder", []), ("Cy Reed", [])]),
    ("(Writing by Ann Onder; Editing by Bo Lund)", [("Ann Onder", [])]),
    ("Compiled by Ann Onder from wire reports", [("Ann Onder", [])]),
    ("Additional reporting by Ann Onder", []),
    ("Editing by Bo Lund", []),
]


@pytest.mark.parametrize(("ending", "who"), ENDINGS, ids=[e[0] for e in ENDINGS])
def test_who_is_named_below(ending: str, who: list[tuple[str, list[str | None]]]) -> None:
    text = f"{HEADLINE}\n\n{BODY}\n\n{ending}"
    article = read(text)
    assert [(a.name, [x.organization for x in a.affiliations]) for a in article.authors] == who
    assert len(article.body) == 3
    for number in range(len(who)):
        proof = article.evidence[f"/authors/{number}/name"]
        start, end = map(int, proof.where.removeprefix("text:").split("-"))
        assert who[number][0] in text[start:end]


def test_a_byline_above_comes_before_one_below() -> None:
    article = read(f"{HEADLINE}\nBy Ann Onder\n\n{BODY}\n\nReporting by Ann Onder and Cy Reed; Editing by Bo Lund")
    assert [a.name for a in article.authors] == ["Ann Onder"]
    assert article.evidence["/authors/0/name"].how is How.MARKED


SLUGS = ["OPINION", "URGENT", "BREAKING NEWS", "Analysis:", "EILMELDUNG", "ÚLTIMA HORA", "СРОЧНО", "عاجل", "速報"]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_slug_is_no_headline(slug: str) -> None:
    assert read(f"{slug}\n\n{HEADLINE}\n\nBy Ann Onder\n\n{BODY}").headline == HEADLINE


def test_a_slug_that_is_all_there_is_stays() -> None:
    assert read(f"URGENT\nBy Ann Onder\n\n{BODY}").headline == "URGENT"


def test_one_letter_of_a_host_is_no_publisher() -> None:
    text = f"{HEADLINE}\n\nBy Ann Onder\n\n{BODY} A crane stays. A ship came. The Herald saw it."
    assert read(text, "https://a.example/2020/01/02/quay").publisher is None
    assert read(text, "https://www.herald.example/2020/01/02/quay").publisher == "Herald"
