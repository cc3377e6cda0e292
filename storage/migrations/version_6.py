"""Version 6: the day of publication as a column of its own, so that days are looked up and not looked for."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update

from storage import tables
from storage.record_line import dates_of

_AT_ONCE = 1000


def fill(tx: Connection) -> None:
    """Days of the records that are there."""
    r = tables.records.c
    held = tx.execute(select(r.id, r.date_published).where(r.date_earliest.is_not(None))).all()
    days = [{"record": row.id, "told": day} for row in held if (day := dates_of(row.date_published)["day"]) is not None]
    for start in range(0, len(days), _AT_ONCE):
        told = update(tables.records).where(r.id == bindparam("record")).values(day=bindparam("told"))
        tx.execute(told, days[start : start + _AT_ONCE])
