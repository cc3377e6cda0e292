"""Version 10: how many authors a record's latest version names, so that a list knows when one is missing."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from storage import tables


def fill(tx: Connection) -> None:
    """Authors of the records that are there, counted."""
    r, p = tables.records.c, tables.people.c
    theirs = select(func.count()).where(p.record == r.id, p.version == r.latest_version, p.part == "author")
    tx.execute(update(tables.records).values(authors=theirs.scalar_subquery()))
