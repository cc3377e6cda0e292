"""Caption and credit that stand outside an image's box: behind it, before it, in attributes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from extractors.dom import HIDDEN_TAGS, Element, collapse
from extractors.fields.captions import is_credit, split_caption
from extractors.fields.credit_words import lexicon
from extractors.figures.named import (
    CREDIT,
    LONGEST_CAPTION,
    LONGEST_CREDIT,
    is_junk,
    is_named_words,
    leaves,
    letters,
    text_without,
)
from extractors.figures.words import Words, credit_by_position, license_page, with_caption, with_credit, words_in_box
from extractors.page import Page
from extractors.words.people import people

_CAPTIONS = frozenset({"alt", "title", "data-title", "data-alt", "aria-label"})
_SHOWN_CAPTIONS = frozenset({"data-caption", "data-image-caption", "data-sub-html", "data-lightbox-caption", "data-img-caption"})
_TAG = re.compile(r"<[^<>]{0,200}>")
_CENTER = re.compile(r"text-align\s*:\s*center", re.I)
_SLANTED = frozenset({"i", "em", "small"})
LONGEST_PENDING = 350  # characters: a longer paragraph behind an image is the article's, not a caption


def read_words(page: Page, box: Element, image: Element, organizations: Collection[str]) -> Words:
    """Caption and credit in a box that holds one image, and in what follows right behind it."""
    words = words_in_box(page, box, image, organizations)
    if words.caption is None or words.credit is None:
        words = _behind(page, box, image, words, organizations)
    if words.credit is None or words.caption is None:
        words = _in_attributes(page, box, image, words, organizations)
    if words.credit is not None:
        words = replace(words, credit=replace(words.credit, acquire_license_page=license_page(page, box)))
    return words


def _behind(page: Page, box: Element, image: Element, words: Words, organizations: Collection[str]) -> Words:
    """What stands right behind the box: named words, the alternative text once more, or a credit.

    A paragraph between image and credit is the caption; a paragraph with no credit behind it is
    the article's text and ends the search.
    """
    alts = {letters(image.get(name) or "") for name in ("alt", "title")} - {""}
    pending: Element | None = None
    before = box.getprevious()
    if words.credit is None and before is not None and _is_credit_text(page, before, organizations):
        words = with_credit(page, words, page.text_of(before), before, organizations)
        behind = box.getnext()
        if (
            words.caption is None
            and behind is not None
            and behind.getnext() is None
            and 0 < len(page.text_of(behind)) <= LONGEST_CREDIT
        ):
            return replace(words, caption=page.text_of(behind), caption_at=behind)
    for leaf in _leaves_behind(page, box):
        text = page.text_of(leaf)
        if is_junk(text):
            continue
        if _heads_byline(text, page.language):
            break
        named = next(
            (
                a
                for a in (leaf, leaf.getparent())
                if a is not None and len(page.text_of(a)) <= LONGEST_CAPTION and is_named_words(a)
            ),
            None,
        )
        same = len(text) > 12 and any(letters(text).startswith(a[:60]) or a.startswith(letters(text)) for a in alts)
        if (
            words.credit is None
            and len(text) <= LONGEST_CREDIT
            and is_credit(text, page.language, organizations=organizations, strict=named is None)
        ):
            words = with_credit(page, words, text, leaf, organizations)
            if words.caption is None and pending is not None:
                words = replace(words, caption=page.text_of(pending), caption_at=pending)
            return words
        slanted = named is None and not same and _set_apart(page, leaf, text, organizations)
        if words.caption is None and (same or ((named is not None or slanted) and len(text) <= LONGEST_CAPTION)):
            own = credit_by_position(page, leaf, organizations) if words.credit is None else None
            if own is not None:
                words = with_credit(page, words, page.text_of(own), own, organizations)
            words = with_caption(page, words, text_without(leaf, {own} if own is not None else ()), leaf, organizations)
            if words.credit is not None:
                return words
        elif pending is None and words.caption is None and len(text) <= LONGEST_PENDING:
            pending = leaf
        else:
            break
    return words


def _heads_byline(text: str, language: str | None) -> bool:
    """True for a line that is nothing but "Author" or the like: what follows is who wrote the piece."""
    return text.casefold().strip(" :") in people(language).about


def _slanted(leaf: Element) -> bool:
    """True for a block that is set in italics or small print from end to end, as captions are."""
    if leaf.tag in _SLANTED:
        return True
    inner = leaf[0] if len(leaf) == 1 else None
    return inner is not None and inner.tag in _SLANTED and not (leaf.text or "").strip() and not (inner.tail or "").strip()


def _set_apart(page: Page, leaf: Element, text: str, organizations: Collection[str]) -> bool:
    """True for a block with a credit in it that is set as captions are; in the middle much else is set, too."""
    if _slanted(leaf):
        return _names_credit(page, text, organizations)
    credit = split_caption(text, page.language, organizations=organizations).credit if _centered(leaf) else None
    line = credit.credit_line if credit is not None and credit.names_someone else None
    return line is not None and is_credit(line, page.language, organizations=organizations, strict=True)


def _centered(leaf: Element) -> bool:
    """True for a block set in the middle, as captions are on pages made by hand."""
    return (leaf.get("align") or "").lower() == "center" or bool(_CENTER.search(leaf.get("style") or ""))


def _names_credit(page: Page, text: str, organizations: Collection[str]) -> bool:
    credit = split_caption(text, page.language, organizations=organizations).credit
    return credit is not None and credit.names_someone


def _leaves_behind(page: Page, box: Element) -> Iterator[Element]:
    """The next blocks of text after a box, a few, up to the next image or heading."""
    count, item = 0, box
    for _ in range(4):
        if (item.tail or "").strip():
            return
        for sibling in item.itersiblings():
            if (
                not isinstance(sibling.tag, str)
                or sibling.tag in HIDDEN_TAGS
                or sibling.tag in ("button", "nav", "aside", "form")
            ):
                continue
            if (
                sibling.tag in ("h1", "h2", "h3", "img", "picture", "figure", "ul", "ol", "time", "header")
                or next(sibling.iter("img", "h1", "time", "iframe"), None) is not None
            ):
                return
            for leaf in leaves(page, sibling):
                yield leaf
                count += 1
                if count >= 4:
                    return
            if (sibling.tail or "").strip():
                return
        parent = item.getparent()
        if parent is None or parent.tag in ("body", "main", "article"):
            return
        item = parent


def _in_attributes(page: Page, box: Element, image: Element, words: Words, organizations: Collection[str]) -> Words:
    """A credit in an attribute: ``data-credit="A. B./dpa"``, ``title="… | Bild: dpa"``, and a caption in ``data-caption``."""
    holders = [image, *(a for a in image.iterancestors() if a is box or box in a.iterancestors())]
    for holder in holders[:6]:
        for name, value in [(str(k), str(v)) for k, v in holder.attrib.items()]:
            text = _plain(value)
            if not 2 < len(text) < LONGEST_CAPTION or "://" in text:
                continue
            if name.startswith("data-") and CREDIT.search(name):
                if words.credit is None and is_credit(text[: LONGEST_CREDIT + 1], page.language, organizations=organizations):
                    words = replace(with_credit(page, words, text, holder, organizations), credit_in=name)
            elif name in _CAPTIONS or name in _SHOWN_CAPTIONS:
                words = _split_attribute(page, words, text, holder, name, organizations)
    return words


def _split_attribute(page: Page, words: Words, text: str, holder: Element, name: str, organizations: Collection[str]) -> Words:
    split = split_caption(text, page.language, organizations=organizations)
    credit = split.credit
    if words.credit is None and credit is not None and credit.names_someone:
        announced = lexicon(page.language).lead.match(credit.credit_line or "")
        if split.caption or announced:
            words = replace(words, credit=credit, credit_at=holder, credit_quote=credit.credit_line or "", credit_in=name)
    if words.caption is None and name in _SHOWN_CAPTIONS and split.caption and " " in split.caption:
        words = replace(words, caption=split.caption, caption_at=holder, caption_in=name)
    return words


def _plain(value: str) -> str:
    """An attribute's words; some carry a caption as mark-up."""
    return collapse(_TAG.sub(" ", value)) if "<" in value else collapse(value)


def _is_credit_text(page: Page, element: Element, organizations: Collection[str]) -> bool:
    if not isinstance(element.tag, str) or element.tag in HIDDEN_TAGS:
        return False
    text = page.text_of(element)
    return 2 < len(text) <= LONGEST_CREDIT and is_credit(text, page.language, organizations=organizations, strict=True)
