"""Where on the page the article is: its headline element, and the element around all of it.

Both are judgements from structure and from what the head of the page says its title is,
good enough to look near them first; neither is good as the only place to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice

from extractors import headings
from extractors.dom import Element, opening

_WORD = re.compile(r"\w+")
_HEADLINE_CLASS = re.compile(r"head-?line|title|titel|titre|titulo|titolo|rubrik|otsikko|kop\b", re.I)
_SITE_CLASS = re.compile(r"logo|brand|site-?(?:name|title)|masthead|sr-only|visually-?hidden", re.I)
_PARAGRAPH_MIN = 40
_SITE_NAME_WORDS = 6
_FONTS = 200  # elements
_LARGE = re.compile(r"[4-7]|\+[1-4]")
_HEADLINE_WORDS = 30
_HEADINGS = 40  # headings that are looked at
_ABOVE_WORDS = 4
_BEHIND = 4  # paragraphs behind a heading
_LARGE_WORDS, _ARTICLE = 3, 3  # words of a line in large type; letters of an article before them
_TEXT_MIN = 80  # characters
_HOME = re.compile(r"(?:https?://[^/]+)?/?(?:index\.\w+)?")
_LONGEST = 1000  # characters of a title that are looked at


def headline_element(tree: Element, titles: Sequence[str], noise: Callable[[Element], bool]) -> Element | None:
    """The element that shows the article's headline: the ``h1`` nearest to what the head of the
    page calls its title, else a heading with a headline's class that agrees with it.
    """
    wanted = [frozenset(_words(t)) for t in titles if t]
    wanted = [w for w in wanted if w]
    ranked: list[tuple[float, int, Element]] = []
    for position, element in enumerate(tree.iter("h1")):
        words = _words(opening(element))
        if not words or position > 60:
            continue
        score = _agreement(words, wanted)
        mark = f"{element.get('class') or ''} {element.get('id') or ''}"
        score += 0.15 * bool(_HEADLINE_CLASS.search(mark)) + 0.15 * (element.get("itemprop") == "headline")
        score -= 0.5 * bool(_SITE_CLASS.search(mark)) + 0.4 * noise(element) + 0.3 * (len(words) < 3)
        ranked.append((score, -position, element))
    if not ranked:
        found = _other_heading(tree, wanted, 0.0) if wanted else _above_text(tree, noise)
        return found if found is not None else _set_as_heading(tree, titles, noise)
    score, _, best = max(ranked, key=lambda r: r[:2])
    words = _words(opening(best))
    share = _cover(words, wanted)
    # a short heading that is little of the title may be the site's own name: another may say the rest
    short = share < 0.5 and len(words) < _SITE_NAME_WORDS
    other = _other_heading(tree, wanted, share) if wanted and (score < 0.3 or short) else None
    if other is not None:
        return other
    if _leads_home(best):
        own = headings.piece_of_title(tree, titles, _words, lambda e: noise(e) or e is best)
        if own is not None:
            return own
    if _leads_home(best) and all(w <= frozenset(words) for w in wanted):  # the page declares its site's name at most
        below = _above_text(tree, noise)
        return best if below is None else below
    return best if score >= 0.3 or not wanted or score > -0.2 else None


def main_element(tree: Element, h1: Element | None, noise: Callable[[Element], bool]) -> Element | None:
    """The smallest element with the headline and most of the page's paragraph text, or ``None``."""
    weight: dict[Element, float] = {}
    total = 0.0
    for paragraph in tree.iter("p", "blockquote", "div", "section", "article", "td"):
        size = _text_size(paragraph)
        if size < _PARAGRAPH_MIN or noise(paragraph):
            continue
        total += size
        for ancestor in paragraph.iterancestors():
            weight[ancestor] = weight.get(ancestor, 0.0) + size
    if not total:
        body = _marked_body(tree)
        return _around(body, h1) if body is not None else (h1.getparent() if h1 is not None else None)
    holder = max(weight, key=lambda e: (weight[e] >= 0.55 * total, _depth(e) if weight[e] >= 0.55 * total else 0))
    return _around(holder, h1)


def _text_size(element: Element) -> int:
    """Characters of running text directly in an element; wide ones say twice as much."""
    size = len((element.text or "").strip())
    inner = element.tag in {"p", "blockquote"}
    for child in element:
        size += len((child.tail or "").strip())
        if inner:
            size += len(child.text or "")
    first = (element.text or "").lstrip()[:1]
    return size * 2 if first > "\u2e7f" else size


def _around(element: Element, h1: Element | None) -> Element:
    if h1 is None:
        article = next(element.iterancestors("article"), None)
        return element if article is None else article
    above = {element, *element.iterancestors()}
    item: Element | None = h1
    while item is not None and item not in above:
        item = item.getparent()
    common = element if item is None else item
    article = common if common.tag == "article" else next(common.iterancestors("article"), None)
    return common if article is None else article


def _marked_body(tree: Element) -> Element | None:
    for element in tree.iter("article", "div", "section", "main"):
        if element.tag == "article" or "articleBody" in (element.get("itemprop") or ""):
            return element
    return None


def _other_heading(tree: Element, wanted: list[frozenset[str]], share: float) -> Element | None:
    """A heading that is not an ``h1`` and says more than ``share`` of the title, or ``None``."""
    best: tuple[float, Element] | None = None
    for element in islice(tree.iter("h2", "h3", "div", "span", "p"), 4_000):
        mark = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if (element.tag not in {"h2", "h3"} and not _HEADLINE_CLASS.search(mark)) or len(element) > 6:
            continue
        words = _words(opening(element))
        score = _agreement(words, wanted)
        if len(words) >= 3 and score >= 0.75 and _cover(words, wanted) > share + 0.1 and (best is None or score > best[0]):
            best = (score, element)
    return best[1] if best else _large_type(tree, wanted)


def _leads_home(heading: Element) -> bool:
    """Whether a heading is a link to the front page."""
    link = next(heading.iter("a"), None)
    return link is not None and _HOME.fullmatch(link.get("href") or "") is not None


def _above_text(tree: Element, noise: Callable[[Element], bool]) -> Element | None:
    """The first ``h2`` with a paragraph close behind it in the same element."""
    for element in islice(tree.iter("h2"), _HEADINGS):
        if _ABOVE_WORDS <= len(_words(opening(element))) <= _HEADLINE_WORDS and not noise(element):
            behind = islice(element.itersiblings("p"), _BEHIND)
            if any(_text_size(p) >= _PARAGRAPH_MIN and len(opening(p)) >= _TEXT_MIN for p in behind):
                return element
    return None


def _large_type(tree: Element, wanted: list[frozenset[str]]) -> Element | None:
    """On a page without headings, the first words in large type that have half of the title in them."""
    if next(tree.iter("h1", "h2"), None) is not None:
        return None
    for element in islice(tree.iter("font"), _FONTS):
        words = _words(opening(element))
        large = _LARGE.fullmatch((element.get("size") or "").strip())
        said = len(words) - (len(words) > 0 and len(words[0]) <= _ARTICLE)  # "The Wrexton Courier" is a site's name
        if large and said >= _LARGE_WORDS and len(words) <= _HEADLINE_WORDS and _agreement(words, wanted) >= 0.5:
            return element
    return None


def _set_as_heading(tree: Element, titles: Sequence[str], noise: Callable[[Element], bool]) -> Element | None:
    piece = headings.piece_of_title(tree, titles, _words, noise)
    if piece is not None or len(titles) > 1:  # a page that declares its title elsewhere, too, needs no guess
        return piece
    return headings.above_text(tree, titles, _words, noise)


def _cover(words: list[str], wanted: list[frozenset[str]]) -> float:
    have = frozenset(words)
    return max((len(have & w) / len(w) for w in wanted), default=0.0)


def _agreement(words: list[str], wanted: list[frozenset[str]]) -> float:
    have = frozenset(words)
    if not have:
        return 0.0
    # containment in the title counts most: titles carry the site's name as well
    return max((len(have & w) / len(have) * 0.8 + len(have & w) / len(w) * 0.2 for w in wanted), default=0.0)


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())


@lru_cache(maxsize=256)
def _word_tuple(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text[:_LONGEST].lower()))


def _words(text: str) -> list[str]:
    found = list(_word_tuple(text))
    if len(found) < 4 and any(ord(c) > 0x2E7F for c in text[:200]):  # no spaces between words: pairs of characters
        flat = "".join(found)
        return [flat[i : i + 2] for i in range(max(1, len(flat) - 1))]
    return found
