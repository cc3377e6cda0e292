"""Entries as the ledger's rows have them, where nothing in the ledger speaks against a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from model.capture import digest_of
from model.errors import PressmarkError
from model.ledger import Entry, decode
from storage import tables
from storage.held_bytes import bytes_in
from storage.portions import portions

_AT_ONCE = 400
_t = tables.ledger.c
_ROW = (_t.entry, _t.chain, _t.seq, _t.previous, _t.kind, _t.at, _t.bytes, _t.digest)


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry and the bytes that say it."""

    entry: Entry
    data: bytes


def proven(tx: Connection, ids: Iterable[str]) -> Mapping[str, Proven]:
    """Those of some entries, by id, whose rows say in every column what their bytes say, and whose digest is the one that the
    entry behind them names. Of the last one of a chain there is its own digest only.
    """
    found: dict[str, Proven] = {}
    for some in portions(ids, _AT_ONCE):
        found |= _sound(tx, tx.execute(select(*_ROW).where(_t.entry.in_(some))).all())
    return found


def entry_in(row: Row[Any], data: bytes, digest: str) -> tuple[Entry | None, str | None]:
    """The entry that the bytes of a row, with their digest, say, where they can be read; and what is wrong with the row."""
    try:
        entry = decode(data)
    except PressmarkError as error:
        return None, str(error)
    stated = (entry.id, entry.chain, entry.seq, entry.previous, entry.kind.value, entry.at, digest)
    is_so = stated == (row.entry, row.chain, row.seq, row.previous, row.kind, row.at, row.digest)
    return entry, None if is_so else "the row's columns are not what its entry says"


def _sound(tx: Connection, rows: Sequence[Row[Any]]) -> dict[str, Proven]:
    read = {x.entry.id: x for row in rows if (x := _proven(row)) is not None}
    # more than is asked for, by the index; for pairs SQLite walks through the whole ledger
    near = (_t.chain.in_({x.entry.chain for x in read.values()}), _t.seq.in_({x.entry.seq + 1 for x in read.values()}))
    behind = (_proven(row) for row in tx.execute(select(*_ROW).where(*near)))
    named = {(x.entry.chain, x.entry.seq - 1): x.entry.previous for x in behind if x is not None}
    return {id_: x for id_, x in read.items() if named.get((x.entry.chain, x.entry.seq)) in {None, digest_of(x.data)}}


def _proven(row: Row[Any]) -> Proven | None:
    entry, problem = entry_in(row, data := bytes_in(row.bytes), digest_of(data))
    return Proven(entry, data) if entry is not None and problem is None else None
