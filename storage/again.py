"""Records that a segment lost, written again from what the database holds: ledger entries, facts of captures, articles, what
persons stated.

The database has their blocks, each proved by the digest that the ledger names, and the catalogue their ids and places; what
stood around a block follows from it. So most come back byte for byte, which their SHA-256 proves. Of the others, of which a
header is not known (in which part of a second an article was written down) or which another compressor made, the block is what
it was, and the member as long. Pages and image files are in no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import Connection, Row, Select, select

from model.capture import digest_of
from model.deflate import deflate
from model.errors import Damaged, PressmarkError
from model.ledger import Kind
from storage import tables
from storage.capture_records import facts_draft, parse_facts
from storage.carry import Span
from storage.content import NOTE, STATEMENT, article_draft, by_person, payload_of, said_draft
from storage.fitted import fitted
from storage.held_bytes import unpacked_in
from storage.portions import portions
from storage.proven import Proven, proven
from storage.said_by_person import said_in
from storage.salvage import headers_in
from storage.warc import Draft, compress, member_of, record_id
from storage.whole import entry_draft, mark_of, part_of

_AT_ONCE = 400
_MOST_ENTRIES = 8  # of a decision, of which one is written again as it was

_m = tables.members.c
_ledger = tables.ledger.c


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record was, and the ``warcinfo`` record that it names."""

    span: Span
    warcinfo: str | None


def written_again(
    tx: Connection, segment: str, lost: Sequence[Span], read: Callable[[Span], bytes]
) -> Iterator[tuple[Span, bytes]]:
    """Those of some spans whose records the database can give, with the bytes for them: of the SHA-256 that the span has, or
    of its length at least. ``read`` gives what is there now.
    """
    for some in portions(lost, _AT_ONCE):
        places = list(_places(tx, segment, some))
        drafts = _drafts(tx, places, read)
        for place in places:
            made = _made(drafts.get(place.span.record, ()), place)
            if made is not None:
                yield place.span, made


def _made(drafts: Iterable[Draft], place: _Place) -> bytes | None:
    """The member as it was, of whichever draft, else of the first one in the same room."""
    first: Draft | None = None
    for draft in drafts:
        first = first or draft
        data = compress(draft, place.warcinfo)
        if sha256(data).digest() == place.span.sha256:
            return data
    return fitted(first, place.warcinfo, place.span.length) if first is not None else None


def _places(tx: Connection, segment: str, lost: Sequence[Span]) -> Iterator[_Place]:
    s = tables.segments.c
    query = select(_m.offset, _m.record_id).join_from(tables.members, tables.segments).where(s.name == segment)
    told = tx.execute(query.where(_m.type == "warcinfo").order_by(_m.offset)).all()
    for span in lost:
        before = [info.record_id for info in told if info.offset < span.offset]
        yield _Place(span, before[-1] if before else None)


def _drafts(tx: Connection, places: Sequence[_Place], read: Callable[[Span], bytes]) -> Mapping[str, Iterable[Draft]]:
    """By record id, what each may have been: the likeliest first."""
    ids = [place.span.record for place in places]
    found: dict[str, Iterable[Draft]] = {id_: _entry_drafts(tx, x, read) for id_, x in proven(tx, ids).items()}
    content = [place.span for place in places if place.span.record not in found]
    dates = {span.record: _date_in(read(span), span.record) for span in content}
    others = list(dates)
    for draft in [*_articles(tx, others), *_said(tx, others), *_facts(tx, others)]:
        date = dates.get(draft.id)
        found[draft.id] = (draft,) if date is None else (draft, replace(draft, date=date))
    return found


def _entry_drafts(tx: Connection, said: Proven, read: Callable[[Span], bytes]) -> Iterator[Draft]:
    """An entry as the ones around it in its segment say that it was: part of a decision, or alone. Then, as they may be damaged
    too, as each one of a decision that it may have been part of.
    """
    entry, data = said.entry, said.data
    before, after = _around(tx, entry.id)
    mark = _told(before, after, read)
    if mark is not None:
        yield entry_draft(entry, data, mark)
    yield entry_draft(entry, data)
    for of in range(2, _MOST_ENTRIES + 1):
        for number in range(max(1, of - len(after)), min(of, len(before) + 1) + 1):
            decision = before[number - 2].record if number > 1 else entry.id
            yield entry_draft(entry, data, mark_of(decision, number, of))


def _told(before: Sequence[Span], after: Sequence[Span], read: Callable[[Span], bytes]) -> str | None:
    """The mark of an entry by that of the nearest one before or behind it that can be read and is of the same decision."""
    for step, around in ((1, before), (-1, after)):
        for far, span in enumerate(around, 1):
            try:
                part = part_of(member_of(read(span), "", span.offset))
            except Damaged:
                continue
            number = part.number + step * far if part is not None else 0
            if part is not None and 1 <= number <= part.of:
                return mark_of(part.decision, number, part.of)
            break
    return None


def _around(tx: Connection, entry: str) -> tuple[list[Span], list[Span]]:
    """The entries before one in its segment, and those behind it: the nearest first."""
    at = tx.execute(select(_m.segment, _m.offset).where(_m.record_id == entry)).one()
    before = _entries_of(at.segment).where(_m.offset < at.offset).order_by(_m.offset.desc()).limit(_MOST_ENTRIES)
    return [Span(*row) for row in tx.execute(before)], _behind(tx, at.segment, at.offset)


def _behind(tx: Connection, segment: int, offset: int) -> list[Span]:
    """The entries behind a place in a segment, the nearest first."""
    behind = _entries_of(segment).where(_m.offset > offset).order_by(_m.offset).limit(_MOST_ENTRIES)
    return [Span(*row) for row in tx.execute(behind)]


def _entries_of(segment: int) -> Select[tuple[int, int, bytes, str]]:
    query = select(_m.offset, _m.length, _m.sha256, _m.record_id)
    return query.join_from(tables.members, tables.ledger, _ledger.entry == _m.record_id).where(_m.segment == segment)


def _articles(tx: Connection, ids: Sequence[str]) -> Iterator[Draft]:
    """Articles, and what persons stated of them: those that the entry of their reading names."""
    r = tables.readings.c
    rows = tx.execute(select(r.payload, r.article, r.entry).where(r.payload.in_(ids))).all()
    entries = proven(tx, {row.entry for row in rows})
    for row in rows:
        said, block = entries.get(row.entry), unpacked_in(row.article)
        payload = payload_of(said.entry) if said is not None else None
        if said is None or block is None or payload is None:
            continue
        if (payload["id"], payload["digest"]) != (row.payload, digest_of(block)):
            continue
        entry = said.entry
        if by_person(entry):
            yield said_draft(row.payload, f"{STATEMENT}{entry.chain}", block, _about(entry.at))
        else:
            yield article_draft(row.payload, entry.body["capture"]["id"], block, _about(entry.at), deflate(block))


def _said(tx: Connection, ids: Sequence[str]) -> Iterator[Draft]:
    """Notes, and reasons of restrictions that are in force: their entries stand right behind them."""
    places = select(_m.record_id, _m.segment, _m.offset).where(_m.record_id.in_(ids), _m.type == "resource")
    lost = {row.record_id: _behind(tx, row.segment, row.offset) for row in tx.execute(places).all()}
    for entry in (said.entry for said in proven(tx, {span.record for near in lost.values() for span in near}).values()):
        payload = payload_of(entry)
        if entry.kind not in {Kind.NOTE, Kind.RESTRICTION} or payload is None or payload["id"] not in lost:
            continue
        block = said_in(tx, entry)
        if block is not None:
            uri = f"{NOTE if entry.kind is Kind.NOTE else STATEMENT}{entry.chain}"
            yield said_draft(payload["id"], uri, block, _about(entry.at))


def _facts(tx: Connection, ids: Sequence[str]) -> Iterator[Draft]:
    """Facts of captures: nothing names their records; they lie right behind the main one of the capture's."""
    c = tables.captures.c
    asked = select(_m.record_id, _m.segment, _m.offset).where(_m.record_id.in_(ids), _m.type == "metadata")
    for lost in tx.execute(asked).all():
        before = (
            select(_m.record_id).where(_m.segment == lost.segment, _m.offset < lost.offset).order_by(_m.offset.desc()).limit(1)
        )
        row = tx.execute(select(c.id, c.facts, c.digest, c.entry).where(c.id == before.scalar_subquery())).one_or_none()
        if row is None or digest_of(row.facts) != row.digest or not _is_named(tx, row):
            continue
        try:
            facts = parse_facts(row.facts)
            own, received_at = facts["id"], str(facts["received_at"])
        except (PressmarkError, KeyError):
            continue
        if own == row.id:
            yield facts_draft(lost.record_id, row.id, row.facts, received_at)


def _is_named(tx: Connection, row: Row[tuple[str, bytes, str, str | None]]) -> bool:
    """Whether the entry that decided a capture names these facts; where there is none, or a damaged one, nothing says no."""
    said = proven(tx, [row.entry]).get(row.entry) if row.entry is not None else None
    if said is None:
        return True
    capture = said.entry.body.get("capture")
    return capture is not None and (capture["id"], capture["digest"]) == (row.id, row.digest)


def _about(moment: str) -> str:
    """The second of a moment (UTC text): a content record was written down just before its entry, nobody knows when exactly."""
    return f"{moment[:19]}Z"


def _date_in(data: bytes, record: str) -> str | None:
    """The date in what can still be read of a damaged record's lines."""
    headers = headers_in(data)
    return headers.get("warc-date") if record_id(headers) == record else None
