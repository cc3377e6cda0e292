"""Version 10: the words of authors that changes count, since a role that a post repeats is said once."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage import tables
from storage.migrations.version_7 import count_anew


def fill(tx: Connection) -> None:
    """Changes of authors, counted anew; which they are stays."""
    c, f = tables.changes.c, tables.changed_fields.c
    authors = (f.record == c.record, f.version == c.version, f.field == "authors")
    count_anew(tx, select(c.record, c.version, c.before).where(select(f.record).where(*authors).exists()))
