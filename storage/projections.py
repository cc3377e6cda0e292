"""What ledger entries mean for the tables people ask. All of it can be thrown away and made
anew: ``apply`` is the only writer of projections, for a live commit and for ``rebuild``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, String, delete, exists, literal, select, update

from model.article import Article
from model.ledger import Entry, Kind
from model.likeness import Sketch
from model.prepared import Prepared, prepare, prepared_from
from model.record import Strand
from storage import rows, tables
from storage.indexing import index
from storage.known import STATED, article_of
from storage.record_line import refresh_record

ReadPayload = Callable[[str], bytes]
"""Gives the block of a content record by its UUID."""

_NOTHING: Mapping[str, Prepared] = {}


def insert_capture(tx: Connection, facts: dict[str, Any], data: bytes, digest: str) -> None:
    """The row of a capture, nothing decided about it yet."""
    tx.execute(tables.captures.insert(), rows.capture_row(facts, data, digest))


REFRESHING = frozenset({Kind.VERSION, Kind.READING, Kind.ALIAS, Kind.CHECK, Kind.ABSENCE, Kind.WITHDRAWAL})
"""Kinds that a record's own line and its changes follow from."""


def apply(tx: Connection, entry: Entry, read: ReadPayload, ready: Mapping[str, Prepared] = _NOTHING) -> None:
    """Brings the projections up to an entry. ``read`` gives the content it names; ``ready`` are articles among it that
    are at hand."""
    apply_alone(tx, entry, read, ready)
    if entry.kind in REFRESHING:
        refresh_record(tx, entry.chain, entry.body["version"] if entry.kind is Kind.READING else None)


def apply_alone(tx: Connection, entry: Entry, read: ReadPayload, ready: Mapping[str, Prepared] = _NOTHING) -> None:
    """The same without the record's line and its changes: these follow from what all entries come to, in one go."""
    body = entry.body
    if entry.kind is Kind.VERSION:
        _version(tx, entry, read, ready)
    elif entry.kind is Kind.READING:
        _reading(tx, entry, body["version"], body, read, ready)
    elif entry.kind is Kind.ALIAS:
        _alias(tx, entry.chain, body["url"], body["how"], entry.at)
    elif entry.kind in {Kind.CHECK, Kind.ABSENCE, Kind.WITHDRAWAL}:
        _observe(tx, entry, body.get("version"), body.get("strand", Strand.PUBLISHER), body.get("status"))
    elif entry.kind is Kind.RELATION:
        tx.execute(tables.relations.insert(), rows.relation_row(entry))
    elif entry.kind is Kind.COLLECTION:
        _collection(tx, entry)
    elif entry.kind is Kind.WATCH:
        _watch(tx, entry)
    elif entry.kind is Kind.IMAGE:
        row = {"record": entry.chain, "version": body["version"], "url": body["url"], "capture": body["capture"]["id"]}
        tx.execute(tables.images.insert(), row)
    elif entry.kind is Kind.NOTE:
        _label(tx, entry, "note", json.loads(read(body["payload"]["id"]))["text"])
    elif entry.kind is Kind.RESTRICTION:
        _restriction(tx, entry, read)
    elif entry.kind is Kind.EVENT and body["type"] == rows.REPLICATION:
        _replica(tx, entry)
    if body.get("capture") and entry.kind is not Kind.READING:
        _decided(tx, entry)


def _version(tx: Connection, entry: Entry, read: ReadPayload, ready: Mapping[str, Prepared]) -> None:
    body = entry.body
    c = tables.captures.c
    held = tx.execute(select(c.basis, c.received_at).where(c.id == body["capture"]["id"])).one()
    tx.execute(tables.versions.insert(), rows.version_row(entry, held.basis, held.received_at))
    for alias in body["aliases"]:
        _alias(tx, entry.chain, alias["url"], alias["how"], entry.at)
    _observe(tx, entry, body["number"], body["strand"], None)
    _reading(tx, entry, body["number"], body["reading"] | {"capture": body["capture"]}, read, ready)


def _reading(
    tx: Connection,
    entry: Entry,
    version: int,
    body: dict[str, Any] | Any,
    read: ReadPayload,
    ready: Mapping[str, Prepared],
) -> None:
    payload = body["payload"]["id"]
    if body["release_id"] == STATED:
        _insert_reading(tx, entry, version, body, read(payload))
    else:
        read_now = ready.get(payload) or prepared_from(read(payload))
        _insert_reading(tx, entry, version, body, read_now)
        if body["number"] == 1:
            derive(tx, entry.chain, version, read_now, entry.at)
            return
    article = article_of(tx, entry.chain, version)
    if article is not None:
        derive(tx, entry.chain, version, prepare(article), entry.at)


def _insert_reading(tx: Connection, entry: Entry, version: int, body: Mapping[str, Any], read: Prepared | bytes) -> None:
    tx.execute(tables.readings.insert(), rows.reading_row(entry, version, body, read) | rows.article_of(read))


def derive(tx: Connection, record: str, version: int, read: Prepared, at: str) -> None:
    """What follows from a version as it is read now; ``at`` is when the archive learnt of the record, if it does now."""
    _people(tx, record, version, read.article)
    _likeness(tx, record, version, read.sketch)
    index(tx, record, version, read.words, at)


def _alias(tx: Connection, record: str, url: str, how: str, since: str) -> None:
    a = tables.aliases.c
    known = tx.execute(select(a.id, a.how).where(a.record == record, a.url == url)).first()
    if known is None:
        tx.execute(tables.aliases.insert(), rows.alias_row(record, url, how, since))
    elif known.how == "canonical":
        # what the page declared was visited now: that is the stronger word
        tx.execute(update(tables.aliases).where(a.id == known.id).values(how=how))


def _observe(tx: Connection, entry: Entry, version: int | None, strand: str, status: int | None) -> None:
    body = entry.body
    if body.get("same_as") is not None or body.get("corrects") is not None:
        o = tables.observations.c
        promoted = (o.record == entry.chain, o.kind == Kind.CHECK.value, o.capture == body["capture"]["id"])
        tx.execute(delete(tables.observations).where(*promoted))
    tx.execute(tables.observations.insert(), rows.observation_row(entry, version, strand, status))
    if entry.kind is Kind.CHECK and body.get("capture") and body.get("release_id"):
        # reprocess by the release that compared it need not do so again
        _compared(tx, body["capture"]["id"], body["release_id"])


def _compared(tx: Connection, capture: str, release: str) -> None:
    """Once: an entry that was lost and has come back may say the same as the one that was written in its stead."""
    t = tables.compared.c
    known = exists().where(t.capture == capture, t.release == release)
    values = select(literal(capture, String), literal(release, String)).where(~known)
    tx.execute(tables.compared.insert().from_select(["capture", "release"], values))


def _decided(tx: Connection, entry: Entry) -> None:
    c = tables.captures.c
    version = entry.body.get("number") if entry.kind is Kind.VERSION else entry.body.get("version")
    record = entry.body.get("record") if entry.kind is Kind.HELD else entry.chain
    values = {"entry": entry.id, "record": record, "version": version}
    if entry.body.get("corrects") is not None:
        tx.execute(update(tables.captures).where(c.id == entry.body["capture"]["id"]).values(values))
        return
    # a capture that is promoted to a version keeps the entry that first decided it
    undecided = c.entry.is_(None) | c.version.is_(None)
    tx.execute(update(tables.captures).where(c.id == entry.body["capture"]["id"], undecided).values(values))


def _collection(tx: Connection, entry: Entry) -> None:
    if entry.body["member"]:
        _label(tx, entry, "collection", entry.body["name"])
        return
    t = tables.labels.c
    named = (t.record == entry.chain, t.kind == "collection", t.text == entry.body["name"])
    tx.execute(delete(tables.labels).where(*named))


def _watch(tx: Connection, entry: Entry) -> None:
    body = entry.body
    tx.execute(delete(tables.watches).where(tables.watches.c.url == body["url"]))
    if body["action"] == "added":
        row = {"url": body["url"], "kind": body["kind"], "name": body["name"], "every": body["every"], "since": entry.at}
        tx.execute(tables.watches.insert(), row)
    else:
        tx.execute(delete(tables.watch_states).where(tables.watch_states.c.url == body["url"]))
        tx.execute(delete(tables.watch_items).where(tables.watch_items.c.watch == body["url"]))


def _label(tx: Connection, entry: Entry, kind: str, text: str) -> None:
    tx.execute(tables.labels.insert(), rows.label_row(entry, kind, text))


def _restriction(tx: Connection, entry: Entry, read: ReadPayload) -> None:
    body, t = entry.body, tables.restrictions.c
    tx.execute(delete(tables.restrictions).where(t.record == entry.chain, t.scope == body["scope"]))
    if not body["lifted"]:
        reason = json.loads(read(body["payload"]["id"]))["reason"] if body.get("payload") else ""
        row = {"record": entry.chain, "scope": body["scope"], "until": body["until"], "agent": entry.agent.name}
        tx.execute(tables.restrictions.insert(), row | {"at": entry.at, "reason": reason, "entry": entry.id})


def _replica(tx: Connection, entry: Entry) -> None:
    t, row = tables.replicas.c, rows.replica_row(entry)
    held = tx.execute(select(tables.replicas).where(t.name == row["name"])).one_or_none()
    if held is None:
        tx.execute(tables.replicas.insert(), row)
        return
    # a time that this attempt does not reach stays what it was
    kept = {name: value for name, value in row.items() if value is not None}
    tx.execute(update(tables.replicas).where(t.name == row["name"]).values(kept))


def _likeness(tx: Connection, record: str, version: int, made: Sketch | None) -> None:
    t = tables.likeness.c
    tx.execute(delete(tables.likeness).where(t.record == record, t.version == version))
    row = rows.likeness_row(record, version, made)
    if row is not None:
        tx.execute(tables.likeness.insert(), row)


def _people(tx: Connection, record: str, version: int, article: Article) -> None:
    p = tables.people.c
    tx.execute(delete(tables.people).where(p.record == record, p.version == version))
    named = rows.people_rows(record, version, article)
    if named:
        tx.execute(tables.people.insert(), named)
