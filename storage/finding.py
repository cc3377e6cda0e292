"""Which record somebody means: an id, the beginning of one, or an address."""

from __future__ import annotations

from sqlalchemy import Connection, select

from model.errors import Ambiguous, NotFound
from model.identity import alias_key
from model.ids import is_record_id
from model.said import say_address
from storage import tables
from storage.missing import refuse_missing
from storage.moments import EVER, When, owner_at

_LOOKED_AT = 20


def find(tx: Connection, text: str, when: When = EVER) -> str:
    """The record that an id, an unambiguous prefix (with or without the archive's part) or a URL names, at a moment.

    Raises ``NotFound`` or ``Ambiguous``, and ``Damaged`` where it was there and its rows are gone.
    """
    r, a = tables.records.c, tables.aliases.c
    if is_record_id(text):
        found = tx.execute(select(r.id).where(r.id == text)).scalar_one_or_none()
        if found is None:
            refuse_missing(tx, text)
            raise NotFound(f"no record {text} in this archive; `pressmark list` shows what there is")
        return str(found)
    if "/" in text and when != EVER:
        owner = owner_at(tx, text, when.as_of, when.known_at)
        if owner is None:
            _refuse_lost(tx, text)
            raise NotFound(
                f"no record of {say_address(text)} was known in this archive then; without --known-at there may be one"
            )
        return owner
    if "/" in text:
        query = (
            select(a.record).where(a.key == alias_key(text)).order_by(a.how == "canonical", a.since.desc(), a.id.desc()).limit(1)
        )
        found = tx.execute(query).scalar_one_or_none()
        if found is None:
            _refuse_lost(tx, text)
            raise NotFound(f"no record of {say_address(text)} in this archive; `pressmark search` looks for words in it")
        return str(found)
    prefix = text.lower()
    begins = r.id.startswith(prefix, autoescape=True) | r.id.contains(f"-{prefix}", autoescape=True)
    query = select(r.id).where(begins).order_by(r.id).limit(6)
    candidates = list(tx.execute(query).scalars()) if prefix else []
    if len(candidates) > 1:
        raise Ambiguous(f"{text} is the beginning of several records: {', '.join(candidates)}", candidates=candidates)
    if not candidates:
        t = tables.ledger.c
        begun = t.chain.startswith(prefix, autoescape=True) | t.chain.contains(f"-{prefix}", autoescape=True)
        chains = select(t.chain).where(begun, t.seq == 1).order_by(t.chain).limit(6) if prefix else None
        refuse_missing(tx, *(tx.execute(chains).scalars().all() if chains is not None else ()))
        raise NotFound(f"no record begins with {text}; `pressmark list` shows what there is")
    return str(candidates[0])


def _refuse_lost(tx: Connection, url: str) -> None:
    """An address that no record has: its captures may tell that one had."""
    c = tables.captures.c
    query = select(c.record).where(c.url_key == alias_key(url), c.record.is_not(None)).distinct().limit(_LOOKED_AT)
    refuse_missing(tx, *tx.execute(query).scalars())
