"""CSV: a version a row, for a spreadsheet. Texts and evidence are left to ``jsonl``.

UTF-8 with a byte order mark and CRLF (RFC 4180), which spreadsheets need to take it for what it is. A cell that a
spreadsheet would carry out as a formula gets an apostrophe before it; ``unguarded`` takes it off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from model.clean import clean_text
from model.diff import count_words
from storage.export.chosen import Issue, Piece
from storage.export.job import Export, Made
from storage.export.output import Counted, new_file

COLUMNS = (
    "record", "version", "latest", "url", "headline", "standfirst", "authors", "affiliations", "dateline", "date_published",
    "date_modified", "section", "keywords", "in_language", "publisher", "provider", "credits", "corrections", "type", "access",
    "complete", "words", "strand", "basis", "first_seen", "last_seen", "withdrawn", "capture", "status", "media_type",
    "payload_digest",
)  # fmt: skip
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def write(job: Export, path: Path) -> Made:
    """The rows under a row of column names, in the order of record ids and version numbers."""
    with new_file(path) as file:
        out = Counted(file)
        out.write("\ufeff".encode() + _row(COLUMNS))
        for piece in job.pieces():
            for issue in piece.issues:
                out.write(_row(guarded(cell) for cell in _cells(piece, issue)))
    return Made(1, out.size, out.sha256)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. What ``unguarded`` would change gets an apostrophe as well."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The inverse of ``guarded``."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _row(cells: object) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)  # type: ignore[arg-type]
    return text.getvalue().encode()


def _cells(piece: Piece, issue: Issue) -> Iterator[str]:
    article, facts = issue.read.article, issue.facts
    credits = (i.credit_line or ", ".join((*i.creators, *i.agencies)) for i in article.images)
    held = chain.from_iterable(a.affiliations for a in article.authors)
    values: tuple[object, ...] = (
        piece.record,
        issue.number,
        issue.latest,
        piece.url,
        article.headline,
        article.standfirst,
        _many(a.name for a in article.authors),
        _many(x.organization or "" for x in held if not x.past),
        article.dateline.raw if article.dateline else None,
        article.date_published,
        article.date_modified,
        article.section,
        _many(article.keywords),
        article.in_language,
        article.publisher,
        article.provider,
        _many(credits),
        _many(c.text for c in article.corrections),
        article.type.value,
        article.access.value,
        article.complete.value,
        count_words(article.text),
        issue.strand,
        issue.basis,
        issue.first_seen,
        issue.last_seen,
        piece.withdrawn,
        facts["id"],
        facts["status"],
        facts["media_type"],
        facts["payload_digest"],
    )
    for value in values:
        yield _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else clean_text(str(value))


def _many(values: object) -> str:
    return "; ".join(dict.fromkeys(v for v in values if v))  # type: ignore[attr-defined]
