"""Files that nobody appends to any more: all that were there when the database was made anew without what they lost, and
those that ended in half a record, of which nobody knew how much was behind it. What a copy has beyond them can then come back
to where it was, whoever writes.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from storage import tables

_KEY = "closed"


def close_files(tx: Connection, names: Collection[str]) -> None:
    """Closes the files of these names, in an empty database."""
    if names:
        tx.execute(tables.settings.insert(), {"key": _KEY, "value": "\n".join(names)})


def closed_files(tx: Connection) -> frozenset[str]:
    """The names of the files that are closed."""
    s = tables.settings.c
    said = tx.execute(select(s.value).where(s.key == _KEY)).scalar_one_or_none() or ""
    return frozenset(said.splitlines())
