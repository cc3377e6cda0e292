"""Records as a list tells them, a line each: as known now, or as of a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from typing import Any

from sqlalchemy import Connection, Row, select

from model.article import Article
from model.change import signature
from model.record import RecordLine
from storage import tables
from storage.knowledge import known_of, main_address
from storage.known import read_as
from storage.missing import Missing, refuse, refuse_missing
from storage.moments import When, latest_of, until
from storage.portions import portions
from storage.timeline import is_withdrawn, runs
from storage.totals import refuse_lost_records

_AT_ONCE = 200
_AT_A_TIME = 50
_EMPTY = signature(Article())


def record_lines(
    tx: Connection,
    limit: int | None,
    only: Sequence[str] | None = None,
    closed: Set[str] = frozenset(),
    *,
    shown: bool = False,
) -> Iterator[RecordLine]:
    """Records, newest received first; or those named, in their order. What ``closed`` ones say is left out unless ``shown``.

    Raises ``Damaged`` where one that belongs among them is not there.
    """
    r = tables.records.c
    query = select(tables.records).order_by(r.received_at.desc(), r.id.desc())
    if only is not None:
        for named in portions(only, _AT_ONCE):
            found = {row.id: row for row in tx.execute(query.where(r.id.in_(named)))}
            refuse([Missing(record, f"the line of {record}") for record in named if record not in found])
            yield from _lines(tx, [found[record] for record in named], closed, shown)
        return
    left, last = limit, None
    for some in tx.execute(query.limit(limit) if limit is not None else query).partitions(_AT_ONCE):
        left = left - len(some) if left is not None else None
        is_end = len(some) < _AT_ONCE and left != 0  # nothing is told before what lies behind it is known to be nothing
        refuse_lost_records(tx, None if is_end else some[-1].received_at, last)
        yield from _lines(tx, some, closed, shown)
        last = some[-1].received_at
    if left != 0:
        refuse_lost_records(tx, None, last)


def _lines(tx: Connection, rows: Sequence[Row[Any]], closed: Set[str], shown: bool) -> Iterator[RecordLine]:
    p, r = tables.people.c, tables.records.c
    latest = (p.record == r.id) & (p.version == r.latest_version)
    # authors are picked out here: asked for them, SQLite walks through all authors of the archive
    named = select(p.record, p.part, p.name).join(tables.records, latest).where(r.id.in_([row.id for row in rows]))
    authors: dict[str, list[str]] = defaultdict(list)
    for record, part, name in tx.execute(named.order_by(p.id)):
        if part == "author":
            authors[record].append(name)
    short = [row.id for row in rows if row.authors is not None and row.authors > len(authors[row.id])]
    refuse([Missing(record, f"authors of {record}") for record in short])
    lost = set(_lost(tx, rows))
    for row in rows:
        hidden = row.id in closed and not shown
        yield RecordLine(
            record=row.id,
            url=row.url,
            headline=None if hidden else row.headline,
            authors=() if hidden else tuple(authors[row.id]),
            publisher=row.publisher,
            date_published=row.date_published,
            versions=row.versions,
            version=row.latest_version,
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            received_at=row.received_at,
            withdrawn=row.withdrawn,
            restricted=row.id in closed,
            lost=row.id in lost,
        )


def _lost(tx: Connection, rows: Sequence[Row[Any]]) -> Iterator[str]:
    """The records of which what was read of their latest version is lost."""
    d, r = tables.readings.c, tables.records.c
    latest = (d.record == r.id) & (d.version == r.latest_version)
    empty = select(d.record, d.version).join(tables.records, latest).where(d.signature == _EMPTY).distinct()
    for record, version in tx.execute(empty.where(r.id.in_([row.id for row in rows]))).all():
        read = read_as(tx, record, version)
        if read is not None and read.is_lost:
            yield record


def lines_then(
    tx: Connection, limit: int | None, when: When, closed: Set[str] = frozenset(), *, shown: bool = False
) -> Iterator[RecordLine]:
    """Records as they stood at a moment, as ``record_lines`` tells them; those that nobody had seen then are left out.
    Raises ``Damaged`` as it does, and where rows of one are missing."""
    r = tables.records.c
    query = select(r.id, r.received_at).order_by(r.received_at.desc(), r.id.desc())
    if when.known_at is not None:
        query = query.where(r.received_at <= when.known_at)
    if when.as_of is not None:
        query = query.where(r.first_seen.is_(None) | (r.first_seen <= when.as_of))
    left, last = limit, None
    for some in tx.execute(query).partitions(_AT_A_TIME):
        refuse_lost_records(tx, some[-1].received_at if len(some) == _AT_A_TIME else None, last)
        refuse_missing(tx, *(row.id for row in some))
        last = some[-1].received_at
        for row in some:
            if left == 0:
                return
            line = _line_then(tx, row.id, when, closed=row.id in closed, shown=shown)
            if line is not None:
                left = left - 1 if left is not None else None
                yield line
    refuse_lost_records(tx, None, last)


def _line_then(tx: Connection, record: str, when: When, *, closed: bool, shown: bool) -> RecordLine | None:
    known = known_of(tx, record, when.known_at)
    looks = until(known.looks, when.as_of)
    version = latest_of(looks)
    if version is None or (read := read_as(tx, record, version, known_at=when.known_at)) is None:
        return None
    states = runs(looks)
    article, hidden = read.article, closed and not shown
    return RecordLine(
        record=record,
        url=main_address(known.aliases),
        headline=None if hidden else article.headline,
        authors=() if hidden else tuple(a.name for a in article.authors),
        publisher=article.publisher,
        date_published=article.date_published,
        versions=len({x.what.version for x in looks if x.what.kind == "version"}),
        version=version,
        first_seen=states[0].first if states else None,
        last_seen=states[-1].last if states else None,
        received_at=min(x.what.recorded_at for x in known.looks),
        withdrawn=is_withdrawn(looks),
        restricted=closed,
        lost=read.is_lost,
    )
