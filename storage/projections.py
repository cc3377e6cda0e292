"""What ledger entries mean for the tables people ask. All of it can be thrown away and made
anew: ``apply`` is the only writer of projections, for a live commit and for ``rebuild``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from model.article import Article
from model.change import Change, FieldChange, compare, signature
from model.edtf import is_edtf, parse_edtf, utc_text
from model.identity import alias_key
from model.ledger import Entry, Kind
from model.record import Observation, Strand
from storage import tables
from storage.folding import fold, index_text
from storage.timeline import Look, Run, is_withdrawn, runs

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


def looks_of(tx: Connection, record: str) -> list[Look]:
    """Every look at a record, in the order in which the archive learnt of them."""
    o = tables.observations.c
    rows = tx.execute(select(tables.observations).where(o.record == record).order_by(o.recorded_at, o.id))
    return [
        Look(n, Strand(r.strand), Observation(r.kind, r.version, r.observed_at, r.recorded_at, r.capture, r.status), r.same_as)
        for n, r in enumerate(rows)
    ]


def article_of(tx: Connection, record: str, version: int, release: str | None = None) -> Article | None:
    """A version as last read, or as last read by one release."""
    r = tables.readings.c
    query = select(r.article).where(r.record == record, r.version == version).order_by(r.number.desc()).limit(1)
    if release is not None:
        query = query.where(r.release == release)
    packed = tx.execute(query).scalar_one_or_none()
    return None if packed is None else Article.from_json(json.loads(zlib.decompress(packed)))


def like_articles(tx: Connection, record: str, one: int, other: int) -> tuple[Article, Article] | None:
    """Two versions as read by one release, the newest that read both."""
    r = tables.readings.c
    query = select(r.release, r.version).where(r.record == record, r.version.in_((one, other))).order_by(r.recorded_at.desc())
    seen: dict[str, set[int]] = {}
    for release, version in tx.execute(query):
        seen.setdefault(release, set()).add(version)
    for release, versions in seen.items():
        if versions == {one, other}:
            a, b = article_of(tx, record, one, release), article_of(tx, record, other, release)
            return (a, b) if a and b else None
    return None


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
    known = tx.execute(select(a.id).where(a.record == record, a.url == url)).first()
    if known is None:
        row = {"record": record, "url": url, "key": alias_key(url), "how": how, "since": since}
        tx.execute(tables.aliases.insert(), row)


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
    undecided = c.entry.is_(None) | c.record.is_(None)
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


def refresh_record(tx: Connection, record: str) -> None:
    """Makes the record's line and its changes anew from its looks and readings."""
    looks = looks_of(tx, record)
    states = runs(looks)
    numbers = [x.what.version for x in looks if x.what.kind == "version" and x.what.version is not None]
    if not numbers:
        return
    latest = states[-1].version if states else max(numbers)
    _changes(tx, record, states)
    article = article_of(tx, record, latest) or Article()
    a = tables.aliases.c
    urls = tx.execute(select(a.url, a.how).where(a.record == record).order_by(a.id)).all()
    url = next((u.url for u in urls if u.how == "canonical"), urls[0].url if urls else None)
    row = {
        "url": url,
        "headline": article.headline,
        "publisher": article.publisher,
        "publisher_key": fold(article.publisher) or None,
        "section": article.section,
        "language": article.in_language,
        "date_published": article.date_published,
        **_dates(article.date_published),
        "versions": len(numbers),
        "latest_version": latest,
        "first_seen": states[0].first if states else None,
        "last_seen": states[-1].last if states else None,
        "received_at": min(x.what.recorded_at for x in looks),
        "withdrawn": is_withdrawn(looks),
    }
    if tx.execute(select(tables.records.c.id).where(tables.records.c.id == record)).first():
        tx.execute(update(tables.records).where(tables.records.c.id == record).values(row))
    else:
        tx.execute(tables.records.insert(), row | {"id": record})


def _changes(tx: Connection, record: str, states: list[Run]) -> None:
    c = tables.changes.c
    known = {r.version: r for r in tx.execute(select(tables.changes).where(c.record == record))}
    following = {after.version for after in states[1:]}
    stale = [version for version in known if version not in following]
    if stale:
        tx.execute(delete(tables.changes).where(c.record == record, c.version.in_(stale)))
    for before, after in pairwise(states):
        bound = before.last
        row = known.get(after.version)
        if row is not None and (row.before, row.seen_at, row.not_seen_before) == (before.version, after.first, bound):
            continue
        pair = like_articles(tx, record, before.version, after.version)
        if pair is None:
            continue
        change = compare(*pair)
        values = {"record": record, "version": after.version, "before": before.version, "seen_at": after.first}
        values |= {"not_seen_before": bound, "substantive": change.substantive, "fields": json.dumps(change_to_json(change))}
        tx.execute(delete(tables.changes).where(c.record == record, c.version == after.version))
        tx.execute(tables.changes.insert(), values)


def _dates(text: str | None) -> dict[str, str | None]:
    if text is None or not is_edtf(text):
        return {"date_earliest": None, "date_latest": None}
    value = parse_edtf(text)
    earliest, latest = value.earliest, value.latest
    return {
        "date_earliest": utc_text(earliest) if earliest else None,
        "date_latest": utc_text(latest) if latest else None,
    }


def next_version(tx: Connection, record: str) -> int:
    """The number that the archive gives to the next version it learns of."""
    v = tables.versions.c
    return (tx.execute(select(func.max(v.number)).where(v.record == record)).scalar() or 0) + 1


def next_reading(tx: Connection, record: str, version: int) -> int:
    """The number of the next reading of a version."""
    r = tables.readings.c
    return (tx.execute(select(func.max(r.number)).where(r.record == record, r.version == version)).scalar() or 0) + 1
