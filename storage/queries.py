"""What people ask of the archive, answered from the projections as plain values."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from model.article import Article
from model.change import Change, compare, signature
from model.edtf import utc_text
from model.errors import Ambiguous, NotFound
from model.identity import alias_key
from model.ids import is_record_id
from model.record import Alias, ChangeLine, EventLine, History, ReadingInfo, RecordLine, State, Strand, VersionView
from storage import tables
from storage.chain import entries
from storage.images import kept_images
from storage.known import article_of, like_articles, looks_of
from storage.record_line import change_from_json
from storage.timeline import Look, Run, is_withdrawn, runs

# PREMIS event types for what the ledger says
_PREMIS = {
    "archive": "creation",
    "version": "ingestion",
    "reading": "metadata extraction",
    "check": "capture",
    "absence": "capture",
    "withdrawal": "capture",
    "image": "capture",
    "held": "capture",
    "alias": "metadata modification",
    "relation": "metadata modification",
    "note": "metadata modification",
    "collection": "metadata modification",
    "restriction": "policy assignment",
    "fixity": "fixity check",
    "watch": "watch change",
    "void": "recovery",
}


def find(tx: Connection, text: str) -> str:
    """The record that an id, an unambiguous prefix (with or without the archive's part) or a URL names.

    Raises ``NotFound`` or ``Ambiguous``.
    """
    r, a = tables.records.c, tables.aliases.c
    if is_record_id(text):
        found = tx.execute(select(r.id).where(r.id == text)).scalar_one_or_none()
        if found is None:
            raise NotFound(f"no record {text} in this archive; `pressmark list` shows what there is")
        return str(found)
    if "/" in text:
        query = (
            select(a.record).where(a.key == alias_key(text)).order_by(a.how == "canonical", a.since.desc(), a.id.desc()).limit(1)
        )
        found = tx.execute(query).scalar_one_or_none()
        if found is None:
            raise NotFound(f"no record of {text} in this archive; `pressmark search` looks for words in it")
        return str(found)
    prefix = text.replace("%", "").replace("_", "")
    query = select(r.id).where(r.id.like(f"{prefix}%") | r.id.like(f"%-{prefix}%")).order_by(r.id).limit(6)
    candidates = list(tx.execute(query).scalars()) if prefix else []
    if len(candidates) > 1:
        raise Ambiguous(f"{text} is the beginning of several records: {', '.join(candidates)}", candidates=candidates)
    if not candidates:
        raise NotFound(f"no record begins with {text}; `pressmark list` shows what there is")
    return str(candidates[0])


def record_lines(tx: Connection, limit: int | None, only: list[str] | None = None) -> Iterator[RecordLine]:
    """Records, newest received first; or those named, in their order."""
    r = tables.records.c
    query = select(tables.records).order_by(r.received_at.desc(), r.id.desc())
    if only is not None:
        rows = {row.id: row for row in tx.execute(query.where(r.id.in_(only)))}
        yield from (_line(tx, rows[record]) for record in only if record in rows)
        return
    for row in tx.execute(query.limit(limit) if limit is not None else query):
        yield _line(tx, row)


def history(tx: Connection, record: str) -> History:
    """A record through time; see ``model.record.History``."""
    looks = looks_of(tx, record)
    a, rel = tables.aliases.c, tables.relations.c
    named = tx.execute(select(tables.aliases).where(a.record == record).order_by(a.id))
    related = tx.execute(select(tables.relations).where(rel.record == record).order_by(rel.id))
    return History(
        record=record,
        url=_url(tx, record),
        aliases=tuple(Alias(x.url, x.how, x.since) for x in named),
        states=tuple(_states(tx, record, looks)),
        observations=tuple(x.what for x in sorted(looks, key=lambda x: (x.what.observed_at or x.what.recorded_at, x.order))),
        readings=tuple(readings(tx, record)),
        labels=tuple(_labels(tx, record)),
        relations=tuple({"relation": x.relation, "to": x.to, "since": x.since} for x in related),
        withdrawn=is_withdrawn(looks),
    )


def show(tx: Connection, record: str, version: int | None, reading: int | None) -> VersionView:
    """One version as now read, or as one of its readings had it. Raises ``NotFound``."""
    told = history(tx, record)
    r = tables.records.c
    latest = tx.execute(select(r.latest_version).where(r.id == record)).scalar_one()
    number = latest if version is None else version
    state = next((s for s in told.states if s.version == number), None)
    if state is None:
        raise NotFound(f"{record} has no version {number}; it has {_numbers(told)}")
    read = [x for x in told.readings if x.version == number and (reading is None or x.number == reading)]
    if not read:
        known = [x.number for x in told.readings if x.version == number]
        raise NotFound(f"{record}@{number} has no reading {reading}; it has {', '.join(map(str, known))}")
    reader = read[-1]
    c = tables.captures.c
    facts = json.loads(tx.execute(select(c.facts).where(c.id == _reading_capture(tx, record, reader))).scalar_one())
    return VersionView(
        record=record,
        version=number,
        reading=reader.number,
        state=state,
        article=_article(tx, record, number, reader.number),
        reader=reader,
        capture=facts,
        aliases=told.aliases,
        latest=number == latest,
        withdrawn=told.withdrawn,
        images_kept=kept_images(tx, record, number),
    )


def readings(tx: Connection, record: str) -> Iterator[ReadingInfo]:
    """All readings of a record, by version and number."""
    r = tables.readings.c
    for x in tx.execute(select(tables.readings).where(r.record == record).order_by(r.version, r.number)):
        facts = json.loads(x.release_facts) if x.release_facts else None
        yield ReadingInfo(x.version, x.number, json.loads(x.agent), facts, x.recorded_at, x.digest)


def changes(tx: Connection, since: datetime, limit: int | None) -> Iterator[ChangeLine]:
    """What the publishers changed, newest first: by when the archive saw it, not before ``since``.

    Never copies kept beside, never what a newer reading made of an old state.
    """
    start = utc_text(since)
    c, o, r = tables.changes.c, tables.observations.c, tables.records.c
    lines: list[ChangeLine] = []
    urls = {x.id: x.url for x in tx.execute(select(r.id, r.url))}

    def line(record: str, version: int, seen_at: str, kind: str, **more: Any) -> ChangeLine:
        article = article_of(tx, record, version)
        told: dict[str, Any] = {"before": None, "not_seen_before": None, "change": None} | more
        headline = article.headline if article else None
        return ChangeLine(record, urls.get(record), headline, version, seen_at=seen_at, kind=kind, **told)

    for x in tx.execute(select(tables.changes).where(c.seen_at >= start)):
        change = change_from_json(json.loads(x.fields))
        more = {"before": x.before, "not_seen_before": x.not_seen_before, "change": change}
        lines.append(line(x.record, x.version, x.seen_at, "changed", **more))
    for record in tx.execute(select(o.record).where(o.kind == "withdrawal").distinct()).scalars():
        for run in runs(looks_of(tx, record)):
            for moment, kind in ((run.withdrawn_at, "gone"), (run.restored_at, "restored")):
                if moment is not None and moment >= start:
                    lines.append(line(record, run.version, moment, kind))
    for record in tx.execute(select(r.id).where(r.first_seen >= start)).scalars():
        first = runs(looks_of(tx, record))[0]
        lines.append(line(record, first.version, first.first or start, "new"))
    lines.sort(key=lambda x: (x.seen_at or "", x.record), reverse=True)
    yield from lines[:limit]


def stats(tx: Connection) -> dict[str, Any]:
    """Counts of what is held; sizes are added by the archive, which knows the files."""
    c = tables.captures.c
    t = tables
    by_basis = {basis: n for basis, n in tx.execute(select(c.basis, func.count()).group_by(c.basis).order_by(c.basis))}
    r = tables.records.c
    publishers = tx.execute(
        select(func.min(r.publisher), func.count())
        .where(r.publisher.is_not(None))
        .group_by(r.publisher_key)
        .order_by(func.count().desc())
        .limit(20)
    )
    kinds = tx.execute(select(t.ledger.c.kind, func.count()).group_by(t.ledger.c.kind).order_by(t.ledger.c.kind))
    return {
        "records": _count(tx, t.records),
        "withdrawn": tx.execute(select(func.count()).where(r.withdrawn)).scalar_one(),
        "versions": _count(tx, t.versions),
        "readings": _count(tx, t.readings),
        "captures": _count(tx, t.captures),
        "captures_by_basis": by_basis,
        "undecided": tx.execute(select(func.count()).where(c.entry.is_(None))).scalar_one(),
        "ledger_entries": {kind: n for kind, n in kinds},
        "publishers": {name: n for name, n in publishers},
        "segments": _count(tx, t.segments),
    }


def events(tx: Connection, record: str | None, limit: int | None) -> Iterator[EventLine]:
    """Ledger entries as PREMIS events, newest first."""
    for e in entries(tx, record, newest_first=True, limit=limit):
        kind = str(e.body["type"]) if e.kind == "event" else _PREMIS[e.kind.value]
        yield EventLine(e.id, e.at, kind, e.agent.to_json(), e.chain, e.seq, {"entry": e.kind.value, **e.body})


def _states(tx: Connection, record: str, looks: list[Look]) -> Iterator[State]:
    v = tables.versions.c
    rows = {x.number: x for x in tx.execute(select(tables.versions).where(v.record == record))}
    found = runs(looks)
    signatures: dict[str, int] = {}
    previous: Run | None = None
    for run in found:
        article = article_of(tx, record, run.version)
        mark = signature(article) if article else ""
        pair = like_articles(tx, record, previous.version, run.version) if previous else None
        yield _state(rows[run.version], run, article, compare(*pair) if pair else None, signatures.get(mark))
        signatures.setdefault(mark, run.version)
        previous = run
    shown = {run.version for run in found}
    beside = [_state_beside(rows[n], n, looks, article_of(tx, record, n)) for n in sorted(set(rows) - shown)]
    yield from sorted(beside, key=lambda state: (state.first_seen or "", state.version))


def _state(row: Row[Any], run: Run, article: Article | None, change: Change | None, reverts: int | None) -> State:
    return State(
        version=run.version,
        strand=Strand(row.strand),
        basis=row.basis,
        capture=row.capture,
        first_seen=run.first,
        last_seen=run.last,
        not_seen_before=run.before.what.observed_at if run.before else None,
        checks=len(run.looks) - 1,
        gap=run.gap,
        reverts_to=reverts,
        withdrawn_at=run.withdrawn_at,
        restored_at=run.restored_at,
        change=change,
        received_at=row.received_at,
        headline=article.headline if article else None,
    )


def _state_beside(row: Row[Any], number: int, looks: list[Look], article: Article | None) -> State:
    seen = [x for x in looks if x.what.version == number]
    times = sorted(x.what.observed_at for x in seen if x.what.observed_at)
    return State(
        version=number,
        strand=Strand(row.strand),
        basis=row.basis,
        capture=row.capture,
        first_seen=times[0] if times else None,
        last_seen=times[-1] if times else None,
        not_seen_before=None,
        checks=max(0, len(seen) - 1),
        gap=0,
        reverts_to=None,
        withdrawn_at=None,
        restored_at=None,
        change=None,
        received_at=row.received_at,
        headline=article.headline if article else None,
    )


def _line(tx: Connection, row: Row[Any]) -> RecordLine:
    p = tables.people.c
    query = select(p.name).where(p.record == row.id, p.version == row.latest_version, p.part == "author").order_by(p.id)
    return RecordLine(
        record=row.id,
        url=row.url,
        headline=row.headline,
        authors=tuple(tx.execute(query).scalars()),
        publisher=row.publisher,
        date_published=row.date_published,
        versions=row.versions,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        received_at=row.received_at,
        withdrawn=row.withdrawn,
    )


def _labels(tx: Connection, record: str) -> Iterator[dict[str, Any]]:
    t = tables.labels.c
    for x in tx.execute(select(tables.labels).where(t.record == record).order_by(t.id)):
        yield {"kind": x.kind, "text": x.text, "agent": x.agent, "at": x.at}


def _url(tx: Connection, record: str) -> str | None:
    r = tables.records.c
    return tx.execute(select(r.url).where(r.id == record)).scalar_one_or_none()


def _article(tx: Connection, record: str, version: int, number: int) -> Article:
    r = tables.readings.c
    query = select(r.article).where(r.record == record, r.version == version, r.number == number)
    return Article.from_json(json.loads(zlib.decompress(tx.execute(query).scalar_one())))


def _reading_capture(tx: Connection, record: str, reader: ReadingInfo) -> str:
    r = tables.readings.c
    query = select(r.capture).where(r.record == record, r.version == reader.version, r.number == reader.number)
    return str(tx.execute(query).scalar_one())


def _numbers(told: History) -> str:
    numbers = sorted({s.version for s in told.states})
    return f"versions {', '.join(map(str, numbers))}" if len(numbers) > 1 else f"version {numbers[0]} only"


def _count(tx: Connection, table: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())
