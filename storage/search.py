"""Search: one query language, prepared in Python, so that every engine finds the same.

Words (all must be there), "phrases", -words, and fields, a minus before them too: ``author:`` ``affiliation:``
``credit:`` (photographers) ``agency:`` (picture agencies and wires) ``publisher:`` ``section:`` ``tag:`` (keywords)
find names and words in them; ``collection:`` takes a collection's whole name, ``changed:`` a field that the
publisher changed in this version, ``since:`` and ``until:`` EDTF days of publication. Text is folded and
cut as in ``storage.folding``: 外交部 is found inside a sentence, ايران finds إيران.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, not_, select

from model.article import Article
from model.changes import FIELDS as CHANGED_FIELDS
from model.edtf import parse_edtf, utc_text
from model.errors import BadCall
from model.record import SearchHit
from storage import tables
from storage.engines import of
from storage.folding import fold, index_words
from storage.indexing import FIELDS, words_of
from storage.known import article_of
from storage.lines import record_lines

MAX_TERMS = 64
MAX_CHARACTERS = 2_000
_TERM = re.compile(r'(?P<minus>-?)(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_ROWS = ("collection", "changed", "since", "until")
_FIELDS = {*FIELDS, *_ROWS}
_ABOVE_ALL = 1 << 62
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
        raise BadCall(f"the query has {len(query)} characters, at most {MAX_CHARACTERS} are taken: shorten it")
    parsed = Query()
    terms = list(_TERM.finditer(query))
    if len(terms) > MAX_TERMS:
        raise BadCall(f"the query has {len(terms)} terms, at most {MAX_TERMS} are taken: shorten it")
    for term in terms:
        name, words = term["field"], term["phrase"] if term["phrase"] is not None else term["word"]
        if name is None and words.removesuffix(":") in _FIELDS and words.endswith(":"):
            name, words = words.removesuffix(":"), ""
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


def search(tx: Connection, query: str, limit: int, closed: Set[str] = frozenset()) -> list[SearchHit]:
    """Records that match, newest first, each with the version that matched and words around it.

    Those in ``closed`` are not found, because a match would tell what they say.
    """
    parsed = parse(query)
    hits: dict[str, int] = {}
    below, window = _ABOVE_ALL, max(50, 2 * limit)
    while len(hits) < limit:
        rows = tx.execute(_window(tx, parsed, below, window)).all()
        for _, record, version in rows:
            if len(hits) < limit and record not in closed:
                hits.setdefault(record, version)
        if len(rows) < window:
            break
        below, window = rows[-1].id, 4 * window
    lines = record_lines(tx, None, list(hits))
    found = [(x, hits[x.record], article_of(tx, x.record, hits[x.record])) for x in lines]
    return [SearchHit(x, number, _snippet(read, parsed), read.headline if read else None) for x, number, read in found]


def matching_records(tx: Connection, query: str) -> list[str]:
    """The ids of all records of which a version matches, sorted. Raises ``BadCall`` as ``parse`` does."""
    parsed, s = parse(query), tables.search.c
    found = _matching(tx, parsed, select(s.record).distinct())
    return list(tx.execute(found.order_by(s.record)).scalars())


def _window(tx: Connection, parsed: Query, below: int, window: int) -> Select[tuple[int, str, int]]:
    """The newest versions below a row that match."""
    engine, s = of(tx), tables.search.c
    newest = select(s.id, s.record, s.version).order_by(s.id.desc())
    if parsed.phrases and not parsed.fields and not parsed.without_fields:
        return newest.where(s.id.in_(engine.newest(parsed.phrases, parsed.without, below, window)))
    newest = newest.where(s.id < below).limit(window)
    return _matching(tx, parsed, newest)


def _matching(tx: Connection, parsed: Query, rows: Select[Selected]) -> Select[Selected]:
    """The rows of versions that match, whatever of them is asked for."""
    engine = of(tx)
    if parsed.phrases:
        rows = rows.where(engine.matching(parsed.phrases, parsed.without))
    else:
        rows = rows.where(*(not_(engine.matching([phrase], [])) for phrase in parsed.without))
    rows = rows.where(*(_condition(name, value) for name, value in parsed.fields))
    return rows.where(*(not_(func.coalesce(_condition(name, value), False)) for name, value in parsed.without_fields))


def _words(parsed: Query, words: str, without: bool, field: str | None = None) -> None:
    phrase = words_of(words, field)
    if phrase:
        (parsed.without if without else parsed.phrases).append(phrase)


def _named(parsed: Query, name: str, value: str, without: bool) -> None:
    if name in FIELDS:
        _words(parsed, value, without, name)
        return
    if name == "changed" and value.casefold() not in CHANGED_FIELDS:
        raise BadCall(f"changed: takes one of {', '.join(CHANGED_FIELDS)}, not {value[:40]!r}")
    (parsed.without_fields if without else parsed.fields).append((name, value))


def _condition(name: str, value: str) -> ColumnElement[bool]:
    s, r = tables.search.c, tables.records.c
    if name == "collection":
        t = tables.labels.c
        return exists().where(t.record == s.record, t.kind == "collection", t.text == value)
    if name == "changed":
        f = tables.changed_fields.c
        return exists().where(f.record == s.record, f.version == s.version, f.field == value.casefold())
    return exists().where(r.id == s.record, _published(name, value))


def _published(name: str, value: str) -> ColumnElement[bool]:
    r = tables.records.c
    try:
        day = parse_edtf(value)
    except ValueError:
        raise BadCall(f"{name}: takes a date such as 2024, 2024-03 or 2024-03-05, not {value[:40]!r}") from None
    if day.earliest is None or day.latest is None:
        raise BadCall(f"{name}: needs a year")
    # days as the publisher printed them, in the publisher's own offset; coarser dates by all they may mean
    printed, whole = func.substr(r.date_published, 1, 10), func.length(r.date_published) >= 10
    if name == "since":
        fits = case((whole, printed >= _day(day.earliest)), else_=r.date_latest >= utc_text(day.earliest))
    else:
        fits = case((whole, printed <= _day(day.latest)), else_=r.date_earliest <= utc_text(day.latest))
    return r.date_earliest.is_not(None) & fits


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _snippet(article: Article | None, parsed: Query) -> str:
    """Words around the first match, from the article itself, not from the index."""
    if article is None:
        return ""
    wanted = {word for phrase in parsed.phrases for word in phrase}
    words = article.text.split()
    for position, word in enumerate(words if wanted else ()):
        if not wanted.isdisjoint(index_words(word)):
            start = max(0, position - 8)
            return ("… " if start else "") + " ".join(words[start : position + 12]) + (" …" if position + 12 < len(words) else "")
    return " ".join(words[:20]) + (" …" if len(words) > 20 else "")
