"""``jsonld`` and ``ninjs``: the words of schema.org and IPTC, held against the standard where it is at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.article import Access, Affiliation, Article, Author, Block, BlockKind, Correction, Dateline, Image
from model.export import Format
from storage.export.chosen import Issue, Piece
from storage.export.jsonld import document
from storage.export.ninjs import moment, news_object
from storage.known import ReadAs

SCHEMA = Path(__file__).parents[4] / "shared" / "standards" / "ninjs-schema_3.1.json"

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC_3986 = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def _pair(article: Article) -> tuple[Piece, Issue]:
    facts = {"id": "c1", "url": "http://paper.example/a", "final_url": "http://paper.example/a"}
    issue = Issue(1, "publisher", "fetched", ReadAs(article, article, "r", ()), 1, facts, True, (), ())
    return Piece("c4p9xk-1", "http://paper.example/a", (), False, (issue,)), issue


@pytest.fixture(scope="module")
def standard() -> Any:
    if not SCHEMA.is_file():
        pytest.skip(f"the ninjs 3.1 schema is not at hand ({SCHEMA.name} in ../shared/standards)")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    formats = jsonschema.FormatChecker(())
    formats.checks("date-time")(lambda value: _RFC_3339.fullmatch(value) is not None)
    formats.checks("uri")(lambda value: _RFC_3986.fullmatch(value) is not None)
    found = jsonschema.Draft202012Validator(schema, format_checker=formats)
    assert not found.is_valid({"uri": "no uri"}) and not found.is_valid({"uri": "a:b", "firstCreated": "2018-12-18"})
    return found


def test_json_ld_says_who_wrote_for_whom_and_whose_pictures_they_are(shelf: Any) -> None:
    shelf.export(Format.JSONLD, query="quay")
    _, found = shelf.lines()
    assert (found["@context"], found["@type"], found["version"]) == ("https://schema.org", "NewsArticle", 2)
    assert found["author"] == [
        {
            "@type": "Person",
            "name": "Mara Quill",
            "jobTitle": "reporter",
            "description": "She writes.",
            "affiliation": [
                {
                    "@type": "OrganizationRole",
                    "roleName": "reporter",
                    "affiliation": {"@type": "Organization", "name": "Harbour Ledger", "location": "Port Hallow"},
                }
            ],
        }
    ]
    assert found["dateline"] == "PORT HALLOW, Dec. 18 (NPA)" and found["datePublished"] == "2025-12-31T22:30:00-05:00"
    (image,) = found["image"]
    assert (image["creditText"], image["creator"], image["copyrightNotice"], image["license"]) == (
        "Photo: Ilse Brandt/NPA",
        [{"@type": "Person", "name": "Ilse Brandt"}],
        "© 2026",
        "https://paper.example/licence",
    )
    assert found["correction"][0]["@type"] == "CorrectionComment"
    assert shelf.lines()[0].keys().isdisjoint({"dateline", "image", "correction", "datePublished"})


def test_a_date_without_its_year_is_no_date_of_schema_org() -> None:
    piece, issue = _pair(Article(headline="A", date_published="XXXX-12-18", date_modified="2018-12"))
    found = document(piece, issue)
    assert "datePublished" not in found and found["dateModified"] == "2018-12"


def test_ninjs_of_an_archive_is_what_the_standard_asks_for(shelf: Any, standard: Any) -> None:
    shelf.export(Format.NINJS)
    lines = shelf.lines()
    assert len(lines) == 4
    for line in lines:
        standard.validate(line)


def test_ninjs_puts_things_where_the_standard_has_them(shelf: Any) -> None:
    shelf.export(Format.NINJS, query="quay")
    _, found = shelf.lines()
    assert found["people"] == [{"name": "Mara Quill", "rel": "author"}] and found["located"] == "Port Hallow"
    assert {"name": "Harbour Ledger", "rel": "affiliation"} in found["organisations"]
    assert found["firstCreated"] == "2025-12-31T22:30:00-05:00" and "versionCreated" not in found
    assert found["edNote"].startswith("Modified 2026-01 (EDTF).") and "wrong day" in found["edNote"]
    (image,) = found["associations"]
    assert image["infoSources"] == [{"name": "Photo: Ilse Brandt/NPA", "role": "creditline"}]
    assert image["rightsInfo"] == {"linkedRights": "https://paper.example/licence"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2018-12-18T06:00:00-05:00", "2018-12-18T06:00:00-05:00"),
        ("2018-12-18T06:00-05:00", "2018-12-18T06:00:00-05:00"),
        ("2018-12-18T06:00:00.5Z", "2018-12-18T06:00:00.5Z"),
        ("2018-12-18T06:00:00", None),
        ("2018-12-18", None),
        ("XXXX-12-18", None),
        (None, None),
    ],
)
def test_date_times_are_those_of_rfc_3339_and_never_made_up(text: str | None, told: str | None) -> None:
    assert moment(text) == told


_TEXT = st.text(max_size=20)
_MAYBE = st.none() | _TEXT
_URLS = st.sampled_from(["http://paper.example/a.jpg", "/a b.jpg", "data:,x", "http://paper.example/ä", ""]) | _MAYBE
_DATES = st.sampled_from(["2018", "XXXX-12-18", "2018-12-18T06:00-05:00", "2018-12-18T06:00:00Z", "soon"]) | st.none()
_IMAGES = st.builds(Image, _URLS, _MAYBE, _MAYBE, _MAYBE, st.tuples(_TEXT), st.tuples(_TEXT), _MAYBE, _MAYBE, _URLS, _URLS)
_AUTHORS = st.builds(Author, _TEXT, _MAYBE, st.tuples(st.builds(Affiliation, _MAYBE, _MAYBE, _MAYBE, st.booleans())), _MAYBE)
_ARTICLES = st.builds(
    Article,
    headline=_MAYBE,
    standfirst=_MAYBE,
    authors=st.tuples(_AUTHORS),
    dateline=st.none() | st.builds(Dateline, _TEXT, _MAYBE, _DATES, _MAYBE),
    date_published=_DATES,
    date_modified=_DATES,
    section=_MAYBE,
    keywords=st.tuples(_TEXT),
    in_language=_MAYBE,
    publisher=_MAYBE,
    provider=_MAYBE,
    body=st.tuples(st.builds(Block, st.just(BlockKind.PARAGRAPH), _TEXT)),
    images=st.tuples(_IMAGES),
    corrections=st.tuples(st.builds(Correction, _TEXT, st.sampled_from(["correction", "editors_note"]), _DATES)),
    access=st.sampled_from(list(Access)),
)


@given(article=_ARTICLES)
def test_whatever_an_article_says_ninjs_stays_within_the_standard(standard: Any, article: Article) -> None:
    standard.validate(news_object(*_pair(article)))
    json.dumps(document(*_pair(article)))
