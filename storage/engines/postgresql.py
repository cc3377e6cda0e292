"""PostgreSQL: one schema an archive, several writing transactions at once, full text by ``tsvector``.

``pressmark.archives`` says which schema an archive is in, so that a database made anew takes the
old one's place in one commit while others read. Every transaction looks it up as it begins.
Writers see what others committed (READ COMMITTED) and hold what they decide about by advisory
locks; readers see one state (REPEATABLE READ).

The index holds the same words as SQLite's: a ``tsvector`` without positions (no parser of
PostgreSQL's touches them) and the words themselves, in which phrases are looked up. Positions would
end at 256 a word and at 16,383 a text, and then find less than SQLite does.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import sqlalchemy
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    and_,
    column,
    event,
    func,
    not_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.exc import DBAPIError

from model import runs
from model.errors import Damaged, PressmarkError, StorageUnavailable
from storage import tables
from storage.engines.breaking import Breaks
from storage.engines.shape import ALONE, READING, Contended, Phrase, lacks

# a connection that broke is told once, by the error that comes of it
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

CONTROL = "pressmark"
"""The schema that every archive of a database shares."""

_GUARDS = {
    "ledger_refuse": "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the ledger is insert-only'; END $$",
    "ledger_no_update": "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    "ledger_no_delete": "CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    "ledger_no_truncate": "CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
    "search_text": "CREATE TABLE search_text (id bigint PRIMARY KEY, words text NOT NULL, lexemes tsvector NOT NULL)",
    "search_lexemes": "CREATE INDEX search_lexemes ON search_text USING gin (lexemes)",
}
_THERE = """
    SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('ledger') AND tgenabled IN ('O', 'A')
    UNION ALL SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(current_schema())
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace(current_schema())
"""
_STRAY = "SELECT count(*) FROM search_text WHERE id NOT IN (SELECT id FROM search_rows)"
_OTHER_WORDS = """
    SELECT count(*) FROM search_text
    WHERE lexemes <> array_to_tsvector(array(SELECT DISTINCT w FROM unnest(string_to_array(words, ' ')) AS w WHERE w <> ''))
"""
_TEXT = table("search_text", column("id", sqlalchemy.BigInteger), column("words", sqlalchemy.Text), column("lexemes"))
_KNOWN_ROWS = sqlalchemy.text("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = to_regclass('search_text')")
_PROBED = 200  # rows that tell how common words are
_CHEAPER = 20  # as many rows are found by the index in the time in which one is walked over

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_TURNED_BACK = {"40001", "40P01", "23505"}
_WAITED = {"55P03", "57014"}
_AWAY = ("08", "57P")
_FULL = {"53100", "53200", "53400"}
_NO_DATABASE = re.compile(r'database "(.+?)" does not exist')  # a connection that is refused has no SQLSTATE
# how the server says that there is no such table, or no such column
_LACKING = (
    re.compile(r'column "?(?P<column>\w+)"? of relation "?(?P<table>\w+)"? does not exist'),
    re.compile(r'column (?:(?P<table>\w+)\.)?"?(?P<column>\w+)"? does not exist'),
    re.compile(r'relation "(?P<table>\w+)" does not exist'),
)
_UNKNOWN_TABLE = {"42P01", "3F000", "42703"}


def connect(url: URL, archive: str, wait: float, schema: str | None = None) -> Engine:
    """The engine of an archive's schema (the one in force, or the one named); ``wait`` is seconds for a lock."""
    milliseconds = max(1, round(wait * 1000))
    options = f"-c lock_timeout={milliseconds} -c timezone=UTC -c jit=off -c client_min_messages=warning"
    arguments = {"connect_timeout": 10, "options": " ".join([str(url.query.get("options", "")), options]).strip()}
    engine = sqlalchemy.create_engine(url, connect_args=arguments, pool_size=5, isolation_level="READ COMMITTED")
    where = f"'{schema}'" if schema else f"(SELECT schema FROM {CONTROL}.archives WHERE archive = '{archive}')"

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(READING, False):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            hold = _reading_key(archive)
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({hold}), set_config('search_path', {where}, true)")
            return
        shared = "" if options.get(ALONE, False) else "_shared"
        # two statements: the second one has to see what was committed while the first one waited
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock{shared}({gate(archive)}); SELECT set_config('search_path', {where}, true)",
            execution_options={"no_parameters": True},
        )

    return engine


def gate(archive: str) -> int:
    """The lock that writers of an archive share and that one alone takes for itself."""
    return _key(f"{archive} gate")


def _reading_key(archive: str) -> int:
    return _key(f"{archive} reading")


def nobody_reads(tx: Connection, archive: str) -> bool:
    """Takes the lock that an archive's readers share, if it can be had at once."""
    return bool(tx.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({_reading_key(archive)})").scalar_one())


class Postgresql:
    """See ``storage.engines.shape.Dialect``."""

    shares = True

    def guard(self, tx: Connection) -> None:
        """A function, three triggers (``TRUNCATE`` has one of its own), and the index; those that are there stay."""
        for name in list(self.unguarded(tx)):
            tx.exec_driver_sql(_GUARDS[name])

    def unguarded(self, tx: Connection) -> Iterator[str]:
        """A trigger that was switched off counts as not there."""
        there = set(tx.exec_driver_sql(_THERE).scalars())
        yield from (name for name in _GUARDS if name not in there)

    def hold(self, tx: Connection, keys: Iterable[str]) -> None:
        """In one order for everybody, so that no two wait for each other."""
        numbers = sorted({_key(key) for key in keys})
        if numbers:
            held = (
                "SELECT count(pg_advisory_xact_lock(k)) FROM (SELECT unnest(CAST(:keys AS bigint[])) AS k ORDER BY 1) AS sorted"
            )
            tx.execute(text(held), {"keys": numbers})

    def clock(self, tx: Connection) -> int:
        """The server's clock."""
        return int(tx.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp()) * 1000").scalar_one())

    def index(self, tx: Connection, words: Mapping[int, str], *, fresh: bool) -> None:
        """Words once each in ``lexemes``, as they stand in ``words``."""
        insert = (
            "INSERT INTO search_text (id, words, lexemes) VALUES (:row, :words, array_to_tsvector(CAST(:lexemes AS text[]))) "
            "ON CONFLICT (id) DO UPDATE SET words = excluded.words, lexemes = excluded.lexemes"
        )
        rows = [{"row": row, "words": f" {said} ", "lexemes": list(dict.fromkeys(said.split()))} for row, said in words.items()]
        tx.execute(text(insert), rows)

    def matching(
        self, phrases: Sequence[Phrase], without: Sequence[Phrase], within: tuple[int, int] | None = None
    ) -> ColumnElement[bool]:
        """GIN finds the rows that have the words; phrases are then looked up in these."""
        found = select(_TEXT.c.id).where(_match(_TEXT, phrases, without))
        return tables.search.c.id.in_(found if within is None else found.where(_TEXT.c.id.between(*within)))

    def newest(
        self, tx: Connection, phrases: Sequence[Phrase], without: Sequence[Phrase], below: int, limit: int
    ) -> Select[tuple[int]]:
        """Ids are walked backwards for common words, and GIN is asked for rare ones; phrases are then looked up from the
        newest on, as far as is asked for.
        """
        row, match = _TEXT.c.id, _match(_TEXT, phrases, without)
        if self._is_common(tx, phrases, without, below, limit):
            return select(row).where(match, row < below).order_by(row.desc()).limit(limit)
        tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        # by a sum: in the order of the column the planner would walk through all rows
        having = select(row, (row + 0).label("place")).where(_has(_TEXT, _terms(phrases, without)), row + 0 < below)
        having = having.order_by((row + 0).desc())
        if all(len(phrase) == 1 for phrase in (*phrases, *without)):
            return having.with_only_columns(row).limit(limit)
        # OFFSET: they are sorted before a phrase is looked up in any of them
        found = having.offset(0).subquery()
        stands = select(and_(*_standing(_TEXT, phrases, without))).where(row == found.c.id).scalar_subquery()
        return select(found.c.id).where(stands).order_by(found.c.place.desc()).limit(limit)

    def _is_common(self, tx: Connection, phrases: Sequence[Phrase], without: Sequence[Phrase], below: int, limit: int) -> bool:
        """Whether so many rows are sooner found by walking, as far as the next ones tell. The planner knows no better: it takes
        words and lexemes to be at hand, which lie out of line, so that to it all ways through them are cheap."""
        next_ones = select(_TEXT).where(_TEXT.c.id < below).order_by(_TEXT.c.id.desc()).limit(_PROBED).subquery()
        counted = select(
            func.count().filter(_has(next_ones, _every(phrases))),
            func.count().filter(_match(next_ones, phrases, without)),
        ).select_from(next_ones)
        having, matching = tx.execute(counted).tuples().one()
        rows = tx.execute(_KNOWN_ROWS).scalar_one()
        walked = limit / matching * _PROBED if matching else rows
        found = rows * having / _PROBED
        is_looked_at = any(len(phrase) > 1 for phrase in (*phrases, *without))
        looked_at = min(found, limit * having / matching if matching else found) if is_looked_at else 0
        return bool(walked < found / _CHEAPER + looked_at)

    def words(self, tx: Connection, ids: Sequence[int]) -> dict[int, str]:
        """Without the spaces at both ends."""
        rows = tx.execute(select(_TEXT.c.id, _TEXT.c.words).where(_TEXT.c.id.in_(ids))).tuples()
        return {row: words[1:-1] for row, words in rows}

    def indexed(self, tx: Connection) -> int:
        """Of the ids, by their index."""
        return int(tx.exec_driver_sql("SELECT count(*) FROM search_text").scalar_one())

    def problems(self, tx: Connection, breaks: Breaks) -> Iterator[str]:
        """PostgreSQL checks its pages as it reads them; the index is held to the words that it was made of."""
        if not {"search_text", "search_rows"} <= set(tx.exec_driver_sql(_THERE).scalars()):
            return  # told with the guards
        driver, not_had = tx.connection.driver_connection, tx.dialect.loaded_dbapi.OperationalError
        assert driver is not None

        def cancel() -> None:
            with suppress(not_had):  # a server that is away ends it by that, and whoever breaks off has an error to tell
                driver.cancel()

        with breaks.by(cancel):
            if strays := tx.exec_driver_sql(_STRAY).scalar_one():
                yield f"the index has words of {strays} versions that are not there"
            if wrong := tx.exec_driver_sql(_OTHER_WORDS).scalar_one():
                yield f"the index of words is damaged for {wrong} versions: searches may not find what is there"

    def size(self, tx: Connection) -> int:
        """Tables with their indexes and what is stored out of line."""
        sizes = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
        return int(tx.exec_driver_sql(sizes + "to_regnamespace(current_schema())").scalar_one())

    def translate(self, error: DBAPIError) -> PressmarkError:
        """By SQLSTATE; a connection that broke has none."""
        code: str = getattr(error.orig, "sqlstate", None) or ""
        said = re.sub(r"\s+", " ", str(error.orig).partition("\n")[0]).strip()
        if code in _TURNED_BACK:
            return Contended(f"another process wrote the same at the same moment ({said}): run the command again")
        if code in _WAITED:
            return StorageUnavailable("the database is locked by another process: wait for it to end, then run the command again")
        if lacking := _NO_DATABASE.search(str(error.orig)):
            name = shlex.quote(lacking[1])
            return StorageUnavailable(
                f"the server has no database {name}: make it (createdb {name}), then run the same command again"
            )
        if error.connection_invalidated or not code or code.startswith(_AWAY):
            return StorageUnavailable(f"the database does not answer ({said}): see that it runs, then run the same command again")
        if code in _FULL:
            return StorageUnavailable(f"the database has no room ({said}): make some, then run the same command again")
        if code in _UNKNOWN_TABLE:
            found = next((x for x in (form.search(said) for form in _LACKING) if x), None)
            return lacks(said, *(found.groupdict().get(name) if found else None for name in ("table", "column")))
        if "insert-only" in said:
            return Damaged("something tried to change the ledger; nothing was changed")
        return StorageUnavailable(f"the database refused: {said}")


def _match(held: FromClause, phrases: Sequence[Phrase], without: Sequence[Phrase]) -> ColumnElement[bool]:
    """All of some, none of others."""
    return and_(_has(held, _terms(phrases, without)), *_standing(held, phrases, without))


def _terms(phrases: Sequence[Phrase], without: Sequence[Phrase]) -> list[str]:
    """What of that the index tells."""
    not_words = dict.fromkeys(phrase[0] for phrase in without if len(phrase) == 1)
    return [*_every(phrases), *(f"!{_lexeme(word)}" for word in not_words)]


def _standing(held: FromClause, phrases: Sequence[Phrase], without: Sequence[Phrase]) -> list[ColumnElement[bool]]:
    """What only the words tell, which lie out of line."""
    within = [_stands(held, phrase) for phrase in phrases if len(phrase) > 1]
    beside = [not_(and_(_has(held, _every([phrase])), _stands(held, phrase))) for phrase in without if len(phrase) > 1]
    return [*within, *beside]


def _every(phrases: Sequence[Phrase]) -> list[str]:
    """What a text with some phrases has: the fewest lists that tell."""
    words = (word for phrase in phrases for word in runs.instead_of(phrase) or phrase)
    return [_lexeme(word) for word in dict.fromkeys(words)]


def _has(held: FromClause, terms: Iterable[str]) -> ColumnElement[bool]:
    return held.c.lexemes.bool_op("@@")(sqlalchemy.cast(" & ".join(terms), TSQUERY))


def _stands(held: FromClause, phrase: Phrase) -> ColumnElement[bool]:
    return func.strpos(held.c.words, f" {' '.join(phrase)} ") > 0


def _lexeme(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _key(name: str) -> int:
    """The number of an advisory lock. Two names with one number only wait where they need not."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)
