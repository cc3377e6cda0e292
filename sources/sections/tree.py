"""A web page as a tree, within bounds, and the address its links are completed from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from model.errors import Unreadable
from sources.listing import address

MOST_CHARACTERS = 8_000_000
MOST_ATTRIBUTES = 64
DEEPEST = 250

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML, and so in a tree
_NAME = re.compile(r"[a-z][\w-]*", re.ASCII | re.IGNORECASE)


def parse(markup: str, url: str | None) -> tuple[HtmlElement, str | None]:
    """The tree of at most ``MOST_CHARACTERS`` of a page, and its base address. Raises ``Unreadable``."""
    parser = HTMLParser(encoding="utf-8", no_network=True, target=_Builder())  # type: ignore[arg-type]  # it is given text, and no comments
    try:
        tree = document_fromstring(markup[:MOST_CHARACTERS].encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise Unreadable("no mark-up could be made out in the page", url=url) from None
    base = next((address(b.get("href"), url) for b in tree.iter("base") if b.get("href")), None)
    return tree, base or url


class _Builder:
    """Builds the tree out of what the parser meets, with the first ``MOST_ATTRIBUTES`` of an element only: libxml2 hangs
    attributes up one behind the other, so that a tag of a million of them takes it half an hour. What stands deeper than
    ``DEEPEST`` stands side by side there. Without comments.
    """

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder(parser=HTMLParser(collect_ids=False))
        self._open: list[str] = []
        self._ended_before = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; one whose name is none is a ``span``."""
        name = tag if _NAME.fullmatch(tag) else "span"
        few: dict[str | bytes, str | bytes] = {
            k: _FORBIDDEN.sub("", v) for k, v in islice(attributes.items(), MOST_ATTRIBUTES) if _NAME.fullmatch(k)
        }
        if len(self._open) >= DEEPEST:
            self._builder.end(self._open.pop())
            self._ended_before += 1
        self._builder.start(name, few)
        self._open.append(name)

    def end(self, tag: str) -> None:
        """The last element that began ends."""
        if self._ended_before:
            self._ended_before -= 1
        elif self._open:
            self._builder.end(self._open.pop())

    def data(self, text: str) -> None:
        """Text."""
        self._builder.data(_FORBIDDEN.sub("", text))

    def close(self) -> etree._Element:
        """The root, after what was left open is closed."""
        while self._open:
            self._builder.end(self._open.pop())
        return self._builder.close()
