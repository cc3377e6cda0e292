"""One element of a page: does it say that it holds the author, and whom does it name?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from extractors.dom import HIDDEN_TAGS, Element, collapse
from extractors.fields import byline, names
from extractors.fields.byline_parts import is_surname
from extractors.fields.others import CHECKED
from extractors.page import Page
from extractors.words import agencies
from model.article import Author

_CLASS = re.compile(
    r"(?<![a-z])(?:by-?_?lines?|authors?|autor(?:en|es|in|a|zy|i)?|auteurs?|autore|writers?|verfasser|redacteur|journalist|reporter|"
    r"contributors?|creator|signature|firma|skribent|kirjoittaja|muhabir|yazar|penulis|toimittaja|forfatter|vcard|username|szerz[oő]k?|tekij[aä]|kirjoittajat|forfattere|"
    r"skribenter|autori|autoři|redaktor(?:ka)?|dziennikarz|wartawan|credit-?author|"
    r"(?:article|story|post|entry|news)-?_?(?:author|writer|by|meta-author))(?![a-z])",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"comment|discuz|avatar|related|image|photo|foto|bild|caption|media|social|share|follow|newsletter|teaser|(?<!v)card|list(?!ing)|"
    r"recommend|popular|sidebar|promo|advert|copyright|biography|description|about|more-from|tooltip|popup|modal|subscribe|"
    r"bio(?![a-z])|count|logo|search|login",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PROFILE = re.compile(
    r"/(?:authors?|autor(?:en|es|e|in)?|auteurs?|szerz[oő]k?|yazarlar|tac-?gia|syntaktis|syntaktes|redactores?|periodistas?|colunistas?|columnistas?|redak(?:tion|teure?|tor)|staff|people|profiles?|profil|contributors?|writers?|journalists?|"
    r"users?|persons?|personen?|bio|by|team|editors?|reporters?|schrijver|skribent|yazar|penulis)/",
    re.IGNORECASE,
)
NO_BYLINE = HIDDEN_TAGS | {"meta", "link", "img", "html", "body", "input", "form", "figure", "figcaption", "nav", "button"}
_SKIPPED = HIDDEN_TAGS | {"time", "button", "figure", "figcaption", "picture", "img"}
_FILED = re.compile(
    r"(?:in|under)$|(?:(?:posted|filed|published|veröffentlicht) (?:in|under)|categor(?:y|ies)|kategorien?|tags?|topics?|"
    r"schlagw[oö]rte?r?"
    r"|rubri(?:k|ques?)|catégories?|categor[ií]as?|etiquetas|more posts|share)\b",
    re.IGNORECASE,
)
_FILED_BEHIND = re.compile(r"\d.*\s(?:in|under|unter|dans|en|em|i|w)$")  # "Posted by A. Person on March 5 in" Bread, Family

_NAME_IN_CARD = re.compile(
    r"(?<![a-z])(?:author|autor|auteur|writer|yazar)\w{0,3}[-_]{1,2}(?:\w{2,10}[-_]{1,2}){0,2}(?:name|nombre|nome|nom|adi)(?![a-z])",
    re.I,
)
_CARD = re.compile("card|list", re.I)
_FOR_LISTENERS = re.compile(r"visually-?hidden|sr-only|screen-?reader", re.I)


def says_author(element: Element) -> bool:
    """True where class, ``rel``, ``itemprop`` or tag of an element says author or byline."""
    if element.tag in NO_BYLINE:
        return False
    if element.tag == "byline":
        return True
    said = False
    for key, value in element.items():
        if key in _ATTRIBUTES:
            said = said or _mark_says_author(value)
        elif (key == "rel" and "author" in value.split()) or (key == "itemprop" and "author" in value):
            return True
    return said and not any(_mark_says_no(v) for k, v in element.items() if k in _ATTRIBUTES)


_ATTRIBUTES = frozenset({"class", "id", "data-testid", "data-qa", "data-component"})
_STEM_WORDS = """byline by-line by_line author autor auteur autore writer verfasser redac journalist report contribut creator
    signature firma skribent kirjoittaja muhabir yazar penulis toimittaja forfatter vcard username szerz tekij
    redaktor dziennikarz wartawan -by _by"""
_STEMS = tuple(_STEM_WORDS.split())


@lru_cache(maxsize=8192)
def _mark_says_author(mark: str) -> bool:
    if mark == "by":
        return True
    low = mark.lower()
    for stem in _STEMS:  # cheap: most marks have none of them
        if stem in low:
            return len(mark) <= 400 and bool(_CLASS.search(_CAMEL.sub("-", mark)))
    return False


@lru_cache(maxsize=8192)
def _mark_says_no(mark: str) -> bool:
    if _NAME_IN_CARD.search(mark):
        mark = _CARD.sub("", mark)
    return bool(_NOT.search(mark) or _FOR_LISTENERS.search(mark))  # what only screen readers say are labels


def read(page: Page, element: Element) -> tuple[Author, ...]:
    """The authors of one byline element: its own name elements where it has them, else its words."""
    language = page.language
    named = [e for e in element.iter() if isinstance(e.tag, str) and _holds_name(e) and not _checked_before(page, element, e)]
    named = [e for e in named if not any(_is_category(a) for a in islice(e.iterancestors(), 4))]
    named = [e for e in named if not any(o is not e and o in set(e.iter()) for o in named)]
    found: list[str] = []
    for item in named:
        plain, _ = byline.without_lead(page.text_of(item), language)
        plain = names.clean(plain)
        if 1 < len(plain) <= 50 and len(plain.split()) <= 6 and not names.never(plain, language):
            found.append(plain)
    parts = byline.read_pieces(pieces_of(element), language)
    persons = tuple(a for a in parts if names.is_person(a.name, language) or agencies.agency(a.name) or is_surname(a.name))
    whole = [f for f in found if names.is_person(f, language)]
    if whole:
        keys = {names.key(f) for f in whole}
        kept = tuple(a for a in parts if names.key(a.name) in keys or agencies.agency(a.name))
        if {names.key(a.name) for a in kept} >= keys:
            return kept
        return tuple(Author(f) for f in dict.fromkeys(whole))
    if persons and not (found and all(agencies.is_organization(f) is False and len(f.split()) == 1 for f in found)):
        return persons
    if len(found) == 1 and "," not in found[0]:
        return byline.read(found[0], language, single=True) or (Author(found[0]),)
    return parts


def together(lists: Iterable[tuple[Author, ...]]) -> tuple[Author, ...]:
    """Several lists of authors as one, nobody twice."""
    found: dict[str, Author] = {}
    for authors in lists:
        for author in authors:
            found.setdefault(names.key(author.name), author)
    return tuple(found.values())


def _holds_name(element: Element) -> bool:
    if element.tag in _SKIPPED:
        return False
    marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    if re.search(r"(?<![a-z])(?:fn|full-?name|author-?_?name|name)(?![a-z])", marks, re.IGNORECASE) and not _NOT.search(marks):
        return True
    if "author" in (element.get("rel") or "").split():
        return True
    return leads_to_profile(element)


def leads_to_profile(element: Element) -> bool:
    """True for a link to the page of an author."""
    if element.tag != "a":
        return False
    return "author" in (element.get("rel") or "").split() or bool(_PROFILE.search(element.get("href") or ""))


def _checked_before(page: Page, root: Element, element: Element) -> bool:
    """True where "reviewed by" or the like stands right before a name."""
    before = element.getprevious()
    parent = element.getparent()
    own = (before.tail if before is not None else parent.text if parent is not None else None) or ""
    text = own if own.strip() or before is None else page.text_of(before)
    return element is not root and bool(CHECKED.search(collapse(text or "")[-40:]))


def pieces_of(element: Element) -> list[str]:
    """The texts of a byline, one for each run that the mark-up sets apart."""
    found: list[str] = []

    def walk(item: Element) -> None:
        if item.tag in _SKIPPED or _is_category(item) or _writes_to(item):
            return
        if item.text:
            found.append(collapse(item.text))
        for child in item:
            if isinstance(child.tag, str):
                walk(child)
            if child.tail:
                found.append(collapse(child.tail))

    walk(element)
    kept: list[str] = []
    skipping = False
    for piece in (p for f in found if f for p in _STRONG.split(f) if p.strip()):
        if kept and (_FILED.match(piece.strip()) or _FILED_BEHIND.search(kept[-1])):
            break
        credit = CHECKED.search(piece)
        if credit:
            skipping = True
            piece = piece[: credit.start()].strip()
            if piece:
                kept.append(piece)
        elif skipping and (_STRONG.match(piece) or byline.says_by(piece) or byline.without_lead(piece, None)[1]):
            skipping = False
        if not skipping and piece.strip():
            kept.append(piece.strip())
    return kept


def _writes_to(element: Element) -> bool:
    """True for a link that says "Mail" beside a name."""
    return element.tag == "a" and (element.get("href") or "").startswith("mailto:") and len((element.text or "").split()) == 1


_STRONG = re.compile(r"(\s*[|•►]\s*)")


def _is_category(element: Element) -> bool:
    """True for links to a section or a topic and for a path of them, which stand beside bylines and look like names."""
    if "breadcrumb" in (element.get("class") or ""):
        return True
    if element.tag != "a":
        return False
    rel = (element.get("rel") or "").split()
    return (
        "tag" in rel
        or "category" in rel
        or bool(re.search(r"/(?:category|categories|tags?|topics?|thema|kategorie)/", element.get("href") or ""))
    )
