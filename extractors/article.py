"""The composition: fields in the order in which they need each other, and one article.

A field that needs another field's result gets it as an argument here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from extractors.field import Resolved
from extractors.fields import (
    access,
    authors,
    body,
    canonical,
    corrections,
    dateline,
    dates,
    headline,
    images,
    keywords,
    kind,
    language,
    provider,
    publisher,
    section,
    standfirst,
)
from extractors.page import Page
from model.article import Access, Article, Complete, Evidence, PageType

T = TypeVar("T")


def read(page: Page) -> Article:
    """The article that a page shows, with evidence for every value under its JSON pointer."""
    found = _Findings()
    paper = found.keep("publisher", publisher.read(page))
    title = found.keep("headline", headline.read(page))
    found.keep("alternative_headline", headline.alternative(page, title))
    deck = standfirst.read(page, title)
    pictures = found.keep("images", images.read(page)) or ()
    people = authors.read(page, paper)
    opens = standfirst.may_be_text(deck)
    blocks = body.read(page, headline=title, standfirst=deck.value, opens=opens, images=pictures, authors=people.value or ())
    text = found.keep("body", blocks) or ()
    if not body.holds(text, deck.value):
        found.keep("standfirst", deck)
    sort = found.keep("type", kind.read(page, text))
    people = kind.own(page, sort, people)
    found.keep("authors", people)
    place = kind.own(page, sort, dateline.read(page, text, paper))
    if found.keep("dateline", place):
        text = dateline.strip(text, place.value)
        found.values["body"] = text
    found.keep("corrections", corrections.read(page, text))
    found.keep("provider", kind.own(page, sort, provider.read(page, place, people)))
    found.keep("date_published", kind.own(page, sort, dates.published(page)))
    found.keep("date_modified", kind.own(page, sort, dates.modified(page)))
    found.keep("canonical_url", canonical.read(page))
    found.keep("section", section.read(page))
    found.keep("keywords", keywords.read(page))
    found.keep("in_language", language.read(page))
    seen = found.keep("access", access.read(page, text)) or Access.OPEN
    found.keep("complete", access.complete(page, text, seen))
    return found.article()


class _Findings:
    """Values and evidence as they come in, the evidence under pointers from the article's root."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.evidence: dict[str, Evidence] = {}

    def keep(self, name: str, resolved: Resolved[T]) -> T | None:
        if resolved.value is not None:
            self.values[name] = resolved.value
            self.evidence |= _rooted(name, resolved.evidence)
        return resolved.value

    def article(self) -> Article:
        defaults: dict[str, Any] = {"access": Access.OPEN, "complete": Complete.UNKNOWN, "type": PageType.ARTICLE}
        return Article(**(defaults | self.values), evidence=dict(sorted(self.evidence.items())))


def _rooted(name: str, evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    return {f"/{name}{pointer}": found for pointer, found in evidence.items()}
