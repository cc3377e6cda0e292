"""A second opinion: which words trafilatura would keep. It gets a copy of nothing but reads the shared tree."""

from __future__ import annotations

import logging

import trafilatura

from extractors.dom import Element

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def compact(text: str) -> str:
    """Text without any white space: how words from differently spaced copies are compared."""
    return "".join(text.split())


def kept_words(tree: Element, url: str | None) -> str:
    """The compact text trafilatura takes for the article; empty where it finds none.

    The tree stays as it is (trafilatura works on copies). Metadata, comments and
    deduplication are left out: we do these ourselves.
    """
    document = trafilatura.bare_extraction(tree, url=url, include_comments=False, with_metadata=False, deduplicate=False)
    text = getattr(document, "text", None)
    return compact(text) if text else ""
