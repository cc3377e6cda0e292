"""Version 8: near-duplicate signatures, whose shingles are numbered otherwise; marks of runs among the words of the search."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, tuple_

from model.likeness import sketch
from model.wording import marked
from storage import engines, tables
from storage.bulk import insert_rows
from storage.known import article_of
from storage.portions import portions
from storage.rows import likeness_row

_AT_ONCE = 500


def fill(tx: Connection) -> None:
    """Both, for all that is there."""
    _sign(tx)
    _mark(tx)


def _sign(tx: Connection) -> None:
    """Signatures of the versions that have one, worked out anew; which have one stays."""
    c = tables.likeness.c
    place = tuple_(c.record, c.version)
    query = select(c.record, c.version).order_by(c.record, c.version).limit(_AT_ONCE)
    done = tx.execute(query).tuples().all()
    while done:
        articles = [(record, version, article_of(tx, record, version)) for record, version in done]
        made = [likeness_row(record, version, sketch(article.text)) for record, version, article in articles if article]
        tx.execute(delete(tables.likeness).where(place >= done[0], place <= done[-1]))
        insert_rows(tx, tables.likeness, [row for row in made if row is not None])
        done = tx.execute(query.where(place > done[-1])).tuples().all()


def _mark(tx: Connection) -> None:
    engine = engines.of(tx)
    for some in portions(tx.execute(select(tables.search.c.id)).scalars().all(), _AT_ONCE):
        held = engine.words(tx, some)
        wanted = {row: marked(words) for row, words in held.items()}
        lacking = {row: words for row, words in wanted.items() if words != held[row]}
        if lacking:
            engine.index(tx, lacking, fresh=False)
