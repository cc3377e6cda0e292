"""The article's text in embedded state: pages whose mark-up is empty until a script has run (Next.js and the like).

State knows no standard. What is looked for is a value under a key that speaks of a body and holds a
piece of running text: mark-up, plain text, or a list of blocks that each hold some.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HTMLParser, fragment_fromstring

from extractors.body.blocks import block
from extractors.body.passages import passages
from extractors.embedded import State
from extractors.own_state import FLAT, Said, spelled_out
from extractors.page import Page
from model.article import Block, BlockKind

_NODES = 100_000
_SHORTEST = 200  # characters; less is a teaser
_KEYS = re.compile(
    r"article_?body|story_?body|body_?(?:html|text|copy|content)?|content_?(?:html|text|body|elements)?|(?:full_?|article_?)?text"
    r"|paragraphs?|blocks|html|story|value|components|contents|article_?contents?|children|data|items|main_?(?:body|content)",
    re.I,
)
_WORDS = ("text", "content", "html", "value", "body", "data", "children", "items", "paragraph", "model", "blocks", "attributes")
_NOT_TEXT = re.compile(
    r"image|video|photo|gallery|related|advert|newsletter|promo|embed|script|social|audio|interstitial|raw_html|link_list", re.I
)
_MARK_UP = re.compile(r"</?(?:p|div|br|h[1-6]|span|strong|em|a|li)\b", re.I)
_ADDRESS = re.compile(r"\s*(?:https?:|data:|/)\S*\s*")
_DEPTH = 30
_LISTS = 60  # lists of blocks looked through in flat state
_BLOCKS = 2000


@dataclass(frozen=True, slots=True)
class Text:
    """Running text found in state: where (as evidence names it), its blocks, and the first words as they stand there."""

    where: str
    blocks: tuple[Block, ...]
    quote: str

    @property
    def size(self) -> int:
        """Characters of all blocks."""
        return sum(len(block.text) for block in self.blocks)


def longest_text(page: Page) -> Text | None:
    """The longest text under a speaking key in any of the page's states, or ``None``."""
    best: Text | None = None
    for state in page.states:
        for found in _texts(state):
            if found.size >= _SHORTEST and (best is None or found.size > best.size):
                best = found
    return best


def _texts(state: State) -> Iterator[Text]:
    if state.name == FLAT:
        yield from _flat_lists(state)
    stack: list[tuple[str, str, Any, int]] = [("", "", state.data, 0)]
    left = _NODES
    while stack and left:
        left -= 1
        pointer, key, value, depth = stack.pop()
        if depth > _DEPTH:
            continue
        if isinstance(value, str):
            speaking = _KEYS.fullmatch(key) if pointer else _MARK_UP.search(value)
            if len(value) >= _SHORTEST and speaking and not _ADDRESS.fullmatch(value[:2000]):
                yield Text(f"state:{state.name}{pointer}", tuple(blocks_in(value)), value)
        elif isinstance(value, dict):
            stack.extend(
                (f"{pointer}/{_escaped(k)}", k, v, depth + 1) for k, v in value.items() if isinstance(v, (str, dict, list))
            )
        elif isinstance(value, list):
            if _KEYS.fullmatch(key):
                lines = tuple(line for item in value for line in _item_lines(item, 0))
                if lines:
                    yield Text(f"state:{state.name}{pointer}", lines, lines[0].text)
            for n, v in enumerate(value):  # a flat list whose items refer to one another, as Nuxt writes it
                if isinstance(v, str) and len(v) >= _SHORTEST and _MARK_UP.search(v):
                    yield Text(f"state:{state.name}{pointer}/{n}", tuple(blocks_in(v)), v)
            stack.extend((f"{pointer}/{n}", key, v, depth + 1) for n, v in enumerate(value) if isinstance(v, (dict, list)))


def _flat_lists(state: State) -> Iterator[Text]:
    """Lists of blocks in flat state; the text stands where the first of its lines does."""
    data = state.data if isinstance(state.data, list) else []
    lists = 0
    for number, value in enumerate(data):
        for key, inner in Said(state, f"/{number}", value).items() if isinstance(value, dict) else ():
            if not isinstance(inner.value, list) or not _KEYS.fullmatch(key) or lists >= _LISTS:
                continue
            lists += 1
            lines = tuple(line for item in spelled_out(inner, _BLOCKS) or () for line in _item_lines(item, 0))
            first = next((n for n, v in enumerate(data) if lines and isinstance(v, str) and lines[0].text in v), None)
            if first is not None:
                yield Text(f"state:{state.name}/{first}", lines, lines[0].text)


def _item_lines(item: Any, depth: int) -> Iterator[Block]:
    """The text of one block of a list: a string, or what stands under a speaking key of an object."""
    if depth > 6:
        return
    if isinstance(item, str):
        if len(item) > 1 and not _ADDRESS.fullmatch(item[:2000]) and " " in item.strip():
            yield from blocks_in(item)
    elif isinstance(item, list):
        for part in item:
            yield from _item_lines(part, depth + 1)
    elif isinstance(item, dict):
        kind = item.get("type") or item.get("__typename") or item.get("_type") or item.get("kind") or ""
        if isinstance(kind, str) and _NOT_TEXT.search(kind):
            return
        for name in _WORDS:
            lines = list(_item_lines(item[name], depth + 1)) if name in item else []
            if lines:
                yield from lines
                return


def blocks_in(text: str) -> Iterator[Block]:
    """The blocks of a string that is mark-up (escaped or not) or plain lines."""
    if "&lt;" in text and not _MARK_UP.search(text):
        text = html.unescape(text)
    if not _MARK_UP.search(text):
        lines = (" ".join(raw.split()) for raw in html.unescape(text).splitlines())
        yield from (Block(BlockKind.PARAGRAPH, line) for line in lines if line)
        return
    try:
        root = fragment_fromstring(text, create_parent="div", parser=HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    for passage in passages(root):
        if not passage.marks & {"<figcaption>", "<figure>", "caption"}:
            yield block(passage)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
