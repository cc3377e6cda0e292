"""Which payloads the files of one call hold, and the revisits that wait for them.

Kept in a database of its own in a temporary file that nobody else sees, because a crawl may
have millions of records and memory stays flat.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from sources.warc.digests import normal
from sources.warc.message import Sort
from sources.warc.records import Record
from sources.warc.tape import Address

_TABLES = """
CREATE TABLE originals (file INTEGER, place INTEGER, skip INTEGER, record TEXT, url TEXT, date TEXT, digest TEXT, sort TEXT);
CREATE INDEX by_record ON originals (record);
CREATE INDEX by_url ON originals (url, date);
CREATE INDEX by_digest ON originals (digest);
CREATE TABLE waiting (file INTEGER, maker TEXT, hops TEXT);
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The payload that a revisit stands for, as its record says: any of it may be missing.

    ``at`` is the date as written there.
    """

    url: str
    record_id: str | None
    at: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Original:
    """Where a payload is, and whether it is a page."""

    file: int
    where: Address
    sort: Sort


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revisit, by the places of its records: a pair of answer and request for each hop, and of
    what its archive noted. ``maker`` is who made its file, as JSON.
    """

    file: int
    maker: str
    hops: tuple[tuple[Address, Address | None], ...]
    facts: Address | None = None


def wanted_of(revisit: Record) -> Wanted:
    """What a revisit refers to (WARC 1.1, 6.7; before it the address was the revisit's own)."""
    refers_to = revisit.get("warc-refers-to")
    return Wanted(
        url=(revisit.get("warc-refers-to-target-uri") or revisit.url).strip("<>"),
        record_id=refers_to.strip("<>") if refers_to else None,
        at=revisit.get("warc-refers-to-date"),
        digest=revisit.get("warc-payload-digest"),
    )


class Originals:
    """For one call, whichever threads its parts run in, one at a time."""

    def __init__(self) -> None:
        self._tx = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._tx.executescript(_TABLES)
        self._tx.execute("BEGIN")

    def close(self) -> None:
        """Lets the temporary file go."""
        self._tx.close()

    def add(self, file: int, record: Record, sort: Sort) -> None:
        """Notes a payload."""
        row = (record.id, record.url, record.get("warc-date"), normal(record.get("warc-payload-digest")), sort.value)
        place = (file, record.where.offset, record.where.skip)
        self._tx.execute("INSERT INTO originals VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*place, *map(_text, row)))

    def find(self, wanted: Wanted) -> Original | None:
        """The payload that a revisit refers to: by record, by address and date, by digest alone.

        A payload that states another digest than the revisit is not the one.
        """
        digest = _text(normal(wanted.digest))
        ways = (
            ("record = ?", (_text(wanted.record_id),), wanted.record_id),
            ("url = ? AND date = ?", (_text(wanted.url), _text(wanted.at)), wanted.at),
            ("digest = ?", (digest,), digest),
            ("url = ? AND digest IS NULL", (_text(wanted.url),), wanted.at is None and wanted.record_id is None),
        )
        for condition, values, usable in ways:
            if not usable:
                continue
            query = f"SELECT file, place, skip, sort, digest FROM originals WHERE {condition} ORDER BY url = ? DESC LIMIT 1"
            row = self._tx.execute(query, (*values, _text(wanted.url))).fetchone()
            if row is not None and (digest is None or row[4] in (None, digest)):
                return Original(row[0], Address(row[1], row[2]), Sort(row[3]))
        return None

    def wait(self, item: Waiting) -> None:
        """Puts a revisit by until everything has been read."""
        hops = [[_pair(answer), _pair(request)] for answer, request in item.hops]
        row = (item.file, item.maker, json.dumps([hops, _pair(item.facts)]))
        self._tx.execute("INSERT INTO waiting VALUES (?, ?, ?)", row)

    def waiting(self) -> Iterator[Waiting]:
        """Every revisit that was put by, in order."""
        for file, maker, text in self._tx.execute("SELECT file, maker, hops FROM waiting ORDER BY rowid"):
            hops, facts = json.loads(text)
            pairs = tuple((Address(*answer), Address(*request) if request else None) for answer, request in hops)
            yield Waiting(file, maker, pairs, Address(*facts) if facts else None)


def _pair(address: Address | None) -> tuple[int, int] | None:
    return (address.offset, address.skip) if address else None


def _text(value: str | None) -> str | None:
    """Text that SQLite takes, whatever a header held."""
    return value.encode("utf-8", "replace").decode("utf-8") if value is not None else None
