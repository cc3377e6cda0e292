"""The words that a search finds a version by, prepared in Python so that every engine finds the same.

A version's words are those of its headline, standfirst, text, captions and names, folded and cut as
in ``model.folding``, one space between them and a colon between parts that no phrase crosses. The
words of a field that can be asked for stand there once more with its name before them
(``author:quill``), and the marks of runs (``model.runs``) behind everything. Words are cut at 64 characters and a
version at 750,000 bytes before its marks: the engines' limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from model.article import Article
from model.folding import index_bytes, index_words
from model.runs import APART, SIGN, marks

FIELDS = ("author", "affiliation", "credit", "agency", "publisher", "section", "tag")
LONGEST_WORD = 64
MOST_BYTES = 750_000


def words_of(text: str | None, field: str | None = None) -> list[str]:
    """The words of a text or of a query, of a field where one is named."""
    before = f"{field}:" if field else ""
    return [before + word[:LONGEST_WORD] for word in index_words(text)]


def text_of(article: Article) -> str:
    """The words of a version, as the index takes them."""
    named = {field: list(_values(article, field)) for field in FIELDS}
    parts = [" ".join(words_of(value, field)) for field, values in named.items() for value in values]
    people = [value for field in ("author", "credit", "agency") for value in named[field]]
    texts = [article.headline, article.standfirst, *people, *(image.caption for image in article.images), article.text]
    plain = [index_bytes(text or "") for text in texts]
    words = APART.join(part for part in (*parts, *map(_joined, plain)) if part)
    kept = _within(words)
    # words of a field are none of a run: they are too long
    return _marked(kept, plain if kept is words else _parted(kept))


def marked(words: str) -> str:
    """Words of the index, with marks or without, as ``text_of`` gives them."""
    kept = _within(words.partition(f"{APART}{SIGN}")[0])
    return _marked(kept, _parted(kept))


def _parted(words: str) -> Iterator[Sequence[bytes]]:
    return (part.encode().split() for part in words.split(APART))


def _marked(words: str, parts: Iterable[Sequence[bytes]]) -> str:
    return APART.join(part for part in (words, " ".join(marks(parts))) if part)


def _joined(words: Sequence[bytes]) -> str:
    """Words of the index, each as ``words_of`` cuts it, one space between them."""
    if not words or max(map(len, words)) <= LONGEST_WORD:
        return b" ".join(words).decode()
    return " ".join([word.decode()[:LONGEST_WORD] for word in words])


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
    return data[:MOST_BYTES].decode("utf-8", "ignore").rpartition(" ")[0].removesuffix(APART.rstrip())
