"""What a person said in an entry, as the database has it: the block of its content record, should the WARCs have lost that."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from model.canonical import canonical_json
from model.capture import digest_of
from model.ledger import Entry, Kind
from model.statement import Statement
from storage import tables
from storage.content import payload_of


def said_in(tx: Connection, entry: Entry) -> bytes | None:
    """The text of a note, the reason of a restriction, proved by the digest that the entry names; ``None`` where it is gone."""
    payload = payload_of(entry)
    if payload is None:
        return None
    return next((block for block in _blocks(tx, entry) if digest_of(block) == payload["digest"]), None)


def _blocks(tx: Connection, entry: Entry) -> Iterator[bytes]:
    t, x = tables.labels.c, tables.restrictions.c
    if entry.kind is Kind.NOTE:
        asked = select(t.text).where(t.record == entry.chain, t.kind == "note", t.at == entry.at)
        yield from (canonical_json({"text": text}) for text in tx.execute(asked).scalars())
    else:
        asked = select(x.reason).where(x.entry == entry.id)
        yield from (canonical_json(Statement(reason=reason).to_json()) for reason in tx.execute(asked).scalars())
