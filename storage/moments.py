"""What a page said at a moment: the state in force then, and how sure that is. Pure, but for addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from model.errors import NotFound
from model.identity import alias_key
from model.record import AsOf, Certainty, Strand
from model.said import say_second
from storage import tables
from storage.timeline import Look, in_time, is_withdrawn, runs


@dataclass(frozen=True, slots=True)
class When:
    """Two times, as UTC text, each its last instant: what the page said then, what the archive knew then."""

    as_of: str | None = None
    known_at: str | None = None


EVER = When()
"""All that is known, and the latest of it."""


def until(looks: Sequence[Look], moment: str | None) -> list[Look]:
    """The looks at or before a moment (UTC text); those of unknown time only where none is asked for."""
    if moment is None:
        return list(looks)
    return [x for x in looks if x.what.observed_at is not None and x.what.observed_at <= moment]


def latest_of(looks: Sequence[Look]) -> int | None:
    """The latest state: the publisher's by capture time; of copies beside only, the latest by time, then learnt of."""
    states = runs(looks)
    if states:
        return states[-1].version
    copies = [x for x in looks if x.what.kind == "version" and x.what.version is not None]
    best = max(copies, key=lambda x: (x.what.observed_at or "", x.order), default=None)
    return best.what.version if best else None


def at_moment(looks: Sequence[Look], moment: str) -> tuple[int, AsOf]:
    """The version in force at a moment. Raises ``NotFound``, saying when the piece was first seen."""
    published = [x for x in looks if x.strand is Strand.PUBLISHER]
    ordered = in_time(published)
    if not ordered:
        version = latest_of(until(looks, moment))
        if version is None:
            raise _too_early(looks)
        return version, AsOf(moment, Certainty.LAST, None, None)
    before = [x for x in ordered if x.shows and (x.what.observed_at or "") <= moment]
    if not before:
        raise _too_early(ordered)
    last = before[-1]
    after = next((x for x in ordered if (x.what.observed_at or "") > moment), None)
    assert last.what.version is not None
    if is_withdrawn(until(published, moment)):
        certainty = Certainty.WITHDRAWN
    elif last.what.observed_at == moment or (after is not None and after.what.version == last.what.version):
        certainty = Certainty.SEEN
    else:
        certainty = Certainty.BETWEEN if after is not None else Certainty.LAST
    if after is None:
        return last.what.version, AsOf(moment, certainty, last.what.observed_at, None)
    found = "version" if after.shows else after.what.kind
    return last.what.version, AsOf(moment, certainty, last.what.observed_at, after.what.observed_at, found)


def owner_at(tx: Connection, url: str, as_of: str | None, known_at: str | None) -> str | None:
    """Whose address this was at a moment, where several records have had it: the one last seen there by then."""
    a, c = tables.aliases.c, tables.captures.c
    query = select(a.record).where(a.key == alias_key(url))
    if known_at is not None:
        query = query.where(a.since <= known_at)
    candidates = list(dict.fromkeys(tx.execute(query.order_by(a.how == "canonical", a.since.desc(), a.id.desc())).scalars()))
    if len(candidates) < 2:
        return str(candidates[0]) if candidates else None
    conditions: list[ColumnElement[bool]] = [c.record.in_(candidates), c.version.is_not(None)]
    conditions.append((c.url_key == alias_key(url)) | (c.url == url))
    if as_of is not None:
        conditions.append(c.at <= as_of)
    if known_at is not None:
        conditions.append(c.received_at <= known_at)
    seen = tx.execute(select(c.record).where(*conditions).order_by(c.at.desc()).limit(1)).scalar_one_or_none()
    if seen is None and as_of is not None:  # merely declared then: whoever was there
        r = tables.records.c
        there = set(tx.execute(select(r.id).where(r.id.in_(candidates), r.first_seen <= as_of)).scalars())
        seen = next((x for x in candidates if x in there), None)
    return str(seen or candidates[0])


def _too_early(looks: Sequence[Look]) -> NotFound:
    times = [x.what.observed_at for x in looks if x.shows and x.what.observed_at]
    if not times:
        return NotFound("nobody knows when its copies were made")
    return NotFound(f"nobody had looked by then: it was first seen {say_second(min(times))}")
