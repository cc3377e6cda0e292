"""What the projections hold of a record, read inside a transaction."""

from __future__ import annotations

import json
import zlib

from sqlalchemy import Connection, func, select

from model.article import Article
from model.record import Observation, Strand
from storage import tables
from storage.timeline import Look


def looks_of(tx: Connection, record: str) -> list[Look]:
    """Every look at a record, in the order in which the archive learnt of them."""
    o = tables.observations.c
    rows = tx.execute(select(tables.observations).where(o.record == record).order_by(o.id))
    return [
        Look(n, Strand(r.strand), Observation(r.kind, r.version, r.observed_at, r.recorded_at, r.capture, r.status), r.same_as)
        for n, r in enumerate(rows)
    ]


def article_of(tx: Connection, record: str, version: int, release: str | None = None) -> Article | None:
    """A version as last read, or as last read by one release."""
    r = tables.readings.c
    query = select(r.article).where(r.record == record, r.version == version).order_by(r.number.desc()).limit(1)
    if release is not None:
        query = query.where(r.release == release)
    packed = tx.execute(query).scalar_one_or_none()
    return None if packed is None else Article.from_json(json.loads(zlib.decompress(packed)))


def like_articles(tx: Connection, record: str, one: int, other: int) -> tuple[Article, Article] | None:
    """Two versions as read by one release, the newest that read both."""
    r = tables.readings.c
    query = select(r.release, r.version).where(r.record == record, r.version.in_((one, other))).order_by(r.recorded_at.desc())
    seen: dict[str, set[int]] = {}
    for release, version in tx.execute(query):
        seen.setdefault(release, set()).add(version)
    for release, versions in seen.items():
        if versions == {one, other}:
            a, b = article_of(tx, record, one, release), article_of(tx, record, other, release)
            return (a, b) if a and b else None
    return None


def next_version(tx: Connection, record: str) -> int:
    """The number that the archive gives to the next version it learns of."""
    v = tables.versions.c
    return (tx.execute(select(func.max(v.number)).where(v.record == record)).scalar() or 0) + 1


def next_reading(tx: Connection, record: str, version: int) -> int:
    """The number of the next reading of a version."""
    r = tables.readings.c
    return (tx.execute(select(func.max(r.number)).where(r.record == record, r.version == version)).scalar() or 0) + 1
