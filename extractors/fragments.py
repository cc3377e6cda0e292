"""Small pieces of mark-up inside declared values: a bio with links, a caption in ``<p>``.

Publishers put whatever their editor produced into JSON: unclosed tags, stray attributes,
half a paragraph. Beautiful Soup makes the best of each; a whole page would be too dear.
"""

from __future__ import annotations

import re

LONGEST = 20_000

_TAG = re.compile(
    r"</?(?:a|b|i|em|strong|p|br|span|div|sup|sub|u|small|cite|q|img|figure|figcaption|ul|ol|li|h[1-6])(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
_BREAKS = ("p", "br", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption")


def has_markup(text: str) -> bool:
    """True where a text holds tags of running text; ``a < b`` and ``<placeholder>`` are none."""
    return "<" in text and _TAG.search(text) is not None


def words_of(text: str) -> str:
    """The words of a fragment as a reader sees them: tags gone, breaks as spaces, entities decoded.

    Longer than ``LONGEST`` characters it is cut: a value so long is no line of metadata.
    """
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text[:LONGEST], "html.parser")
    for unseen in soup(["script", "style", "template"]):
        unseen.decompose()
    for element in soup(list(_BREAKS)):
        element.append(" ")
    return soup.get_text()
