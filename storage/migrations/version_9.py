"""Version 9: words of scripts that part none are found behind figures and letters, too."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from model.folding import has_unparted
from model.prepared import prepare
from storage import engines, tables
from storage.bulk import insert_rows
from storage.known import article_of
from storage.portions import portions
from storage.rows import likeness_row

_AT_ONCE = 500


def fill(tx: Connection) -> None:
    """Words and signatures of the versions that have such a script, made anew."""
    s, c = tables.search.c, tables.likeness.c
    engine = engines.of(tx)
    one = delete(tables.likeness).where(c.record == bindparam("of"), c.version == bindparam("number"))
    for some in portions(tx.execute(select(s.id).order_by(s.id)).scalars().all(), _AT_ONCE):
        concerned = [row for row, words in engine.words(tx, some).items() if has_unparted(words)]
        places = tx.execute(select(s.id, s.record, s.version).where(s.id.in_(concerned))).tuples().all()
        read = [(row, record, version, article_of(tx, record, version)) for row, record, version in places]
        made = [(row, record, version, prepare(article)) for row, record, version, article in read if article is not None]
        if not made:
            continue
        engine.index(tx, {row: prepared.words for row, _, _, prepared in made}, fresh=False)
        signed = [likeness_row(record, version, prepared.sketch) for _, record, version, prepared in made]
        # one by one, by the key: for a list of pairs SQLite walks through all signatures
        tx.execute(one, [{"of": record, "number": version} for _, record, version, _ in made])
        insert_rows(tx, tables.likeness, [row for row in signed if row is not None])
