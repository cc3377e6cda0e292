"""What the archive knew of a record at a moment: from the record's chain, entry by entry.

The projections hold what is known now. What was known then is the same chain cut off: entries
that were written later had not been thought of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from model.ledger import Entry, Kind
from model.record import Alias, Observation, Strand
from storage import tables
from storage.chain import entries
from storage.known import looks_of
from storage.timeline import Look

Plain = dict[str, Any]


@dataclass
class Knowledge:
    """Looks, addresses, relations and labels of a record, each in the order in which they were learnt."""

    looks: list[Look] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    relations: list[Plain] = field(default_factory=list)
    labels: list[Plain] = field(default_factory=list)


def known_of(tx: Connection, record: str, known_at: str | None = None) -> Knowledge:
    """What is known of a record, or was at a moment (UTC text)."""
    return _now(tx, record) if known_at is None else _then(tx, record, known_at)


def _now(tx: Connection, record: str) -> Knowledge:
    a, r = tables.aliases.c, tables.relations.c
    named = tx.execute(select(tables.aliases).where(a.record == record).order_by(a.id))
    related = tx.execute(select(tables.relations).where(r.record == record).order_by(r.id))
    return Knowledge(
        looks_of(tx, record),
        [Alias(x.url, x.how, x.since) for x in named],
        [{"relation": x.relation, "to": x.to, "since": x.since} for x in related],
        _labels(tx, record),
    )


def _then(tx: Connection, record: str, known_at: str) -> Knowledge:
    told = cut_off(e for e in entries(tx, record) if e.at <= known_at)
    told.labels += [x for x in _labels(tx, record) if x["kind"] == "note" and x["at"] <= known_at]
    return told


def cut_off(chain: Iterable[Entry]) -> Knowledge:
    """What entries of one chain add up to. Notes are left out: their words are not in the ledger."""
    told = Knowledge()
    for entry in chain:
        body = entry.body
        if entry.kind is Kind.VERSION:
            for alias in body["aliases"]:
                _alias(told, alias["url"], alias["how"], entry.at)
            _look(told, entry, body["number"])
        elif entry.kind in {Kind.CHECK, Kind.ABSENCE, Kind.WITHDRAWAL}:
            _look(told, entry, body.get("version"))
        elif entry.kind is Kind.ALIAS:
            _alias(told, body["url"], body["how"], entry.at)
        elif entry.kind is Kind.RELATION:
            told.relations.append({"relation": body["relation"], "to": body["to"], "since": entry.at})
        elif entry.kind is Kind.COLLECTION:
            told.labels = [x for x in told.labels if x["text"] != body["name"]]
            if body["member"]:
                told.labels.append({"kind": "collection", "text": body["name"], "agent": entry.agent.name, "at": entry.at})
    return told


def _look(told: Knowledge, entry: Entry, version: int | None) -> None:
    body = entry.body
    capture = body["capture"]["id"] if body.get("capture") else None
    if body.get("same_as") is not None or body.get("corrects") is not None:
        told.looks = [x for x in told.looks if not (x.what.kind == Kind.CHECK and x.what.capture == capture)]
    seen = Observation(entry.kind.value, version, body["observed_at"], entry.at, capture, body.get("status"))
    strand = Strand(body.get("strand", Strand.PUBLISHER))
    order = told.looks[-1].order + 1 if told.looks else 0
    told.looks.append(Look(order, strand, seen, body.get("same_as")))


def _alias(told: Knowledge, url: str, how: str, since: str) -> None:
    known = next((n for n, a in enumerate(told.aliases) if a.url == url), None)
    if known is None:
        told.aliases.append(Alias(url, how, since))
    elif told.aliases[known].how == "canonical":
        told.aliases[known] = Alias(url, how, told.aliases[known].since)


def _labels(tx: Connection, record: str) -> list[Plain]:
    t = tables.labels.c
    rows = tx.execute(select(tables.labels).where(t.record == record).order_by(t.id))
    return [{"kind": x.kind, "text": x.text, "agent": x.agent, "at": x.at} for x in rows]


def main_address(aliases: Sequence[Alias]) -> str | None:
    """The address that a record is shown by: the one its page declares, or else the first that was learnt."""
    return next((a.url for a in aliases if a.how == "canonical"), aliases[0].url if aliases else None)
