"""Many rows into one table: the statement is made once for all batches, and values are shaped a column
at a time.

SQLAlchemy's own ``execute`` with many rows takes three times as long to bind them, and a batch has ten thousand values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table

from storage.columns import shaped


def insert_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows that name the same columns each; none is no error."""
    if not rows:
        return
    statement, columns, by_place = _statement(tx.dialect, table, tuple(rows[0]))
    values = zip(*(shaped(column, [row[column.name] for row in rows]) for column in columns), strict=True)
    if by_place:
        tx.exec_driver_sql(statement, list(values))
    else:
        names = [column.name for column in columns]
        tx.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in values])


@lru_cache(maxsize=128)
def _statement(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, Sequence[Column[Any]], bool]:
    """The statement in the driver's words, its parameters in order, and whether these go by their place."""
    # inline: no row's number is asked for
    compiled = table.insert().inline().compile(dialect=dialect, column_keys=list(names))
    places: Sequence[str] | None = getattr(compiled, "positiontup", None)
    return str(compiled), [table.c[name] for name in places or names], places is not None
