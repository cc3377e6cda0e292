"""The wire service a piece came from: an agency that signs it, or that its dateline names.

Given by the agency's usual name ("AP"), whatever the spelling; the quote keeps the print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors import declared
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.fields import names
from extractors.fields.byline_parts import WITH
from extractors.page import Page
from extractors.words import agencies
from extractors.words.people import either
from model.article import Author, Dateline, How

_SOURCES = ("source", "sourceorganization", "dc.source", "cxenseparse:source", "article:source", "news_source", "provider")

_LAST = 5  # paragraphs
_SIGNED = re.compile(r"[.!?…”»\"]\s*[(\[/]\s?([^()\[\]/]{2,30}?)\s?[)\]/]\s*$")
_WITH_COPY = re.compile(rf"(?<!\w)(?:{either(WITH)})\s+([^()\[\],|]{{2,40}}?)\s*(?:[)\],|]|$)", re.IGNORECASE)


def read(page: Page, dateline: Resolved[Dateline], authors: Resolved[tuple[Author, ...]]) -> Resolved[str]:
    """The wire service; empty where the piece is the paper's own."""

    def in_dateline(_page: Page) -> Iterator[Candidate[str]]:
        """The agency of the dateline, where it is one that serves other papers."""
        own = dateline.evidence.get("")
        known = agencies.agency(dateline.value.agency) if dateline.value and dateline.value.agency else None
        if own is not None and known:
            yield Candidate(known, own.how, own.where, own.quote)

    def author(_page: Page) -> Iterator[Candidate[str]]:
        """An agency among the authors, or for which one of them works."""
        for number, one in enumerate(authors.value or ()):
            evidence = authors.evidence.get(f"/{number}/name") or authors.evidence.get("")
            said = [one.name, *(a.organization or "" for a in one.affiliations if not a.past)]
            known = next((k for k in map(agencies.agency, said) if k), None)
            if known and evidence is not None:
                yield Candidate(known, evidence.how, evidence.where, evidence.quote)
        whole = authors.evidence.get("")
        beside = _WITH_COPY.search(whole.quote) if whole is not None else None
        known = agencies.agency(beside[1]) if beside else None
        if whole is not None and known:  # "A. Person (with the agency)"
            yield Candidate(known, whole.how, whole.where, whole.quote)

    return resolve(Field("provider", (json_ld, in_dateline, author, meta, source_element, signed)), page)


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``provider`` or ``sourceOrganization`` of the page's own article, where it is an agency."""
    for found in declared.json_ld(page, "provider", "sourceOrganization"):
        yield from _known(found)


def meta(page: Page) -> Iterator[Candidate[str]]:
    """Metas that name a source, where it is an agency."""
    for found in declared.meta(page, *_SOURCES):
        yield from _known(found)


def source_element(page: Page) -> Iterator[Candidate[str]]:
    """A short element whose class says agency or source."""
    if page.main is None:
        return
    for element in page.main.iter("span", "p", "div", "a", "cite", "footer", "strong"):
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if len(marks) < 4 or not re.search(
            r"(?<![a-z])(?:agency|agentur|agence|agencia|agenzia|source-?organization|news-?source)", marks, re.I
        ):
            continue
        text = page.text_of(element)
        plain = re.sub(r"^(?:quelle|source|fuente|fonte|källa|bron)\s*:\s*", "", text, flags=re.I)
        known = agencies.agency(names.clean(plain)) if len(text) <= 60 else None
        if known and not page.in_noise(element):
            yield Candidate(known, How.MARKED, "css:" + page.css(element), text)


def signed(page: Page) -> Iterator[Candidate[str]]:
    """An agency in brackets or between slashes at the end of one of the last paragraphs: "… on Friday. (PAP)"."""
    paragraphs = [p for p in page.main.iter("p") if page.text_of(p)] if page.main is not None else []
    for element in reversed(paragraphs[-_LAST:]):
        found = _SIGNED.search(page.text_of(element)[-60:])
        known = agencies.agency(found[1]) if found else None
        if found and known and not page.in_noise(element) and next(element.iterancestors("figure", "figcaption"), None) is None:
            yield Candidate(known, How.INFERRED, "css:" + page.css(element), found[0].strip())
            return


def _known(found: Candidate[str]) -> Iterator[Candidate[str]]:
    known = agencies.agency(found.value)
    if known:
        yield Candidate(known, found.how, found.where, found.quote)
