"""Where the WARC records lie that belong to some pieces: their entries, captures, facts and content."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Row, select

from model.errors import PressmarkError
from model.ledger import decode
from storage import tables
from storage.capture_records import parse_facts
from storage.content import payload_of
from storage.portions import portions

_SOME = 200


def members_of(tx: Connection, records: Sequence[str]) -> list[Row[Any]]:
    """Rows of the catalogue, in order of their places, so that a capture's records come before its facts."""
    t, c, m, s = tables.ledger.c, tables.captures.c, tables.members.c, tables.segments.c
    ids: set[str] = set()
    captures: set[str] = set()
    for entry, data in tx.execute(select(t.entry, t.bytes).where(t.chain.in_(records))):
        ids.add(entry)
        with suppress(PressmarkError):  # told with its row
            body = decode(data)
            captures |= {x["id"] for x in [body.body.get("capture")] if x}
            ids |= {x["id"] for x in [payload_of(body)] if x}
    query = select(m.record_id, m.offset, m.length, m.type, m.sha256, m.segment, s.name).join_from(
        tables.members, tables.segments
    )
    rows: dict[tuple[int, int], Row[Any]] = {}
    for some in portions(sorted(captures), _SOME):
        for data in tx.execute(select(c.facts).where(c.id.in_(some))).scalars():
            with suppress(PressmarkError, KeyError, TypeError):  # told with its row
                ids |= {r["id"] for r in parse_facts(data)["records"]}
    for some in portions(sorted(ids), _SOME):
        rows |= {(row.segment, row.offset): row for row in tx.execute(query.where(m.record_id.in_(some)))}
    # facts have an id that nothing names; they lie right behind the last of a capture's records
    for row in [row for row in rows.values() if row.type in {"response", "revisit", "resource"}]:
        behind = tx.execute(query.where(m.segment == row.segment, m.offset == row.offset + row.length)).one_or_none()
        if behind is not None and behind.type == "metadata":
            rows[(behind.segment, behind.offset)] = behind
    return [rows[place] for place in sorted(rows)]
