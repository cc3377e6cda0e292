"""Candidates out of what a publisher declares: one way to ask JSON-LD and ``<meta>`` for text."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from extractors.dom import collapse
from extractors.field import Candidate
from extractors.fragments import has_markup, words_of
from extractors.page import Node, Page
from model.article import How


def plain(text: str) -> str:
    """Declared text as a person reads it: entities that were escaped twice decoded, tags of running
    text gone, white space collapsed."""
    decoded = html.unescape(text) if "&" in text else text
    if "&" in decoded and ";" in decoded:
        decoded = html.unescape(decoded)
    return collapse(words_of(decoded) if has_markup(decoded) else decoded)


def meta(page: Page, *names: str) -> Iterator[Candidate[str]]:
    """The content of every ``<meta>`` of these names, in the order of the names."""
    for name in names:
        for found in page.meta.get(name, ()):
            value = plain(found.content)
            if value:
                yield Candidate(value, How.DECLARED, found.where, found.content)


def json_ld(page: Page, *keys: str) -> Iterator[Candidate[str]]:
    """Text under these keys in the page's own article, then in other articles of the page."""
    for node in page.articles:
        for key in keys:
            yield from of_node(page, node, key)


def of_node(page: Page, node: Node, key: str, part: str = "name") -> Iterator[Candidate[str]]:
    """Text under one key of one object; objects say it by their ``part``, lists by each item."""
    given = node.data.get(key)
    for at, item in _items(given):
        value: Any = page.deref(item)
        where = node.where(f"/{key}{at}")
        if isinstance(value, dict):
            own = value.get(part)
            where += f"/{part}" if value is item else ""
            value = own
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            yield Candidate(plain(value), How.DECLARED, where, value)


def _items(given: Any) -> list[tuple[str, Any]]:
    if isinstance(given, list):
        return [(f"/{i}", item) for i, item in enumerate(given[:100])]
    return [] if given is None else [("", given)]
