"""Pieces that nobody has met: the first version of a record, written in bulk.

Most of what comes in is new. Where no record has any of a capture's addresses there is
nothing to compare and nothing to look up, so its rows can wait and go into the database
together with those of its batch. What comes of it is what ``Decision`` and ``projections``
make of such a piece one by one; a test holds both against each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from model.article import Article
from model.capture import Basis
from model.ledger import Entry, Kind
from model.prepared import Prepared
from model.record import Observation, Strand
from storage import rows, tables
from storage.absent import unknown_absence
from storage.bulk import insert_rows
from storage.capture_records import parse_facts
from storage.columns import stored_key
from storage.deposit import Deposit, Verdict
from storage.identify import address_keys
from storage.indexing import index_new
from storage.missing import Missing, missing_of, refuse
from storage.portions import portions
from storage.projections import ReadPayload
from storage.record_line import record_row
from storage.timeline import Look, runs

_AT_ONCE = 500
# a row of one table never refers to a row of a later one
_ORDER: tuple[Table, ...] = (
    tables.captures, tables.versions, tables.readings, tables.aliases, tables.observations, tables.people, tables.likeness,
    tables.relations, tables.labels, tables.records,
)  # fmt: skip


class Acquaintance:
    """Which captures and addresses are known, asked once for a whole batch."""

    def __init__(self, tx: Connection, deposits: Sequence[Deposit]) -> None:
        c, a = tables.captures.c, tables.aliases.c
        self._origins = _known(tx, c.origin_key, {stored_key(d.capture.origin_key) for d in deposits})
        keys = {k for d in deposits for k in _keys(d)}
        self._addresses = _known(tx, a.key, keys)
        self._lost = _lost(tx, keys - self._addresses)
        self._addresses |= self._lost.keys()
        # where there was nothing before the piece came to be known, its history begins with that
        self._addresses |= _known(tx, c.url_key, keys, unknown_absence())

    def refuse_lost(self, deposit: Deposit) -> None:
        """Raises ``Damaged`` where an address that nobody has was a record's: a piece would get a second one."""
        refuse([missing for key in sorted(_keys(deposit)) for missing in self._lost.get(key, ())])

    def meet(self, deposit: Deposit) -> bool:
        """Whether it is a piece with nothing to compare it with; from here on its capture and addresses are known."""
        origin, keys = stored_key(deposit.capture.origin_key), _keys(deposit)
        unmet = origin not in self._origins and not keys & self._addresses
        self._origins.add(origin)
        self._addresses |= keys
        is_piece = deposit.article is not None and deposit.verdict is Verdict.ARTICLE and not deposit.image
        return unmet and is_piece and deposit.capture.basis is not Basis.SUPPLIED and not deposit.override_reason


class Firsts:
    """First versions that wait to be written; nothing may read the projections before ``flush``. Or, where they are not
    ``kept``, to be held to what was: without captures and articles, which are held to their digests.
    """

    def __init__(self, *, kept: bool = True) -> None:
        self._is_kept = kept
        self._rows: dict[Table, list[rows.Row]] = {table: [] for table in _ORDER}
        self._pieces: list[tuple[str, str, str]] = []

    def add(self, entry: Entry, facts: bytes, digest: str, read: Prepared) -> None:
        """The rows of a VERSION entry that begins a chain. ``facts`` are its capture's as kept, with their
        ``digest``; ``read`` is the article.
        """
        record, body = entry.chain, entry.body
        said = parse_facts(facts)
        decided = {"entry": entry.id, "record": record, "version": 1}
        reading = body["reading"] | {"capture": body["capture"]}
        made = self._rows
        reading_row = rows.reading_row(entry, 1, reading, read)
        if self._is_kept:
            made[tables.captures].append(rows.capture_row(said, facts, digest) | decided)
            reading_row |= rows.article_of(read)
        made[tables.versions].append(rows.version_row(entry, said["basis"], said["received_at"]))
        made[tables.readings].append(reading_row)
        made[tables.aliases] += (rows.alias_row(record, a["url"], a["how"], entry.at) for a in body["aliases"])
        made[tables.observations].append(rows.observation_row(entry, 1, body["strand"], None))
        made[tables.people] += rows.people_rows(record, 1, read.article)
        made[tables.records].append({"id": record, **_line(entry, read.article)})
        likeness = rows.likeness_row(record, 1, read.sketch)
        made[tables.likeness] += [likeness] if likeness is not None else []
        self._pieces.append((record, read.words, entry.at))

    def say(self, entry: Entry, read: ReadPayload) -> None:
        """The row of what is said of such a piece at once: its relation to a foreign address, a collection, a note."""
        if entry.kind is Kind.RELATION:
            self._rows[tables.relations].append(rows.relation_row(entry))
        elif entry.kind is Kind.COLLECTION:
            self._rows[tables.labels].append(rows.label_row(entry, "collection", entry.body["name"]))
        else:
            said = json.loads(read(entry.body["payload"]["id"]))["text"]
            self._rows[tables.labels].append(rows.label_row(entry, "note", said))

    def waiting(self, table: Table) -> Sequence[rows.Row]:
        """The rows of a table that wait, for whoever compares them and writes nothing."""
        return self._rows.get(table, ())

    @property
    def pieces(self) -> Sequence[tuple[str, str, str]]:
        """What waits to be indexed: record, words, time of receipt."""
        return self._pieces

    def flush(self, tx: Connection) -> None:
        """Writes what waits."""
        for table, waiting in self._rows.items():
            insert_rows(tx, table, waiting)
            waiting.clear()
        if self._pieces:
            index_new(tx, self._pieces)
            self._pieces.clear()


def _keys(deposit: Deposit) -> set[str]:
    return {stored_key(key) for key in address_keys(deposit.capture, deposit.article)}


def _line(entry: Entry, article: Article) -> rows.Row:
    body = entry.body
    seen = Observation(Kind.VERSION, 1, body["observed_at"], entry.at, body["capture"]["id"], None)
    looks = [Look(0, Strand(body["strand"]), seen)]
    urls = [(a["url"], a["how"]) for a in body["aliases"]]
    return record_row(article, urls, looks, runs(looks), 1, 1)


def _lost(tx: Connection, keys: Iterable[str]) -> dict[str, list[Missing]]:
    """What records lack that had addresses which nobody has now, by address: captures from there tell of them."""
    c = tables.captures.c
    had: dict[str, list[str]] = {}
    for some in portions(sorted(keys), _AT_ONCE):
        query = select(c.record, c.url_key).where(c.url_key.in_(some), c.record.is_not(None)).distinct()
        for record, key in tx.execute(query).tuples():
            had.setdefault(record, []).append(key)
    found: dict[str, list[Missing]] = {}
    for missing in missing_of(tx, sorted(had)):
        for key in had[missing.record]:
            found.setdefault(key, []).append(missing)
    return found


def _known(tx: Connection, column: Any, wanted: Iterable[str], *more: ColumnElement[bool]) -> set[str]:
    """Which of some values a column has."""
    found: set[str] = set()
    for some in portions(sorted(wanted), _AT_ONCE):
        found |= set(tx.execute(select(column).where(column.in_(some), *more)).scalars())
    return found
