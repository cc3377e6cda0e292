"""The body: the article's own words as blocks, without byline, captions, teasers and the like."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.body.blocks import blocks
from extractors.body.opinion import compact, kept_words
from extractors.body.passages import Passage
from extractors.body.reading import surroundings, weighable_passages
from extractors.body.weigh import chances
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import Author, Block, BlockKind, How, Image

_Blocks = tuple[Block, ...]


def read(
    page: Page,
    *,
    headline: str | None,
    standfirst: str | None,
    images: tuple[Image, ...] = (),
    authors: tuple[Author, ...] = (),
) -> Resolved[tuple[Block, ...]]:
    """The body's blocks in reading order; empty where the page shows no article text.

    Headline, standfirst, captions and bios, as already read, are kept out of it.
    """
    elsewhere = {compact(text) for text in (headline, standfirst, *_picture_words(images), *_bios(authors)) if text}

    def marked(page: Page) -> Iterator[Candidate[_Blocks]]:
        found = weighable_passages(page)
        judged = chances(found, surroundings(page, headline), lambda: kept_words(page.tree, page.url))
        kept = [p for p, chance in zip(found, judged, strict=True) if chance >= 0.5 and compact(p.text) not in elsewhere]
        if kept:
            yield Candidate(tuple(blocks(kept)), How.MARKED, _where(page, kept[0]), kept[0].text)

    return resolve(Field("body", (marked,), accept=_accept, fallbacks=(article_body,)), page)


def article_body(page: Page) -> Iterator[Candidate[_Blocks]]:
    """The declared ``articleBody`` of the page's own article."""
    for node in page.articles:
        text = node.data.get("articleBody")
        if isinstance(text, str) and text.strip():
            lines = [" ".join(line.split()) for line in text.splitlines()]
            found = tuple(Block(BlockKind.PARAGRAPH, line) for line in lines if line)
            yield Candidate(found, How.DECLARED, node.where("/articleBody"), text)


def _accept(_page: Page, body: _Blocks) -> str | None:
    return None if body else "no text"


def _where(page: Page, first: Passage) -> str:
    return "css:" + page.css(first.element)


def _picture_words(images: tuple[Image, ...]) -> Iterator[str | None]:
    for image in images:
        yield image.caption
        yield image.credit_line


def _bios(authors: tuple[Author, ...]) -> Iterator[str | None]:
    for author in authors:
        yield author.bio
