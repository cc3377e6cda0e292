"""Teasers and furniture: images on an article's page that lead to other pages or stand behind its text."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from extractors.dom import Element
from extractors.figures.named import is_named_words
from extractors.figures.sources import is_image_file
from extractors.page import Page

SHORTEST_PARAGRAPH = 80  # characters
LEAST_TEXT = 600
BIGGEST_BOX = 150  # elements; a larger element is no box of one image
_ROOTS = frozenset({"html", "body", "main"})


def after_text(page: Page, root: Element) -> frozenset[Element]:
    """Images behind the last paragraph: teasers, unless words of their own vouch for them."""
    behind: list[Element] = []
    size = 0
    for element in root.iter("p", "img", "amp-img"):
        if element.tag == "p":
            length = sum(map(len, element.itertext())) if len(element) < 40 else 0
            if length >= SHORTEST_PARAGRAPH and next(element.iterancestors("figure", "aside", "li", "a"), None) is None:
                size += length
                behind.clear()
        else:
            behind.append(element)
    return frozenset(behind) if size >= LEAST_TEXT else frozenset()


def is_teaser(page: Page, image: Element, credit_line: str | None = None) -> bool:
    """Whether an image without caption stands in a card whose text leads to another page.

    A link around the credit itself leads to the photographer and makes no teaser.
    """
    item = image.getparent()
    while item is not None and item.tag in ("source", "picture"):  # the parser nests these
        item = item.getparent()
    for _ in range(6):
        if item is None or item in page.around_headline or item.tag in _ROOTS or too_big(item) or len(page.text_of(item)) > 400:
            return False
        texts = [page.text_of(a) for a in item.iter("a") if leads_away(page, a)]
        if any(len(t) >= 15 and not (credit_line and t in credit_line) for t in texts):
            return True
        item = item.getparent()
    return False


def has_words(image: Element) -> bool:
    """A caption or a credit beside the image: a teaser has a headline instead."""
    figure = next(image.iterancestors("figure"), None)
    link = next(image.iterancestors("a"), None)
    around = figure if figure is not None else link.getparent() if link is not None else None
    if around is None or next(around.iter("h1", "h2", "h3", "h4"), None) is not None or too_big(around):
        return False
    return any(
        isinstance(e.tag, str) and e is not image and e.tag != "small" and is_named_words(e) and len(e) < 12
        for e in around.iterdescendants()
    )


def in_link_away(page: Page, image: Element) -> bool:
    """Whether an image stands in a link to another page."""
    link = next(image.iterancestors("a"), None)
    return link is not None and leads_away(page, link)


def leads_away(page: Page, link: Element) -> bool:
    """Whether a link goes to another page, and not to the image itself or a part of the article."""
    href = (link.get("href") or "").strip()
    if not href or href.startswith(("#", "javascript:", "data:")) or is_image_file(href):
        return False
    try:
        there, here = urlsplit(urljoin(page.url or "", href)), urlsplit(page.url or "")
    except ValueError:
        return False
    if page.url is None:
        return bool(there.netloc)
    if (there.netloc, there.path.rstrip("/")) == (here.netloc, here.path.rstrip("/")):
        return False
    # galleries and attachment pages live below the article's own address
    return not (
        there.netloc == here.netloc and len(here.path) > 12 and there.path.startswith(here.path.rstrip("/").removesuffix(".html"))
    )


def too_big(element: Element) -> bool:
    """Whether an element has more inside than one image and its words."""
    return sum(1 for _ in zip(element.iter(), range(BIGGEST_BOX + 1), strict=False)) > BIGGEST_BOX
