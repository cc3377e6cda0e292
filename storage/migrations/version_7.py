"""Version 7: the words that changes count, since paragraphs are held against those most like them."""

from __future__ import annotations

import json

from sqlalchemy import Connection, Select, select, update

from model.change import compare
from storage import tables
from storage.known import like_articles
from storage.record_line import change_to_json


def fill(tx: Connection) -> None:
    """Changes that are told, counted anew; which they are stays."""
    c = tables.changes.c
    count_anew(tx, select(c.record, c.version, c.before))


def count_anew(tx: Connection, changed: Select[tuple[str, int, int]]) -> None:
    """Counts the words of some changes again: record, version, the version before."""
    c = tables.changes.c
    for record, version, before in tx.execute(changed).tuples().all():
        pair = like_articles(tx, record, before, version)
        if pair is not None:
            change = compare(*pair)
            counted = {"fields": json.dumps(change_to_json(change)), "substantive": change.substantive}
            tx.execute(update(tables.changes).where(c.record == record, c.version == version).values(counted))
