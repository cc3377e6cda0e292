"""What ledger entries mean for the tables people ask. All of it can be thrown away and made
anew: ``apply`` is the only writer of projections, for a live commit and for ``rebuild``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, select, update

from model.article import Article
from model.change import signature
from model.identity import alias_key
from model.ledger import Entry, Kind
from model.record import Strand
from storage import tables
from storage.folding import fold, index_text
from storage.record_line import refresh_record

ReadPayload = Callable[[str], bytes]
"""Gives the block of a content record by its UUID."""


def insert_capture(tx: Connection, facts: dict[str, Any], data: bytes, digest: str) -> None:
    """The row of a capture, nothing decided about it yet."""
    row = {k: facts[k] for k in ("id", "origin_key", "basis", "url", "final_url", "at", "received_at", "status", "media_type")}
    row |= {"payload_digest": facts["payload_digest"], "length": facts["length"], "facts": data, "digest": digest}
    address = facts["final_url"] or facts["url"]
    tx.execute(tables.captures.insert(), row | {"url_key": alias_key(address) if address else None})


def apply(tx: Connection, entry: Entry, read: ReadPayload) -> None:
    """Brings the projections up to an entry. ``read`` gives the content it names."""
    body = entry.body
    if entry.kind is Kind.VERSION:
        _version(tx, entry, read)
    elif entry.kind is Kind.READING:
        _reading(tx, entry, body["version"], body, read)
    elif entry.kind is Kind.ALIAS:
        _alias(tx, entry.chain, body["url"], body["how"], entry.at)
    elif entry.kind in {Kind.CHECK, Kind.ABSENCE, Kind.WITHDRAWAL}:
        _observe(tx, entry, body.get("version"), body.get("strand", Strand.PUBLISHER), body.get("status"))
    elif entry.kind is Kind.RELATION:
        row = {"record": entry.chain, "relation": body["relation"], "to": body["to"], "since": entry.at}
        tx.execute(tables.relations.insert(), row)
    elif entry.kind is Kind.COLLECTION:
        _collection(tx, entry)
    elif entry.kind is Kind.NOTE:
        _label(tx, entry, "note", json.loads(read(body["payload"]["id"]))["text"])
    if body.get("capture") and entry.kind is not Kind.READING:
        _decided(tx, entry)
    if entry.kind in {Kind.VERSION, Kind.READING, Kind.ALIAS, Kind.CHECK, Kind.ABSENCE, Kind.WITHDRAWAL}:
        refresh_record(tx, entry.chain)


def _version(tx: Connection, entry: Entry, read: ReadPayload) -> None:
    body = entry.body
    capture = body["capture"]["id"]
    c = tables.captures.c
    held = tx.execute(select(c.basis, c.received_at).where(c.id == capture)).one()
    row = {"record": entry.chain, "number": body["number"], "strand": body["strand"], "capture": capture, "basis": held.basis}
    row |= {"observed_at": body["observed_at"], "received_at": held.received_at, "entry": entry.id}
    tx.execute(tables.versions.insert(), row)
    for alias in body["aliases"]:
        _alias(tx, entry.chain, alias["url"], alias["how"], entry.at)
    _observe(tx, entry, body["number"], body["strand"], None)
    _reading(tx, entry, body["number"], body["reading"] | {"capture": body["capture"]}, read)


def _reading(tx: Connection, entry: Entry, version: int, body: dict[str, Any] | Any, read: ReadPayload) -> None:
    payload = body["payload"]
    data = read(payload["id"])
    article = Article.from_json(json.loads(data))
    facts = body.get("release")
    row = {
        "record": entry.chain,
        "version": version,
        "number": body["number"],
        "agent": json.dumps(entry.agent.to_json(), sort_keys=True),
        "release": body["release_id"],
        "release_facts": json.dumps(facts, sort_keys=True) if facts else None,
        "capture": body["capture"]["id"],
        "recorded_at": entry.at,
        "payload": payload["id"],
        "digest": payload["digest"],
        "signature": signature(article),
        "article": zlib.compress(data, 6),
        "entry": entry.id,
    }
    tx.execute(tables.readings.insert(), row)
    _people(tx, entry.chain, version, article)
    _search(tx, entry.chain, version, article)


def _alias(tx: Connection, record: str, url: str, how: str, since: str) -> None:
    a = tables.aliases.c
    known = tx.execute(select(a.id, a.how).where(a.record == record, a.url == url)).first()
    if known is None:
        row = {"record": record, "url": url, "key": alias_key(url), "how": how, "since": since}
        tx.execute(tables.aliases.insert(), row)
    elif known.how == "canonical":
        # what the page declared was visited now: that is the stronger word
        tx.execute(update(tables.aliases).where(a.id == known.id).values(how=how))


def _observe(tx: Connection, entry: Entry, version: int | None, strand: str, status: int | None) -> None:
    body = entry.body
    row = {"record": entry.chain, "kind": entry.kind.value, "version": version, "strand": str(strand)}
    if body.get("same_as") is not None:
        o = tables.observations.c
        promoted = (o.record == entry.chain, o.kind == Kind.CHECK.value, o.capture == body["capture"]["id"])
        tx.execute(delete(tables.observations).where(*promoted))
    row |= {"same_as": body.get("same_as")}
    row |= {"observed_at": body["observed_at"], "recorded_at": entry.at, "entry": entry.id, "status": status}
    tx.execute(tables.observations.insert(), row | {"capture": body["capture"]["id"] if body.get("capture") else None})


def _decided(tx: Connection, entry: Entry) -> None:
    c = tables.captures.c
    version = entry.body.get("number") if entry.kind is Kind.VERSION else entry.body.get("version")
    record = entry.body.get("record") if entry.kind is Kind.HELD else entry.chain
    values = {"entry": entry.id, "record": record, "version": version}
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


def _label(tx: Connection, entry: Entry, kind: str, text: str) -> None:
    row = {"record": entry.chain, "kind": kind, "text": text, "agent": entry.agent.name, "at": entry.at}
    tx.execute(tables.labels.insert(), row)


def _people(tx: Connection, record: str, version: int, article: Article) -> None:
    p = tables.people.c
    tx.execute(delete(tables.people).where(p.record == record, p.version == version))
    named: list[tuple[str, str, str | None]] = []
    for author in article.authors:
        named.append(("author", author.name, author.role))
        named += (("affiliation", a.organization, author.name) for a in author.affiliations if a.organization)
    for image in article.images:
        named += (("creator", name, image.credit_line) for name in image.creators)
        named += (("agency", name, image.credit_line) for name in image.agencies)
    if article.provider:
        named.append(("provider", article.provider, None))
    if article.dateline and article.dateline.agency:
        named.append(("provider", article.dateline.agency, article.dateline.raw))
    rows = [{"record": record, "version": version, "part": p, "name": n, "key": fold(n), "of": of} for p, n, of in named]
    if rows:
        tx.execute(tables.people.insert(), rows)


def _search(tx: Connection, record: str, version: int, article: Article) -> None:
    s = tables.search.c
    row = tx.execute(select(s.id).where(s.record == record, s.version == version)).scalar_one_or_none()
    if row is None:
        done = tx.execute(tables.search.insert(), {"record": record, "version": version})
        row = done.inserted_primary_key[0] if done.inserted_primary_key else None
    else:
        tx.exec_driver_sql("DELETE FROM search_text WHERE rowid = ?", (row,))
    people = [a.name for a in article.authors] + [x for i in article.images for x in (*i.creators, *i.agencies)]
    captions = [i.caption or "" for i in article.images]
    body = "\n".join([article.standfirst or "", article.text, *captions])
    values = (row, index_text(article.headline), index_text(body), index_text(" ".join(people)))
    tx.exec_driver_sql("INSERT INTO search_text (rowid, headline, body, people) VALUES (?, ?, ?, ?)", values)
