"""Conditions on records as sets that an index gives: where one is small, nobody has to look through the archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select, true, union_all

from model.changes import FIELDS as CHANGED_FIELDS
from model.edtf import parse_edtf, utc_text
from model.errors import BadCall
from storage import tables

Conditions = Sequence[tuple[str, str]]
"""Names and values: ``collection``, ``changed``, ``since``, ``until``."""
_DAYS = ("since", "until")


def condition(name: str, value: str) -> ColumnElement[bool]:
    """Whether a row of ``search_rows`` meets one.

    A value looked up for each row, not ``EXISTS``: of that PostgreSQL makes a list of all records that meet it, first of all.
    """
    s, t, f, r = tables.search.c, tables.labels.c, tables.changed_fields.c, tables.records.c
    if name == "collection":
        held = select(true()).where(t.record == s.record, t.kind == "collection", t.text == value).limit(1)
    elif name == "changed":
        held = select(true()).where(f.record == s.record, f.version == s.version, f.field == value.casefold())
    else:
        exactly, roughly = _published(name, value)
        held = select(or_(exactly, and_(r.day.is_(None), r.date_earliest.is_not(None), roughly))).where(r.id == s.record)
    return func.coalesce(held.scalar_subquery(), false())


def records_of(tx: Connection, conditions: Conditions, most: int) -> tuple[Select[tuple[str]], Conditions] | None:
    """At most so many records, among which are all that meet the conditions, and the conditions that they are still to be
    held to; ``None`` where no index gives so few."""
    for wanted, met in _sets(conditions):
        held = wanted.limit(most + 1).subquery()
        if tx.execute(select(func.count()).select_from(held)).scalar_one() <= most:
            return wanted, [x for x in conditions if x not in met]
    return None


def _sets(conditions: Conditions) -> Iterator[tuple[Select[tuple[str]], Conditions]]:
    """Records by index, and the conditions that all of them meet."""
    t, f, r = tables.labels.c, tables.changed_fields.c, tables.records.c
    days = [x for x in conditions if x[0] in _DAYS]
    for name, value in conditions:
        if name == "collection":
            yield select(t.record).where(t.kind == "collection", t.text == value), [(name, value)]
        elif name == "changed":
            yield select(f.record).where(f.field == value.casefold()), []  # in one of their versions
    if days:
        # two ranges of one index: records without a day have what their dates may mean
        exactly, roughly = zip(*(_published(*x) for x in days), strict=True)
        exact = select(r.id).where(*exactly)
        rough = select(r.id).where(r.day.is_(None), r.date_earliest.is_not(None), *roughly)
        both = union_all(exact, rough).subquery()
        yield select(both.c.id), days


def check(name: str, value: str) -> None:
    """Raises ``BadCall`` for a value that a condition cannot have."""
    if name == "changed" and value.casefold() not in CHANGED_FIELDS:
        raise BadCall(f"changed: takes one of {', '.join(CHANGED_FIELDS)}, not {value[:40]!r}")
    if name in _DAYS:
        _published(name, value)


def _published(name: str, value: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Days as the publisher printed them, in the publisher's own offset; coarser dates by all they may mean."""
    r = tables.records.c
    try:
        asked = parse_edtf(value)
    except ValueError:
        raise BadCall(f"{name}: takes a date such as 2024, 2024-03 or 2024-03-05, not {value[:40]!r}") from None
    if asked.earliest is None or asked.latest is None:
        raise BadCall(f"{name}: needs a year")
    if name == "since":
        return r.day >= (asked.day_text or _day(asked.earliest)), r.date_latest >= utc_text(asked.earliest)
    return r.day <= (asked.day_text or _day(asked.latest)), r.date_earliest <= utc_text(asked.latest)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
