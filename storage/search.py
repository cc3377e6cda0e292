"""Search: one query language, prepared in Python, so that every engine finds the same.

Words (all must be there; ``model.wording`` says where), "phrases", -words, and fields, a minus before them too:
``author:`` ``affiliation:`` ``credit:`` (photographers) ``agency:`` (picture agencies and wires) ``publisher:``
``section:`` ``tag:`` (keywords) find names and words in them; ``collection:`` takes a collection's whole name,
``changed:`` a field that the publisher changed in this version, ``since:`` and ``until:`` EDTF days of publication.
Text is folded and cut as in ``model.folding``: 外交部 is found inside a sentence, ايران finds إيران.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select, and_, bindparam, not_, select, true

from model.errors import BadCall
from model.folding import fold
from model.record import RecordLine, SearchHit
from model.wording import FIELDS, words_of
from storage import tables
from storage.engines import of
from storage.hits import hits_of
from storage.lines import record_lines
from storage.narrowing import Conditions, check, condition, records_of
from storage.portions import growing
from storage.totals import refuse_lost_fields, refuse_lost_members, refuse_lost_words

MAX_TERMS = 64
MAX_CHARACTERS = 2_000
_TERM = re.compile(r'(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_ROWS = ("collection", "changed", "since", "until")
_FIELDS = {*FIELDS, *_ROWS}
_ABOVE_ALL = 1 << 62
_STRETCH = 1000  # rows looked through at first where conditions decide
_WORDS_FIRST = 500  # the same where words were looked for in them, too
_CHEAPER = 4  # as many rows are looked up in the time in which one is looked through
_AT_ONCE = 100
Selected = TypeVar("Selected", bound=tuple[Any, ...])


@dataclass
class Query:
    """A query taken apart: phrases of the index, and conditions on rows by name and value."""

    phrases: list[list[str]] = field(default_factory=list)
    without: list[list[str]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    without_fields: list[tuple[str, str]] = field(default_factory=list)


def parse(query: str) -> Query:
    """Raises ``BadCall`` for an unknown field, unbalanced quotes, nothing at all or too much."""
    if query.count('"') % 2:
        raise BadCall('the query has an unbalanced quotation mark: close it with "')
    if len(query) > MAX_CHARACTERS:
        raise BadCall(f"the query has {len(query):,} characters, at most {MAX_CHARACTERS:,} are taken: shorten it")
    parsed = Query()
    terms = list(_TERM.finditer(query))
    if len(terms) > MAX_TERMS:
        raise BadCall(f"the query has {len(terms)} terms, at most {MAX_TERMS} are taken: shorten it")
    for term in terms:
        words = term["phrase"] if term["phrase"] is not None else term["word"]
        name = term["field"] and term["field"].lower()
        if name is None and words.endswith(":") and words[:-1].lower() in _FIELDS:
            name, words = words[:-1].lower(), ""
        if name in _FIELDS:
            if not fold(words):
                raise BadCall(f'{name}: needs a word behind it, without a space, or several as in {name}:"two words"')
            _named(parsed, name, words, bool(term["minus"]))
        elif name is not None and not words.startswith("//"):
            raise BadCall(f"there is no search field {name[:40]}:; there are {', '.join(sorted(_FIELDS))}")
        else:
            _words(parsed, words if name is None else f"{name}:{words}", bool(term["minus"]))
    if not parsed.phrases and not parsed.fields:
        raise BadCall("the query has no word to look for; see `pressmark search --help`")
    return parsed


def check_query(query: str) -> None:
    """Raises ``BadCall`` for a query that a search would refuse."""
    parse(query)


def search(tx: Connection, query: str, limit: int, closed: Set[str] = frozenset(), *, shown: bool = False) -> list[SearchHit]:
    """Records that match, newest first, each with a version that matched (see ``storage.hits``) and words around it.

    Those in ``closed`` are not found unless ``shown``, because a match would tell what they say. Raises ``BadCall`` as
    ``parse`` does, and ``Damaged`` where one that is found lacks rows; whether all are found is looked at where that
    costs as much anyway (``matching_records``).
    """
    parsed = parse(query)
    hits: dict[str, int] = {}
    for record, version in _newest(tx, parsed, limit):
        if shown or record not in closed:
            hits.setdefault(record, version)
        if len(hits) == limit:
            break
    lines = record_lines(tx, None, list(hits), closed, shown=shown)
    found = ((line, _versions(tx, parsed, line, hits[line.record])) for line in lines)
    return list(hits_of(tx, found, parsed.phrases))


def _versions(tx: Connection, parsed: Query, line: RecordLine, found: int) -> Sequence[int]:
    """The versions of a record that match, of which one was found: only that one where it is the latest."""
    if line.versions == 1 or found == line.version:
        return [found]
    this = select(tables.records.c.id).where(tables.records.c.id == line.record)
    return [version for _, version in _among(tx, parsed, this, parsed.fields, _ABOVE_ALL)]


def _refuse_lost(tx: Connection, parsed: Query) -> None:
    """Raises ``Damaged`` where the database lost rows by which records are found."""
    refuse_lost_words(tx)
    asked = {name for name, _ in (*parsed.fields, *parsed.without_fields)}
    if "collection" in asked:
        refuse_lost_members(tx)
    if "changed" in asked:
        refuse_lost_fields(tx)


def matching_records(tx: Connection, query: str) -> list[str]:
    """The ids of all records of which a version matches, sorted. Raises ``BadCall`` as ``parse`` does, and ``Damaged`` where
    what should be found cannot be.
    """
    parsed, s = parse(query), tables.search.c
    _refuse_lost(tx, parsed)
    found = _matching(tx, parsed, select(s.record).distinct())
    return list(tx.execute(found.order_by(s.record)).scalars())


def _newest(tx: Connection, parsed: Query, limit: int) -> Iterator[tuple[str, int]]:
    """The record and version of every row that matches, newest first.

    Rows are looked through from the newest on, in stretches that grow: those that have the words, or all. As soon as an index
    gives about as few records as a stretch has rows, these are looked up instead. So a question costs about as much as
    the lesser of both, however large the archive is.
    """
    below, stretch = _ABOVE_ALL, max(50, 2 * limit)
    if parsed.fields:
        stretch = max(stretch, _WORDS_FIRST if parsed.phrases else _STRETCH)
    # words may be rare: to look for them first costs least
    most = stretch if parsed.phrases else _CHEAPER * stretch
    while True:
        few = records_of(tx, parsed.fields, most)
        if few is not None:
            yield from _among(tx, parsed, *few, below)
            return
        rows = tx.execute(_window(tx, parsed, below, stretch)).all()
        fitting = [row for row in rows if row.fits]
        yield from _told(fitting) if parsed.phrases else _with_words(tx, parsed, growing(fitting))
        if len(rows) < stretch:
            return
        # what the first stretch has too little of is likely to be old, and each row looked up spares one passed over
        below, stretch, most = rows[-1].id, 4 * stretch, 4 * _CHEAPER * stretch


def _window(tx: Connection, parsed: Query, below: int, window: int) -> Select[tuple[int, str, int, bool]]:
    """The newest versions below a row that have the words, and whether they meet the conditions too."""
    engine, s = of(tx), tables.search.c
    wanted = [condition(name, value) for name, value in parsed.fields]
    fits = and_(true(), *wanted, *_none_of(parsed)).label("fits")
    newest = select(s.id, s.record, s.version, fits).order_by(s.id.desc())
    if parsed.phrases:
        return newest.where(s.id.in_(engine.newest(tx, parsed.phrases, parsed.without, below, window)))
    return newest.where(s.id < below).limit(window)


def _among(
    tx: Connection, parsed: Query, records: Select[tuple[str]], conditions: Conditions, below: int
) -> Iterator[tuple[str, int]]:
    """The same of some records, which have some conditions left to meet. Sorted by a sum and not by the column, in whose
    order an engine might walk through all rows."""
    s = tables.search.c
    wanted = [*(condition(name, value) for name, value in conditions), *_none_of(parsed)]
    asked = select(s.id, s.record, s.version).where(s.record.in_(records), s.id < below, *wanted)
    found = tx.execute(asked.order_by((s.id + 0).desc()), execution_options={"yield_per": _AT_ONCE})
    with closing(found):  # mostly the first of them are enough
        yield from _with_words(tx, parsed, growing(found))


def _with_words(tx: Connection, parsed: Query, rows: Iterable[Sequence[Row[Any]]]) -> Iterator[tuple[str, int]]:
    """Those of some rows, newest first and a portion at a time, that have the words."""
    s = tables.search.c
    for some in rows:
        if not parsed.phrases and not parsed.without:
            yield from _told(some)
            continue
        within = (some[-1].id, some[0].id)
        among: BindParameter[Any] = bindparam("among", [row.id for row in some], expanding=True)
        asked = select(s.id).where(s.id.in_(among), *_words_match(tx, parsed, within))
        having = set(tx.execute(asked).scalars())
        yield from _told([row for row in some if row.id in having])


def _told(rows: Sequence[Row[Any]]) -> Iterator[tuple[str, int]]:
    yield from ((row.record, row.version) for row in rows)


def _matching(tx: Connection, parsed: Query, rows: Select[Selected]) -> Select[Selected]:
    """The rows of versions that match, whatever of them is asked for."""
    wanted = (condition(name, value) for name, value in parsed.fields)
    return rows.where(*_words_match(tx, parsed), *wanted, *_none_of(parsed))


def _words_match(tx: Connection, parsed: Query, within: tuple[int, int] | None = None) -> Iterator[ColumnElement[bool]]:
    engine = of(tx)
    if parsed.phrases:
        yield engine.matching(parsed.phrases, parsed.without, within)
    else:
        yield from (not_(engine.matching([phrase], [], within)) for phrase in parsed.without)


def _none_of(parsed: Query) -> Iterator[ColumnElement[bool]]:
    return (not_(condition(name, value)) for name, value in parsed.without_fields)


def _words(parsed: Query, words: str, without: bool, field: str | None = None) -> None:
    phrase = words_of(words, field)
    if phrase:
        (parsed.without if without else parsed.phrases).append(phrase)


def _named(parsed: Query, name: str, value: str, without: bool) -> None:
    if name in FIELDS:
        _words(parsed, value, without, name)
        return
    check(name, value)
    (parsed.without_fields if without else parsed.fields).append((name, value))
