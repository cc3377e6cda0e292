"""The links of a section page that look like articles, each with the reasons.

Only which links are worth a look is decided here; whether what comes is an article is decided
when it was read. So a doubtful link may pass, and a menu must not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from model.identity import alias_key, is_front_page, same_domain
from sources.listing import Item, Listing, Shape, address, line
from sources.sections.tree import parse

ENOUGH = 3
MOST_LINKS = 5_000

_DATE = re.compile(
    r"/(?:19|20)\d{2}[/-](?:0?[1-9]|1[0-2]|[a-z]{3})(?:[/-](?:0?[1-9]|[12]\d|3[01]))?(?=[/-])|/(?:19|20)\d{6}(?=[/-])"
)
_NUMBER = re.compile(r"(?:^|[/.-])[a-z]{0,3}-?\d{5,}(?:$|[/.-])|/\d{4,}/?$|[?&](?:id|p|art|story|aid|nid)=\d{3,}", re.I)
_PIECE = re.compile(r"/(?:articles?|story|stories|news-?story|artikel|articulo|noticias?|a|p)/[^/]+", re.I)
_SUFFIX = re.compile(r"\.(?:s?html?|phtml|php|ece|aspx?|story)$", re.I)
_NOT_A_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|m4a|avi|zip|css|js|xml|rss|ics|apk|exe|docx?|xlsx?)$", re.I)
_NO_PIECE = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|authors?|users?|profile|search|log-?in|register|sign-?(?:in|up)|subscri[\w-]+|account|about(?:-us)?"
    r"|contact(?:-us)?|privacy\S*|terms\S*|cookies?|imprint|impressum|advertis\w+|newsletters?|help|faq|jobs|careers|shop|feeds?|rss"
    r"|page|archives?|wp-(?:admin|login|content)|cart|share|print|comments?|datenschutz|kontakt|abo)(?:[/?.]|$)",
    re.I,
)
_MENUS = frozenset({"nav", "footer", "header", "aside", "menu", "select"})
_MENU_WORDS = re.compile(r"\b(?:nav\w*|menu|footer|breadcrumbs?|masthead|social|share|cookie|toolbar|pagination|sitemap)\b", re.I)
_MAIN = frozenset({"main", "article"})
_HEADS = frozenset({"h1", "h2", "h3", "h4"})
_LONG_TEXT, _SHORT_TEXT = 25, 12
_LONGEST_MARK = 1_000  # read anew for every link inside


def read_section(markup: str, url: str | None) -> Listing:
    """The links of a page that look like articles, in the page's order, each address once.

    Raises ``Unreadable`` where nothing can be made of the mark-up.
    """
    tree, base = parse(markup, url)
    title = line(next((t.text_content() for t in tree.iter("title")), None))
    best: dict[str, tuple[int, Item]] = {}
    own = alias_key(url) if url else ""
    for number, link in enumerate(tree.iter("a")):
        if number >= MOST_LINKS:
            break
        place = address((link.get("href") or "").partition("#")[0], base)
        if place is None or alias_key(place) == own or (url and not same_domain(place, url)):
            continue
        score, why = judge(place, line(link.text_content()) or "", link)
        key = alias_key(place)
        if score >= ENOUGH and (key not in best or score > best[key][0]):
            shown = best[key][1].title if key in best else None
            item = Item(place, title=line(link.text_content()) or shown, why=why)
            best[key] = (score, item)
    return Listing(Shape.SECTION, url, title, tuple(item for _, item in best.values()))


def judge(place: str, text: str, link: HtmlElement) -> tuple[int, tuple[str, ...]]:
    """How much speaks for a link being an article (``ENOUGH`` is enough), and what."""
    path = urlsplit(place).path
    if is_front_page(place) or _NOT_A_PAGE.search(path):
        return -10, ("no page of an article",)
    found = [*_of_address(place, path), *_of_text(text), *_of_place(link)]
    return sum(points for points, _ in found), tuple(f"{'+' if points > 0 else '-'} {why}" for points, why in found)


def _of_address(place: str, path: str) -> Iterator[tuple[int, str]]:
    if _DATE.search(path.lower()):
        yield 3, "a date in its address"
    if _NUMBER.search(path) or _NUMBER.search(place):
        yield 2, "a number in its address"
    if _PIECE.search(path):
        yield 1, "its address says article"
    slug = max(path.strip("/").split("/"), key=len)
    words = [word for word in re.split(r"[-_]", slug) if len(word) > 1]
    if len(words) >= 4:
        yield 2, "a headline in its address"
    elif len(words) >= 3 or len(slug) >= 40:
        yield 1, "some words in its address"
    if _SUFFIX.search(path):
        yield 1, "its address names a page"
    if _NO_PIECE.search(place):
        yield -4, "its address says that it is none"
    elif path.strip("/").count("/") == 0 and len(words) < 3 and not any(c.isdigit() for c in path):
        yield -2, "its address is that of a section"


def _of_text(text: str) -> Iterator[tuple[int, str]]:
    # scripts without spaces say as much in half the characters
    length = len(text) if " " in text or text.isascii() else 2 * len(text)
    if length >= _LONG_TEXT:
        yield 1, "a link as long as a headline"
    elif 0 < length < _SHORT_TEXT:
        yield -1, "a short link"


def _of_place(link: HtmlElement) -> Iterator[tuple[int, str]]:
    names = [link, *link.iterancestors()]
    tags = {str(x.tag) for x in names}
    if tags & _HEADS or any(str(x.tag) in _HEADS for x in link.iter()):
        yield 1, "it is a heading"
    if tags & _MAIN:
        yield 1, "it stands in the main part"
        return
    marks = " ".join((x.get(name) or "")[:_LONGEST_MARK] for x in names[:8] for name in ("class", "id", "role"))
    if tags & _MENUS or _MENU_WORDS.search(marks.replace("_", " ").replace("-", " ")):
        yield -3, "it stands in a menu, a header or a footer"
