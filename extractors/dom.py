"""Small questions to the shared tree: visible text, a path to an element, what is noise.

Nothing here changes the tree. Everything is linear in the size of what it is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lxml.etree import _Element

Element: TypeAlias = _Element

HIDDEN_TAGS = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "head", "textarea", "select"})
_INLINE = """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr output q rp rt ruby s samp
    small span strike strong sub sup time tt u var wbr"""
INLINE_TAGS = frozenset(_INLINE.split())
SUBHEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
HEADINGS = SUBHEADINGS | {"h1"}
_NOISE_TAGS = frozenset({"nav", "footer", "aside", "form", "dialog", "menu"})
_NEVER_NOISE = frozenset({"html", "body", "main", "article"})
_NOISE = """nav navigation navbar menu menubar submenu footer sidebar breadcrumb breadcrumbs related recommended recommendation
    recommendations recirculation recirc newsletter newsletters comments comment disqus teaser teasers teaserlist popular
    mostread trending outbrain taboola cookie cookies consent onetrust subscribe subscription promo promos promotion
    banner advert advertisement ads ad share sharing social socials pagination pager modal popup overlay ticker
    livecenter toolbar masthead topbar skip login signup signin search readmore morenews latest"""
_NOISE_WORDS = frozenset(_NOISE.split())
_NOISE_PHRASES = (
    "most-read", "most-popular", "most-viewed", "read-more", "read-next", "more-news", "more-stories", "more-from", "also-read",
    "see-also", "you-may", "site-header", "page-header-nav", "global-header", "latest-news", "meist-gelesen", "weitere-artikel",
    "mehr-zum", "lire-aussi", "leer-mas", "leggi-anche", "lees-ook", "les-ogsaa", "laes-ogsaa",
)  # fmt: skip
_ANCHORS = frozenset("¶#§🔗")  # signs that link a heading to itself
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_DENIED = re.compile(r"(?<![A-Za-z])not[-_][A-Za-z]+")
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")


def collapse(text: str) -> str:
    """Text with runs of white space (no-break spaces too) as single spaces, trimmed."""
    return " ".join(text.split())


def pieces(element: Element) -> Iterator[str]:
    """The visible text of an element in order, a space at every edge of a block element."""
    if not _visible(element.tag):
        return
    outer_block = element.tag not in INLINE_TAGS
    if outer_block:
        yield " "
    yield element.text or ""
    opened: list[tuple[Element, bool]] = []
    children: Iterator[Element] = iter(element)
    waiting: list[Iterator[Element]] = []
    while True:
        child = next(children, None)
        if child is None:  # all of one element is read: its end, and what follows it
            if not opened:
                break
            children = waiting.pop()
            ended, block = opened.pop()
            if block:
                yield " "
            if tail := ended.tail:
                yield tail
            continue
        tag = child.tag
        if _visible(tag):
            text = child.text
            if tag != "a" or text not in _ANCHORS:
                block = tag not in INLINE_TAGS
                if block:
                    yield " "
                if text:
                    yield text
                if len(child):
                    opened.append((child, block))
                    waiting.append(children)
                    children = iter(child)
                    continue
                if block:
                    yield " "
        if tail := child.tail:
            yield tail
    if outer_block:
        yield " "


def _visible(tag: object) -> bool:
    return isinstance(tag, str) and tag not in HIDDEN_TAGS


def text_of(element: Element) -> str:
    """The collapsed visible text of an element; script, style and noscript left out."""
    if not len(element):
        return collapse(element.text or "") if _visible(element.tag) else ""
    return collapse("".join(pieces(element)))


def opening(element: Element, longest: int = 1000) -> str:
    """As much of an element's text as a heading can have: in damaged mark-up it may hold the rest of the page."""
    parts: list[str] = []
    size = 0
    for piece in pieces(element):
        parts.append(piece)
        size += len(piece.strip())
        if size > longest:
            break
    return collapse("".join(parts))


def css_path(element: Element) -> str:
    """An unambiguous CSS path from the root, such as ``html > body > article > p.byline:nth-of-type(2)``."""
    steps: list[str] = []
    item: Element | None = element
    while item is not None:
        parent = item.getparent()
        tag = str(item.tag).replace(":", "\\:")
        step = tag
        name = _CLASS.fullmatch((item.get("class") or " ").split(" ", 1)[0])
        if name:
            step += f".{name[0]}"
        if parent is not None:
            before = len(list(_siblings(item, preceding=True)))
            if before or next(iter(_siblings(item, preceding=False)), None) is not None:
                step += f":nth-of-type({before + 1})"
        steps.append(step)
        item = parent
    return " > ".join(reversed(steps))


def _siblings(element: Element, *, preceding: bool) -> Iterable[Element]:
    """Siblings of the same tag; damaged mark-up has tags that lxml makes but refuses to look for."""
    tag = str(element.tag)
    if tag.isalnum():
        return element.itersiblings(tag, preceding=preceding)
    return (s for s in element.itersiblings(preceding=preceding) if s.tag == tag)


def denied(names: str) -> str:
    """Class names without what they say an element is not: ``wsite-not-footer``."""
    return _DENIED.sub(" ", names) if "not" in names else names


def names_noise(element: Element) -> bool:
    """True where an element by its own tag, class, id or role is navigation, comments, teasers …"""
    tag = element.tag
    if tag in _NEVER_NOISE:
        return False
    if tag in _NOISE_TAGS and not (tag == "footer" and _inside_article(element)):
        return True
    if element.get("role") in {"navigation", "complementary", "search", "dialog", "contentinfo"}:
        return True
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    if not marks.strip():
        return False
    marks = denied(marks[:400])
    if any(w.lower() in _NOISE_WORDS for w in _WORDS.findall(marks)):
        return True
    flat = marks.lower().replace("_", "-")
    return any(p in flat for p in _NOISE_PHRASES)


def _inside_article(element: Element) -> bool:
    return next(element.iterancestors("article", "figure", "blockquote"), None) is not None
