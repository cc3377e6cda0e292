"""Who may ask which host: so that one host is never asked by two processes, on however many machines.

A worker is a process that asks hosts. It counts its beats up in its row as long as it lives. What others hold
against it is only that the count stands still while their own time passes: no clock is compared with another, so
that one that jumps takes no lease away and keeps none. A lease holds as long as its worker has a row; whoever finds
a worker dead takes its row away, and whoever finds its own row gone has lost all its leases.

A host that is given back is still owed its rest: how long, and since when by the database's clock. Where that clock
jumps back, the rest is waited for once more in full, and never for longer.

Operational: neither in the WARCs nor rebuilt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from model.errors import RetryLater
from storage import engines, tables
from storage.database import Database
from storage.portions import portions

_AT_ONCE = 400
_MOST_REST = 7 * 86_400_000


class Lost(RetryLater):
    """This worker was taken for dead: others may ask what it asked."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of ``hosts`` that are to be shared out, a worker that holds ``held`` of them wants as many as fall to each, and never
    more than ``most``.
    """

    hosts: int
    held: int = 0
    most: int = 128


class Leases:
    """Reads and writes them; any thread may. Each method is one short transaction. Hosts are named in small letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, worker: str, *, shares: bool = False) -> None:
        """A worker begins. Rests that are over are forgotten."""
        t = tables.leases
        with self._database.transaction() as tx:
            self._hold(tx)
            now = engines.of(tx).clock(tx)
            over = (t.c.rests_from + t.c.rest < now) & t.c.rests_from.between(now - 2 * _MOST_REST, now)
            free = t.c.worker.is_(None) | t.c.worker.not_in(select(tables.workers.c.id))
            tx.execute(delete(t).where(over, free))
            tx.execute(tables.workers.insert(), {"id": worker, "beats": 0, "shares": shares})

    def beat(self, worker: str, *, shares: bool, rests: Mapping[str, float] | None = None) -> dict[str, int]:
        """A worker lives, and takes part in shared work or not: the beats of all workers. ``rests`` are seconds that
        hosts of it are owed from now on whatever happens to it. Raises ``Lost``.
        """
        w = tables.workers
        with self._database.transaction() as tx:
            mine = update(w).where(w.c.id == worker).values(beats=w.c.beats + 1, shares=shares)
            if not tx.execute(mine).rowcount:
                raise Lost("this process was taken for dead by another one, which goes on with its work")
            _rest(tx, worker, rests or {}, free=False)
            return {row.id: row.beats for row in tx.execute(select(w.c.id, w.c.beats))}

    def bury(self, worker: str, beats: int) -> bool:
        """Takes a worker's leases away, unless it has beaten again; whether it was done."""
        w = tables.workers
        with self._database.transaction() as tx:
            self._hold(tx)
            return bool(tx.execute(delete(w).where(w.c.id == worker, w.c.beats == beats)).rowcount)

    def leave(self, worker: str, rests: Mapping[str, float]) -> None:
        """A worker ends and gives all back, with the seconds that hosts are still owed."""
        with self._database.transaction() as tx:
            self._hold(tx)
            _rest(tx, worker, rests, free=True)
            tx.execute(update(tables.leases).where(tables.leases.c.worker == worker).values(worker=None))
            tx.execute(delete(tables.workers).where(tables.workers.c.id == worker))

    def take(
        self, worker: str, hosts: Sequence[str], *, share: Share | None = None, skip_resting: float = 0.0
    ) -> dict[str, float]:
        """Takes of these hosts those that are free or held by the worker already, in their order: the seconds that
        each is still owed. With ``share`` no more than fall to it, and without those whose rest ends within
        ``skip_resting`` seconds. Raises ``Lost``.
        """
        w = tables.workers.c
        taken: dict[str, float] = {}
        with self._database.transaction() as tx:
            self._hold(tx)
            alive = dict(tx.execute(select(w.id, w.shares)).tuples().all())
            if worker not in alive:
                raise Lost("this process was taken for dead by another one, which goes on with its work")
            sharing = max(1, sum(alive.values()))
            most = len(hosts) if share is None else min(-(-share.hosts // sharing), share.most) - share.held
            now = engines.of(tx).clock(tx)
            there = {row.host: row for row in _rows(tx, hosts)}
            for host in hosts if most > 0 else ():
                row = there.get(host)
                if row is not None and row.worker != worker and row.worker in alive:
                    continue
                owed = 0.0 if row is None else min(max(0, row.rest - max(0, now - row.rests_from)), row.rest) / 1000
                if not 0 < owed <= skip_resting:
                    taken[host] = owed
                if len(taken) >= most:
                    break
            _write(tx, worker, taken, there)
        return taken

    def give_back(self, worker: str, rests: Mapping[str, float]) -> None:
        """Gives hosts back, with the seconds that each is still owed."""
        with self._database.transaction() as tx:
            self._hold(tx)
            _rest(tx, worker, rests, free=True)

    def held(self) -> dict[str, str]:
        """The worker of each host that one holds."""
        t, w = tables.leases.c, tables.workers.c
        with self._database.reading() as tx:
            return dict(tx.execute(select(t.host, t.worker).where(t.worker.in_(select(w.id)))).tuples().all())

    def _hold(self, tx: Connection) -> None:
        engines.of(tx).hold(tx, ["leases"])


def _rows(tx: Connection, hosts: Sequence[str]) -> Iterator[Row[Any]]:
    for some in portions(hosts, _AT_ONCE):
        yield from tx.execute(select(tables.leases).where(tables.leases.c.host.in_(some)))


def _write(tx: Connection, worker: str, hosts: Iterable[str], there: Collection[str]) -> None:
    t = tables.leases
    wanted = list(hosts)
    fresh = [{"host": host, "worker": worker, "rests_from": 0, "rest": 0} for host in wanted if host not in there]
    if fresh:
        tx.execute(t.insert(), fresh)
    for some in portions([host for host in wanted if host in there], _AT_ONCE):
        tx.execute(update(t).where(t.c.host.in_(some)).values(worker=worker))


def _rest(tx: Connection, worker: str, rests: Mapping[str, float], *, free: bool) -> None:
    t = tables.leases
    now = engines.of(tx).clock(tx) if rests else 0
    for host, seconds in rests.items():
        rest = min(max(0, round(seconds * 1000)), _MOST_REST)
        values = {"rests_from": now, "rest": rest} | ({"worker": None} if free else {})
        tx.execute(update(t).where(t.c.host == host, t.c.worker == worker).values(values))
