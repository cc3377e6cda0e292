"""The databases that an archive may have, each behind one small module of the same shape.

``sqlite`` (the default: a file in the archive's folder) and ``postgresql`` (for several
workers, on one machine or many). Everything else in ``storage`` is written once, in SQLAlchemy
Core, and asks ``of(tx)`` where the engines differ.
"""

from __future__ import annotations

from sqlalchemy import Connection

from storage.engines import postgresql, sqlite
from storage.engines.shape import ALONE, ANY_TEXT, READING, Contended, Dialect

__all__ = ["ALONE", "ANY_TEXT", "READING", "Contended", "Dialect", "named", "of"]

_DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.Sqlite(), "postgresql": postgresql.Postgresql()}


def of(tx: Connection) -> Dialect:
    """What a transaction's engine does in its own way."""
    return _DIALECTS[tx.dialect.name]


def named(name: str) -> Dialect:
    """The same by SQLAlchemy's name of the engine."""
    return _DIALECTS[name]
