"""What rows of the projections must say, because the ledger or a capture's facts say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from model.ledger import Entry, Kind
from model.verification import Finding
from storage import tables
from storage.columns import storable, stored_key

REBUILD = "run `pressmark rebuild`: the WARCs are the truth"
_OF_FACTS = (
    "id",
    "origin_key",
    "basis",
    "url",
    "final_url",
    "at",
    "received_at",
    "status",
    "media_type",
    "payload_digest",
    "length",
)


class Stated:
    """Versions and readings as ledger entries state them, to be compared with their rows."""

    def __init__(self) -> None:
        self._versions: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._readings: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def note(self, entry: Entry) -> None:
        """Takes in what an entry states."""
        body = entry.body
        if entry.kind is Kind.VERSION:
            key = (entry.chain, body["number"])
            self._versions[key] = (body["capture"]["id"], body["observed_at"], body["strand"], entry.id)
            self._reading(entry, body["number"], body["reading"], body["capture"]["id"])
        elif entry.kind is Kind.READING:
            self._reading(entry, body["version"], body, body["capture"]["id"])

    def findings(self, tx: Connection) -> Iterator[Finding]:
        """Rows that are missing, that nothing states, or that say something else."""
        v, r = tables.versions.c, tables.readings.c
        yield from _differences(
            tx, "version", self._versions, tables.versions, (v.record, v.number), (v.capture, v.observed_at, v.strand, v.entry)
        )
        held = (r.payload, r.digest, r.capture, r.release, r.entry)
        yield from _differences(tx, "reading", self._readings, tables.readings, (r.record, r.version, r.number), held)

    def _reading(self, entry: Entry, version: int, body: Any, capture: str) -> None:
        payload = body["payload"]
        value = (payload["id"], payload["digest"], capture, body["release_id"], entry.id)
        self._readings[(entry.chain, version, body["number"])] = value


def says_its_facts(row: Row[Any], facts: dict[str, Any]) -> bool:
    """Whether the columns of a capture's row are what its facts say."""
    return all(getattr(row, name) == _stored(name, facts[name]) for name in _OF_FACTS)


def _stored(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return stored_key(value) if name == "origin_key" else storable(value)


def _differences(
    tx: Connection,
    what: str,
    stated: dict[tuple[Any, ...], tuple[Any, ...]],
    table: Table,
    key: tuple[Any, ...],
    value: tuple[Any, ...],
) -> Iterator[Finding]:
    left = dict(stated)
    for row in tx.execute(select(*key, *value).select_from(table)):
        place, held = tuple(row[: len(key)]), tuple(row[len(key) :])
        expected = left.pop(place, None)
        if expected is None:
            yield Finding(f"{what} {_named(place)}", "no ledger entry states this row", REBUILD)
        elif held != expected:
            yield Finding(f"{what} {_named(place)}", "the row is not what its ledger entry states", REBUILD)
    for place in left:
        yield Finding(f"{what} {_named(place)}", "the row is missing", REBUILD)


def _named(place: tuple[Any, ...]) -> str:
    return f"{place[0]}@{'.'.join(map(str, place[1:]))}"
