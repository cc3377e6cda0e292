"""What the publisher says the piece is about (schema.org ``keywords``), one candidate as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractors import declared
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import How

MOST = 40
_COMMA = re.compile(r"\s*[,;،、，]\s*")
# systems' own labels, not words for readers
_MACHINE = re.compile(r"^(?:[a-z_-]{2,30}:\S|https?://)|[{}<>=]", re.I)


def read(page: Page) -> Resolved[tuple[str, ...]]:
    """The keywords in the publisher's order and spelling, doubles left out, at most ``MOST``."""
    return resolve(_FIELD, page)


def json_ld(page: Page) -> Iterator[Candidate[tuple[str, ...]]]:
    """``keywords`` of the page's own article."""
    for node in page.articles[:1]:
        found = list(declared.of_node(page, node, "keywords"))
        values = _several(found[0].value) if len(found) == 1 else _clean(f.value for f in found)
        if values:
            yield Candidate(values, How.DECLARED, node.where("/keywords"), found[0].quote)


def article_tags(page: Page) -> Iterator[Candidate[tuple[str, ...]]]:
    """Open Graph's ``article:tag``, one a keyword."""
    found = page.meta.get("article:tag", ())
    values = _clean(declared.plain(m.content) for m in found) if len(found) > 1 else _several(found[0].content if found else "")
    if values:
        yield Candidate(values, How.DECLARED, found[0].where, found[0].content)


def meta(page: Page) -> Iterator[Candidate[tuple[str, ...]]]:
    """The keyword metas, separated by commas."""
    for name in ("news_keywords", "keywords", "parsely-tags", "sailthru.tags", "cxenseparse:keywords"):
        for found in page.meta.get(name, ())[:1]:
            values = _several(found.content)
            if values:
                yield Candidate(values, How.DECLARED, found.where, found.content)


def _several(text: str) -> tuple[str, ...]:
    return _clean(_COMMA.split(declared.plain(text)))


def _clean(values: Iterable[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(v.strip(" #") for v in values if 1 < len(v.strip(" #")) <= 100 and not _MACHINE.search(v))
    return tuple(kept)[:MOST]


_FIELD: Field[tuple[str, ...]] = Field("keywords", (json_ld, article_tags, meta))
