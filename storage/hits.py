"""A record that was found, as it is told: by which of its versions that match, and with the words around the match."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from model.article import Article
from model.errors import Damaged
from model.folding import index_words
from model.record import RecordLine, SearchHit, Strand
from storage import tables
from storage.advice import VERIFY_FIRST
from storage.engines.shape import Phrase
from storage.known import all_read_as, looks_of
from storage.missing import refuse_missing
from storage.portions import portions
from storage.timeline import runs

_AT_ONCE = 200


def hits_of(
    tx: Connection, found: Iterable[tuple[RecordLine, Collection[int]]], phrases: Sequence[Phrase]
) -> Iterator[SearchHit]:
    """Records of which some versions match (at least one each), with the words around what was looked for. Raises ``Damaged``
    where rows of one are missing.
    """
    for some in portions(found, _AT_ONCE):
        told = [(line, _told(tx, line, matching)) for line, matching in some]
        these = [(line.record, version) for line, version in told]
        strands, readings = _strands(tx, these), all_read_as(tx, these)
        for line, version in told:
            strand, read = strands.get((line.record, version)), readings.get((line.record, version))
            if strand is None or read is None:
                refuse_missing(tx, line.record)
                raise Damaged(f"{line.record} is found by words of a version that it has not: {VERIFY_FIRST}", lost=True)
            words, latest = _snippet(read.article, phrases), version == line.version
            yield SearchHit(line, version, words, read.article.headline, read.is_lost, latest, strand)


def _told(tx: Connection, line: RecordLine, matching: Collection[int]) -> int:
    """The record's latest version where it matches, else the publisher's latest that does, else a copy beside: of these
    the last that the archive learnt of."""
    if line.version in matching:
        return line.version
    published = (run.version for run in reversed(runs(looks_of(tx, line.record))))
    return next((version for version in published if version in matching), max(matching))


def _strands(tx: Connection, versions: Collection[tuple[str, int]]) -> dict[tuple[str, int], Strand]:
    v = tables.versions.c
    # by record: SQLite looks through all versions for a list of pairs
    asked = select(v.record, v.number, v.strand).where(v.record.in_({record for record, _ in versions}))
    return {(record, number): Strand(strand) for record, number, strand in tx.execute(asked).tuples()}


def _snippet(article: Article, phrases: Sequence[Phrase]) -> str:
    """Words around the longest phrase, or around the first match, from the article itself, not from the index."""
    words = article.text.split()
    phrases = [phrase for phrase in phrases if not any(":" in word for word in phrase)]  # those of fields are in no text
    longest = max(phrases, key=len, default=[])
    wanted = {word for phrase in phrases for word in phrase}
    position = _place(words, longest) if len(longest) > 1 else None
    if position is None:
        position = next(
            (n for n, word in enumerate(words) if _may_be(word, wanted) and not wanted.isdisjoint(index_words(word))), None
        )
    if position is None:
        return " ".join(words[:20]) + (" …" if len(words) > 20 else "")
    start = max(0, position - 8)
    return ("… " if start else "") + " ".join(words[start : position + 12]) + (" …" if position + 12 < len(words) else "")


def _place(words: Sequence[str], phrase: Phrase) -> int | None:
    """Where a phrase begins, among words as they are printed."""
    for position, word in enumerate(words):
        if _may_be(word, phrase[:1]):
            folded = index_words(" ".join(words[position : position + len(phrase)]))
            if any(folded[n : n + len(phrase)] == phrase for n in range(len(folded) - len(phrase) + 1)):
                return position
    return None


def _may_be(word: str, wanted: Collection[str]) -> bool:
    """By far the most are none: to fold them all takes longer than to find them."""
    return not word.isascii() or any(x in word.lower() for x in wanted)
