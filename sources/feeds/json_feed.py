"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently: what has the wrong type is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from model.errors import Unreadable
from sources.feeds.xml_feeds import MOST_ITEMS
from sources.listing import MOST_VALUES, Item, Listing, Shape, address, line
from sources.markup.plain import plain_text
from sources.markup.unpack import Unpacked

MOST_CHARACTERS = 5_000_000  # parsed, hostile ones take up to 30 times as much memory


def read_json_feed(pieces: Unpacked, url: str | None) -> Listing:
    """The items of a JSON Feed. Raises ``Unreadable`` where it is no JSON object with items, or over ``MOST_CHARACTERS``."""
    text = pieces.start(MOST_CHARACTERS + 1)
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"the JSON feed is over {MOST_CHARACTERS:,} characters: it cannot be read in part", url=url)
    try:
        plain = json.loads(text.strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the JSON feed is damaged ({type(error).__name__}): it cannot be read in part", url=url) from error
    if not isinstance(plain, Mapping) or not isinstance(plain.get("items"), list):
        raise Unreadable("this JSON is no feed: it has no list of items", url=url)
    entries = plain["items"]
    base = address(_text(plain.get("home_page_url")), url) or url
    items = [item for entry in entries[:MOST_ITEMS] if isinstance(entry, Mapping) and (item := _item(entry, base))]
    without = min(len(entries), MOST_ITEMS) - len(items)
    notes = (f"{without} {'item has' if without == 1 else 'items have'} no address",) if without else ()
    whole = len(entries) <= MOST_ITEMS
    return Listing(Shape.JSON_FEED, url, plain_text(_text(plain.get("title"))), tuple(items), whole=whole, notes=notes)


def _item(entry: Mapping[str, Any], base: str | None) -> Item | None:
    guid = line(_text(entry.get("id")))
    candidates = (_said(entry.get("url")), _said(entry.get("external_url")), guid if guid and "://" in guid else None)
    url = next((found for text in candidates if (found := address(text, base))), None)
    if url is None:
        return None
    return Item(
        url=url,
        guid=guid,
        title=plain_text(_text(entry.get("title"))),
        authors=tuple(dict.fromkeys(_authors(entry)))[:MOST_VALUES],
        published=line(_text(entry.get("date_published"))),
        updated=line(_text(entry.get("date_modified"))),
        summary=plain_text(_text(entry.get("summary")) or _text(entry.get("content_text")) or _text(entry.get("content_html"))),
        categories=tuple(dict.fromkeys(filter(None, (line(_text(t)) for t in _list(entry.get("tags"))))))[:MOST_VALUES],
        language=line(_text(entry.get("language"))),
    )


def _authors(entry: Mapping[str, Any]) -> Iterator[str]:
    for author in [*_list(entry.get("authors")), entry.get("author")]:
        name = plain_text(_text(author.get("name") if isinstance(author, Mapping) else author))
        if name:
            yield name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _said(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
