"""Whether an address still shows what is held: what a server needs to be told to say so, what its word means, and
what it comes to where the page came in full, is read the same, and its bytes are not wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from model.article import Article
from model.capture import Basis, Capture, header
from model.change import signature
from model.edtf import parse_utc, utc_text
from model.errors import Damaged
from model.identity import alias_key
from model.ledger import Kind
from model.record import Outcome, Result, Strand
from storage import tables
from storage.decide import Hands
from storage.deposit import Deposit, InForce
from storage.known import looks_of
from storage.timeline import Look, in_time

_AT_ONCE = 400


def visited(tx: Connection, urls: Iterable[str]) -> set[str]:
    """Those of some addresses that anybody visited before."""
    by_key: dict[str, list[str]] = {}
    for url in urls:
        with suppress(ValueError):  # no address at all: whoever asks for it is told
            by_key.setdefault(alias_key(url), []).append(url)
    a, keys, found = tables.aliases.c, list(by_key), set[str]()
    for start in range(0, len(keys), _AT_ONCE):
        query = select(a.key).where(a.key.in_(keys[start : start + _AT_ONCE]), a.how != "canonical")
        found.update(url for key in tx.execute(query).scalars() for url in by_key[key])
    return found


def in_force(tx: Connection, load: Callable[[str], Capture], url: str) -> InForce | None:
    """The copy that stands for an address now, where its server can be asked whether it still does.

    ``None`` for an address nobody visited, one that showed nothing at the last look, and
    copies that are no fetched whole answers of 200 or came without validators. ``load`` gives a capture.
    """
    record = _visited_record(tx, url)
    look = _standing(looks_of(tx, record)) if record is not None else None
    if record is None or look is None or look.what.capture is None or look.what.version is None:
        return None
    c = tables.captures.c
    row = tx.execute(select(c.digest, c.basis, c.status, c.url).where(c.id == look.what.capture)).one()
    if row.basis != Basis.FETCHED or row.status != 200 or alias_key(row.url) != alias_key(url):
        return None
    try:
        copy = load(look.what.capture)
    except Damaged:
        return None  # asked for in full: it is the only way to have it again
    etag, modified = header(copy.headers, "etag"), header(copy.headers, "last-modified")
    if copy.truncated is not None or copy.final_url is None or copy.at is None or not (etag or modified):
        return None
    return InForce(record, look.what.version, look.what.capture, row.digest, copy.final_url, copy.at, etag, modified)


def read_the_same(tx: Connection, capture: Capture, article: Article, release: str) -> InForce | None:
    """The copy that stands for a fetched page's address, where the page is another only in its bytes.

    ``None`` where there is none, another state stood at the last look, no reading of it is this release's, what was read
    differs, or the bytes are the very ones that are held: these cost nothing to keep.
    """
    if capture.basis is not Basis.FETCHED or capture.truncated is not None or capture.url is None:
        return None
    record = _visited_record(tx, capture.url)
    look = _standing(looks_of(tx, record)) if record is not None else None
    if record is None or look is None or look.what.capture is None or look.what.version is None:
        return None
    c, r = tables.captures.c, tables.readings.c
    row = tx.execute(select(c.digest, c.final_url, c.at, c.payload_digest).where(c.id == look.what.capture)).one()
    query = select(r.signature).where(r.record == record, r.version == look.what.version, r.release == release)
    read = tx.execute(query.order_by(r.number.desc()).limit(1)).scalar_one_or_none()
    if read != signature(article) or row.at is None:
        return None
    if row.final_url != capture.final_url or row.payload_digest == capture.payload_digest:
        return None
    return InForce(record, look.what.version, look.what.capture, row.digest, row.final_url, parse_utc(row.at), None, None)


def settle_unmodified(hands: Hands, deposit: Deposit, known: InForce) -> Result:
    """A check that names no capture: the server's word that a copy still stands (304), or a page that was read the same and
    whose bytes are not wanted, of which the digest is put down.

    It counts only where that copy still was the last state at the time.
    """
    hands.take_up(known.record)
    url, at = deposit.capture.final_url, deposit.capture.at
    before = [x for x in in_time(looks_of(hands.tx, known.record)) if at and (x.what.observed_at or "") <= utc_text(at)]
    if at is None or not before or before[-1].what.version != known.version:
        reason = "another copy of it was taken in while its server was asked; try again"
        return Result(deposit.source, Outcome.FAILED, url, reason, known.record)
    told = deposit.capture.headers
    body: dict[str, Any] = {
        "version": known.version,
        "capture": None,
        "observed_at": utc_text(at),
        "strand": Strand.PUBLISHER,
        "etag": header(told, "etag") or known.etag,
        "last_modified": header(told, "last-modified") or known.last_modified,
    }
    said: str | None = None
    if deposit.article is None:
        body["result"] = "not_modified"
    else:
        body |= {"result": "same", "release_id": deposit.release.id, "payload_digest": deposit.capture.payload_digest}
        said = "read the same; of its bytes the digest was kept (keep_unchanged)"
    hands.write(Kind.CHECK, known.record, body)
    return Result(deposit.source, Outcome.UNCHANGED, url, said, known.record, known.version, known.capture)


def _visited_record(tx: Connection, url: str) -> str | None:
    a = tables.aliases.c
    visited = select(a.record).where(a.key == alias_key(url), a.how != "canonical")
    return tx.execute(visited.order_by(a.since.desc(), a.id.desc()).limit(1)).scalar_one_or_none()


def _standing(looks: list[Look]) -> Look | None:
    """The last look with a capture of the state in force, ``None`` where the last look showed nothing."""
    ordered = in_time(looks)
    if not ordered or not ordered[-1].shows:
        return None
    version = ordered[-1].what.version
    for look in reversed(ordered):
        if look.what.version != version:
            return None
        if look.what.capture is not None:
            return look
    return None
