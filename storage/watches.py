"""The list of watches: in the ledger, and so in the WARCs; ``watches`` is its projection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from model.edtf import parse_utc, utc_text
from model.errors import BadCall, NotFound
from model.given import check_text
from model.ledger import Agent, AgentType, Kind
from model.watch import Watch, WatchKind
from storage import tables
from storage.database import Database
from storage.decide import Hands
from storage.deposit import Person
from storage.looks import Looks
from storage.totals import refuse_lost_watches
from storage.writer import Writer


class Watches:
    """The watches of an archive; ``looks`` is what was seen in them. One thread writes."""

    def __init__(self, database: Database, writer: Writer | None) -> None:
        self._database = database
        self._writer = writer
        self.looks = Looks(database, writer)

    def all(self) -> list[Watch]:
        """All of them, by when they were added. Raises ``Damaged`` where one is gone that nobody removed."""
        w = tables.watches.c
        with self._database.reading() as tx:
            refuse_lost_watches(tx)
            return [_watch(row) for row in tx.execute(select(tables.watches).order_by(w.since, w.url))]

    def find(self, text: str) -> Watch:
        """The watch of an address or a name. Raises ``NotFound``."""
        with self._database.reading() as tx:
            found = _find(tx, text.strip())
        if found is None:
            raise NotFound(f"nothing of the kind is watched: {text} (pressmark watch list shows what is)")
        return found

    def add(self, watch: Watch, person: Person | None = None) -> bool:
        """Adds a watch, or changes its kind, name and interval; false where it was there just so.

        A shorter interval holds at once: the next look moves forward, unless the last one failed and rests.
        Raises ``BadCall`` where another watch has the name.
        """
        check_text("the name of a watch", watch.name, person.name if person else None)
        with self._database.reading() as tx:
            w = tables.watches.c
            there = tx.execute(select(tables.watches).where(w.url == watch.url)).one_or_none()
            named = tx.execute(select(w.url).where(w.name == watch.name, w.url != watch.url)).scalar() if watch.name else None
        if named is not None:
            raise BadCall(f"the name {watch.name!r} is taken by the watch of {named}: choose another")
        if there is not None and (there.kind, there.every, there.name) == (watch.kind.value, watch.every, watch.name):
            return False
        self._write(watch, "added", person)
        return True

    def remove(self, watch: Watch, person: Person | None = None) -> None:
        """Takes a watch off the list. What it brought in stays; what it left waiting is forgotten."""
        self._write(watch, "removed", person)

    def _write(self, watch: Watch, action: str, person: Person | None) -> None:
        body: dict[str, Any] = {"url": watch.url, "kind": watch.kind.value, "name": watch.name, "action": action}
        body["every"] = watch.every if action == "added" else None
        agent = Agent(AgentType.PERSON, person.name if person else "unnamed")
        if self._writer is None:
            raise BadCall("this archive was opened for reading: open it for writing")

        def write(hands: Hands) -> None:
            hands.write(Kind.WATCH, hands.archive, body)
            if action == "added":
                _look_earlier(hands.tx, watch)

        self._writer.act(agent, write)


def _look_earlier(tx: Connection, watch: Watch) -> None:
    s = tables.watch_states.c
    state = tx.execute(select(s.looked_at, s.due).where(s.url == watch.url, s.sick == 0)).one_or_none()
    if state is None:
        return
    due = utc_text(parse_utc(state.looked_at) + timedelta(seconds=watch.every))
    if due < state.due:
        tx.execute(update(tables.watch_states).where(s.url == watch.url).values(due=due))


def _find(tx: Connection, text: str) -> Watch | None:
    w = tables.watches.c
    rows: Sequence[Row[Any]] = tx.execute(select(tables.watches).where((w.url == text) | (w.name == text))).all()
    return _watch(rows[0]) if rows else None


def _watch(row: Row[Any]) -> Watch:
    return Watch(row.url, WatchKind(row.kind), row.every, row.name, row.since)
