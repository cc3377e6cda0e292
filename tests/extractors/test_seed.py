"""The article the project began with, as plain text: every point of what it must yield.

Text and expectations lie beside the repository, not in it; without them these tests are skipped.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors import extract
from model.article import Article, How

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"
pytestmark = pytest.mark.skipif(
    not (SEED / "expected.json").exists(), reason="the seed article is not beside this checkout (../shared/seed)"
)


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    plain: dict[str, Any] = json.loads((SEED / "expected.json").read_text("utf-8"))
    return plain


@pytest.fixture(scope="module")
def text() -> str:
    return (SEED / "upi-1988-massacre.txt").read_text("utf-8")


@pytest.fixture(scope="module", params=["text only", "with the url"])
def given(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def article(given: str, text: str, expected: dict[str, Any]) -> Article:
    return extract(text.encode("utf-8"), expected["url"] if given == "with the url" else None)


def test_headline(article: Article, expected: dict[str, Any]) -> None:
    assert article.headline == expected["headline"]


def test_author_role_and_affiliations(article: Article, expected: dict[str, Any]) -> None:
    wanted = expected["authors"][0]
    assert len(article.authors) == 1
    author = article.authors[0]
    assert (author.name, author.role) == (wanted["name"], wanted["role"])
    assert len(author.affiliations) == len(wanted["affiliations"])
    for got, want in zip(author.affiliations, wanted["affiliations"], strict=True):
        for name in ("organization", "role", "location", "past", "since", "until"):
            assert getattr(got, name) == want.get(name), name


def test_bio_is_the_last_paragraph_and_no_body(article: Article, text: str) -> None:
    paragraphs = [p.strip() for p in text.split("\n") if p.strip()]
    last = next(p for p in reversed(paragraphs) if len(p) > 80)
    assert article.authors[0].bio == last
    assert last not in article.text


def test_dateline_is_kept_as_printed(article: Article, expected: dict[str, Any]) -> None:
    wanted = expected["dateline"]
    assert article.dateline is not None
    for name in ("place", "date", "agency", "raw"):
        assert getattr(article.dateline, name) == wanted[name], name
    assert article.provider == "UPI"


def test_date_takes_its_year_from_the_url_alone(article: Article, given: str, expected: dict[str, Any]) -> None:
    assert article.date_published == expected["date_published"][given]
    evidence = article.evidence["/date_published"]
    if given == "with the url":
        assert (evidence.how, evidence.where) == (How.INFERRED, "url:/2018/12/18")
    else:
        assert evidence.where.startswith("text:")


def test_publisher_and_section_come_from_the_url(article: Article, given: str, expected: dict[str, Any]) -> None:
    assert article.publisher == expected["publisher"].get(given)
    assert article.section == expected["section"].get(given)


def test_one_image_with_its_credit_and_no_licence(article: Article, expected: dict[str, Any]) -> None:
    assert len(article.images) == 1
    image = article.images[0]
    wanted = expected["images"][0]
    for name in ("caption", "credit_line", "kind", "license", "acquire_license_page"):
        assert getattr(image, name) == wanted[name], name
    assert list(image.creators) == wanted["creators"]
    assert list(image.agencies) == wanted["agencies"]


def test_body_starts_and_ends_where_the_article_does(article: Article, expected: dict[str, Any]) -> None:
    assert article.text.startswith('"When I went in, the officials said')
    assert article.text.endswith("so that they never ever could happen again.")
    assert len(article.body) == 11
    assert "Latest Headlines" not in article.text
    assert "UPI" not in article.text
    assert all(not b.text.startswith(expected["images"][0]["caption"][:60] + ",") or b.text.count(".") > 2 for b in article.body)
    assert expected["images"][0]["caption"] not in [b.text for b in article.body]


def test_every_value_has_true_evidence(article: Article, given: str, text: str, expected: dict[str, Any]) -> None:
    for pointer in ("/headline", "/authors/0/name", "/authors/0/role", "/authors/0/bio", "/authors/0/affiliations/0"):
        assert pointer in article.evidence
    for pointer in ("/authors/0/affiliations/1", "/dateline", "/date_published", "/images/0", "/body", "/provider"):
        assert pointer in article.evidence
    for pointer, evidence in article.evidence.items():
        span = re.fullmatch(r"text:(\d+)-(\d+)", evidence.where)
        place = text[int(span[1]) : int(span[2])] if span else expected["url"]
        assert span or (given == "with the url" and evidence.where.startswith("url:")), pointer
        assert evidence.quote in " ".join(place.split()), pointer


def test_same_input_same_article(text: str, expected: dict[str, Any]) -> None:
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    first = extract(text.encode("utf-8"), expected["url"], captured_at=noon)
    assert extract(text.encode("utf-8"), expected["url"], captured_at=noon).to_json() == first.to_json()
