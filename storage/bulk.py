"""Many rows into one table: the statement is made once for all batches, and values are shaped in one pass.

SQLAlchemy's own ``execute`` with many rows takes three times as long to bind them, and a batch has ten thousand values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from storage.columns import shape_of

_Shaped = tuple[str, Callable[[str], str] | None]


def insert_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows that name the same columns each; none is no error."""
    if not rows:
        return
    statement, shapes, by_place = _statement(tx.dialect, table, tuple(rows[0]))
    if by_place:
        tx.exec_driver_sql(statement, [tuple([_shaped(row[name], to) for name, to in shapes]) for row in rows])
    else:
        tx.exec_driver_sql(statement, [{name: _shaped(row[name], to) for name, to in shapes} for row in rows])


def _shaped(value: Any, to: Callable[[str], str] | None) -> Any:
    return value if to is None or value is None else to(value)


@lru_cache(maxsize=128)
def _statement(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, Sequence[_Shaped], bool]:
    """The statement in the driver's words, its parameters in order, and whether these go by their place."""
    # inline: no row's number is asked for
    compiled = table.insert().inline().compile(dialect=dialect, column_keys=list(names))
    places: Sequence[str] | None = getattr(compiled, "positiontup", None)
    return str(compiled), [(name, shape_of(table.c[name])) for name in places or names], places is not None
