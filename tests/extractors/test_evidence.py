"""Evidence is true: every quote, winners' and losers', stands at the place it names."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from extractors import extract
from extractors.page import Page
from model.article import Article, Evidence

OPEN_PAGES = Path(__file__).parents[3] / "shared" / "eval" / "dev"
Places = Callable[[Page, str], list[str]]
Stands = Callable[[str, list[str]], bool]


def test_every_quote_stands_where_it_says(
    page_name: str, article_of: Callable[[str], Article], page_of: Callable[[str], Page], texts_at: Places, stands_in: Stands
) -> None:
    assert _untrue(article_of(page_name), page_of(page_name), texts_at, stands_in) == []


def test_every_value_has_evidence(page_name: str, article_of: Callable[[str], Article]) -> None:
    article = article_of(page_name)
    plain = article.to_json()
    silent = {"$schema", "text", "evidence", "access", "complete", "type"}
    values = {key for key, value in plain.items() if value and key not in silent}
    assert {f"/{key}" for key in values} - set(article.evidence) == set()


def test_pointers_point_at_values(page_name: str, article_of: Callable[[str], Article]) -> None:
    """``/date_published/year`` or ``/offset`` says where a part of a text came from; all others lead to a value."""
    article = article_of(page_name)
    plain = article.to_json()
    for pointer in article.evidence:
        value = plain
        for step in pointer.split("/")[1:]:
            if isinstance(value, str):
                assert step in {"year", "offset", "date", "place"}, pointer
                break
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert value is not None, pointer


@pytest.mark.skipif(not OPEN_PAGES.is_dir(), reason="the open evaluation pages (../shared/eval/dev) are not here")
def test_quotes_of_real_pages_stand_where_they_say(texts_at: Places, stands_in: Stands) -> None:
    lines = (OPEN_PAGES / "corpora" / "fundus.jsonl").read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line][::3]
    untrue, total = [], 0
    for row in rows:
        body = gzip.decompress((OPEN_PAGES / row["page"]).read_bytes())
        article = extract(body, row["url"])
        total += sum(1 + len(e.rejected) for e in article.evidence.values())
        untrue += [(row["id"], *found) for found in _untrue(article, Page.parse(body, row["url"]), texts_at, stands_in)]
    assert total > 500
    # an address made absolute is not literally on the page: a handful is known
    assert len(untrue) <= total * 0.005, untrue[:5]


def _untrue(article: Article, page: Page, texts_at: Places, stands_in: Stands) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for pointer, evidence in article.evidence.items():
        for place, quote in chain([_said(evidence)], ((r.where, r.quote) for r in evidence.rejected)):
            try:
                true = stands_in(quote, texts_at(page, place))
            except (AssertionError, LookupError, ValueError, TypeError):
                true = False
            if not true:
                found.append((pointer, place, quote))
    return found


def _said(evidence: Evidence) -> tuple[str, str]:
    return evidence.where, evidence.quote
