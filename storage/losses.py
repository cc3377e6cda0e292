"""What a rebuild that was told to go on without it found to be lost: how it is said, and kept in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from model.capture import Basis
from model.ledger import Entry, Kind, decode
from storage import tables
from storage.decide import Hands
from storage.holes import Hole
from storage.identify import visited
from storage.portions import portions
from storage.shrunk import Shrunk, file_id
from storage.whole import Part

LOSS = "loss"
"""The type of the events that tell of it."""

WITHOUT = "where no copy has it, `pressmark rebuild --accept-loss` goes on without"
_NAMED = 1000  # of each kind in an entry
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Partial:
    """An entry, and how many of those that were decided with it are lost."""

    entry: Entry
    lost: int


@dataclass(frozen=True, slots=True)
class Losses:
    """Places of entries; what is left of decisions of which entries are lost, nobody knowing where they had their places;
    captures whose facts are lost and that entries name; records: those that no version is left of, and those whose
    first entry, which gave them their address, is lost or comes to nothing; and files that are shorter than they were.
    """

    holes: Sequence[Hole]
    partial: Sequence[Partial]
    captures: Sequence[str]
    left_without: Sequence[str]
    unaddressed: Sequence[str]
    files: Sequence[Shrunk] = ()

    @property
    def entries(self) -> int:
        """How many entries are known to be lost."""
        return sum(len(hole.places) for hole in self.holes) + sum(partial.lost for partial in self.partial)

    def __bool__(self) -> bool:
        return bool(self.holes or self.partial or self.captures or self.files)

    def lines(self) -> Iterator[str]:
        """Each in one line."""
        for file in self.files:
            yield f"{file.line}; what it held may be lost"
        for hole in self.holes:
            which = f"entry {hole.first} is" if len(hole.places) == 1 else f"entries {hole.first} to {hole.last} are"
            yield f"{which} lost of the ledger of {hole.chain}; what else it has is in force"
        for partial in self.partial:
            which = "one entry" if partial.lost == 1 else f"{partial.lost} entries"
            yield f"{which} of the decision that entry {partial.entry.seq} of {partial.entry.chain} belongs to: lost"
        for capture in self.captures:
            yield f"the facts of capture {capture} are lost: a version that it shows is left out, its WARC records stay"
        for record in self.left_without:
            yield f"no version is left of record {record}: what else its ledger says of it is kept, and not shown"

    def details(self) -> list[dict[str, Any]]:
        """As events have it: all of it is counted in each, and named in one of them."""
        holes = [[hole.chain, hole.first, hole.last] for hole in self.holes]
        named: dict[str, Sequence[Any]] = {"holes": holes, "facts": self.captures, "records": self.left_without}
        if self.files:
            named["files"] = [[file.segment, file.bytes] for file in self.files]
        counts = {"entries": self.entries, "captures": len(self.captures)}
        starts = range(0, max(1, *map(len, named.values())), _NAMED)
        return [counts | {what: list(some[start : start + _NAMED]) for what, some in named.items()} for start in starts]


def keep(hands: Hands, losses: Losses) -> None:
    """Says in the ledger what is lost, where the last such events do not say the same; and which addresses the captures of
    records have whose own are lost, so that they are found again.
    """
    if not _is_told(hands.tx, hands.archive, losses):
        for detail in losses.details():
            hands.write(Kind.EVENT, hands.archive, {"type": LOSS, "outcome": "failure", "detail": detail, "subject": None})
    for record in losses.unaddressed:
        for url, how in _addresses(hands.tx, record).items():
            hands.write(Kind.ALIAS, record, {"url": url, "how": how})


def accepted(entries: Iterable[Entry]) -> frozenset[Hole | str]:
    """What earlier rebuilds were told to go on without: holes, captures whose facts are lost, files. Nobody is asked twice."""
    told = [entry.body["detail"] for entry in entries if entry.kind is Kind.EVENT and entry.body["type"] == LOSS]
    holes = frozenset(Hole(*hole) for detail in told for hole in detail["holes"])
    files = frozenset(file_id(*file) for detail in told for file in detail.get("files", ()))
    return holes | files | {facts for detail in told for facts in detail["facts"]}


def partial_of(entries: Iterable[Entry], parts: Mapping[str, Part], chains: Container[str]) -> list[Partial]:
    """What is left of decisions that lack entries, but for those with an entry in ``chains``: these are known to have holes."""
    found: Mapping[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.id in parts:
            found[parts[entry.id].decision].append(entry)
    return [
        Partial(there[0], parts[there[0].id].of - len(there))
        for there in found.values()
        if len(there) < parts[there[0].id].of and not any(entry.chain in chains for entry in there)
    ]


def _is_told(tx: Connection, archive: str, losses: Losses) -> bool:
    """Whether the last such events of an archive's chain say the same."""
    details = losses.details()
    return list(islice(_newest(tx, archive), len(details))) == details[::-1]


def _newest(tx: Connection, archive: str) -> Iterator[Any]:
    """Details of such events, the newest first, by the index of the chain."""
    t = tables.ledger.c
    query = select(t.bytes).where(t.chain == archive, t.kind == Kind.EVENT.value).order_by(t.seq.desc())
    for data in tx.execute(query, execution_options={"yield_per": _AT_ONCE}).scalars():
        body = decode(data).body
        if body["type"] == LOSS:
            yield body["detail"]


def _addresses(tx: Connection, record: str) -> dict[str, str]:
    """Addresses of a record's captures, with how each was learnt; none where it has one."""
    a, o, c = tables.aliases.c, tables.observations.c, tables.captures.c
    if tx.execute(select(a.id).where(a.record == record, a.how != "canonical")).first() is not None:
        return {}
    captures = tx.execute(select(o.capture).where(o.record == record, o.capture.is_not(None)).order_by(o.id)).scalars().all()
    found: dict[str, str] = {}
    for some in portions(dict.fromkeys(captures), _AT_ONCE):
        for row in tx.execute(select(c.basis, c.url, c.final_url).where(c.id.in_(some)).order_by(c.received_at)):
            for url, how in visited(Basis(row.basis), row.url, row.final_url):
                found.setdefault(url, how)
    return found
