"""One sitemap file: the addresses it lists, or the sitemaps it names."""

from __future__ import annotations

from collections.abc import Iterator

from sources.listing import MOST_VALUES, Item, Listing, Part, Shape, address, line
from sources.markup.elements import Part as Element
from sources.markup.elements import Read, elements
from sources.markup.plain import plain_text
from sources.markup.unpack import Unpacked

ROOTS = frozenset({"urlset", "sitemapindex"})
MOST_ADDRESSES = 50_000  # by the protocol
_CUT = "it is cut off or too large to be read to its end"


def read_sitemap(pieces: Unpacked, url: str | None) -> Listing:
    """A sitemap or a sitemap index; of larger ones than the protocol allows, the first ``MOST_ADDRESSES``."""
    known = Read()
    items: list[Item] = []
    parts: list[Part] = []
    news = False
    for element in elements(pieces, ("url", "sitemap"), (), known):
        place = address(element.said("loc"), url)
        if place is None:
            continue
        if len(items) + len(parts) >= MOST_ADDRESSES:
            known.whole = False
            break
        if element.name == "sitemap":
            parts.append(Part(place, line(element.said("lastmod"))))
        else:
            item = _item(element, place)
            news = news or item.publication is not None or item.title is not None
            items.append(item)
    shape = Shape.SITEMAP_INDEX if parts or known.root == "sitemapindex" else Shape.NEWS_SITEMAP if news else Shape.SITEMAP
    notes = () if known.whole else (_CUT,)
    return Listing(shape, url, None, tuple(items), tuple(parts), known.whole, notes, known.cut)


def read_url_list(pieces: Unpacked, url: str | None) -> Listing:
    """A text with one address a line; other lines are passed over."""
    items: list[Item] = []
    whole = True
    for text in _lines(pieces):
        place = address(text, None)
        if place is None:
            continue
        if len(items) >= MOST_ADDRESSES:
            whole = False
            break
        items.append(Item(place))
    whole = whole and pieces.whole
    return Listing(Shape.URL_LIST, url, None, tuple(items), whole=whole, notes=() if whole else (_CUT,))


def _item(element: Element, place: str) -> Item:
    news = next(iter(element.all("news:news")), Element("news:news", {}))
    publication = next(iter(news.all("news:publication")), Element("news:publication", {}))
    words = [*(news.said("news:keywords") or "").split(","), *(news.said("news:genres") or "").split(",")]
    images = element.all("image:image")
    return Item(
        url=place,
        title=plain_text(news.said("news:title")),
        published=line(news.said("news:publication_date")),
        updated=line(element.said("lastmod")),
        categories=tuple(dict.fromkeys(filter(None, map(line, words))))[:MOST_VALUES],
        credits=tuple(filter(None, (plain_text(i.said("image:license", "image:caption")) for i in images)))[:MOST_VALUES],
        language=line(publication.said("news:language")),
        publication=plain_text(publication.said("news:name")),
    )


def _lines(pieces: Unpacked) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from lines
        rest = rest[:10_000]  # a line without an end is no address
    yield rest
