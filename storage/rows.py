"""What ledger entries and articles become as rows of the projections: pure functions.

Shared by ``projections``, which applies one entry at a time, and ``first``, which writes
pieces that nobody has met before in bulk: the same rows, whichever way they come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from model.article import Article
from model.deflate import as_zlib, deflate
from model.folding import fold
from model.identity import alias_key
from model.ledger import Entry
from model.likeness import Sketch
from model.prepared import Prepared

Row = dict[str, Any]

REPLICATION = "replication"
"""The type of the events that tell of copies."""

_sorted = json.JSONEncoder(sort_keys=True).encode  # ``dumps`` makes an encoder a call

_FACTS = (
    "id", "origin_key", "basis", "url", "final_url", "at", "received_at", "status", "media_type", "payload_digest", "length",
)  # fmt: skip


def capture_row(facts: Mapping[str, Any], data: bytes, digest: str) -> Row:
    """A capture, nothing decided about it yet."""
    address = facts["final_url"] or facts["url"]
    row = {name: facts[name] for name in _FACTS}
    return row | {"facts": data, "digest": digest, "url_key": alias_key(address) if address else None}


def version_row(entry: Entry, basis: str, received_at: str) -> Row:
    """A version; ``basis`` and ``received_at`` are its capture's."""
    body = entry.body
    return {
        "record": entry.chain,
        "number": body["number"],
        "strand": body["strand"],
        "capture": body["capture"]["id"],
        "basis": basis,
        "observed_at": body["observed_at"],
        "received_at": received_at,
        "entry": entry.id,
    }


def reading_row(entry: Entry, version: int, body: Mapping[str, Any], read: Prepared | bytes) -> Row:
    """A reading: what its content record says, for a person's statement the record's bytes. Without the article."""
    facts = body.get("release")
    return {
        "record": entry.chain,
        "version": version,
        "number": body["number"],
        "agent": _sorted(entry.agent.to_json()),
        "release": body["release_id"],
        "release_facts": _sorted(facts) if facts else None,
        "capture": body["capture"]["id"],
        "recorded_at": entry.at,
        "payload": body["payload"]["id"],
        "digest": body["payload"]["digest"],
        "signature": read.signature if isinstance(read, Prepared) else "",
        "entry": entry.id,
    }


def article_of(read: Prepared | bytes) -> Row:
    """What a reading's row has beside: the article, or a person's statement, compressed."""
    return {"article": as_zlib(read.content, read.deflated) if isinstance(read, Prepared) else as_zlib(read, deflate(read))}


def alias_row(record: str, url: str, how: str, since: str) -> Row:
    """An address of a record."""
    return {"record": record, "url": url, "key": alias_key(url), "how": how, "since": since}


def relation_row(entry: Entry) -> Row:
    """How a record stands to another, or to an address."""
    to = entry.body["to"]
    key = alias_key(to) if "/" in to else None
    return {"record": entry.chain, "relation": entry.body["relation"], "to": to, "to_key": key, "since": entry.at}


def label_row(entry: Entry, kind: str, text: str) -> Row:
    """What a person says of a record: a ``note``, or the ``collection`` it is put into."""
    return {"record": entry.chain, "kind": kind, "text": text, "agent": entry.agent.name, "at": entry.at}


def likeness_row(record: str, version: int, made: Sketch | None) -> Row | None:
    """The near-duplicate signature of a version; none for a text too short to tell."""
    if made is None:
        return None
    bands = {f"band{n}": band for n, band in enumerate(made.bands)}
    return {"record": record, "version": version, "signature": made.signature, **bands}


def observation_row(entry: Entry, version: int | None, strand: str, status: int | None) -> Row:
    """One look at a record."""
    body = entry.body
    return {
        "record": entry.chain,
        "kind": entry.kind.value,
        "version": version,
        "strand": str(strand),
        "observed_at": body["observed_at"],
        "recorded_at": entry.at,
        "capture": body["capture"]["id"] if body.get("capture") else None,
        "status": status,
        "same_as": body.get("same_as"),
        "entry": entry.id,
    }


def people_rows(record: str, version: int, article: Article) -> list[Row]:
    """Whom and what a version names: authors, affiliations, photographers, agencies, the wire."""
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
    return [{"record": record, "version": version, "part": p, "name": n, "key": fold(n), "of": of} for p, n, of in named]


def replica_row(entry: Entry) -> Row:
    """A copy of the archive, from the event that tells of it; ``None`` where it says nothing new."""
    body, detail = entry.body, entry.body["detail"]
    done = body["outcome"] == "success"
    return {
        "name": detail["copy"],
        "kind": detail["kind"],
        "segments": detail["segments"],
        "bytes": detail["bytes"],
        "copied_at": entry.at if done else None,
        "checked_at": entry.at if done and detail["checked"] else None,
        "outcome": body["outcome"],
        "entry": entry.id,
    }
