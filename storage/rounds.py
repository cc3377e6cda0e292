"""The last round of each flow, and which fields a site's pages have: operational, never in the WARCs.

A time in which rounds that were due did not take place is an event in the ledger: nobody can
look again into the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from model.article import Article
from model.edtf import parse_utc
from model.errors import BadCall
from model.ledger import Agent, AgentType, Kind, decode
from model.revisit import Round
from storage import engines, tables
from storage.columns import LONGEST_KEY
from storage.database import Database
from storage.deposit import Person
from storage.known import article_of
from storage.writer import Writer

_AT_ONCE = 100
PAUSE, RESUME = "schedule pause", "schedule resume"
"""What the ledger calls it when a person lets a flow rest, and go on."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a site's pages had a field: of ``pages`` (before the ``recent`` ones) ``had`` had it; ``recent`` is a 1 or
    0 a page, the newest last. ``lost_at`` where they were told to have lost it.
    """

    site: str
    field: str
    pages: int = 0
    had: int = 0
    recent: str = ""
    lost_at: str | None = None


class Rounds:
    """Reads and writes what flows leave for their next round. One thread writes."""

    def __init__(self, database: Database, writer: Writer | None) -> None:
        self._database = database
        self._writer = writer

    def all(self) -> list[Round]:
        """The last round of each flow, by name."""
        with self._database.reading() as tx:
            return [_round(row) for row in tx.execute(select(tables.rounds).order_by(tables.rounds.c.flow))]

    def rest(self, flow: str, *, paused: bool, person: Person | None = None) -> None:
        """A person lets a flow rest, or go on: told in the ledger, and no gap. Raises ``BadCall`` where the archive was
        opened for reading.
        """
        if self._writer is None:
            raise BadCall("this archive was opened for reading: open it for writing")
        kind = PAUSE if paused else RESUME
        body = {"type": kind, "outcome": "success", "detail": {"flow": flow}, "subject": None}
        agent = Agent(AgentType.PERSON, person.name if person else "unnamed")
        self._writer.act(agent, lambda hands: hands.write(Kind.EVENT, hands.archive, body))

    def begin(self, flow: str, now: str, every: float | None) -> tuple[str, str] | None:
        """A round begins. Where it comes more than twice ``every`` (seconds) after the one before, the time between
        is a gap, less what a person let the flow rest: told in the ledger, and given back as its bounds.
        """
        t = tables.rounds
        with self._database.reading() as tx:
            last = tx.execute(select(t).where(t.c.flow == flow)).one_or_none()
            gap = _gap(tx, flow, max(last.began_at, last.ended_at or ""), now, every) if last is not None and every else None
        if self._writer is None:
            gap = None
        elif gap is not None:
            detail = {"flow": flow, "since": gap[0], "until": gap[1], "every": int(every or 0)}
            body = {"type": "schedule gap", "outcome": "warning", "detail": detail, "subject": None}
            self._writer.act(None, lambda hands: hands.write(Kind.EVENT, hands.archive, body))
        row: dict[str, Any] = {"began_at": now, "ended_at": None, "said": None}
        if gap is not None:
            row |= {"gaps": (last.gaps if last else 0) + 1, "gap_since": gap[0], "gap_until": gap[1]}
        with self._database.transaction() as tx:
            engines.of(tx).hold(tx, [f"round {flow}"])  # several workers may begin one at once
            if tx.execute(select(t.c.flow).where(t.c.flow == flow)).first() is None:
                tx.execute(t.insert(), {"flow": flow, "gaps": 0, **row})
            else:
                tx.execute(update(t).where(t.c.flow == flow).values(row))
        return gap

    def end(self, flow: str, now: str, said: str) -> None:
        """A round is over; ``said`` is how it ended."""
        t = tables.rounds
        with self._database.transaction() as tx:
            tx.execute(update(t).where(t.c.flow == flow).values(ended_at=now, said=said))

    def articles(self, versions: Iterable[tuple[str, int]]) -> list[Article]:
        """Some versions as now read, those left out that are not there."""
        with self._database.reading() as tx:
            found = [article_of(tx, record, version) for record, version in versions]
        return [article for article in found if article is not None]

    def kept(self) -> tuple[int, int]:
        """How many captures are held, and how long they are as sent, in bytes."""
        c = tables.captures.c
        with self._database.reading() as tx:
            count, length = tx.execute(select(func.count(), func.coalesce(func.sum(c.length), 0))).one()
        return count, int(length)

    def rates(self, sites: Iterable[str]) -> dict[tuple[str, str], Rate]:
        """What is known of some sites, by site and field."""
        t = tables.field_rates.c
        with self._database.reading() as tx:
            rows = tx.execute(select(tables.field_rates).where(t.site.in_([s[:LONGEST_KEY] for s in sites]))).all()
        return {(r.site, r.field): Rate(r.site, r.field, r.pages, r.had, r.recent, r.lost_at) for r in rows}

    def keep_rates(self, rates: Sequence[Rate], known: Mapping[tuple[str, str], Rate]) -> None:
        """Keeps what is known now; ``known`` is what was."""
        t = tables.field_rates
        rows = [(x, {"pages": x.pages, "had": x.had, "recent": x.recent, "lost_at": x.lost_at}) for x in rates]
        fresh = [{"site": x.site, "field": x.field, **row} for x, row in rows if (x.site, x.field) not in known]
        changed = [{"of": x.site, "named": x.field, **row} for x, row in rows if (x.site, x.field) in known]
        with self._database.transaction() as tx:
            if fresh:
                tx.execute(t.insert(), fresh)
            if changed:
                tx.execute(update(t).where(t.c.site == bindparam("of"), t.c.field == bindparam("named")), changed)


def _gap(tx: Connection, flow: str, since: str, until: str, every: float) -> tuple[str, str] | None:
    """The bounds of a time between two rounds that is a gap, where one is."""
    most = timedelta(seconds=2 * every)
    if parse_utc(until) - parse_utc(since) <= most:
        return None
    begins, ends = _unattended(since, until, _rests(tx, flow, since))
    return (begins, ends) if parse_utc(ends) - parse_utc(begins) > most else None


def _rests(tx: Connection, flow: str, since: str) -> list[tuple[str, bool]]:
    """When a person let a flow rest (true) or go on since a moment, in order; first that moment, where it rested then."""
    t = tables.ledger.c
    query = select(t.bytes).where(t.kind == Kind.EVENT.value)
    later = query.where(t.at > since).order_by(t.at, t.id)
    earlier = query.where(t.at <= since).order_by(t.at.desc(), t.id.desc())
    before = next(_told(tx, flow, earlier), None)
    rests = [] if before is None or not before[1] else [(since, True)]
    return rests + list(_told(tx, flow, later))


def _told(tx: Connection, flow: str, query: Select[tuple[bytes]]) -> Iterator[tuple[str, bool]]:
    with closing(tx.execute(query, execution_options={"yield_per": _AT_ONCE})) as found:
        for data in found.scalars():
            entry = decode(data)
            if entry.body["type"] in {PAUSE, RESUME} and entry.body["detail"]["flow"] == flow:
                yield entry.at, entry.body["type"] == PAUSE


def _unattended(since: str, until: str, rests: Iterable[tuple[str, bool]]) -> tuple[str, str]:
    """The longest time between two moments in which nobody had let a flow rest; without length where it rested all along."""
    times: list[tuple[str, str]] = []
    begins: str | None = since
    for at, paused in rests:
        moment = max(at, since)
        if paused and begins is not None:
            times.append((begins, moment))
        begins = None if paused else begins or moment
    if begins is not None:
        times.append((begins, until))
    return max(times, key=lambda x: parse_utc(x[1]) - parse_utc(x[0]))


def _round(row: Any) -> Round:
    return Round(row.flow, row.began_at, row.ended_at, row.said, row.gaps, row.gap_since, row.gap_until)
