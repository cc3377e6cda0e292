"""An older database brought up to this release's schema, without reading the WARCs.

What is added to ``storage.tables`` (tables, columns, indexes) reaches an older database by itself: it is
compared with the one there (``structure``), and the engine's guards are put back (``Dialect.guard``).
So a new column takes NULL or has a server default, and ``tables.SCHEMA_VERSION`` rises. What older rows need
in it is a step: add ``version_N.py`` with ``fill(tx)`` and name it in ``_STEPS``; it runs after the structure
is there. Steps may ask projections and ledger, never the WARCs. What cannot be
done so (a column that changes its type) is left to ``rebuild``.

All of it is one transaction that nobody else writes beside: it is done whole, tables and triggers looked
for at the end, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, select, update

from model.errors import Damaged
from storage import engines, tables
from storage.database import WAIT_SECONDS
from storage.folder import Hold, read_descriptor
from storage.home import Home, home_of
from storage.migrations import structure, version_2, version_6, version_7, version_8, version_9, version_10

_STEPS: dict[int, Callable[[Connection], None]] = {
    2: version_2.fill,
    6: version_6.fill,
    7: version_7.fill,
    8: version_8.fill,
    9: version_9.fill,
    10: version_10.fill,
}


def unheard(_line: str) -> None:
    """For those who do not want to hear of it."""


def migrate(
    where: str | Path, *, database_url: str | None = None, tell: Callable[[str], None] = unheard, wait: float = WAIT_SECONDS
) -> bool:
    """Brings the database of the archive at a place up to date, if it is older; whether it was. Raises ``NotFound``, and what
    ``bring_up_to_date`` does.
    """
    path = Path(where)
    return bring_up_to_date(path, home_of(path, read_descriptor(path)["archive"], database_url, wait), tell)


def bring_up_to_date(path: Path, home: Home, tell: Callable[[str], None]) -> bool:
    """Migrates the database of the archive at a path, if it is older; whether it was.

    Raises ``NewerFormat``, ``Damaged``, and ``StorageUnavailable`` while a writer has the archive open.
    """
    with closing(home.open()) as database:
        version = database.version(home.archive)
        if version == tables.SCHEMA_VERSION:
            return False
        with closing(Hold(path, alone=True)):
            tell(f"the database is of an older Pressmark (schema {version}): bringing it up to schema {tables.SCHEMA_VERSION}")
            with database.transaction(alone=True) as tx:
                _extend(tx)
    return True


def _extend(tx: Connection) -> None:
    """Everything that lies between a database's schema and this release's. Raises ``Damaged`` where something
    is missing at the end."""
    s = tables.settings.c
    version = int(tx.execute(select(s.value).where(s.key == "schema")).scalar_one())
    structure.extend(tx)
    engines.of(tx).guard(tx)
    for step in sorted(step for step in _STEPS if step > version):
        _STEPS[step](tx)
    tx.execute(update(tables.settings).where(s.key == "schema").values(value=str(tables.SCHEMA_VERSION)))
    missing = [*structure.missing(tx), *engines.of(tx).unguarded(tx)]
    if missing:
        raise Damaged(f"the database could not be brought up to date ({missing[0]} is missing): run `pressmark rebuild`")
