"""Entries as whole chains; where a chain goes on twice, the one that is in force, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from model.capture import digest_of
from model.errors import Damaged
from model.ledger import Entry, genesis
from storage import tables

Pair = tuple[Entry, bytes]
"""An entry and the bytes that say it."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A place of a chain that two entries have: ``kept`` is in force, ``left`` and all that builds on it, ``entries`` in
    all, is not."""

    kept: Entry
    left: Entry
    entries: int


def chains_of(pairs: Sequence[Pair]) -> tuple[list[list[Pair]], list[Fork]]:
    """Whole chains, in order of their first entry's time, and where they went on twice.

    Two entries in one place without a ``void`` (a kill, then a lost database; two folders that were written to as one
    archive): the one that others build on is in force, else the earlier. Raises ``Damaged`` where a chain has a hole.
    """
    follows: dict[tuple[str, str], list[Pair]] = {}
    for entry, data in pairs:
        follows.setdefault((entry.chain, entry.previous), []).append((entry, data))
    known = {digest_of(data) for _, data in pairs}
    for entry, _ in pairs:
        if entry.previous not in known and entry.previous != genesis(entry.chain):
            raise Damaged(
                f"the ledger has a hole before entry {entry.seq} of {entry.chain}: restore the missing WARC segment from a copy",
                place=f"{entry.chain}:{entry.seq}",
            )
    chains: list[list[Pair]] = []
    forks: list[Fork] = []
    for chain in {entry.chain for entry, _ in pairs}:
        line: list[Pair] = []
        previous = genesis(chain)
        while candidates := follows.get((chain, previous)):
            best = min(candidates, key=lambda pair: ((pair[0].chain, digest_of(pair[1])) not in follows, pair[0].at, pair[0].id))
            forks += (Fork(best[0], other[0], _built_on(follows, other)) for other in candidates if other is not best)
            line.append(best)
            previous = digest_of(best[1])
        chains.append(line)
    chains.sort(key=lambda line: (line[0][0].at, line[0][0].chain))
    return chains, sorted(forks, key=lambda fork: (fork.left.at, fork.left.chain, fork.left.id))


def told(tx: Connection, forks: Sequence[Fork]) -> Iterator[str]:
    """Each in one line, with the places of its entries."""
    for fork in forks:
        where = _places(tx, [fork.kept.id, fork.left.id])
        much = "1 entry is" if fork.entries == 1 else f"{fork.entries:,} entries are"
        yield (
            f"the ledger of {fork.left.chain} has two entries {fork.left.seq}: {fork.kept.id} ({where.get(fork.kept.id)}) is "
            f"kept, {much} left out from {fork.left.id} ({where.get(fork.left.id)}) on: two folders were written to as one "
            "archive, or a process was killed and the database lost; the WARC files keep both, pages are decided anew by the "
            "next `pressmark ingest`, and what a person said in what is left out has to be said again"
        )


def _built_on(follows: Mapping[tuple[str, str], Sequence[Pair]], pair: Pair) -> int:
    count, waiting = 0, [pair]
    while waiting:
        entry, data = waiting.pop()
        count += 1
        waiting += follows.get((entry.chain, digest_of(data)), ())
    return count


def _places(tx: Connection, entries: Sequence[str]) -> dict[str, str]:
    m, s = tables.members.c, tables.segments.c
    query = select(m.record_id, s.name, m.offset).join_from(tables.members, tables.segments).where(m.record_id.in_(entries))
    return {row.record_id: f"warc/{row.name}:{row.offset}" for row in tx.execute(query)}
