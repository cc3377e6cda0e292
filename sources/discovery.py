"""What a document that should list articles is, by its own bytes: servers call feeds by any name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from model.capture import header
from model.errors import Unreadable
from sources.feeds import json_feed, xml_feeds
from sources.listing import Listing
from sources.markup.mend import Mender
from sources.markup.unpack import Unpacked
from sources.sections import MOST_CHARACTERS, read_section
from sources.sitemaps import read as sitemaps

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})(?=[\s/>])")
_HTML = frozenset({"html", "body", "head", "meta", "div", "script", "main"})
_RDF = "RDF"
_XML_ROOTS = frozenset({*sitemaps.ROOTS, *xml_feeds.ROOTS, _RDF})
_LOOKED_AT = 2  # pieces
_CODINGS = frozenset({"", "identity", "gzip", "x-gzip"})


def read_listing(entity: bytes, url: str | None, headers: Iterable[tuple[str, str]] = ()) -> Listing:
    """The listing that an entity is: a feed, a sitemap or an index of them, a list of addresses, or
    a section page. ``entity`` is as it was sent, compressed with gzip or not.

    Raises ``Unreadable`` for what is none of these, saying what it seems to be.
    """
    pieces = unpacked(entity, headers, url)
    start = "".join(islice(pieces, _LOOKED_AT)).lstrip("\ufeff \t\r\n")
    pieces = unpacked(entity, headers, url)
    if not start:
        raise Unreadable("it is empty", url=url)
    if start[0] in "{[":
        return json_feed.read_json_feed(pieces, url)
    if start.startswith(("http://", "https://")):
        return sitemaps.read_url_list(pieces, url)
    root = _root(start)
    if root in _HTML:
        return read_section(pieces.start(MOST_CHARACTERS), url)
    if root in sitemaps.ROOTS:
        return sitemaps.read_sitemap(pieces, url)
    if root in _XML_ROOTS:
        return xml_feeds.read_xml_feed(pieces, url)
    kind = f"an XML document of another kind ({root})" if root else "neither XML nor JSON nor HTML"
    raise Unreadable(f"it is no feed, sitemap or page: {kind}", url=url)


def unpacked(entity: bytes, headers: Iterable[tuple[str, str]] = (), url: str | None = None) -> Unpacked:
    """The text of an entity in pieces. Raises ``Unreadable`` for a coding that nobody asked for."""
    fields = tuple(headers)
    coding = (header(fields, "content-encoding") or "").strip().lower()
    if coding not in _CODINGS:
        raise Unreadable(f"it is compressed in a way that was not asked for ({coding[:20]})", url=url)
    said = _CHARSET.search(header(fields, "content-type") or "")
    return Unpacked(entity, charset=said[1] if said else None)


def _root(start: str) -> str | None:
    """The name of the first element that decides what a document is, else of the first."""
    mender = Mender()
    names = [m[1] for m in islice(_ROOT.finditer(mender.feed(start) + mender.finish()), 20)]
    html = [name.lower() if name.lower() in _HTML else name for name in names]
    return next((name for name in html if name in _HTML or name in _XML_ROOTS), names[0] if names else None)
