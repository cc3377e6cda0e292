"""What a person states stands over what any release reads, at its own place and nowhere else."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from model.amendable import checked, pointer_of, value_of
from model.article import Affiliation, Article, Author, Correction, Dateline, Evidence, How, Image
from model.errors import BadCall
from model.statement import Spoken, Statement, overlay, state, stated_pointers

READ = Article(
    headline="Mill to close",
    authors=(Author("Wilma Tarn", "reporter", (Affiliation("Ashbrook Gazette"),)), Author("Per Lund")),
    date_published="2024-03-12",
    images=(Image("https://gazette.example/a.jpg", "The mill."), Image("https://gazette.example/b.jpg", "The weir.")),
    evidence={
        "/headline": Evidence("headline.json_ld", How.DECLARED, "json-ld[0]/headline", "Mill to close"),
        "/authors": Evidence("authors.byline", How.MARKED, "css:p.by", "By Wilma Tarn and Per Lund"),
    },
)


def _spoken(number: int, article: Article, values: dict[str, Any], clear: tuple[str, ...] = ()) -> Spoken:
    stated = {pointer_of(k): v for k, v in values.items()}
    return Spoken(number, "Ada Bell", f"2026-01-0{number}", state(article, stated, [pointer_of(c) for c in clear], "in print"))


def test_a_value_stands_with_its_evidence_and_what_was_read_beside_it() -> None:
    article, told = overlay(READ, [_spoken(2, READ, {"headline": "Old mill to close"})])
    assert article.headline == "Old mill to close"
    evidence = article.evidence["/headline"]
    assert (evidence.how, evidence.strategy, evidence.where, evidence.quote) == (
        How.STATED, "person", "reading:2", "Old mill to close",
    )  # fmt: skip
    assert [(r.quote, r.how) for r in evidence.rejected] == [("Mill to close", How.DECLARED)]
    assert [(s.pointer, s.read, s.agent, s.reason, s.agrees, s.placed) for s in told] == [
        ("/headline", "Mill to close", "Ada Bell", "in print", False, True)
    ]
    assert dataclasses.replace(article, headline=READ.headline, evidence=READ.evidence) == READ


def test_a_role_stays_with_the_person_it_was_said_of_however_a_release_numbers_them() -> None:
    said = _spoken(2, READ, {"authors/0/role": "editor"})
    turned = dataclasses.replace(READ, authors=(READ.authors[1], Author("WILMA  TARN")))
    article, _ = overlay(turned, [said])
    assert [(a.name, a.role) for a in article.authors] == [("Per Lund", None), ("WILMA  TARN", "editor")]


def test_a_value_of_somebody_who_is_not_there_any_more_is_told_and_given_to_nobody() -> None:
    said = _spoken(2, READ, {"authors/0/role": "editor"})
    other = dataclasses.replace(READ, authors=(Author("Ilse Brandt"), Author("Per Lund")))
    article, told = overlay(other, [said])
    assert article.authors == other.authors
    assert [(s.pointer, s.value, s.placed) for s in told] == [("/authors/0/role", "editor", False)]


def test_a_name_that_a_person_mends_is_found_under_the_old_and_the_new_name() -> None:
    said = _spoken(2, READ, {"authors/0/name": "Wilma Tarne"})
    assert overlay(READ, [said])[0].authors[0].name == "Wilma Tarne"
    mended = dataclasses.replace(READ, authors=(Author("Per Lund"), Author("Wilma Tarne")))
    article, told = overlay(mended, [said])
    assert article.authors == mended.authors
    assert told[0].placed and told[0].agrees


def test_the_last_word_wins_and_a_value_taken_back_is_as_read() -> None:
    first = _spoken(2, READ, {"headline": "One", "date_published": "2024"})
    second = _spoken(3, READ, {"headline": "Two"})
    back = _spoken(4, READ, {}, ("headline",))
    assert overlay(READ, [first, second])[0].headline == "Two"
    article, _ = overlay(READ, [first, second, back])
    assert (article.headline, article.date_published) == ("Mill to close", "2024")
    assert stated_pointers([first, second, back]) == ["/date_published"]


def test_a_whole_list_replaces_what_was_said_of_its_members() -> None:
    role = _spoken(2, READ, {"authors/0/role": "editor"})
    whole = _spoken(3, READ, {"authors": checked("/authors", [{"name": "Ilse Brandt"}])})
    article, told = overlay(READ, [role, whole])
    assert article.authors == (Author("Ilse Brandt"),)
    assert [s.pointer for s in told] == ["/authors"]
    assert article.evidence["/authors"].rejected[0].quote == "By Wilma Tarn and Per Lund"


def test_a_statement_comes_back_from_its_own_json() -> None:
    said = _spoken(2, READ, {"authors/1/role": "photographer"}, ()).said
    assert Statement.from_json(said.to_json()) == said
    assert said.anchors == {"/authors/1": "per lund"}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("headline", "New", "New"),
        ("/headline", "New", "New"),
        ("standfirst", "", None),
        ("date_published", "XXXX-12-18", "XXXX-12-18"),
        ("keywords", '["a", "b"]', ["a", "b"]),
        ("keywords", "[]", []),
        ("access", "open", "open"),
        ("images/0/creators", '["Per Lund"]', ["Per Lund"]),
        ("authors/0/affiliations/0/past", "true", True),
        ("dateline", "", None),
        ("dateline/place", "Port Hallow", "Port Hallow"),
        ("authors", '[{"name": "A"}]', [{"name": "A", "role": None, "affiliations": [], "bio": None}]),
    ],
)
def test_what_people_type_becomes_the_value_of_the_field(field: str, text: str, value: object) -> None:
    assert value_of(pointer_of(field), text) == value


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("date_published", "2018-13-01", "takes an EDTF date"),
        ("authors/0/affiliations/0/since", "last year", "takes an EDTF date"),
        ("corrections", '[{"text": "A", "date": "soon"}]', "corrections/0/date takes an EDTF date"),
        ("authors", "Wilma Tarn", "authors takes JSON, such as"),
        ("authors", '{"name": "A"}', "takes a JSON list"),
        ("authors", "[" * 50_000, "takes JSON"),
        ("authors", '[{"role": "x"}]', "authors/0 needs its name"),
        ("authors", '[{"name": "A", "age": 3}]', "has no field 'age'"),
        ("authors/0/name", "", "cannot be blank"),
        ("headline", "  ", "cannot be blank"),
        ("headline", "a\x00b", "holds NUL"),
        ("headlin", "x", "there is no field headlin: an article has"),
        ("authors/first/name", "x", "authors has numbers from 0"),
        ("evidence", "x", "there is no field evidence"),
        ("text", "x", "there is no field text"),
        ("in_language", "English!", "takes a language tag"),
        ("canonical_url", "gazette.example/a", "takes a web address"),
        ("images/0/url", "http://a b/", "takes a web address"),
        ("access", "shut", "is one of open, metered"),
        ("body", '[{"kind": "heading", "text": "A", "level": 9}]', "is a number from 1 to 6"),
        ("body", '[{"kind": "verse", "text": "A"}]', "is one of heading"),
        ("corrections", '[{"text": "A", "kind": "rumour"}]', "is one of correction"),
        ("authors/0/affiliations/0/past", "1", "takes true or false"),
        ("keywords", '["a", 3]', "keywords/1 takes text"),
        ("headline", "x" * 1_000_001, "cannot be stated"),
    ],
)
def test_what_is_no_value_of_a_field_is_refused_in_one_line(field: str, text: str, said: str) -> None:
    with pytest.raises(BadCall) as error:
        value_of(pointer_of(field), text)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("values", "clear", "reason", "said"),
    [
        ({}, [], "why", "nothing to amend"),
        ({"/headline": "x"}, [], " ", "needs a reason"),
        ({"/headline": "x"}, ["/headline"], "why", "named twice"),
        ({"/authors": [], "/authors/0/role": "x"}, [], "why", "named twice"),
        ({"/authors/2/role": "x"}, [], "why", "authors has 2 here"),
        ({"/dateline/place": "x"}, [], "why", "dateline is empty here: set it as JSON"),
    ],
)
def test_a_statement_that_cannot_be_is_refused(values: dict[str, Any], clear: list[str], reason: str, said: str) -> None:
    with pytest.raises(BadCall, match=said):
        state(READ, values, clear, reason)


def test_other_objects_are_told_apart_by_what_names_them() -> None:
    read = dataclasses.replace(READ, dateline=Dateline("PORT HALLOW"), corrections=(Correction("One."), Correction("Two.")))
    said = _spoken(2, read, {"images/1/credit_line": "Photo: Per Lund", "corrections/1/kind": "clarification"})
    turned = dataclasses.replace(read, images=tuple(reversed(read.images)), corrections=tuple(reversed(read.corrections)))
    article, _ = overlay(turned, [said])
    assert [i.credit_line for i in article.images] == ["Photo: Per Lund", None]
    assert [c.kind for c in article.corrections] == ["clarification", "correction"]
