"""SQLite: one file, one writing transaction at a time, full text by FTS5.

Its triggers, like the connection settings, are part of the promise that the ledger is
insert-only: ``recursive_triggers`` keeps ``INSERT OR REPLACE`` from slipping past the delete
trigger. The index takes the words as they were prepared (``tokenize=ascii`` cuts at white
space and touches nothing beyond ASCII), so that it finds what PostgreSQL finds.

In a folder that this process cannot write (a read-only mount, another's permissions) the database is
read as it lies there: SQLite's journal would want files of its own beside it.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import ColumnElement, Connection, Engine, Integer, Select, Text, and_, column, event, func, select, table
from sqlalchemy.exc import DBAPIError

from model import runs
from model.errors import Damaged, DamagedText, PressmarkError, StorageUnavailable
from storage import tables
from storage.engines.breaking import Breaks
from storage.engines.shape import ANY_TEXT, READING, Phrase, lacks
from storage.portions import portions

_INSERT_ONLY = "BEGIN SELECT RAISE(ABORT, 'the ledger is insert-only'); END"
_GUARDS = {
    "ledger_no_update": f"CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger {_INSERT_ONLY}",
    "ledger_no_delete": f"CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger {_INSERT_ONLY}",
    "search_text": "CREATE VIRTUAL TABLE search_text USING fts5(words, tokenize=\"ascii tokenchars ':'\")",
}
_TEXT = table("search_text", column("rowid", Integer), column("words", Text))
_AT_ONCE = 500
# a batch of 200 pieces changes 4 MB of pages: with less room they are written out before its end, and once more at it
# how SQLite says that there is no such table, or no such column
_LACKING = (
    re.compile(r"no such table: (?:main\.)?(?P<table>\w+)"),
    re.compile(r"no such column: (?:(?P<table>\w+)\.)?\"?(?P<column>\w+)"),
    re.compile(r"table (?P<table>\w+) has no column named (?P<column>\w+)"),
)
_ROOM = ("cache_size=-32000", "wal_autocheckpoint=4000")
_PATIENCE = 2.0  # seconds for a lock that only a check wants


def connect(path: Path, wait: float, *, untouched: bool = False) -> Engine:
    """The engine of a database file; ``wait`` is seconds for a lock. ``untouched`` reads it as it lies there."""
    if path.exists() and (untouched or not os.access(path.parent, os.W_OK)):
        # a journal that is not empty belongs to a writer who is at work, or was killed; its index is read with it
        journal = path.with_name(f"{path.name}-wal")
        mode = "mode=ro" if journal.exists() and journal.stat().st_size else "immutable=1"
        uri = f"file:{quote(str(path.absolute()))}?{mode}"
        engine = sqlalchemy.create_engine(
            f"sqlite:///{path}", creator=lambda: sqlite3.connect(uri, uri=True, timeout=wait, check_same_thread=False)
        )
    else:
        engine = sqlalchemy.create_engine(f"sqlite:///{path}", connect_args={"timeout": wait})
        event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    return engine


class Sqlite:
    """See ``storage.engines.shape.Dialect``."""

    shares = False

    def guard(self, tx: Connection) -> None:
        """Two triggers and a virtual table. Those that are there stay; an index of other columns is made anew, empty."""
        lacking = list(self.unguarded(tx))
        if "search_text" in lacking:
            tx.exec_driver_sql("DROP TABLE IF EXISTS search_text")
        for name in lacking:
            tx.exec_driver_sql(_GUARDS[name])

    def unguarded(self, tx: Connection) -> Iterator[str]:
        """Triggers by name, the index by its columns too: an older one has others."""
        found = dict(tx.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')").tuples().all())
        yield from (name for name, said in _GUARDS.items() if found.get(name) != said)

    def hold(self, tx: Connection, keys: Iterable[str]) -> None:
        """A writing transaction has the whole database."""

    def clock(self, tx: Connection) -> int:
        """This machine's clock."""
        return int(tx.exec_driver_sql("SELECT (julianday('now') - 2440587.5) * 86400000").scalar_one())

    def index(self, tx: Connection, words: Mapping[int, str], *, fresh: bool) -> None:
        """Rows of the virtual table."""
        if not fresh:
            tx.exec_driver_sql("DELETE FROM search_text WHERE rowid = ?", [(row,) for row in words])
        tx.exec_driver_sql("INSERT INTO search_text (rowid, words) VALUES (?, ?)", list(words.items()))

    def matching(
        self, phrases: Sequence[Phrase], without: Sequence[Phrase], within: tuple[int, int] | None = None
    ) -> ColumnElement[bool]:
        """``MATCH``, where nothing that is looked for can be an operator: every phrase is quoted."""
        found = select(_TEXT.c.rowid).where(_match(phrases, without))
        return tables.search.c.id.in_(found if within is None else found.where(_TEXT.c.rowid.between(*within)))

    def newest(
        self, tx: Connection, phrases: Sequence[Phrase], without: Sequence[Phrase], below: int, limit: int
    ) -> Select[tuple[int]]:
        """FTS5 walks its lists backwards and stops: a join before the limit would read all of them."""
        rowid = _TEXT.c.rowid
        return select(rowid).where(_match(phrases, without), rowid < below).order_by(rowid.desc()).limit(limit)

    def words(self, tx: Connection, ids: Sequence[int]) -> dict[int, str]:
        """The index keeps them beside its lists."""
        found: dict[int, str] = {}
        for some in portions(ids, _AT_ONCE):
            query = f"SELECT rowid, words FROM search_text WHERE rowid IN ({','.join('?' * len(some))})"
            found.update(tx.exec_driver_sql(query, tuple(some)).tuples().all())
        return found

    def indexed(self, tx: Connection) -> int:
        """Of its lists of lengths, which are small."""
        return int(tx.exec_driver_sql("SELECT count(*) FROM search_text_docsize").scalar_one())

    def problems(self, tx: Connection, breaks: Breaks) -> Iterator[str]:
        """The file, page by page; then the index against the words that it was made of."""
        driver = tx.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        with breaks.by(driver.interrupt):
            for (said,) in tx.exec_driver_sql("PRAGMA integrity_check(5)"):
                if said != "ok":
                    yield f"the file is damaged: {' '.join(str(said).split())[:200]}"
        stray = "SELECT count(*) FROM search_text_content WHERE id NOT IN (SELECT id FROM search_rows)"
        if tx.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'search_text_content'").first() is None:
            return  # told with the guards
        if strays := tx.exec_driver_sql(stray).scalar_one():
            yield f"the index has words of {strays} versions that are not there"
        if _is_written(tx.engine):
            yield from _index_problems(tx.engine, breaks)

    def size(self, tx: Connection) -> int:
        """The file, its journal and its index of the journal."""
        path = Path(str(tx.engine.url.database))
        return sum(p.stat().st_size for p in path.parent.glob(f"{path.name}*"))

    def translate(self, error: DBAPIError) -> PressmarkError:
        """By what SQLite says; the driver has no codes for it."""
        said = str(error.orig).lower()
        if "locked" in said or "busy" in said:
            return StorageUnavailable("the database is locked by another process: wait for it to end, then run the command again")
        if "full" in said:
            return StorageUnavailable("the disk is full: free some space and run the same command again")
        if "unable to open" in said:
            return StorageUnavailable(
                f"the database cannot be opened ({error.orig}): check the permissions of its file and folder; one that was not "
                "closed (pressmark.db-wal is there) can be read where its folder can be written, such as in a copy"
            )
        if "readonly" in said or "permission" in said:
            return StorageUnavailable(f"the database cannot be written ({error.orig}): check the folder's permissions")
        if "malformed" in said or "not a database" in said or "corrupt" in said:
            return Damaged("the database file is damaged: move it away and run `pressmark rebuild`")
        if "could not decode" in said:
            return DamagedText(
                "a row of the database is damaged: `pressmark verify` says which, `pressmark rebuild` makes it anew"
            )
        if found := next((x for x in (form.search(str(error.orig)) for form in _LACKING) if x), None):
            return lacks(str(error.orig), *(found.groupdict().get(name) for name in ("table", "column")))
        if "insert-only" in said:
            return Damaged("something tried to change the ledger; nothing was changed")
        return StorageUnavailable(f"the database refused: {error.orig}")


def _is_written(engine: Engine) -> bool:
    return os.access(Path(str(engine.url.database)).parent, os.W_OK)


def _index_problems(engine: Engine, breaks: Breaks) -> Iterator[str]:
    """SQLite counts this check of the index's own lists as writing, so that it is left out while others write;
    what a writer adds meanwhile waits for its end."""
    with closing(sqlite3.connect(str(engine.url.database), timeout=_PATIENCE, isolation_level=None)) as other:
        try:
            with breaks.by(other.interrupt):
                other.execute("INSERT INTO search_text (search_text) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            if "locked" in str(error) or "busy" in str(error):
                return
            if "malformed" not in str(error) and "corrupt" not in str(error):
                raise
            yield "the index of words is damaged: searches may not find what is there"


def _match(phrases: Sequence[Phrase], without: Sequence[Phrase]) -> ColumnElement[bool]:
    """A phrase that has runs is looked for in the words beside the lists, where a text has these: FTS5 would compare the places
    of its words in every text."""
    looked_up: list[Phrase] = []
    looked_at: list[Phrase] = []
    for phrase in phrases:
        instead = runs.instead_of(phrase)
        looked_up += [[word] for word in instead] or [phrase]
        looked_at += [phrase] if instead else []
    expression = " AND ".join(map(_quoted, looked_up)) + "".join(f" NOT {_quoted(x)}" for x in without)
    stands = (func.instr(" " + _TEXT.c.words + " ", f" {' '.join(phrase)} ") > 0 for phrase in looked_at)
    return and_(column("search_text").bool_op("MATCH")(expression), *stands)


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    # the driver would begin transactions late, after reads that the writer relies on
    connection.isolation_level = None


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", *_ROOM):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.text_factory = _spelt if options.get(ANY_TEXT) else str
    connection.exec_driver_sql("BEGIN" if options.get(READING) else "BEGIN IMMEDIATE")


def _spelt(text: bytes) -> str:
    """Text whose bytes may be none: no damage can make what this makes of them."""
    return text.decode("utf-8", "backslashreplace")
