"""Who was told of which changes: operational, never in the WARCs.

A change counts as told once its row is committed, which is after it was taken: a process that is killed in between
tells it once more.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select, update

from model.changes import ChangeLine, Listener
from storage import engines, tables
from storage.database import Database


class Listeners:
    """Reads and writes what listeners were told. Any process may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Listener]:
        """Every listener that there ever was, by name."""
        t, c = tables.listeners.c, tables.told_changes.c
        with self._database.reading() as tx:
            rows = tx.execute(select(tables.listeners).order_by(t.name)).all()
            counted = select(c.listener, c.given_up, func.count()).where(c.tries > 0).group_by(c.listener, c.given_up)
            counts = {(name, bool(given_up)): count for name, given_up, count in tx.execute(counted)}
        return [
            Listener(
                x.name, x.since, x.told, x.told_at, counts.get((x.name, False), 0), counts.get((x.name, True), 0),
                x.failing_since, x.reason,
            )
            for x in rows
        ]  # fmt: skip

    def begin(self, name: str, now: str) -> Listener:
        """A listener, who is told of what is seen from now on where it is a new one."""
        found = {x.name: x for x in self.all()}
        if name not in found:
            with self._database.transaction() as tx:
                _hold(tx, name)
                if tx.execute(select(tables.listeners.c.name).where(tables.listeners.c.name == name)).first() is None:
                    tx.execute(tables.listeners.insert(), {"name": name, "since": now, "told": 0})
            found = {x.name: x for x in self.all()}
        return found[name]

    def tried(self, name: str) -> Mapping[str, int | None]:
        """How often each change was tried in vain, by its id; ``None`` for what was told or given up."""
        c = tables.told_changes.c
        with self._database.reading() as tx:
            rows = tx.execute(select(c.change, c.tries, c.given_up).where(c.listener == name)).all()
        return {x.change: None if x.given_up or x.tries == 0 else x.tries for x in rows}

    def took(self, name: str, line: ChangeLine, now: str) -> None:
        """A listener took a change."""
        t = tables.listeners
        with self._database.transaction() as tx:
            _put(tx, name, line, 0, given_up=False)
            tx.execute(update(t).where(t.c.name == name).values(told=t.c.told + 1, told_at=now, failing_since=None, reason=None))

    def failed(self, name: str, line: ChangeLine, tries: int, reason: str, now: str, *, given_up: bool) -> None:
        """A listener did not take a change, for so many times now."""
        t = tables.listeners
        with self._database.transaction() as tx:
            _put(tx, name, line, tries, given_up=given_up)
            since = func.coalesce(t.c.failing_since, now)
            tx.execute(update(t).where(t.c.name == name).values(failing_since=since, reason=reason))

    def move(self, name: str, since: str) -> None:
        """Nothing seen before a moment is told any more; what was told of it is forgotten, what was given up counts on."""
        t, c = tables.listeners, tables.told_changes.c
        with self._database.transaction() as tx:
            tx.execute(update(t).where(t.c.name == name).values(since=since))
            mine = (c.listener == name, c.seen_at < since, c.given_up.is_(False))
            tx.execute(delete(tables.told_changes).where(*mine))


def _hold(tx: Connection, name: str) -> None:
    """Of two processes that write of one listener, the second waits for the first."""
    engines.of(tx).hold(tx, [f"listener:{name}"])


def _put(tx: Connection, name: str, line: ChangeLine, tries: int, *, given_up: bool) -> None:
    t = tables.told_changes
    _hold(tx, name)
    mine = (t.c.listener == name, t.c.change == line.id)
    values = {"tries": tries, "given_up": given_up}
    if tx.execute(select(t.c.change).where(*mine)).first():
        tx.execute(update(t).where(*mine).values(values))
    else:
        tx.execute(t.insert(), {"listener": name, "change": line.id, "seen_at": line.seen_at or "", **values})
