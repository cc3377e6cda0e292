"""A web page as a tree, within bounds, and the address its links are completed from."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from model.errors import Unreadable
from sources.listing import address

MOST_CHARACTERS = 8_000_000


def parse(markup: str, url: str | None) -> tuple[HtmlElement, str | None]:
    """The tree of at most ``MOST_CHARACTERS`` of a page, and its base address. Raises ``Unreadable``."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, no_network=True)
    try:
        tree = document_fromstring(markup[:MOST_CHARACTERS].encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise Unreadable("no mark-up could be made out in the page", url=url) from None
    base = next((address(b.get("href"), url) for b in tree.iter("base") if b.get("href")), None)
    return tree, base or url
