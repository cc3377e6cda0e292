"""Kept passages as the blocks of an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractors.body.passages import Passage
from model.article import Block, BlockKind

_HEADINGS = {f"h{n}": n for n in range(1, 7)}


def blocks(kept: Iterable[Passage]) -> Iterator[Block]:
    """One block a passage, in order; its kind from the element it stands in."""
    for passage in kept:
        level = _HEADINGS.get(passage.tag)
        if level is not None:
            yield Block(BlockKind.HEADING, passage.text, level=level)
        elif "<blockquote>" in passage.marks:
            yield Block(BlockKind.QUOTE, passage.text)
        elif "<li>" in passage.marks:
            yield Block(BlockKind.LIST_ITEM, passage.text)
        else:
            yield Block(BlockKind.PARAGRAPH, passage.text)
