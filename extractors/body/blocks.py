"""Kept passages as the blocks of an article, and what is embedded between them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import urljoin, urlsplit

from extractors.body.passages import Passage
from extractors.dom import Element
from model.article import Block, BlockKind

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_FRAMES = ("iframe", "amp-iframe", "amp-youtube", "amp-twitter", "amp-instagram")
_SOURCES = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-consent-src")


def blocks(kept: Sequence[Passage], tree: Element, url: str | None) -> tuple[Block, ...]:
    """A block for every kept passage, and for every frame of a known host between the first and the last, in order."""
    frames = _frames(kept, tree, url)
    result: list[Block] = []
    for passage in kept:
        made = block(passage)
        if not (result and result[-1].kind is made.kind is BlockKind.HEADING and result[-1].text == made.text):
            result.append(made)
        result.extend(frames.get(passage.index, ()))
    return tuple(result)


def block(passage: Passage) -> Block:
    """A passage as a block: its kind and level from the element it stands in."""
    level = _HEADINGS.get(passage.tag)
    if level is not None:
        return Block(BlockKind.HEADING, passage.text, level=level)
    if "<blockquote>" in passage.marks:
        return Block(BlockKind.QUOTE, passage.text, url=_quoted_from(passage.element))
    if "<li>" in passage.marks:
        return Block(BlockKind.LIST_ITEM, passage.text)
    return Block(BlockKind.PARAGRAPH, passage.text)


def post_quoted(passage: Passage) -> str | None:
    """The address of the social post whose words a passage is, or ``None``."""
    return _quoted_from(passage.element) if "<blockquote>" in passage.marks else None


def _quoted_from(element: Element) -> str | None:
    """The address of a quoted post: what the quotation cites, or its last link to a host of posts."""
    quote = next((e for e in (element, *element.iterancestors()) if e.tag == "blockquote"), None)
    if quote is None:
        return None
    given = [quote.get("cite"), quote.get("data-instgrm-permalink"), quote.get("data-video-id") and quote.get("cite")]
    links = [a.get("href") for a in quote.iter("a")]
    return next((u for u in (*given, *reversed(links)) if u and _known(u, "posts")), None)


def _frames(kept: Sequence[Passage], tree: Element, url: str | None) -> dict[int, list[Block]]:
    """Embedded frames by the index of the kept passage they follow."""
    found = {frame: address for frame in tree.iter(*_FRAMES) if (address := _address(frame, url))}
    found = {f: a for f, a in found.items() if _known(a, "media") or _known(a, "posts")}
    if not found or not kept:
        return {}
    numbers: dict[Element, int] = {}
    for passage in kept:
        numbers.setdefault(passage.element, passage.index)
    result: dict[int, list[Block]] = {}
    current = -1
    for element in tree.iter():
        current = max(current, numbers.get(element, -1))
        if element in found and 0 <= current < kept[-1].index:
            shown = Block(BlockKind.EMBED, " ".join((element.get("title") or "").split()), url=found[element])
            result.setdefault(current, []).append(shown)
    return result


def _address(frame: Element, url: str | None) -> str | None:
    source = next((v.strip() for name in _SOURCES if (v := frame.get(name))), "")
    if not source or source.startswith(("about:", "data:", "javascript:")):
        return None
    try:
        return urljoin(url or "", source)
    except ValueError:
        return None


def _known(address: str, group: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    place = f"{(parts.hostname or '').removeprefix('www.')}{parts.path}"
    return any(_at(place, host) for host in _hosts()[group])


def _at(place: str, host: str) -> bool:
    name, _, path = host.partition("/")
    found, _, rest = place.partition("/")
    return (found == name or found.endswith("." + name)) and rest.startswith(path)


@cache
def _hosts() -> dict[str, list[str]]:
    return tomllib.loads((files("extractors") / "words" / "embeds.toml").read_text("utf-8"))
