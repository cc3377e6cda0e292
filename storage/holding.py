"""What several deposits may be about is held before anything of them is decided.

Where writing transactions run side by side, two of them must never mint two records for one piece or
give one place of a chain twice. So a transaction first holds every address (and every supplied
copy's bytes) that its deposits name, then the records that have these, each in one order for all:
none of them waits for another that waits for it. What is found out after that is what others
committed, and stays so. The archive's own chain is held last, when an entry of it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from model.capture import Basis
from model.identity import alias_key
from storage import tables
from storage.columns import stored_key
from storage.deposit import Deposit
from storage.engines import of
from storage.portions import portions

_AT_ONCE = 500


def hold_for(tx: Connection, deposits: Iterable[Deposit]) -> set[str]:
    """Holds what deposits are about until the transaction ends; the records that are held."""
    engine = of(tx)
    if not engine.shares:
        return set()
    addresses: set[str] = set()
    copies: set[str] = set()
    records: set[str] = set()
    for deposit in deposits:
        addresses |= {stored_key(alias_key(url)) for url in _urls(deposit)}
        if deposit.capture.basis is Basis.SUPPLIED:
            copies.add(deposit.capture.payload_digest)
        if deposit.image is not None:
            records.add(deposit.image.record)
        if deposit.known is not None:
            records.add(deposit.known.record)
    engine.hold(tx, addresses | copies)
    a, c = tables.aliases.c, tables.captures.c
    for keys in portions(sorted(addresses), _AT_ONCE):
        records |= set(tx.execute(select(a.record).where(a.key.in_(keys)).distinct()).scalars())
    for digests in portions(sorted(copies), _AT_ONCE):
        held = (c.payload_digest.in_(digests), c.basis == Basis.SUPPLIED.value, c.record.is_not(None))
        records |= {str(record) for record in tx.execute(select(c.record).where(*held).distinct()).scalars()}
    engine.hold(tx, records)
    return records


def _urls(deposit: Deposit) -> Iterator[str]:
    said = (deposit.capture.url, deposit.capture.final_url, deposit.article.canonical_url if deposit.article else None)
    yield from (url for url in said if url)
