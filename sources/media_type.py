"""What kind of document some bytes look like."""

from __future__ import annotations

import re

from model.mhtml import is_mhtml
from model.webarchive import is_webarchive

MHTML = "message/rfc822"  # RFC 2557, 8: the whole message, headers and all
WEBARCHIVE = "application/x-webarchive"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"WARC/", "application/warc"),
)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|article|div|p|h1|span)[\s>/]", re.IGNORECASE)
_XHTML = re.compile(rb"\A\s*<\?xml[^>]*\?>.{0,2000}<html", re.IGNORECASE | re.DOTALL)
_LISTING = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?.{0,500}?\?>\s*|<!--.{0,2000}?-->\s*){0,8}<(rss|rdf:RDF|feed|urlset|sitemapindex)[\s>]",
    re.DOTALL,
)
FEED = "application/rss+xml"
SITEMAP = "application/xml"
_LISTINGS = {b"rss": FEED, b"rdf:RDF": FEED, b"feed": "application/atom+xml", b"urlset": SITEMAP, b"sitemapindex": SITEMAP}


def media_type_of(body: bytes) -> str:
    """The media type that the first bytes look like; ``application/octet-stream`` where they look like nothing known.

    A guess for choosing a reader, nothing to rely on.
    """
    start = body[:4096]
    for signature, media_type in _SIGNATURES:
        if start.startswith(signature):
            return media_type
    if is_mhtml(body):
        return MHTML
    if is_webarchive(body):
        return WEBARCHIVE
    seen = start.replace(b"\0", b"") if start.startswith(_WIDE_MARKS) else start
    if _XHTML.match(seen):
        return "application/xhtml+xml"
    listing = _LISTING.match(seen)
    if listing is not None:  # before HTML: a feed has a <title>, too
        return _LISTINGS[listing[1]]
    if _HTML.search(seen):
        return "text/html"
    return "application/octet-stream" if b"\0" in seen else "text/plain"
