"""What every engine can do, in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, Select
from sqlalchemy.exc import DBAPIError

from model.errors import Damaged, PressmarkError, StorageUnavailable
from storage.engines.breaking import Breaks

READING = "pressmark_reading"
"""Execution option of a transaction that only reads: a consistent view, no lock."""
ALONE = "pressmark_alone"
"""Execution option of a writing transaction beside which no other of this archive runs."""
ANY_TEXT = "pressmark_any_text"
"""The execution option of connections that read text of which damage has made none."""

Phrase = Sequence[str]
"""Words of the index that stand one behind the other; a single word is a phrase of one."""


class Contended(StorageUnavailable):
    """Two writers came into each other's way and this one was turned back: nothing of its transaction is in
    force, and the same again will work."""


def lacks(said: str, table: str | None = None, column: str | None = None) -> Damaged:
    """A database that has not the table, or not the column of it, that a statement names; ``said`` is the engine's own word."""
    if column is not None and table is not None:
        what = f"the column {column} of the table {table}"
    elif column is not None or table is not None:
        what = f"the column {column}" if column is not None else f"the table {table}"
    else:
        what = f"a table of this archive ({said})"
    return Damaged(f"the database lacks {what}: run `pressmark rebuild`")


class Dialect(Protocol):
    """One engine. ``shares`` is true where two writing transactions of an archive may run at once."""

    shares: bool

    def guard(self, tx: Connection) -> None:
        """Adds what tables alone cannot say: the ledger refuses change, and the search index. For empty tables."""

    def unguarded(self, tx: Connection) -> Iterator[str]:
        """Names of the guards that are not there."""

    def hold(self, tx: Connection, keys: Iterable[str]) -> None:
        """Holds keys until the transaction ends; waits for other transactions that hold them."""

    def clock(self, tx: Connection) -> int:
        """What time it is where the database is: milliseconds since 1970."""

    def index(self, tx: Connection, words: Mapping[int, str], *, fresh: bool) -> None:
        """Makes rows of ``search_rows``, by id, found by words (see ``storage.indexing``), instead of those they
        had; ``fresh`` where they had none."""

    def matching(
        self, phrases: Sequence[Phrase], without: Sequence[Phrase], within: tuple[int, int] | None = None
    ) -> ColumnElement[bool]:
        """Whether a row of ``search_rows`` has all of some phrases (at least one) and none of others; ``within`` are the
        lowest and highest ids that are asked about, where they are known. Phrases with runs are looked for where the marks
        of these are (``model.runs``)."""

    def newest(
        self, tx: Connection, phrases: Sequence[Phrase], without: Sequence[Phrase], below: int, limit: int
    ) -> Select[tuple[int]]:
        """The highest ids below one of rows that match, in order: fast for words that many rows have."""

    def words(self, tx: Connection, ids: Sequence[int]) -> dict[int, str]:
        """What rows of ``search_rows`` are found by, as it was given to ``index``."""

    def indexed(self, tx: Connection) -> int:
        """How many rows of ``search_rows`` are found by words."""

    def problems(self, tx: Connection, breaks: Breaks) -> Iterator[str]:
        """What the engine itself finds wrong with the database and its index of words; may take long, and be broken off."""

    def size(self, tx: Connection) -> int:
        """Bytes that the archive's tables take up."""

    def translate(self, error: DBAPIError) -> PressmarkError:
        """An error of the engine in our words."""
