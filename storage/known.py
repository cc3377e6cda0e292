"""What the projections hold of a record, read inside a transaction."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from model.article import Article
from model.article_back import article_from_json
from model.canonical import plain_of
from model.errors import Damaged
from model.record import Observation, Strand
from model.statement import Spoken, Stated, Statement, overlay
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.holes import lost_in
from storage.portions import portions
from storage.timeline import Look

_AT_ONCE = 400
_TOGETHER = 50  # articles
STATED = "stated"
"""What stands for a release where a person stated values; the content is then a statement."""


def looks_of(tx: Connection, record: str) -> list[Look]:
    """Every look at a record, in the order in which the archive learnt of them."""
    o = tables.observations.c
    rows = tx.execute(select(tables.observations).where(o.record == record).order_by(o.id))
    return [_look(n, row) for n, row in enumerate(rows)]


def looks_of_each(tx: Connection, records: Iterable[str]) -> Iterator[tuple[str, list[Look]]]:
    """The same of many records, each with its own."""
    o = tables.observations.c
    for some in portions(records, _AT_ONCE):
        found: dict[str, list[Look]] = {record: [] for record in some}
        for row in tx.execute(select(tables.observations).where(o.record.in_(some)).order_by(o.id)):
            found[row.record].append(_look(len(found[row.record]), row))
        yield from found.items()


def _look(number: int, row: Row[Any]) -> Look:
    seen = Observation(row.kind, row.version, row.observed_at, row.recorded_at, row.capture, row.status)
    return Look(number, Strand(row.strand), seen, row.same_as)


def article_of(tx: Connection, record: str, version: int, release: str | None = None) -> Article | None:
    """A version as now read, persons' values over the last release's; or as last read by one release."""
    if release is None:
        found = read_as(tx, record, version)
        return found.article if found else None
    r = tables.readings.c
    query = select(r.article).where(r.record == record, r.version == version, r.release == release)
    packed = tx.execute(query.order_by(r.number.desc()).limit(1)).scalar_one_or_none()
    return None if packed is None else unpacked(packed)


@dataclass(frozen=True, slots=True)
class ReadAs:
    """A version as read: what a release read, and what persons stated laid over it."""

    article: Article
    read: Article
    release: str
    stated: tuple[Stated, ...]

    @property
    def is_lost(self) -> bool:
        """Whether the WARCs lost what was read: a rebuild put an empty article in its place."""
        return self.read == Article()


def read_as(tx: Connection, record: str, version: int, reading: int | None = None, known_at: str | None = None) -> ReadAs | None:
    """A version as its readings say, up to one of them or up to a moment (UTC text); by default all."""
    r = tables.readings.c
    query = select(r.number, r.release, r.agent, r.recorded_at, r.article).where(r.record == record, r.version == version)
    if reading is not None:
        query = query.where(r.number <= reading)
    if known_at is not None:
        query = query.where(r.recorded_at <= known_at)
    return _as_read(tx.execute(query.order_by(r.number)).all())


def all_read_as(tx: Connection, versions: Collection[tuple[str, int]]) -> dict[tuple[str, int], ReadAs]:
    """The same of several versions, by all of their readings; of what has none nothing."""
    r = tables.readings.c
    found: dict[tuple[str, int], list[Row[Any]]] = {}
    for some in portions(sorted(versions), _TOGETHER):
        query = select(r.record, r.version, r.number, r.release, r.agent, r.recorded_at, r.article)
        # one by one: SQLite looks through all readings for a list of pairs
        these = or_(*(and_(r.record == record, r.version == version) for record, version in some))
        for row in tx.execute(query.where(these).order_by(r.record, r.version, r.number)):
            found.setdefault((row.record, row.version), []).append(row)
    return {version: read for version, rows in found.items() if (read := _as_read(rows)) is not None}


def _as_read(rows: Sequence[Row[Any]]) -> ReadAs | None:
    last = next((row for row in reversed(rows) if row.release != STATED), None)
    if last is None:
        return None
    spoken = [_spoken(row) for row in rows if row.release == STATED]
    read = unpacked(last.article)
    article, stated = overlay(read, spoken)
    return ReadAs(article, read, last.release, stated)


def spoken_of(tx: Connection, record: str, version: int) -> list[Spoken]:
    """What persons stated of a version, in order."""
    r = tables.readings.c
    query = select(r.number, r.release, r.agent, r.recorded_at, r.article)
    mine = (r.record == record, r.version == version, r.release == STATED)
    return [_spoken(row) for row in tx.execute(query.where(*mine).order_by(r.number))]


def unpacked(packed: bytes) -> Article:
    """An article as the projections hold it. Raises ``Damaged`` where it is none any more."""
    with _readable("an article"):
        return article_from_json(plain_of(zlib.decompress(packed)))


def like_articles(tx: Connection, record: str, one: int, other: int) -> tuple[Article, Article] | None:
    """Two versions as read by one release, the newest that read both. Never what persons stated."""
    r = tables.readings.c
    query = select(r.release, r.version).where(r.record == record, r.version.in_((one, other)), r.release != STATED)
    seen: dict[str, set[int]] = {}
    for release, version in tx.execute(query.order_by(r.recorded_at.desc())):
        seen.setdefault(release, set()).add(version)
    for release, versions in seen.items():
        if versions == {one, other}:
            a, b = article_of(tx, record, one, release), article_of(tx, record, other, release)
            return (a, b) if a and b else None
    return None


def next_version(tx: Connection, record: str) -> int:
    """The number that the archive gives to the next version it learns of."""
    v = tables.versions.c
    return _next(tx, select(v.number, v.entry).where(v.record == record), v.number, record)


def next_reading(tx: Connection, record: str, version: int) -> int:
    """The number of the next reading of a version."""
    r = tables.readings.c
    return _next(tx, select(r.number, r.entry).where(r.record == record, r.version == version), r.number, record)


def _next(tx: Connection, given: Select[tuple[int, str]], number: ColumnElement[int], record: str) -> int:
    """A number that no entry has given, a lost one neither: it may come back from a copy. Numbers rise along a chain, so that
    only what is lost behind the last one that was given may have given a higher one.
    """
    last = tx.execute(given.order_by(number.desc()).limit(1)).one_or_none()
    behind = select(tables.ledger.c.seq).where(tables.ledger.c.entry == last.entry).scalar_subquery() if last else 0
    lost = int(tx.execute(select(lost_in(record, behind))).scalar_one())
    return int(last.number if last else 0) + lost + 1


def _spoken(row: Row[Any]) -> Spoken:
    with _readable("what a person stated"):
        said = Statement.from_json(plain_of(zlib.decompress(row.article)))
        return Spoken(row.number, json.loads(row.agent)["name"], row.recorded_at, said)


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Damaged(f"{what} in the database is damaged: {VERIFY_FIRST}") from error
