"""Tables, columns and indexes of a database beside those of ``storage.tables``."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy
from sqlalchemy import Column, Connection, Index, Table
from sqlalchemy.schema import CreateColumn, CreateIndex

from storage import tables


def extend(tx: Connection) -> None:
    """Adds what is not there; takes nothing away. Triggers stay: no table is made anew."""
    for lacking in list(_lacking(tx)):
        if isinstance(lacking, Table):
            lacking.create(tx)
        elif isinstance(lacking, Index):
            tx.execute(CreateIndex(lacking))
        else:
            said = CreateColumn(lacking).compile(dialect=tx.dialect)
            tx.exec_driver_sql(f"ALTER TABLE {lacking.table.name} ADD COLUMN {said}")


def missing(tx: Connection) -> Iterator[str]:
    """Names of what is not there."""
    for lacking in _lacking(tx):
        yield (
            lacking.name
            if isinstance(lacking, Table)
            else f"{lacking.table.name if lacking.table is not None else ''}.{lacking.name}"
        )


def _lacking(tx: Connection) -> Iterator[Table | Column[object] | Index]:
    """Columns before the indexes over them."""
    inspector = sqlalchemy.inspect(tx)
    there = set(inspector.get_table_names())
    for table in tables.metadata.sorted_tables:
        if table.name not in there:
            yield table
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        yield from (column for column in table.columns if column.name not in columns)
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        wanted = (index for index in table.indexes if tables.is_for(index, tx.dialect.name))
        yield from sorted((index for index in wanted if index.name not in indexes), key=lambda index: str(index.name))
