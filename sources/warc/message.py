"""The HTTP message in a record's block, and whether it is a page, leads to one, or is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from model.capture import dechunked, header, parse_head
from sources.media_type import media_type_of
from sources.warc.records import HEAD_BYTES, Record

PAGES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})

_END = re.compile(rb"\r*\n\r*\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
# what a page needs and is no page, though a server may say text/plain, or answer 404 with a page
_PARTS = re.compile(
    r"\.(?:js|mjs|css|png|jpe?g|gif|svg|webp|avif|ico|bmp|woff2?|ttf|eot|otf|mp[34]|webm|m4[av]|og[gv]|wav|json|map|xml|rss"
    r"|atom|zip|gz|pdf|swf)\Z|/robots\.txt\Z",
    re.IGNORECASE,
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Sort(StrEnum):
    """What a response is to somebody who looks for articles."""

    PAGE = "page"
    REDIRECT = "redirect"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Message:
    """A response: ``head`` up to and including the empty line, ``body`` as it stands in the block."""

    head: bytes
    body: bytes
    status: int

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Header fields, in order."""
        return parse_head(self.head)

    @property
    def media_type(self) -> str:
        """What the server calls it, without parameters; empty where it says nothing."""
        return (header(self.fields, "content-type") or "").partition(";")[0].strip().lower()

    @property
    def chunked(self) -> bool:
        """Whether the header says that the body is in chunks."""
        return "chunked" in (header(self.fields, "transfer-encoding") or "").lower()

    @property
    def entity(self) -> bytes:
        """The body without its chunks."""
        plain = dechunked(self.body) if self.chunked else None
        return self.body if plain is None else plain

    @property
    def framed(self) -> bytes | None:
        """The body where it really is in chunks."""
        return self.body if self.chunked and dechunked(self.body) is not None else None


def message_of(block: bytes) -> Message | None:
    """The response that a block is; ``None`` where it does not begin with a status line."""
    status = _STATUS.match(block)
    if status is None:
        return None
    end = _END.search(block, 0, HEAD_BYTES)
    cut = end.end() if end else len(block)
    return Message(block[:cut], block[cut:], int(status[1]))


def is_web_address(url: str) -> bool:
    """Whether a record is of something on the web."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def sort_of(url: str, media_type: str, status: int, start: Callable[[], bytes]) -> Sort:
    """A page, a redirect or something else; ``start`` gives the first bytes of the body, decoded where that can be."""
    if status in _REDIRECTS:
        return Sort.REDIRECT
    part_of_page = _PARTS.search(urlsplit(url).path) is not None
    if media_type in {"text/html", "application/xhtml+xml"}:
        return Sort.OTHER if part_of_page and not 200 <= status < 300 else Sort.PAGE
    if part_of_page or status in {204, 304}:
        return Sort.OTHER
    if media_type in PAGES or (not media_type and media_type_of(start()) in PAGES):
        return Sort.PAGE
    return Sort.PAGE if status in {404, 410} and not media_type else Sort.OTHER


def sort_of_record(record: Record) -> Sort:
    """What a ``response``, ``revisit``, ``resource`` or ARC record is; the beginning of its block is enough."""
    if not is_web_address(record.url):
        return Sort.OTHER
    message = message_of(record.block)
    if message is not None:
        return sort_of(record.url, message.media_type, message.status, lambda: message.entity)
    stated = (record.get("content-type") or "").partition(";")[0].strip().lower()
    if stated == "application/http":  # a revisit may come without a header
        return Sort.PAGE if record.kind == "revisit" else Sort.OTHER
    return sort_of(record.url, stated, 200, lambda: record.block)


def target_of(url: str, message: Message) -> str | None:
    """Where a redirect leads, without its fragment; ``None`` where it says nothing that can be followed."""
    location = header(message.fields, "location")
    if not location:
        return None
    try:
        target = urljoin(url, location.strip()).partition("#")[0]
    except ValueError:
        return None
    return target if is_web_address(target) else None
