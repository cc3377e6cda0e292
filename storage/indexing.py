"""Rows by which a search finds versions, newest received first; what they are found by is ``model.wording``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, func, select

from model.edtf import parse_utc
from storage import tables
from storage.bulk import insert_rows
from storage.engines import of

_WITHIN = 12  # bits of a row's id within a microsecond
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def index(tx: Connection, record: str, version: int, words: str, received_at: str) -> None:
    """Makes a version found by words (``model.wording``), instead of those it was found by before.

    ``received_at`` is when the archive first got the record (UTC text): the newest is found first.
    """
    row, fresh = _row(tx, record, version, received_at)
    of(tx).index(tx, {row: words}, fresh=fresh)


def index_new(tx: Connection, pieces: Sequence[tuple[str, str, str]]) -> None:
    """Makes the first versions of records found that nobody has met before: record, words, time of receipt."""
    rows: dict[int, str] = {}
    places: list[dict[str, Any]] = []
    last = tx.execute(select(func.max(tables.search.c.id))).scalar_one_or_none() or 0
    for record, words, received_at in pieces:
        row = _wanted(record, received_at)
        while row in rows or (row <= last and _is_taken(tx, row)):
            row += 1
        places.append({"id": row, "record": record, "version": 1})
        rows[row] = words
    insert_rows(tx, tables.search, places)
    of(tx).index(tx, rows, fresh=True)


def _row(tx: Connection, record: str, version: int, received_at: str) -> tuple[int, bool]:
    """The row of a version, and whether it was made now: behind the record's last one, or a record's first."""
    s = tables.search.c
    found = tx.execute(select(s.id).where(s.record == record, s.version == version)).scalar_one_or_none()
    if found is not None:
        return found, False
    last = tx.execute(select(func.max(s.id)).where(s.record == record)).scalar_one_or_none()
    row = _wanted(record, received_at) if last is None else last + 1
    while _is_taken(tx, row):
        row += 1
    tx.execute(tables.search.insert(), {"id": row, "record": record, "version": version})
    return row, True


def _wanted(record: str, received_at: str) -> int:
    """An id that rises with the time of receipt. Within a microsecond it depends on the record: writers at
    work side by side, who do not see each other's rows yet, hardly ever want the same.
    """
    return ((parse_utc(received_at) - _EPOCH) // timedelta(microseconds=1) << _WITHIN) + crc32(record.encode()) % 1024 * 4


def _is_taken(tx: Connection, row: int) -> bool:
    s = tables.search.c
    return tx.execute(select(s.id).where(s.id == row)).first() is not None
