"""Entries as chains; where a chain goes on twice, the way that is in force, and what is left out; where it has a hole, what is
behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, select

from model.capture import digest_of
from model.ledger import Entry, Kind, genesis
from storage import tables
from storage.holes import Hole

LEFT_OUT = "left out by a rebuild: a chain goes on in one way only"
"""What the ledger says of entries that a rebuild left out."""

Pair = tuple[Entry, bytes]
"""An entry and the bytes that say it."""
Place = tuple[str, str]
"""A chain, and the digest of the entry before."""


@dataclass(frozen=True, slots=True)
class Fork:
    """What a chain is not: ``left``, an entry and all that builds on it. ``kept`` is in force in the place of the first; it is
    ``None`` where the first follows an entry that is void, or ``lost`` where others are in its place.
    """

    kept: Entry | None
    left: tuple[Entry, ...]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """What entries come to: chains in order of their first entry's time, with the holes they have, the ids that are void, and
    what is left out.
    """

    chains: list[list[Pair]]
    void: set[str]
    forks: list[Fork]
    holes: list[Hole]


def ways_of(pairs: Sequence[Pair], archive: str) -> Ways:
    """Sorts entries into chains. ``archive`` names the archive's own chain: only what is void by an entry that is in force
    there is void.

    Two entries in one place without a ``void`` (a kill, then a lost database; two folders that were written to as one
    archive): the one that others build on is in force, else the earlier. What stands behind a hole goes on the chain.
    """
    follows: Mapping[Place, list[Pair]] = defaultdict(list)
    behind: Mapping[str, list[Pair]] = defaultdict(list)
    known = {digest_of(data) for _, data in pairs}
    for entry, data in pairs:
        follows[entry.chain, entry.previous].append((entry, data))
        if entry.previous not in known and entry.previous != genesis(entry.chain):
            behind[entry.chain].append((entry, data))
    lines = {archive: _line(archive, follows, behind[archive], named=_named(entry for entry, _ in pairs))}
    void = set(_named(entry for entry, _ in lines[archive]))
    lines |= {chain: _line(chain, follows, behind[chain], void) for chain in {entry.chain for entry, _ in pairs} - {archive}}
    forks = [fork for chain, line in lines.items() for fork in _beside(chain, line, follows, behind[chain], void)]
    chains = sorted((line for line in lines.values() if line), key=lambda line: (line[0][0].at, line[0][0].chain))
    forks.sort(key=lambda fork: (fork.left[0].at, fork.left[0].chain, fork.left[0].id))
    return Ways(chains, void, forks, [hole for line in chains for hole in _holes(line)])


def ends_of(chains: Sequence[Sequence[Pair]], damaged: Iterable[tuple[str, int]]) -> Iterator[Hole]:
    """What is known to be lost behind the ends of chains, or of chains of which nothing is left, by the places of entries that
    can be told to have been in damaged bytes."""
    last = {line[-1][0].chain: line[-1][0].seq for line in chains}
    ends: dict[str, int] = {}
    for chain, seq in sorted(damaged):
        ends[chain] = max(seq, ends.get(chain, 0))
    for chain, seq in ends.items():
        if seq > last.get(chain, 0):
            yield Hole(chain, last.get(chain, 0) + 1, seq)


def told(tx: Connection, forks: Sequence[Fork]) -> Iterator[str]:
    """Each in one line, with the places of its entries."""
    for fork in forks:
        first = fork.left[0]
        ids = [first.id] if fork.kept is None else [fork.kept.id, first.id]
        where = _places(tx, ids)
        much = "1 entry is" if len(fork.left) == 1 else f"{len(fork.left):,} entries are"
        if fork.kept is None:
            said = f"the ledger of {first.chain} goes on behind an entry that is {'lost' if fork.lost else 'void'}: "
        else:
            kept = f"{fork.kept.id} ({where.get(fork.kept.id)}) is kept"
            said = f"the ledger of {first.chain} has two entries {first.seq}: {kept}, "
        yield (
            f"{said}{much} left out from {first.id} ({where.get(first.id)}) on: two folders were written to as one "
            "archive, or a process was killed and the database lost, or entries were lost until a copy gave them back; the "
            "WARC files keep both, pages are decided anew by the "
            "next `pressmark ingest`, and what a person said in what is left out has to be said again"
        )


def _named(entries: Iterable[Entry]) -> dict[str, str]:
    """The entries that some say are void, each with when that was last said."""
    said = sorted((entry.at, x["id"]) for entry in entries if entry.kind is Kind.VOID for x in entry.body["entries"])
    return {void: at for at, void in said}


def _line(
    chain: str,
    follows: Mapping[Place, Sequence[Pair]],
    behind: Sequence[Pair],
    void: Set[str] = frozenset(),
    named: Mapping[str, str] | None = None,
) -> list[Pair]:
    """The entries of a chain that are in force: none that is ``void``, of two the one that is not ``named`` as void by the
    other's branch, or was named before that one was. ``behind`` are those behind holes.
    """
    voided = void if named is None else named.keys()

    def rank(pair: Pair) -> tuple[str, bool, str, str]:
        entry, data = pair
        builds = any(x.id not in voided for x, _ in follows.get((chain, digest_of(data)), ()))
        return (named or {}).get(entry.id, ""), not builds, entry.at, entry.id

    line: list[Pair] = []
    previous = genesis(chain)
    while True:
        while candidates := [pair for pair in follows.get((chain, previous), ()) if pair[0].id not in void]:
            line.append(min(candidates, key=rank))
            previous = digest_of(line[-1][1])
        # the next place is not behind a hole: what is there and names another entry before it is another way
        last = line[-1][0].seq if line else 0
        found = [pair for pair in behind if pair[0].seq > last + 1 and pair[0].id not in void]
        if not found:
            return line
        nearest = min(pair[0].seq for pair in found)
        line.append(min((pair for pair in found if pair[0].seq == nearest), key=rank))
        previous = digest_of(line[-1][1])


def _holes(line: Sequence[Pair]) -> Iterator[Hole]:
    seq = 0
    for entry, _ in line:
        if entry.seq != seq + 1:
            yield Hole(entry.chain, seq + 1, entry.seq - 1)
        seq = entry.seq


def _beside(
    chain: str, line: Sequence[Pair], follows: Mapping[Place, Sequence[Pair]], behind: Sequence[Pair], void: Set[str]
) -> Iterator[Fork]:
    """What is neither in force nor void, by the place where it leaves the line."""
    in_force = {entry.id for entry, _ in line}
    place = (chain, genesis(chain))
    for kept in (*line, None):
        for pair in follows.get(place, ()):
            left = tuple(entry for entry in _built_on(follows, pair) if entry.id not in void) if pair is not kept else ()
            if left:
                yield Fork(kept[0] if kept is not None and left[0] is pair[0] else None, left)
        if kept is not None:
            place = (chain, digest_of(kept[1]))
    for pair in behind:
        left = tuple(entry for entry in _built_on(follows, pair) if entry.id not in void)
        if left and pair[0].id not in in_force:
            yield Fork(None, left, lost=True)


def _built_on(follows: Mapping[Place, Sequence[Pair]], pair: Pair) -> Iterator[Entry]:
    """An entry and all that follows it, however."""
    waiting = [pair]
    while waiting:
        entry, data = waiting.pop()
        yield entry
        waiting += follows.get((entry.chain, digest_of(data)), ())


def _places(tx: Connection, entries: Sequence[str]) -> dict[str, str]:
    m, s = tables.members.c, tables.segments.c
    query = select(m.record_id, s.name, m.offset).join_from(tables.members, tables.segments).where(m.record_id.in_(entries))
    return {row.record_id: f"warc/{row.name}:{row.offset}" for row in tx.execute(query)}
