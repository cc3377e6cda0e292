"""Pages in the wrappings that people save them in: MHTML, Safari's web archives."""

from __future__ import annotations

from dataclasses import dataclass

from model.errors import Unreadable
from model.mhtml import Fields, is_mhtml, read_mhtml
from model.webarchive import is_webarchive, read_webarchive


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The page itself: its bytes, the header fields that count for it, and its own address where the wrapping has one."""

    body: bytes
    fields: Fields
    url: str | None


def unwrap(entity: bytes) -> Unwrapped | None:
    """The page inside a wrapping; ``None`` for what is in none.

    A pure function of the bytes; nothing unpacks to more than was given. Raises ``Unreadable``
    where a wrapping holds no page.
    """
    if is_mhtml(entity):
        file = read_mhtml(entity)
        if file.page is None:
            raise Unreadable("the MHTML file holds no page: save it again", found="MHTML")
        fields = tuple(x for x in file.page.fields if x[0].lower() == "content-type")
        return Unwrapped(file.page.body, fields, file.field("snapshot-content-location") or file.page.field("content-location"))
    if is_webarchive(entity):
        main = read_webarchive(entity)
        if main is None:
            raise Unreadable("the web archive holds no page, or is damaged: save it again", found="a web archive")
        charset = f"; charset={main.charset}" if main.charset else ""
        return Unwrapped(main.body, (("Content-Type", f"{main.media_type or 'text/html'}{charset}"),), main.url)
    return None
