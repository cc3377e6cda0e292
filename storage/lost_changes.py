"""Changes that publishers made and that the database tells of no more, among what the archive learnt since a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Connection, select

from model.change import compare
from model.ledger import Kind
from storage import tables
from storage.known import STATED, like_articles, looks_of_each
from storage.missing import Missing, refuse, refuse_missing
from storage.portions import portions
from storage.timeline import runs
from storage.totals import refuse_lost_records

_AT_ONCE = 400
_TELLING = (Kind.VERSION, Kind.ABSENCE, Kind.WITHDRAWAL)


def refuse_lost_changes(tx: Connection, since: str) -> None:
    """Raises ``Damaged`` where what was learnt since a moment (UTC text) is not all there: new pieces, looks, changes.

    A change is seen before it is written, so that none of the time that is asked for was written earlier.
    """
    refuse_lost_records(tx, since)
    t = tables.ledger.c
    # put in order here: asked for in it, SQLite walks through all chains
    query = select(t.chain).where(t.at >= since, t.seq > 1, t.kind.in_(_TELLING))
    for some in portions(sorted(set(tx.execute(query).scalars())), _AT_ONCE):
        refuse_missing(tx, *some)
        refuse(list(_lacking(tx, some)))


def _lacking(tx: Connection, records: Sequence[str]) -> Iterator[Missing]:
    """States that differ from those before them, as now read, without a row that says in what."""
    c, r = tables.changes.c, tables.readings.c
    held = set(tx.execute(select(c.record, c.version).where(c.record.in_(records))).tuples())
    signatures: dict[tuple[str, int], set[str]] = defaultdict(set)
    query = select(r.record, r.version, r.signature).where(r.record.in_(records), r.release != STATED)
    for record, version, signature in tx.execute(query).tuples():
        signatures[record, version].add(signature)
    for record, looks in looks_of_each(tx, records):
        for before, after in pairwise(runs(looks)):
            if (record, after.version) in held or signatures[record, before.version] == signatures[record, after.version]:
                continue
            pair = like_articles(tx, record, before.version, after.version)
            if pair is not None and not compare(*pair).same:
                yield Missing(record, f"what changed in {record}@{after.version}", after.version)
