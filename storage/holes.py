"""Places in chains whose entries are lost, or come to nothing as what they speak of is: what a database that was made anew knows
of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, select

from storage import tables
from storage.portions import portions

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Hole:
    """The first and last place, counted from 1, of such entries of a chain one behind the other."""

    chain: str
    first: int
    last: int

    @property
    def places(self) -> range:
        """All of them."""
        return range(self.first, self.last + 1)


def keep_lost(tx: Connection, holes: Sequence[Hole], ids: Collection[str]) -> None:
    """Takes them into an empty database, with captures whose facts, content records and files that are lost."""
    if ids:
        tx.execute(tables.lost.insert(), [{"id": one} for one in sorted(ids)])
    if holes:
        tx.execute(tables.holes.insert(), [{"chain": h.chain, "first": h.first, "last": h.last} for h in holes])


def holes_in(tx: Connection, chains: Sequence[str] | None = None) -> Sequence[Hole]:
    """Those that are known of some chains, or all, chain by chain."""
    t = tables.holes.c
    query = select(t.chain, t.first, t.last).order_by(t.chain, t.first)
    asked = [query] if chains is None else [query.where(t.chain.in_(some)) for some in portions(chains, _AT_ONCE)]
    return [Hole(*row) for one in asked for row in tx.execute(one)]


def places_in(tx: Connection, chains: Sequence[str]) -> Mapping[str, Set[int]]:
    """The places of those of some chains, by chain; of a chain without, nothing."""
    found: dict[str, set[int]] = {}
    for hole in holes_in(tx, chains):
        found.setdefault(hole.chain, set()).update(hole.places)
    return found


def lost_ids(tx: Connection) -> frozenset[str]:
    """Captures whose facts, content records, and files (``storage.shrunk.file_id``) that are known to be lost."""
    return frozenset(tx.execute(select(tables.lost.c.id)).scalars())


def lost_in(chain: str, behind: int | ScalarSelect[int] = 0) -> ColumnElement[int]:
    """How many entries of a chain ``behind`` one of its places are known to be lost or to come to nothing: so many numbers of
    versions and readings they may have given."""
    t = tables.holes.c
    return _count(t.chain == chain, t.first > behind)


def missing_from(chain: str) -> ColumnElement[int]:
    """How many entries the ledger of a chain is known not to have: those that come to nothing are in it."""
    t, ledger = tables.holes.c, tables.ledger.c
    return _count(t.chain == chain, ~select(ledger.id).where(ledger.chain == t.chain, ledger.seq == t.first).exists())


def _count(*which: ColumnElement[bool]) -> ColumnElement[int]:
    t = tables.holes.c
    return func.coalesce(select(func.sum(t.last - t.first + 1)).where(*which).scalar_subquery(), 0)
