"""Likely copies of a version among other records: found by signature, told from the texts.

Wire copy stands in a hundred papers under as many headlines. Candidates share a band of their
signatures (``model.likeness``), or one declares the other's address as its own canonical one;
how much they share and what differs comes from the texts as now read. Where they come from is
a guess, and says what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, Row, and_, func, or_, select

from model.article import Article
from model.change import compare
from model.copies import Copy, Likely, Origin
from model.edtf import is_edtf, parse_edtf, utc_text
from model.likeness import BANDS, likeness, shingles
from storage import tables
from storage.known import article_of

MOST = 20
"""How many copies are told."""
CANDIDATES = 200
_ESTIMATE = 0.15
_SHARED = 0.4
_SAME_PIECE = 70  # hundredths; less may be a paragraph that a paper puts under everything, which tells of no origin
_RELATION = "syndicated_from"


@dataclass(frozen=True, slots=True)
class _Piece:
    record: str
    version: int
    article: Article
    seen_at: str | None
    url: str | None


def likely_copies(tx: Connection, record: str, version: int | None, closed: Set[str] = frozenset()) -> Likely:
    """Other records that share much of a version's text, most alike first, with a guess about the origin.

    Never those in ``closed``, and nothing for a record in it.
    """
    this = _piece(tx, record, version)
    if this is None or record in closed:
        return Likely()
    declared = set(_declared(tx, record))
    mine = shingles(this.article.text)
    found: list[tuple[Copy, _Piece]] = []
    for other, theirs in _candidates(tx, this, declared - closed, closed):
        piece = _piece(tx, other, theirs)
        if piece is None:
            continue
        shared = _shared(mine, shingles(piece.article.text))
        if shared >= _SHARED or other in declared:
            found.append((_copy(this, piece, shared, other in declared), piece))
    found.sort(key=lambda x: (-x[0].shared, x[0].record))
    pieces = [piece for copy, piece in found[:MOST] if copy.declared or copy.shared >= _SAME_PIECE]
    return Likely(tuple(copy for copy, _ in found[:MOST]), _origin(tx, this, pieces))


def _candidates(tx: Connection, this: _Piece, declared: Set[str], closed: Set[str]) -> Iterator[tuple[str, int | None]]:
    """Records with the version that is most like this one; those declared come with their latest."""
    t = tables.likeness.c
    mine = tx.execute(select(tables.likeness).where(t.record == this.record, t.version == this.version)).one_or_none()
    best: dict[str, tuple[float, int | None]] = dict.fromkeys(declared, (0.0, None))
    for row in _sharing(tx, mine) if mine is not None else ():
        if row.record not in closed and row.record != this.record:
            like = likeness(mine.signature, row.signature) if mine is not None else 0.0
            if like >= _ESTIMATE and like > best.get(row.record, (0.0, None))[0]:
                best[row.record] = (like, row.version)
    ranked = sorted(best.items(), key=lambda x: (-x[1][0], x[0]))
    yield from ((record, version) for record, (_, version) in ranked[: 2 * MOST])


def _sharing(tx: Connection, mine: Row[tuple[object, ...]]) -> Sequence[Row[tuple[str, int, bytes]]]:
    t = tables.likeness.c
    bands = [t[f"band{n}"] == getattr(mine, f"band{n}") for n in range(BANDS)]
    query = select(t.record, t.version, t.signature).where(or_(*bands), t.record != mine.record)
    return tx.execute(query.limit(CANDIDATES)).all()


def _declared(tx: Connection, record: str) -> Iterator[str]:
    """Records that one names the other's address with: a canonical link across domains."""
    r, a = tables.relations.c, tables.aliases.c
    out = select(a.record).join_from(tables.relations, tables.aliases, a.key == r.to_key)
    yield from tx.execute(out.where(r.record == record, r.relation == _RELATION, a.record != record).distinct()).scalars()
    into = select(r.record).join_from(tables.relations, tables.aliases, a.key == r.to_key)
    yield from tx.execute(into.where(a.record == record, r.relation == _RELATION, r.record != record).distinct()).scalars()


def _piece(tx: Connection, record: str, version: int | None) -> _Piece | None:
    r, o = tables.records.c, tables.observations.c
    row = tx.execute(select(r.latest_version, r.url).where(r.id == record)).one_or_none()
    if row is None:
        return None
    number = version or row.latest_version
    article = article_of(tx, record, number)
    seen = tx.execute(select(func.min(o.observed_at)).where(and_(o.record == record, o.version.is_not(None)))).scalar()
    return _Piece(record, number, article, seen, row.url) if article else None


def _shared(one: set[str], other: set[str]) -> float:
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0


def _copy(this: _Piece, piece: _Piece, shared: float, declared: bool) -> Copy:
    article = piece.article
    return Copy(
        record=piece.record,
        version=piece.version,
        url=piece.url,
        headline=article.headline,
        publisher=article.publisher,
        date_published=article.date_published,
        seen_at=piece.seen_at,
        shared=round(100 * shared),
        declared=declared,
        change=compare(this.article, article),
    )


def _origin(tx: Connection, this: _Piece, copies: Sequence[_Piece]) -> Origin | None:
    """A credited wire service first, then what one of them declares, then the earliest of them."""
    group = [this, *copies]
    r, a = tables.relations.c, tables.aliases.c
    declared = tx.execute(select(r.to, r.to_key).where(r.record == this.record, r.relation == _RELATION).order_by(r.id)).first()
    if not copies and declared is None:
        return None
    credits = [x for x in (p.article.provider or (p.article.dateline.agency if p.article.dateline else None) for p in group) if x]
    if credits:
        return Origin("credited", max(set(credits), key=lambda name: (credits.count(name), name)), None, None)
    if declared is not None:
        held = tx.execute(select(a.record).where(a.key == declared.to_key).limit(1)).scalar_one_or_none()
        name = next((p.article.publisher for p in group if p.record == held), None)
        return Origin("declared", name, held, declared.to)
    dated = [(moment, p.record, p) for p in group if (moment := _moment(p))]
    if not dated:
        return None
    first = min(dated, key=lambda x: x[:2])[2]
    return Origin("earliest", first.article.publisher, first.record, first.url)


def _moment(piece: _Piece) -> str | None:
    """When a piece came out: as published, else when it was first seen."""
    text = piece.article.date_published
    latest = parse_edtf(text).latest if text and is_edtf(text) else None
    return utc_text(latest) if latest else piece.seen_at
