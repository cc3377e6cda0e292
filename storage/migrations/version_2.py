"""Version 2: one index of prepared words for both engines, near-duplicate signatures, changed fields."""

from __future__ import annotations

import json

from sqlalchemy import Column, Connection, delete, func, select, update

from model.identity import alias_key
from model.prepared import prepare
from storage import tables
from storage.columns import LONGEST_KEY
from storage.known import article_of
from storage.projections import derive
from storage.record_line import change_from_json, changed_rows


def fill(tx: Connection) -> None:
    """What follows from articles and changes that are held."""
    tx.execute(delete(tables.search))
    for column in (tables.captures.c.origin_key, tables.captures.c.url_key, tables.aliases.c.key):
        _shorten(tx, column)
    v, r, c, entries = tables.versions.c, tables.relations.c, tables.changes.c, tables.ledger.c
    received = select(entries.chain, func.min(entries.at).label("at")).group_by(entries.chain).subquery()
    order = (received.c.at, v.record, v.number)
    query = select(v.record, v.number, received.c.at).join(received, received.c.chain == v.record).order_by(*order)
    for record, version, at in tx.execute(query).all():
        article = article_of(tx, record, version)
        if article is not None:
            derive(tx, record, version, prepare(article), at)
    for row in tx.execute(select(r.id, r.to)).all():
        if "/" in row.to:
            tx.execute(update(tables.relations).where(r.id == row.id).values(to_key=alias_key(row.to)))
    for row in tx.execute(select(c.record, c.version, c.fields)).all():
        tx.execute(
            tables.changed_fields.insert(), changed_rows(row.record, row.version, change_from_json(json.loads(row.fields)))
        )


def _shorten(tx: Connection, column: Column[str]) -> None:
    """Long keys stand as ``storage.columns.Key`` has them."""
    mine = column.table.c.id
    long = select(mine, column.label("key")).where(func.length(column) > LONGEST_KEY)
    for row in tx.execute(long).all():
        tx.execute(update(column.table).where(mine == row.id).values({column.name: row.key}))
