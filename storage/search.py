"""Search: one query language, prepared in Python, so that every engine finds the same.

Words (all must be there), "phrases", -words, and fields, a minus before them too: ``author:`` ``affiliation:``
``credit:`` (photographers) ``agency:`` (picture agencies and wires) ``publisher:``
``section:`` ``collection:`` ``since:`` ``until:`` (EDTF days of publication). Text is folded
and cut as in ``storage.folding``: 外交部 is found inside a sentence, ايران finds إيران.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, column, exists, func, not_, or_, select, text

from model.article import Article
from model.edtf import parse_edtf, utc_text
from model.errors import BadCall
from model.record import SearchHit
from storage import tables
from storage.folding import fold, index_words
from storage.known import article_of
from storage.queries import record_lines

MAX_TERMS = 64
MAX_CHARACTERS = 2_000
_TERM = re.compile(r'(?P<minus>-?)(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_PARTS = {
    "author": ("author",),
    "affiliation": ("affiliation",),
    "credit": ("creator",),
    "agency": ("agency", "provider"),
}
_FIELDS = {*_PARTS, "publisher", "section", "collection", "since", "until"}


@dataclass
class Query:
    """A query taken apart: index expressions, and conditions by field."""

    text: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
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
            (parsed.without_fields if term["minus"] else parsed.fields).append((name, words))
        elif name is not None and not words.startswith("//"):
            raise BadCall(f"there is no search field {name}:; there are {', '.join(sorted(_FIELDS))}")
        else:
            _words(parsed, words if name is None else f"{name}:{words}", bool(term["minus"]))
    if not parsed.text and not parsed.fields:
        raise BadCall("the query has no word to look for; see `pressmark search --help`")
    return parsed


def search(tx: Connection, query: str, limit: int) -> list[SearchHit]:
    """Records that match, newest first, each with the version that matched and words around it."""
    parsed = parse(query)
    s, r = tables.search.c, tables.records.c
    chosen: Select[tuple[str, int]] = select(s.record, s.version).join(tables.records, r.id == s.record)
    if parsed.text:
        match = " AND ".join(parsed.text) + "".join(f" NOT {x}" for x in parsed.without)
        found = text("SELECT rowid FROM search_text WHERE search_text MATCH :match").bindparams(match=match)
        chosen = chosen.where(s.id.in_(found.columns(column("rowid", Integer))))
    for name, value in parsed.fields:
        chosen = chosen.where(_condition(name, value))
    for name, value in parsed.without_fields:
        chosen = chosen.where(not_(func.coalesce(_condition(name, value), False)))
    hits: dict[str, int] = {}
    for record, version in tx.execute(chosen.order_by(r.received_at.desc(), s.record, s.version.desc())):
        hits.setdefault(record, version)
        if len(hits) >= limit:
            break
    lines = record_lines(tx, None, list(hits))
    return [SearchHit(x, hits[x.record], _snippet(article_of(tx, x.record, hits[x.record]), parsed)) for x in lines]


def _words(parsed: Query, words: str, without: bool) -> None:
    pieces = index_words(words)
    if not pieces:
        return
    expression = '"' + " ".join(pieces) + '"'
    (parsed.without if without else parsed.text).append(expression)


def _condition(name: str, value: str) -> ColumnElement[bool]:
    r, p, s, t = tables.records.c, tables.people.c, tables.search.c, tables.labels.c
    folded = fold(value).replace("%", "")
    if name in _PARTS:
        whole = or_(p.key == folded, p.key.like(f"{folded} %"), p.key.like(f"% {folded}"), p.key.like(f"% {folded} %"))
        named = and_(p.record == s.record, p.version == s.version, p.part.in_(_PARTS[name]), whole)
        return exists().where(named)
    if name == "collection":
        return exists().where(t.record == s.record, t.kind == "collection", t.text == value)
    if name == "publisher":
        return or_(r.publisher_key == folded, r.publisher_key.like(f"%{folded}%"))
    if name == "section":
        return r.section.ilike(re.sub(r"([%_\\])", r"\\\1", value), escape="\\")
    try:
        day = parse_edtf(value)
    except ValueError:
        raise BadCall(f"{name}: takes a date such as 2024, 2024-03 or 2024-03-05, not {value!r}") from None
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
    wanted = {piece for expression in parsed.text for piece in expression.strip('"').split()}
    words = article.text.split()
    for position, word in enumerate(words):
        if wanted & set(index_words(word)):
            start = max(0, position - 8)
            return ("… " if start else "") + " ".join(words[start : position + 12]) + (" …" if position + 12 < len(words) else "")
    return " ".join(words[:20]) + (" …" if len(words) > 20 else "")
