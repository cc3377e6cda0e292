"""Whose site it is, where a person's own site names its writer nowhere but in its name.

A name of a person's shape is believed only where the site says that it is one's own: "A. Person's blog" in its name, "by
A. Person" or "A. Person's notes on …" below it. The name alone does not do: companies are called like people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from extractors.dom import Element
from extractors.field import Candidate
from extractors.fields import byline, names
from extractors.page import Page
from model.article import Author, How

_OWNED = re.compile(
    r"(?P<name>[A-ZÀ-ÞĀ-Ž][\w.’'-]*(?: [\w.’'-]+){1,3}?)(?:'s|’s|s['’])\s(?:\w+ )?"
    r"(?i:(?:web)?(?:log|site)|blog|home ?page|home|notes|journal|diary|thoughts|musings|writings?|newsletter)\b",
)
_TAIL = re.compile(r"\s[|–—·•-]\s|\s::\s")
_ON_WHAT = re.compile(r"[.!]?$|\s(?:on|about|from|in)\s", re.I)
_TAGLINE = re.compile(r"description|tagline|site-desc|blog-desc", re.I)
_LOOKED_AT = 400  # elements


def owner(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """The person whose site it is."""
    for name, where, quote in _said(page):
        if names.is_person(name, page.language) and len(name.split()) <= 4:
            yield Candidate((Author(name),), How.INFERRED, where, quote)
            return


def _said(page: Page) -> Iterator[tuple[str, str, str]]:
    site = page.meta_first("og:site_name", "application-name")
    title = next(iter(page.tree.iter("title")), None)
    titles = [(page.title, "css:" + page.css(title))] if title is not None and page.title else []
    said = ([(site.content, site.where)] if site else []) + titles
    headlines = {names.key(m.content) for m in page.meta.get("og:title", ())}
    headlines |= {names.key(page.text_of(page.h1))} if page.h1 is not None else set()
    for text, where in said:
        for part in _TAIL.split(text):
            owned = _OWNED.fullmatch(part.strip())
            if owned and names.key(part) not in headlines:
                yield owned["name"], where, text
    for element in islice(page.elements, _LOOKED_AT):
        if element.tag in {"p", "div", "h2", "span"} and _TAGLINE.search(
            f"{element.get('class') or ''} {element.get('id') or ''}"
        ):
            yield from _tagline(page, element)


def _tagline(page: Page, element: Element) -> Iterator[tuple[str, str, str]]:
    text = page.text_of(element)
    if len(text) > 300 or any(e is page.main for e in (element, *element.iterancestors())):
        return
    bare, led = byline.without_lead(text, page.language)
    owned = _OWNED.match(text)
    owned = owned if owned and _ON_WHAT.match(text[owned.end() :]) else None
    name = owned["name"] if owned else bare if led and len(bare) <= 40 else ""
    if name:
        yield name, "css:" + page.css(element), text
