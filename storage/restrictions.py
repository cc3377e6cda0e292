"""Restrictions: what of a record is kept without being shown (PREMIS rights).

A restricted record stays whole: held, verified, rebuilt, checked again, listed by id and address.
What its piece says is not told without a reason that goes into the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from model.edtf import utc_text
from model.errors import Restricted
from model.record import Restriction, Scope
from storage import tables
from storage.totals import refuse_lost_restrictions


def restrictions_of(tx: Connection, record: str, now: datetime) -> tuple[Restriction, ...]:
    """Those of a record that are in force at a moment."""
    t = tables.restrictions.c
    rows = tx.execute(select(tables.restrictions).where(t.record == record, _in_force(now)).order_by(t.scope))
    return tuple(Restriction(Scope(x.scope), x.until, x.agent, x.at, x.reason) for x in rows)


def is_hidden(restrictions: Iterable[Restriction]) -> bool:
    """Whether what the piece says is not to be shown."""
    return any(r.scope is Scope.CONTENT for r in restrictions)


def hidden(tx: Connection, now: datetime, scope: Scope = Scope.CONTENT) -> set[str]:
    """All records with a restriction of a scope in force; restricted content is never exported either. Raises ``Damaged``
    where one of the ledger's is not there."""
    refuse_lost_restrictions(tx)
    t = tables.restrictions.c
    scopes = [Scope.CONTENT] if scope is Scope.CONTENT else list(Scope)
    return set(tx.execute(select(t.record).where(t.scope.in_(scopes), _in_force(now))).scalars())


def refuse(record: str, restrictions: Iterable[Restriction]) -> None:
    """Raises ``Restricted`` where the content is not to be shown."""
    for r in restrictions:
        if r.scope is Scope.CONTENT:
            end = f" until {r.until[:10]}" if r.until else ""
            raise Restricted(
                f"{record} is kept, but its content is restricted{end} (by {r.agent}, {r.at[:10]}: {r.reason}); "
                "to be shown it all the same, say why: --restricted REASON",
                record=record,
                scope=r.scope.value,
                until=r.until,
                agent=r.agent,
                at=r.at,
                reason=r.reason,
            )


def _in_force(now: datetime) -> ColumnElement[bool]:
    t = tables.restrictions.c
    return t.until.is_(None) | (t.until >= utc_text(now))
