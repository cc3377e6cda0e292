"""RSS 0.9x, 1.0 and 2.0 and Atom 0.3 and 1.0, told apart by their elements, not by what they claim to be."""

from __future__ import annotations

from sources.listing import MOST_VALUES, Item, Listing, Shape, address, line
from sources.markup.elements import Part, Read, elements
from sources.markup.plain import plain_text
from sources.markup.unpack import Unpacked

MOST_ITEMS = 5_000
ROOTS = frozenset({"rss", "feed", "rdf:RDF", "RDF", "channel"})

_ITEMS = ("item", "entry")
_HEADS = ("title", "link")
_AUTHORS = ("dc:creator", "author", "itunes:author", "dc:contributor")
_PUBLISHED = ("pubDate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created", "date")
_UPDATED = ("updated", "modified", "dcterms:modified", "atom:updated")
_SUMMARIES = ("description", "summary", "media:description", "itunes:summary")
_CREDITS = ("media:credit", "media:copyright", "dc:rights")


def read_xml_feed(pieces: Unpacked, url: str | None) -> Listing:
    """The items of a feed in its order, at most ``MOST_ITEMS``; what has no address is counted in the notes."""
    known = Read()
    items: list[Item] = []
    title, base, without = None, url, 0
    for part in elements(pieces, _ITEMS, _HEADS, known):
        if part.name == "title":
            title = title or plain_text(part.text)
        elif part.name == "link":
            base = base or address(_of_link(part), None)
        else:
            item = _item(part, base)
            if item is None:
                without += 1
            elif len(items) < MOST_ITEMS:
                items.append(item)
            else:
                known.whole = False
                break
    notes = [f"{without} {'item has' if without == 1 else 'items have'} no address"] if without else []
    if known.cut:
        notes.append("it is cut off before its end: what came of it was read")
    elif not known.whole:
        notes.append("it is cut off or too large to be read to its end")
    shape = Shape.ATOM if known.root == "feed" else Shape.RSS
    return Listing(shape, url, title, tuple(items), whole=known.whole, cut=known.cut, notes=tuple(notes))


def _item(part: Part, base: str | None) -> Item | None:
    base = address(part.attributes.get("xml:base"), base) or base
    guid = line(part.said("guid", "id", "dc:identifier"))
    url = _url(part, base, guid)
    if url is None:
        return None
    published, updated = part.said(*_PUBLISHED), part.said(*_UPDATED)
    return Item(
        url=url,
        guid=guid,
        title=plain_text(part.said("title", "media:title", "dc:title")),
        authors=_values([_name(author) for author in part.all(*_AUTHORS)]),
        published=line(published),
        updated=line(updated),
        summary=plain_text(part.said(*_SUMMARIES)),
        categories=_values([c.attributes.get("label") or c.text or c.attributes.get("term") for c in _subjects(part)]),
        credits=_values([credit.text for credit in _media(part) if credit.name in _CREDITS]),
        language=line(part.said("dc:language")),
    )


def _url(part: Part, base: str | None, guid: str | None) -> str | None:
    """The publisher's own address rather than that of a service that counts clicks."""
    for text in (part.said("feedburner:origLink"), *_links(part)):
        if found := address(text, base):
            return found
    marked = next((g.attributes.get("isPermaLink", "").strip().lower() for g in part.all("guid")), "")
    if guid and "://" in guid and marked != "false":
        return address(guid, base)
    return address(part.attributes.get("rdf:about") or part.attributes.get("about"), base)


def _links(part: Part) -> list[str | None]:
    found = part.all("link")
    pages = [x for x in found if x.attributes.get("rel", "alternate").strip().lower() == "alternate"]
    pages.sort(key=lambda x: "html" not in x.attributes.get("type", "html").lower())
    return [_of_link(x) for x in pages]


def _of_link(part: Part) -> str | None:
    return part.attributes.get("href") or part.text


def _subjects(part: Part) -> list[Part]:
    return part.all("category", "dc:subject", "media:category")


def _media(part: Part) -> list[Part]:
    """The elements of Media RSS, within groups and contents as well."""
    found: list[Part] = []
    for child in part.within:
        found.append(child)
        if child.name in {"media:content", "media:group", "media:thumbnail"}:
            found += _media(child)
    return found


def _name(part: Part) -> str | None:
    named = part.said("name")
    return named if named is not None else None if part.within and not part.text.strip() else part.text


def _values(texts: list[str | None]) -> tuple[str, ...]:
    found = (plain_text(text) for text in texts)
    return tuple(dict.fromkeys(text for text in found if text))[:MOST_VALUES]
