"""Image files: which of a version's are kept, which are wanted still, and what is held of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from model.capture import header
from model.edtf import utc_text
from model.errors import Damaged
from model.record import KeptImage
from storage import tables
from storage.captures import Captures
from storage.deposit import ImageWanted
from storage.known import article_of

MOST = 20
"""How many images of one article are kept: the lead image and those in the text come first."""

RETRY = timedelta(days=1)
"""How long an image is left alone when something else came in its place."""


def kept_images(tx: Connection, record: str, version: int) -> tuple[KeptImage, ...]:
    """The image files of a version, in the order in which they were kept."""
    i, c = tables.images.c, tables.captures.c
    query = select(i.url, c.facts).join_from(tables.images, tables.captures, i.capture == c.id)
    found = {url: json.loads(facts) for url, facts in tx.execute(query.where(*_of(record, version)).order_by(i.id))}
    return tuple(
        KeptImage(
            url=url,
            capture=facts["id"],
            digest=facts["payload_digest"],
            length=facts["length"],
            media_type=facts["media_type"],
            observed_at=facts["at"],
            says=tuple(facts["context"].get("image", {}).get("says", ())),
        )
        for url, facts in found.items()
    )


def count_kept(tx: Connection, record: str, version: int) -> int:
    """How many image files a version has."""
    i = tables.images.c
    return len(set(tx.execute(select(i.url).where(*_of(record, version))).scalars()))


def wanted_images(
    tx: Connection, captures: Captures, record: str, version: int, now: datetime, most: int = MOST
) -> Sequence[ImageWanted]:
    """The images that a version, as now read, names and has not yet; of its first ``most`` only."""
    article = article_of(tx, record, version)
    named = dict.fromkeys(
        x.url for x in (article.images if article else ()) if x.url and x.url.startswith(("http://", "https://"))
    )
    i = tables.images.c
    held = set(tx.execute(select(i.url).where(*_of(record, version))).scalars())
    since = utc_text(now - RETRY)
    return [_wanted(tx, captures, record, version, url, since) for url in list(named)[:most] if url not in held]


def _wanted(tx: Connection, captures: Captures, record: str, version: int, url: str, since: str) -> ImageWanted:
    c = tables.captures.c
    failed = (c.url == url, c.record == record, c.version.is_(None), c.received_at > since)
    tried = tx.execute(select(func.max(c.received_at)).where(*failed)).scalar()
    if tried is not None:
        return ImageWanted(record, version, url, tried_at=tried)
    for capture, digest in _captures_of(tx, url):
        try:
            copy = captures.load(capture)
        except Damaged:
            continue  # asked for anew: it is the only way to have it again
        if copy.final_url != url:
            break  # validators belong to the address that answered
        etag, modified = header(copy.headers, "etag"), header(copy.headers, "last-modified")
        return ImageWanted(record, version, url, (capture, digest), etag, modified)
    return ImageWanted(record, version, url)


def _captures_of(tx: Connection, url: str) -> Iterator[tuple[str, str]]:
    """Captures that show an image of this address, newest first."""
    i, c = tables.images.c, tables.captures.c
    query = select(c.id, c.digest).join_from(tables.captures, tables.images, i.capture == c.id)
    for row in tx.execute(query.where(c.url == url).order_by(c.received_at.desc()).limit(4)).all():
        yield row.id, row.digest


def _of(record: str, version: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    i = tables.images.c
    return (i.record == record, i.version == version)
