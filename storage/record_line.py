"""A record's own line and its changes, made anew from its looks and readings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, delete, select, update

from model.article import Article
from model.change import Change, ChangeKind, FieldChange, compare
from model.edtf import is_edtf, parse_edtf, utc_text
from model.folding import fold
from storage import tables
from storage.known import article_of, like_articles, looks_of
from storage.timeline import Look, Run, is_withdrawn, runs


def refresh_record(tx: Connection, record: str, read: int | None = None) -> None:
    """Makes the record's line and its changes anew from its looks and readings; ``read`` is a version
    that was read anew."""
    looks = looks_of(tx, record)
    states = runs(looks)
    numbers = [x.what.version for x in looks if x.what.kind == "version" and x.what.version is not None]
    if not numbers:
        return
    latest = states[-1].version if states else _latest_beside(looks)
    _changes(tx, record, states, read)
    article = article_of(tx, record, latest) or Article()
    a = tables.aliases.c
    urls = tx.execute(select(a.url, a.how).where(a.record == record).order_by(a.id)).tuples().all()
    row = record_row(article, urls, looks, states, latest, len(numbers))
    if tx.execute(select(tables.records.c.id).where(tables.records.c.id == record)).first():
        tx.execute(update(tables.records).where(tables.records.c.id == record).values(row))
    else:
        tx.execute(tables.records.insert(), row | {"id": record})


def record_row(
    article: Article, urls: Sequence[tuple[str, str]], looks: Sequence[Look], states: Sequence[Run], latest: int, versions: int
) -> dict[str, Any]:
    """A record's line but for its id. ``urls`` are its addresses with how each was learnt, in order;
    ``article`` is version ``latest`` as now read.
    """
    canonical = next((url for url, how in urls if how == "canonical"), None)
    return {
        "url": canonical or (urls[0][0] if urls else None),
        "headline": article.headline,
        "publisher": article.publisher,
        "publisher_key": fold(article.publisher) or None,
        "section": article.section,
        "language": article.in_language,
        "authors": len(article.authors),
        "date_published": article.date_published,
        **dates_of(article.date_published),
        "versions": versions,
        "latest_version": latest,
        "first_seen": states[0].first if states else None,
        "last_seen": states[-1].last if states else None,
        "received_at": min(x.what.recorded_at for x in looks),
        "withdrawn": is_withdrawn(looks),
    }


def _changes(tx: Connection, record: str, states: list[Run], read: int | None) -> None:
    c = tables.changes.c
    known = {r.version: r for r in tx.execute(select(tables.changes).where(c.record == record))}
    following: dict[int, tuple[Run, Run]] = {}
    for before, after in pairwise(states):
        # a version stands for one state, unless what said that another has the same words is lost
        following.setdefault(after.version, (before, after))
    stale = [version for version in known if version not in following]
    _forget(tx, record, stale)
    for before, after in following.values():
        bound = before.last
        row = known.get(after.version)
        same_bounds = row is not None and (row.before, row.seen_at, row.not_seen_before) == (before.version, after.first, bound)
        if same_bounds and read not in {before.version, after.version}:
            continue
        pair = like_articles(tx, record, before.version, after.version)
        _forget(tx, record, [after.version])
        if pair is None:
            continue  # what would read them alike comes next, or is lost
        change = compare(*pair)
        if change.same:
            continue  # as now read, they never differed
        values = {"record": record, "version": after.version, "before": before.version, "seen_at": after.first}
        values |= {"not_seen_before": bound, "substantive": change.substantive, "fields": json.dumps(change_to_json(change))}
        tx.execute(tables.changes.insert(), values)
        tx.execute(tables.changed_fields.insert(), changed_rows(record, after.version, change))


def changed_rows(record: str, version: int, change: Change) -> list[dict[str, Any]]:
    """What a search for a changed field finds."""
    names = sorted({f.field for f in (*change.fields, *change.attendant)})
    return [{"record": record, "version": version, "field": name} for name in names]


def _forget(tx: Connection, record: str, versions: list[int]) -> None:
    if versions:
        for table in (tables.changes, tables.changed_fields):
            tx.execute(delete(table).where(table.c.record == record, table.c.version.in_(versions)))


def _latest_beside(looks: list[Look]) -> int:
    """Of copies beside only: the one of the latest capture time; without times, the last learnt of."""
    copies = [x for x in looks if x.what.kind == "version" and x.what.version is not None]
    best = max(copies, key=lambda x: (x.what.observed_at or "", x.order))
    return best.what.version or 0


def dates_of(text: str | None) -> dict[str, str | None]:
    """The columns of a date of publication: the first and last instant that it may mean, and the day as it is printed where
    it is that fine and has these."""
    if text is None or not is_edtf(text):
        return {"date_earliest": None, "date_latest": None, "day": None}
    value = parse_edtf(text)
    earliest, latest = value.earliest, value.latest
    return {
        "date_earliest": utc_text(earliest) if earliest else None,
        "date_latest": utc_text(latest) if latest else None,
        "day": value.day_text if earliest else None,
    }


def change_to_json(change: Change) -> list[dict[str, Any]]:
    """A change as plain values; attendant fields marked."""
    return [_field_json(f, False) for f in change.fields] + [_field_json(f, True) for f in change.attendant]


def _field_json(f: FieldChange, attendant: bool) -> dict[str, Any]:
    return {
        "field": f.field,
        "kind": f.kind.value,
        "words_added": f.words_added,
        "words_removed": f.words_removed,
        "words_before": f.words_before,
        "attendant": attendant,
    }


def change_from_json(fields: list[Mapping[str, Any]]) -> Change:
    """The inverse of ``change_to_json``."""
    made = [
        (f["attendant"], FieldChange(f["field"], ChangeKind(f["kind"]), f["words_added"], f["words_removed"], f["words_before"]))
        for f in fields
    ]
    return Change(tuple(f for attendant, f in made if not attendant), tuple(f for attendant, f in made if attendant))
