"""The language of the piece, as a BCP 47 tag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors import declared
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import How

EAST = frozenset({"zh", "ja", "ko"})
"""Languages of which a character is a syllable or a word, so that a text of theirs has few."""

_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?(?:-[A-Za-z0-9]{5,8})*")


def read(page: Page) -> Resolved[str]:
    """The tag with its case as BCP 47 recommends (``pt-BR``, ``zh-Hant-TW``); ``iw`` is ``he``."""
    return resolve(_FIELD, page)


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``inLanguage`` of the page's own article."""
    for node in page.articles[:1]:
        yield from _tags(declared.of_node(page, node, "inLanguage", "alternateName"))


def html_lang(page: Page) -> Iterator[Candidate[str]]:
    """The ``lang`` of the root element."""
    for name in ("lang", "xml:lang"):
        value = page.tree.get(name)
        if value:
            yield from _tags([Candidate(value, How.DECLARED, f"css:html@{name}", value)])


def meta(page: Page) -> Iterator[Candidate[str]]:
    """Metas that name the language."""
    yield from _tags(declared.meta(page, "og:locale", "content-language", "inlanguage", "dc.language", "language"))


def header(page: Page) -> Iterator[Candidate[str]]:
    """The server's ``Content-Language``."""
    yield from _tags(
        Candidate(v, How.DECLARED, "header:content-language", v) for k, v in page.headers if k.lower() == "content-language"
    )


def _tags(found: Iterator[Candidate[str]] | list[Candidate[str]]) -> Iterator[Candidate[str]]:
    for c in found:
        tag = tag_of(c.value)
        if tag:
            yield Candidate(tag, c.how, c.where, c.quote)


def tag_of(text: str) -> str | None:
    """A well-formed tag in its usual case, or ``None`` (``en_US.UTF-8`` is ``en-US``)."""
    found = _TAG.fullmatch(text.split(",")[0].split(".")[0].strip().replace("_", "-"))
    if found is None:
        return None
    primary, script, region = found[1].lower(), found[2], found[3]
    parts = [{"iw": "he", "in": "id", "ji": "yi"}.get(primary, primary)]
    parts += [script.title()] if script else []
    parts += [region.upper()] if region else []
    return "-".join(parts)


_FIELD = Field("language", (html_lang, json_ld, meta, header))
