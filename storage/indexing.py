"""What search finds a version by, prepared in Python so that every engine finds the same.

A version's words are those of its headline, standfirst, text, captions and names, folded and cut as
in ``storage.folding``, one space between them and a colon between parts that no phrase crosses. The
words of a field that can be asked for stand there once more with its name before them
(``author:quill``). Words are cut at 64 characters and a version at a million bytes, the engines' limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, func, select

from model.article import Article
from model.edtf import parse_utc
from storage import tables
from storage.engines import of
from storage.folding import index_words

FIELDS = ("author", "affiliation", "credit", "agency", "publisher", "section", "tag")
LONGEST_WORD = 64
MOST_BYTES = 1_000_000

_APART = ":"
_WITHIN = 12  # bits of a row's id within a microsecond
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def words_of(text: str | None, field: str | None = None) -> list[str]:
    """The words of a text or of a query, of a field where one is named."""
    words = index_words(text)
    if field is None and (not words or max(map(len, words)) <= LONGEST_WORD):
        return words
    before = f"{field}:" if field else ""
    return [before + word[:LONGEST_WORD] for word in words]


def text_of(article: Article) -> str:
    """The words of a version, as the index takes them."""
    named = {field: list(_values(article, field)) for field in FIELDS}
    parts = [words_of(value, field) for field, values in named.items() for value in values]
    people = [value for field in ("author", "credit", "agency") for value in named[field]]
    plain = [article.headline, article.standfirst, *people, *(image.caption for image in article.images), article.text]
    parts += [words_of(text) for text in plain]
    return _within(f" {_APART} ".join(" ".join(part) for part in parts if part))


def index(tx: Connection, record: str, version: int, article: Article, received_at: str) -> None:
    """Makes a version found by its words, instead of those it was found by before.

    ``received_at`` is when the archive first got the record (UTC text): the newest is found first.
    """
    row, fresh = _row(tx, record, version, received_at)
    of(tx).index(tx, {row: text_of(article)}, fresh=fresh)


def index_new(tx: Connection, pieces: Sequence[tuple[str, str, str]]) -> None:
    """Makes the first versions of records found that nobody has met before: record, words (``text_of``), time of receipt."""
    rows: dict[int, str] = {}
    places: list[dict[str, Any]] = []
    last = tx.execute(select(func.max(tables.search.c.id))).scalar_one_or_none() or 0
    for record, words, received_at in pieces:
        row = _wanted(record, received_at)
        while row in rows or (row <= last and _is_taken(tx, row)):
            row += 1
        places.append({"id": row, "record": record, "version": 1})
        rows[row] = words
    tx.execute(tables.search.insert(), places)
    of(tx).index(tx, rows, fresh=True)


def _values(article: Article, field: str) -> Iterator[str]:
    """What a field that can be asked for says, value by value."""
    if field == "author":
        yield from (author.name for author in article.authors)
    elif field == "affiliation":
        yield from (a.organization for author in article.authors for a in author.affiliations if a.organization)
    elif field == "credit":
        yield from (name for image in article.images for name in image.creators)
    elif field == "agency":
        yield from (name for image in article.images for name in image.agencies)
        yield from _said(article.provider, article.dateline.agency if article.dateline else None)
    elif field == "tag":
        yield from article.keywords
    else:
        yield from _said(article.publisher if field == "publisher" else article.section)


def _said(*values: str | None) -> Iterable[str]:
    return (value for value in values if value)


def _within(words: str) -> str:
    if len(words) * 4 <= MOST_BYTES or len(data := words.encode()) <= MOST_BYTES:
        return words
    return data[:MOST_BYTES].decode("utf-8", "ignore").rpartition(" ")[0]


def _row(tx: Connection, record: str, version: int, received_at: str) -> tuple[int, bool]:
    """The row of a version, and whether it was made now: behind the record's last one, or a record's first."""
    s = tables.search.c
    found = tx.execute(select(s.id).where(s.record == record, s.version == version)).scalar_one_or_none()
    if found is not None:
        return found, False
    last = tx.execute(select(func.max(s.id)).where(s.record == record)).scalar_one_or_none()
    row = _wanted(record, received_at) if last is None else last + 1
    while _is_taken(tx, row):
        row += 1
    tx.execute(tables.search.insert(), {"id": row, "record": record, "version": version})
    return row, True


def _wanted(record: str, received_at: str) -> int:
    """An id that rises with the time of receipt. Within a microsecond it depends on the record: writers at
    work side by side, who do not see each other's rows yet, hardly ever want the same.
    """
    return ((parse_utc(received_at) - _EPOCH) // timedelta(microseconds=1) << _WITHIN) + crc32(record.encode()) % 1024 * 4


def _is_taken(tx: Connection, row: int) -> bool:
    s = tables.search.c
    return tx.execute(select(s.id).where(s.id == row)).first() is not None
