"""Rows that pieces come to of which little more is known than that they were met: no database is needed for them.

Most chains of most archives are a first version and what was said of the piece in the same breath. What they
come to is what ``Firsts`` would write, and is held to the database from memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table

from model.ledger import Entry, Kind
from model.prepared import prepared_from
from storage import tables
from storage.columns import shape_of
from storage.first import Firsts

Rows = Mapping[str, Sequence[tuple[Any, ...]]]
"""Rows by record, in the order in which they were written."""

_SAID = frozenset({Kind.RELATION, Kind.COLLECTION, Kind.NOTE})


def is_plain(chain: Sequence[Entry]) -> bool:
    """Whether a chain is a first version and what is only ever added to it."""
    if not chain or chain[0].kind is not Kind.VERSION or chain[0].seq != 1:
        return False
    said = [entry for entry in chain[1:] if entry.kind in _SAID and entry.body.get("member", True)]
    related = [(entry.body["relation"], entry.body["to"]) for entry in said if entry.kind is Kind.RELATION]
    return len(said) == len(chain) - 1 and len(set(related)) == len(related)


class Expected:
    """Rows of plain chains, as a database would give them back."""

    def __init__(self) -> None:
        self._firsts = Firsts(kept=False)
        self.records: set[str] = set()

    def take(self, chain: Sequence[Entry], facts: tuple[bytes, str], read: Callable[[str], bytes]) -> None:
        """One chain (see ``is_plain``) with the facts of its capture and their digest. Raises what damaged content raises."""
        first = chain[0]
        self._firsts.add(first, *facts, prepared_from(read(first.body["reading"]["payload"]["id"])))
        for entry in chain[1:]:
            self._firsts.say(entry, read)
        self.records.add(first.chain)

    def rows(self, table: Table, columns: Sequence[Column[Any]]) -> Rows:
        """Some columns of a table."""
        record = "id" if table is tables.records else "record"
        names = [c.name for c in columns]
        shaped = [(n, to) for n, c in enumerate(columns) if (to := shape_of(c))]
        found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for row in self._firsts.waiting(table):
            values = list(map(row.get, names))
            for n, to in shaped:
                if (value := values[n]) is not None:
                    values[n] = to(value)
            found[row[record]].append(tuple(values))
        return found

    def words(self) -> Rows:
        """What each piece is found by: version and words."""
        return {record: [(1, words)] for record, words, _ in self._firsts.pieces}
