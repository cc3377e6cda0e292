"""What the server let us see, and whether all of it is there.

Conservative on purpose: an article wrongly called a wall would be held
back, so anything but an article needs a page with hardly any text, or several signs at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from extractors.dom import Element
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Node, Page
from model.article import Access, Block, BlockKind, Complete, How

STUB = 1_200  # characters of body under which a paywall's words are believed
SCANT = 500  # characters under which a wall or an error page is thought of at all
LITTLE = 8_000  # characters of visible text beyond which a page is no mere wall
_WORDS_FILE = Path(__file__).parents[1] / "words" / "walls.toml"
_CHALLENGE = re.compile(
    r"_cf_chl_opt|px-captcha|captcha-delivery\.com|cf-challenge|sec-if-cpt-container|g-recaptcha|h-captcha", re.I
)
_PARTS = re.compile(r"\s[-–—|·•]\s|[|:]")
_ENDINGS = frozenset(".!?…\"”»’')]）」』。！？।॥؟*;:")


def read(page: Page, body: tuple[Block, ...]) -> Resolved[Access]:
    """Open where nothing says otherwise. ``paywalled`` means that the text breaks off; where a
    piece is declared as not free and is all there, it is ``metered``.
    """
    size = size_of(body)

    def bot_check(page: Page) -> Iterator[Candidate[Access]]:
        if size < SCANT and not page.articles:
            found = _CHALLENGE.search(page.markup[:400_000])
            if found and size < SCANT / 2:
                yield Candidate(Access.BOT_CHECK, How.MARKED, "markup", found[0])
            yield from _titled(page, "bot_check", Access.BOT_CHECK)

    def error_page(page: Page) -> Iterator[Candidate[Access]]:
        sort = page.meta_first("og:type")
        most = SCANT if sort is not None and sort.content == "article" else 2 * SCANT
        if size < most and not page.articles:
            yield from _titled(page, "error", Access.ERROR_PAGE)

    def consent_wall(page: Page) -> Iterator[Candidate[Access]]:
        if size < SCANT:
            yield from _said(page, "consent", Access.CONSENT_WALL, page.tree.find("body"))

    def declared(page: Page) -> Iterator[Candidate[Access]]:
        broken = _breaks_off(page, body)
        for place, quote in _not_free(page):
            yield Candidate(Access.PAYWALLED if broken else Access.METERED, How.DECLARED, place, quote)

    def paywall(page: Page) -> Iterator[Candidate[Access]]:
        if size < STUB and _breaks_off(page, body):
            yield from _said(page, "paywall", Access.PAYWALLED, page.main)

    def nothing_said(page: Page) -> Iterator[Candidate[Access]]:
        yield Candidate(Access.OPEN, How.INFERRED, "page", "")

    found = resolve(Field("access", (bot_check, error_page, consent_wall, declared, paywall, nothing_said)), page)
    return Resolved(found.value) if found.value is Access.OPEN else found


def complete(page: Page, body: tuple[Block, ...], access: Access | None) -> Resolved[Complete]:
    """Whether the whole text is there: by what the publisher counts, by walls, by where it breaks off."""

    def counted(page: Page) -> Iterator[Candidate[Complete]]:
        for node in page.articles[:1]:
            share = _share(node, body)
            if share is not None and (share >= 0.6 or share < 0.4):
                value = Complete.YES if share >= 0.6 else Complete.NO
                key = "/wordCount" if "wordCount" in node.data else "/articleBody"
                yield Candidate(value, How.DECLARED, node.where(key), str(node.data[key[1:]]))

    def walled(page: Page) -> Iterator[Candidate[Complete]]:
        if access not in {Access.OPEN, Access.METERED, None}:
            yield Candidate(Complete.NO, How.INFERRED, "page", "")

    def cut(page: Page) -> Iterator[Candidate[Complete]]:
        tail = page.markup[-300:]
        if tail.rfind("<") > tail.rfind(">"):
            yield Candidate(Complete.NO, How.INFERRED, "markup", tail[tail.rfind("<") :])

    def closed(page: Page) -> Iterator[Candidate[Complete]]:
        found = re.search(r"</(?:html|body)\s*>", page.markup[-20_000:], re.I)
        if found and access is Access.OPEN and size_of(body) >= SCANT / 2 and not _breaks_off(page, body):
            yield Candidate(Complete.YES, How.INFERRED, "markup", found[0])

    found = resolve(Field("complete", (walled, counted, cut, closed)), page)
    return found if found.value else Resolved(Complete.UNKNOWN)


@cache
def words() -> dict[str, list[str]]:
    """The word lists of ``words/walls.toml``."""
    with _WORDS_FILE.open("rb") as file:
        return tomllib.load(file)


def size_of(body: tuple[Block, ...]) -> int:
    """Characters of a body's words; wide ones say twice as much."""
    return sum(len(b.text) * (2 if b.text[:1] > "\u2e7f" else 1) for b in body if b.kind is not BlockKind.EMBED)


@cache
def _begins_word(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words()[key]))})")


def _titled(page: Page, key: str, value: Access) -> Iterator[Candidate[Access]]:
    shown = page.text_of(page.h1) if page.h1 is not None else ""
    for text, place in (
        (page.title, "css:html > head > title"),
        (shown, "css:" + page.css(page.h1) if page.h1 is not None else ""),
    ):
        flat = text.casefold()
        alone = {part.strip(" .!") for part in _PARTS.split(flat)} & set(words().get(f"{key}_alone", ()))
        if len(flat) <= 90 and (alone or _begins_word(key).search(flat)):
            yield Candidate(value, How.MARKED, place, text)


def _said(page: Page, key: str, value: Access, element: Element | None) -> Iterator[Candidate[Access]]:
    text = page.text_of(element) if element is not None else ""
    if element is None or len(text) > LITTLE:
        return
    flat = text.lower()
    found = next((w for w in words()[key] if w in flat), None)
    if found:
        at = flat.find(found) if len(flat) == len(text) else 0
        yield Candidate(value, How.MARKED, "css:" + page.css(element), text[at : at + len(found)])


def _not_free(page: Page) -> Iterator[tuple[str, str]]:
    for node in page.articles[:1]:
        free = node.data.get("isAccessibleForFree")
        if free is False or (isinstance(free, str) and free.strip().lower() in {"false", "no"}):
            yield node.where("/isAccessibleForFree"), str(free)
    tier = page.meta_first("article:content_tier")
    if tier and tier.content.strip().lower() in {"locked", "metered"}:
        yield tier.where, tier.content


def _breaks_off(page: Page, body: tuple[Block, ...]) -> bool:
    size = size_of(body)
    share = next((s for s in (_share(n, body) for n in page.articles[:1]) if s is not None), None)
    if share is not None:
        return share < 0.5
    if size < STUB / 2:
        return True
    last = body[-1].text.rstrip()[-1:] if body else ""
    return size < 3 * STUB and last not in _ENDINGS


def _share(node: Node, body: tuple[Block, ...]) -> float | None:
    """How much of what the publisher counts is there; ``None`` where it does not count."""
    count: Any = node.data.get("wordCount")
    if isinstance(count, str) and count.strip().isdecimal() and len(count) < 7:
        count = int(count)
    if isinstance(count, int) and not isinstance(count, bool) and count >= 60:
        words = sum(len(b.text.split()) for b in body)
        return words / count if words * 30 > size_of(body) * 2 else None  # without spaces words cannot be counted
    text = node.data.get("articleBody")
    if isinstance(text, str) and len(text) > 400:
        return size_of(body) / len(text)
    return None
