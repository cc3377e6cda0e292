"""What all tables share, and what an engine alone gets."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Index, MetaData, UniqueConstraint

SCHEMA_VERSION = 10

metadata = MetaData()

_Item = TypeVar("_Item", Index, UniqueConstraint)


def only(engine: str, item: _Item) -> _Item:
    """An index or constraint that one engine alone gets."""
    item.info["engine"] = engine
    item.ddl_if(dialect=engine)
    return item


def is_for(item: Index, engine: str) -> bool:
    """Whether an engine gets an index."""
    return bool(item.info.get("engine", engine) == engine)
