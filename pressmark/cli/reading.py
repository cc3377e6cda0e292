"""The body of an article as something to read on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from model.article import Article, Block, BlockKind
from pressmark.cli.terminal import words


def render_body(article: Article) -> RenderableType:
    """Blocks in reading order, parted by blank lines."""
    parts: list[RenderableType] = []
    previous: Block | None = None
    for block in article.body:
        together = previous is not None and previous.kind is block.kind is BlockKind.LIST_ITEM
        if previous is not None and not together:
            parts.append(Text())
        parts.append(_block(block))
        previous = block
    return Group(*parts) if parts else Text("no text was found", style="dim")


def _block(block: Block) -> RenderableType:
    match block.kind:
        case BlockKind.HEADING:
            return Padding(words(block.text, "bold"), (0, 0, 0, 2))
        case BlockKind.QUOTE:
            return Padding(words(block.text, "italic"), (0, 0, 0, 6))
        case BlockKind.LIST_ITEM:
            return Padding(words("• " + block.text), (0, 0, 0, 4))
        case BlockKind.EMBED:
            return Padding(words(f"[{block.text or 'embedded'}: {block.url or 'no address'}]", "dim"), (0, 0, 0, 2))
        case BlockKind.PARAGRAPH:
            return Padding(words(block.text), (0, 0, 0, 2))
