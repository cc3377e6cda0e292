"""Version 10: how many authors a record's latest version names, so that a list knows when one is missing; and the words of
authors that changes count, since a role that a post repeats is said once.
"""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select, update

from storage import tables
from storage.migrations.version_7 import count_anew


def fill(tx: Connection) -> None:
    """Authors of the records that are there, counted. Changes of authors, counted anew; which they are stays."""
    r, p = tables.records.c, tables.people.c
    # authors are picked out here: asked for them, SQLite walks through all authors of the archive for every record
    mine = select(func.coalesce(func.sum(case((p.part == "author", 1), else_=0)), 0))
    theirs = mine.where(p.record == r.id, p.version == r.latest_version)
    tx.execute(update(tables.records).values(authors=theirs.scalar_subquery()))
    c, f = tables.changes.c, tables.changed_fields.c
    authors = (f.record == c.record, f.version == c.version, f.field == "authors")
    count_anew(tx, select(c.record, c.version, c.before).where(select(f.record).where(*authors).exists()))
