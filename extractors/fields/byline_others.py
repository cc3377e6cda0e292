"""Boxes below the text that name others than its authors: lists of a paper's writers, other pieces with theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from extractors.body.furniture import begins_as
from extractors.cards import above_text
from extractors.dom import INLINE_TAGS, Element, pieces
from extractors.fields import names
from extractors.fields.byline_element import leads_to_profile, says_author
from extractors.page import Page
from extractors.words.people import people

_AROUND = 6  # elements around a name among which its box is looked for
_BOX = 3_000  # characters
_LABEL = 60  # characters
_TITLE = 12  # characters of a link that are a title
_NAME = 60  # characters
_PLAIN_LINES = frozenset({"p", *INLINE_TAGS})


def names_another(page: Page, element: Element) -> bool:
    """Whether an element that names somebody stands below the first paragraph in a box of other people or other pieces.

    A box holds several names, or a name and the title of another piece. Whose box it is, its label
    says ("About the authors", "More from our writers"), else what stands beside the names.
    """
    if element in above_text(page) or not page.text_of(element):
        return False
    box, named = _box(page, element)
    label = _label(page, box, named[0])
    kind = _kind(label, [page.text_of(n) for n in named], page.language)
    if kind is not None:
        return kind == "others" or _are_pieces(page, box, named)
    if _are_pieces(page, box, named):
        return True
    return len(named) > 1 and _is_list(page, box, named)


def row_of_own(page: Page, element: Element) -> list[Element]:
    """The names of a box about this piece's authors that ``element`` begins; the element alone anywhere else."""
    if element in above_text(page) or not page.text_of(element):
        return [element]
    box, named = _box(page, element)
    own = named[0] is element and _kind(_label(page, box, element), [], page.language) == "own"
    return named if own else [element]


def _box(page: Page, element: Element) -> tuple[Element, list[Element]]:
    """The smallest element around a name with another person in it, and the names; else the largest that is a box of its own."""
    box, named = element, [element]
    for outer in islice(element.iterancestors(), _AROUND):
        if outer in page.around_main or outer in page.around_headline or outer.tag == "body" or _is_longer(outer):
            break
        box = outer
        found = _names_in(page, outer)
        if len({names.key(page.text_of(n)) for n in found}) > 1:
            named = found
            break
    return box, named


def _is_longer(element: Element) -> bool:
    size = 0
    for piece in pieces(element):
        size += len(piece.strip())
        if size > _BOX:
            return True
    return False


def _names_in(page: Page, box: Element) -> list[Element]:
    found: list[Element] = []
    for item in box.iter():
        if not isinstance(item.tag, str) or not (leads_to_profile(item) or says_author(item)):
            continue
        text = page.text_of(item)
        inside = found and any(a is found[-1] for a in item.iterancestors())
        if len(text) <= _NAME and names.is_person(text, page.language) and not inside:
            found.append(item)
    return found


def _label(page: Page, box: Element, first: Element) -> str:
    """What stands in a box before its first name, else the short line right above the box."""
    before, _, _ = page.text_of(box).partition(page.text_of(first))
    if box is not first and before.strip():
        return before if len(before) <= _LABEL else ""
    for outer in (box, box.getparent()):
        above = None if outer is None else outer.getprevious()
        if above is not None and 0 < len(page.text_of(above)) <= _LABEL:
            return page.text_of(above)
    return ""


def _kind(label: str, named: list[str], language: str | None) -> str | None:
    """What a label says of the names behind it: ``own``, ``others``, or ``None`` where it says nothing."""
    low = label.casefold().replace("’", "'").strip(" :,.-–—|»›>")
    words = people(language)
    if not low:
        return None
    if low in words.about or low in {w.strip(" :") for w in words.by}:
        return "own"
    if low.startswith(words.others):
        return "others"
    own = any(names.key(n) in names.key(label) for n in named)
    return "others" if begins_as(label, language) == "more" and not own and len(named) > 1 else None


def _items(box: Element, named: list[Element]) -> Iterator[Element]:
    """What of a box belongs to each name: the part of it that holds this name and no other."""
    for name in named:
        item = name
        for outer in name.iterancestors():
            if outer is box or any(n is not name and n in outer.iterdescendants() for n in named):
                break
            item = outer
        yield item


def _are_pieces(page: Page, box: Element, named: list[Element]) -> bool:
    """Whether a title of another piece, and one only, stands beside each name or most of them."""
    items = list(_items(box, named)) if len(named) > 1 else [box]
    with_title = 0
    for item in items:
        titles = [a for a in item.iter("a") if _leads_to_piece(page, a)]
        size = len(page.text_of(item)) or 1
        with_title += len(titles) == 1 and len(page.text_of(titles[0])) >= 0.4 * size
    return 2 * with_title > len(items)


def _leads_to_piece(page: Page, link: Element) -> bool:
    href = link.get("href") or ""
    if href[:1] in {"", "#"} or leads_to_profile(link) or page.is_own_address(href):
        return False
    text = page.text_of(link)
    if names.is_person(text, page.language):
        return False
    try:
        same = urlsplit(urljoin(page.url or "", href)).netloc == urlsplit(page.url or "").netloc
    except ValueError:
        return False
    return same and len(text) > _TITLE and " " in text and not re.search(r"\w@\w", text)


def _is_list(page: Page, box: Element, named: list[Element]) -> bool:
    """Whether the names stand in elements of their own with nothing beside them and no mark that says author."""
    items = list(_items(box, named))
    if any(len(page.text_of(i)) > 2 * _NAME for i in items) or any(says_author(e) and e.get("class") for e in (box, *items)):
        return False
    return any(i.tag not in _PLAIN_LINES for i in items)
