"""What kind of page it is: a published piece, or a front, section or search page with the teasers of many.

Conservative on purpose, as a piece wrongly called a section page would be held back. What a
section page shows of its teasers is never its own: their authors and dates stay out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from extractors.body.passages import Passage
from extractors.body.reading import passages_of
from extractors.dom import Element
from extractors.field import Candidate, Field, Found, Resolved, resolve
from extractors.fields.access import SCANT, size_of, words
from extractors.page import Node, Page
from model.article import Block, How, PageType

T = TypeVar("T")

_FRONT_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage", "ContactPage", "AboutPage", "CheckoutPage"})
TEASERS = 12  # headings that are links, from which a page may be a list of other pieces
_FLOWING = 600  # characters of paragraphs side by side that only a piece of its own has
_PARAGRAPH = 60
_TITLE_WORDS = 3  # words up to which a heading may be the name of a paper or a section
_DEPTH, _STEP_LETTERS, _STEP_WORDS = 3, 24, 3
_STEP = re.compile(r"[^\W\d_]+(?:[-_+][^\W\d_]+)*")


def read(page: Page, body: tuple[Block, ...]) -> Resolved[PageType]:
    """The schema.org type as far as versions are concerned; an article where nothing speaks against it."""
    size = size_of(body)

    def article_types(page: Page) -> Iterator[Candidate[PageType]]:
        for node in page.articles[:1]:
            kinds = node.types
            kind = PageType.LIVE if "LiveBlogPosting" in kinds else PageType.ARTICLE
            kind = PageType.OPINION if "OpinionNewsArticle" in kinds else kind
            if kind is not PageType.ARTICLE or size >= SCANT / 5:
                yield Candidate(kind, How.DECLARED, node.where("/@type"), sorted(kinds)[0])

    def fronts(page: Page) -> Iterator[Candidate[PageType]]:
        if _declares_article(page):
            return
        for node in page.json_ld:
            if node.types & _FRONT_TYPES and size < 2 * SCANT:
                yield Candidate(PageType.SECTION, How.DECLARED, node.where("/@type"), sorted(node.types & _FRONT_TYPES)[0])
        if _lists_others(page, size):
            yield Candidate(PageType.SECTION, How.INFERRED, "page", "")

    def bare(page: Page) -> Iterator[Candidate[PageType]]:
        if size < SCANT / 5 and not page.articles and not _says_article(page):
            yield Candidate(PageType.OTHER, How.INFERRED, "page", "")

    def opinion_address(page: Page) -> Iterator[Candidate[PageType]]:
        known = frozenset(words()["opinion"])
        for step in unquote(urlsplit(page.url or "").path).lower().split("/")[1:-1]:
            if step in known:
                yield Candidate(PageType.OPINION, How.INFERRED, f"url:/{step}/", step)

    def choose(_page: Page, found: Sequence[Found[PageType]]) -> int:
        special = (i for i, f in enumerate(found) if f.candidate.value not in {PageType.ARTICLE, PageType.OPINION})
        return next(special, next((i for i, f in enumerate(found) if f.candidate.value is PageType.OPINION), 0))

    found = resolve(Field("type", (article_types, fronts, bare, opinion_address), choose=choose), page)
    return found if found.value else Resolved(PageType.ARTICLE)


def own(page: Page, kind: PageType | None, found: Resolved[T]) -> Resolved[T]:
    """What was found, or nothing where the page is a section page and it was not declared for the page itself.

    Declared for itself is what its metas, its address or JSON-LD about the page say; a
    teaser's JSON-LD, ``<time>`` or byline is not.
    """
    if kind is not PageType.SECTION or found.value is None:
        return found
    places = [e.where for pointer, e in found.evidence.items() if pointer.count("/") <= 1]
    teasers = tuple(n.where() for n in page.articles if not _is_own(page, n))
    declared = all(p.startswith(("meta:", "url:", "json-ld[")) and not _within(p, teasers) for p in places)
    return found if places and declared else Resolved(None)


def _within(place: str, nodes: Sequence[str]) -> bool:
    return any(place == node or place.startswith(node + "/") for node in nodes)


def _lists_others(page: Page, size: int) -> bool:
    """Many headings that are links, an address without a piece in it, and no text that flows."""
    teasers = _teasers(page)
    if teasers < TEASERS:
        return False
    if size < SCANT and not page.articles and (_short_heading(page) or not page.url):
        return True
    path = urlsplit(page.url or "").path
    steps = [unquote(s) for s in path.split("/") if s]
    if page.url is None or urlsplit(page.url).query or not all(map(_names_section, steps)) or len(steps) > _DEPTH:
        return False
    return _short_heading(page) and not _flows(page)


def _names_section(step: str) -> bool:
    return len(step) <= _STEP_LETTERS and _STEP.fullmatch(step) is not None and len(re.split("[-_+]", step)) <= _STEP_WORDS


def _short_heading(page: Page) -> bool:
    return page.h1 is None or len(page.text_of(page.h1).split()) <= _TITLE_WORDS


def _flows(page: Page) -> bool:
    """Whether paragraphs stand side by side as only a piece's do: a teaser's stands alone in its card."""
    beside: Counter[Element | None] = Counter()
    for passage in passages_of(page):
        if len(passage.text) >= _PARAGRAPH and 3 * passage.linked < len(passage.text):
            beside[_shelf(passage)] += len(passage.text)
    return any(size >= _FLOWING for size in beside.values())


def _shelf(passage: Passage) -> Element | None:
    return passage.element.getparent() if passage.tag == "p" else passage.element


def _declares_article(page: Page) -> bool:
    return _says_article(page) or any(_is_own(page, n) for n in page.articles)


def _is_own(page: Page, node: Node) -> bool:
    """Whether an article in JSON-LD is the page's: it has the page's address, or none and is the only one."""
    said = page.addresses_of(node)
    if said:
        return bool(said & page.own_addresses)
    return len(page.articles) == 1


def _says_article(page: Page) -> bool:
    kind = page.meta_first("og:type")
    return (kind is not None and kind.content.strip().lower() == "article") or page.meta_first(
        "article:published_time"
    ) is not None


def _teasers(page: Page) -> int:
    """Headings that are links: what a front page is made of."""
    headings = islice(page.tree.iter("h2", "h3", "h4"), 400)
    return sum(next(h.iter("a"), None) is not None or any(a.tag == "a" for a in islice(h.iterancestors(), 3)) for h in headings)
