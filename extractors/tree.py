"""Mark-up made into a tree, within limits."""

from __future__ import annotations

from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from extractors.dom import Element
from model.errors import TooLarge, Unreadable

MAX_CHARACTERS = 20_000_000
MAX_ELEMENTS = 50_000  # the longest of 1,373 real pages measured had 10,106
_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)  # no call into Python for every element, as classes by tag take


def parsed(markup: str) -> tuple[Element, tuple[Element, ...]]:
    """The root of a page's tree, and all its elements in order.

    Raises ``Unreadable`` for what is no mark-up, ``TooLarge`` over ``MAX_CHARACTERS`` or ``MAX_ELEMENTS``.
    """
    if len(markup) > MAX_CHARACTERS:
        raise TooLarge(f"the page has over {MAX_CHARACTERS:,} characters: no article is that long", limit=MAX_CHARACTERS)
    if markup.count("<") > 20 * MAX_ELEMENTS:
        raise TooLarge(f"the page has over {MAX_ELEMENTS:,} elements: no article has that many", limit=MAX_ELEMENTS)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, no_network=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    raw = markup.encode("utf-8", "replace")
    try:
        tree = document_fromstring(raw, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise Unreadable("no mark-up could be made out in the page", size=len(raw)) from None
    elements = tuple(islice(tree.iter(), MAX_ELEMENTS + 1))
    if len(elements) > MAX_ELEMENTS:
        raise TooLarge(f"the page has over {MAX_ELEMENTS:,} elements: no article has that many", limit=MAX_ELEMENTS)
    return tree, elements
