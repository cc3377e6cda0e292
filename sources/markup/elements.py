"""Elements of an XML document one after another, each let go before the next: flat memory for huge files.

No entities, no document types, no network, nothing outside the bytes; damage costs what it
hit. Elements are told apart by a short name: ``title``, ``media:credit``, ``news:title``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from sources.markup.mend import Mender
from sources.markup.unpack import Unpacked

MAX_ELEMENTS = 1_000_000
MOST_WITHIN = 2_000  # elements within one item
MOST_ATTRIBUTES = 64  # lxml takes time by the square of their number where it is asked for all
DEEPEST = 6
_TAIL = 1_000  # characters in which the root's end is looked for

# a wrong end tag closes what is open, at last the root, and nothing is read behind that
_WRAPPER, _SPARE_ENDS = "pressmark", 32
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://www.google.com/schemas/sitemap-video/1.1": "video",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
# as they are called, whatever namespace they were given
_CORE = ("rss", "atom", "sitemap", "netscape", "userland")


@dataclass(slots=True)
class Part:
    """One element, read: its short name, attributes by short name, its own text and what is within."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    within: list[Part] = field(default_factory=list)

    def all(self, *names: str) -> list[Part]:
        """The elements right within it that have one of these names, in order of the names."""
        return [part for name in names for part in self.within if part.name == name]

    def said(self, *names: str) -> str | None:
        """The first text that is not empty, in order of the names."""
        return next((part.text for part in self.all(*names) if part.text.strip()), None)


@dataclass(slots=True)
class Read:
    """What is known beside the elements: the root's short name, and after the last one whether all was read and whether
    the document is ``cut``: it breaks off before its root ends.
    """

    root: str | None = None
    whole: bool = True
    cut: bool = False


def elements(pieces: Unpacked, wanted: Iterable[str], heads: Iterable[str], known: Read) -> Iterator[Part]:
    """The ``wanted`` elements in order of their ends, and the ``heads`` that stand in none of these.

    ``known`` is filled in on the way. An element that never ends is given as far as it goes.
    """
    names, head_names = frozenset(wanted), frozenset(heads)
    parser = etree.XMLPullParser(
        events=("start", "end"), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8",
    )  # fmt: skip
    parser.feed(f"<{_WRAPPER}>".encode() * _SPARE_ENDS)
    count = inside = depth = 0
    tail = ""
    for text in _ended(pieces, Mender()):
        if text is None:
            known.cut = pieces.whole and depth > 0 and not _ends(tail, known.root or "")
            known.whole &= pieces.whole and not known.cut
            _close(parser)
        elif text:
            tail = (tail + text[-_TAIL:])[-_TAIL:]
            parser.feed(text.encode("utf-8"))
        events: Iterator[tuple[str, etree._Element]] = parser.read_events()  # type: ignore[assignment]
        for event, element in events:
            name = short_name(element.tag)
            if event == "start":
                known.root = known.root or (name if name != _WRAPPER else None)
                inside += name in names
                depth += name != _WRAPPER
                count += 1
                continue
            depth -= name != _WRAPPER
            if name in names:
                inside -= 1
            if name in names or (name in head_names and not inside):
                yield _deep(element, [MOST_WITHIN])
            if not inside:
                _let_go(element)
            elif name in names:
                element.clear()  # stands in another, which was never closed: what is around it is needed still
        if count > MAX_ELEMENTS:
            known.whole = False
            return


def _ended(pieces: Unpacked, mender: Mender) -> Iterator[str | None]:
    for piece in pieces:
        yield mender.feed(piece)
    yield mender.finish()
    yield None


def _ends(tail: str, root: str) -> bool:
    """Whether a root's end stands there: tags within it that were never closed leave it open for the parser."""
    return re.search(rf"</(?:[\w.-]+:)?{re.escape(root.rpartition(':')[2])}\s*>", tail) is not None


def _close(parser: etree.XMLPullParser) -> None:
    try:
        parser.close()
    except etree.XMLSyntaxError:
        return  # nothing at all could be made of it; what was read before is told already


def _let_go(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _deep(element: etree._Element, budget: list[int], depth: int = 0) -> Part:
    part = Part(short_name(element.tag), {short_name(k): element.get(k) or "" for k in element.keys()[:MOST_ATTRIBUTES]})
    if depth == 0 and element.base:
        part.attributes.setdefault("xml:base", element.base)
    if depth or not len(element):
        # mark-up that was not escaped is text as well (Atom's xhtml)
        part.text = "".join(map(str, element.itertext()))
    for child in element:
        budget[0] -= 1
        if budget[0] < 0 or depth >= DEEPEST:
            break
        if isinstance(child.tag, str):
            part.within.append(_deep(child, budget, depth + 1))
    return part


def short_name(tag: object) -> str:
    """``{http://purl.org/dc/elements/1.1/}creator`` as ``dc:creator``, a name of the format itself without a prefix."""
    if not isinstance(tag, str):
        return ""
    if tag[:1] != "{":
        prefix, _, name = tag.rpartition(":")  # a prefix that was never declared
        return f"{prefix.lower()}:{name}" if prefix and prefix.lower() not in _CORE else name
    space, _, name = tag[1:].rpartition("}")
    prefix = _PREFIXES.get(space, _PREFIXES.get(space.replace("https://", "http://"), ""))
    if prefix:
        return f"{prefix}:{name}"
    return name if any(word in space.lower() for word in _CORE) or not space else f"other:{name}"
