"""Appending to the ledger's chains inside a transaction, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from model.capture import digest_of
from model.errors import Damaged
from model.ids import is_archive_id
from model.ledger import Agent, Entry, Kind, decode, genesis
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.bulk import insert_rows
from storage.engines import of
from storage.holes import missing_from
from storage.missing import refuse_missing

_ledger = tables.ledger.c
_COUNTED = 10_000


class Chains:
    """Allocates places in chains; the heads it has read are kept for the transaction, and so are the chains:
    nobody else appends to them before its end. ``held`` are those that the transaction holds already.
    """

    def __init__(self, tx: Connection, new_id: Callable[[], str], held: Iterable[str] = ()) -> None:
        self._tx = tx
        self._new_id = new_id
        self._held = set(held)
        self._heads: dict[str, tuple[int, str]] = {}
        self._waiting: list[dict[str, Any]] = []

    def append(self, kind: Kind, chain: str, body: Mapping[str, Any], at: str, agent: Agent) -> tuple[Entry, bytes]:
        """The next entry of a chain and its bytes, put into the ledger table with the next ``flush``."""
        seq, previous = self.head(chain)
        entry = Entry(self._new_id(), kind, chain, seq + 1, previous, at, agent, body)
        data = entry.encode()
        self._wait(entry, data)
        return entry, data

    def insert(self, entry: Entry, data: bytes) -> None:
        """Puts an entry that exists (replayed) into the ledger table."""
        self._wait(entry, data)
        self.flush()

    def forget(self) -> None:
        """Reads the heads anew: what was appended since a savepoint is taken back."""
        self._heads.clear()
        self._waiting.clear()

    def flush(self) -> None:
        """Writes the entries that wait. Nothing may read the ledger table before."""
        insert_rows(self._tx, tables.ledger, self._waiting)
        self._waiting = []

    def _wait(self, entry: Entry, data: bytes) -> None:
        row = _row(entry, data)
        self._waiting.append(row)
        self._heads[entry.chain] = (entry.seq, row["digest"])

    def begin(self, chain: str) -> None:
        """A chain that nobody has, because its name was minted and found free."""
        self._heads[chain] = (0, genesis(chain))

    def head(self, chain: str) -> tuple[int, str]:
        """Sequence number and digest of a chain's last entry; 0 and the genesis digest at first. Raises ``Damaged`` for a
        chain with a hole, and for a record that lacks rows: nothing is decided about it, and nothing chained to it."""
        if chain not in self._heads:
            if chain not in self._held:
                of(self._tx).hold(self._tx, [chain])
            query = select(_ledger.seq, _ledger.digest).where(_ledger.chain == chain).order_by(_ledger.seq.desc()).limit(1)
            found = self._tx.execute(query).one_or_none()
            self._heads[chain] = (found.seq, found.digest) if found else (0, genesis(chain))
            if is_archive_id(chain):
                self._refuse_hole(chain)
            else:
                refuse_missing(self._tx, chain)
        return self._heads[chain]

    def _refuse_hole(self, chain: str) -> None:
        """Nothing is chained to what has lost entries that the WARCs may have. Of the archive's own chain, which may be long, ten
        thousand are counted; ``verify`` counts all.
        """
        there = select(_ledger.seq).where(_ledger.chain == chain).limit(_COUNTED).subquery()
        wanted = min(self._heads[chain][0], _COUNTED)
        count = self._tx.execute(select(func.count()).select_from(there)).scalar_one()
        if count < wanted and count + self._tx.execute(select(missing_from(chain))).scalar_one() < wanted:
            raise Damaged(
                f"the ledger has a hole in the chain of {chain}, and nothing is written behind it: {VERIFY_FIRST}",
                place=chain,
            )


def insert_entry(tx: Connection, entry: Entry, data: bytes) -> None:
    """Puts an entry that exists into the ledger table of a database that is made anew, which nobody else appends to."""
    insert_rows(tx, tables.ledger, [_row(entry, data)])


def entries(tx: Connection, chain: str | None = None, *, newest_first: bool = False, limit: int | None = None) -> Iterator[Entry]:
    """Ledger entries of one chain, or of all, in order of time and place in the chain."""
    within = [_ledger.seq] if chain is not None else [_ledger.at, _ledger.id]
    order = [column.desc() for column in within] if newest_first else within
    query = select(_ledger.bytes).order_by(*order)
    if chain is not None:
        query = query.where(_ledger.chain == chain)
    if limit is not None:
        query = query.limit(limit)
    for (data,) in tx.execute(query):
        yield decode(data)


def count(tx: Connection) -> int:
    """How many entries there are."""
    return tx.execute(select(func.count()).select_from(tables.ledger)).scalar_one()


def _row(entry: Entry, data: bytes) -> dict[str, Any]:
    row = {"entry": entry.id, "chain": entry.chain, "seq": entry.seq, "previous": entry.previous, "digest": digest_of(data)}
    return row | {"kind": entry.kind.value, "at": entry.at, "bytes": data}
