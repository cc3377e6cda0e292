"""The words that belong to one image: caption and credit, from its box of mark-up.

Where a class says which is which, it is believed. Where none does (hashed class names), an
element of its own behind the caption that is a credit as a whole is the credit; and where both
stand in one string, ``captions.split_caption`` cuts them apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from extractors.dom import HIDDEN_TAGS, Element
from extractors.fields.captions import Split, is_credit, split_caption
from extractors.fields.credible import could_be_credit, credible
from extractors.fields.credit_words import fold, lexicon
from extractors.fields.credits import Credit, is_license_link, parse_credit
from extractors.figures.named import (
    CAPTION,
    CREDIT,
    LONGEST_CAPTION,
    LONGEST_CREDIT,
    SURE_CREDIT,
    hidden_label,
    is_junk,
    leaves,
    letters,
    marked,
    marks,
    text_without,
)
from extractors.figures.sources import absolute
from extractors.page import Page

_HIDDEN_LABEL = re.compile(r"^(?:image|media) (?:source|credit)\s?,\s*", re.I)  # for screen readers
_CAPTION_LABEL = re.compile(r"^(?:(?:(?:image|media) ?caption|bildunterschrift|l[ée]gende)\s?[:,.]?|image:)\s*(?=\w)", re.I)
_LOOSE_ENDS = re.compile(r"\s+[,|;/–—-]+$|[\s,|;]+\|$")
_BYLINE = re.compile(r"(?:by|von|par|por|di|door|av|af)\s", re.I)
_CITE_LONGEST = 80  # characters of a credit in a ``cite`` of its own
_HOUSE_LONGEST = 60
_MORE_THAN_NAMES = re.compile(r"\w{3}\.\s|[|!?]|\.$")
LONGEST_REST = 40  # characters around a name within a credit: a label, an agency
_BYLINE_NAMES = re.compile(r"byline|author|autor", re.I)


@dataclass(frozen=True, slots=True)
class Words:
    """What an image's box says. ``caption_at``, ``credit_at``: the elements these words are in
    (``caption_in``, ``credit_in``: its attribute); ``credit_quote`` the words there before they were tidied."""

    caption: str | None = None
    caption_at: Element | None = None
    caption_in: str = ""
    credit: Credit | None = None
    credit_at: Element | None = None
    credit_in: str = ""
    credit_quote: str = ""


def words_in_box(page: Page, box: Element, image: Element, organizations: Collection[str]) -> Words:
    """Caption and credit as the box itself has them."""
    named = [e for e in marked(box, CREDIT, image) if _is_credit_box(page, e, organizations)] or _labelled_for_listeners(box)
    credits = [_whole_credit(page, e, box, organizations) for e in named]
    captions = list(_caption_boxes(page, box, image))
    skip = set(credits)
    best = max(captions or [box], key=lambda c: len(text_without(c, skip)))
    text = text_without(best, skip)
    words = Words()
    if credits:
        longest = max(credits, key=lambda c: len(page.text_of(c)))
        printed = page.text_of(longest)
        others = [t for c in credits if letters(t := page.text_of(c)) not in letters(printed)]
        both = None if others or captions else _both_in_one(page, printed, organizations)
        if both is not None and both.credit is not None:
            line = both.credit.credit_line or ""
            return replace(
                words, caption=both.caption, caption_at=longest, credit=both.credit, credit_at=longest, credit_quote=line
            )
        quote = " / ".join(dict.fromkeys(page.text_of(c) for c in credits)) if others else printed
        words = replace(with_credit(page, words, quote, longest, organizations), credit_quote=printed)
    elif _announced(page, text, organizations) or (not captions and _person_for_house(page, text, organizations)):
        return with_credit(page, words, text, best, organizations)
    elif text:
        own = credit_by_position(page, best, organizations)
        own = _credit_beside(page, box, best, organizations) if own is None else own
        if own is not None and not _is_end_of_credit(page, text, own, organizations):
            words = with_credit(page, words, page.text_of(own), own, organizations)
            text = text_without(best, {own}).lstrip(" |–—-:,")
    if words.credit is not None:
        text = _without_label(text, page.language)
    return with_caption(page, words, text[:LONGEST_CAPTION], best, organizations)


def with_caption(page: Page, words: Words, text: str, at: Element, organizations: Collection[str]) -> Words:
    """The words with a caption from ``text``, whose own credit is cut off where it has one."""
    text = _CAPTION_LABEL.sub("", text)
    if words.credit is not None and fold(text.strip(" :")) in lexicon(page.language).noise:
        return words  # the label of the credit, in an element of its own
    if text and (words.credit is None or not words.credit.creators):
        split = split_caption(text, page.language, organizations=organizations)
        if split.credit is not None and _says_more(split.credit, words.credit):
            words = replace(words, credit=split.credit, credit_at=at, credit_quote=split.credit.credit_line or "")
            text = split.caption or ""
    if text and words.credit is not None and words.credit.credit_line:
        text = _LOOSE_ENDS.sub("", _without_repeat(text, words.credit.credit_line))
    return replace(words, caption=text, caption_at=at) if text else words


def _says_more(new: Credit, known: Credit | None) -> bool:
    """Whether a credit within the caption repeats the one beside it and names more."""
    return known is None or letters(known.credit_line or "") in letters(new.credit_line or "")


def with_credit(page: Page, words: Words, quote: str, at: Element, organizations: Collection[str]) -> Words:
    """The words with a credit read out of ``quote``, which stands in the element ``at``."""
    hidden = hidden_label(at)
    label = page.text_of(hidden) if hidden is not None else ""
    text = _HIDDEN_LABEL.sub("", quote[len(label) :].lstrip(" ,،") if label and quote.startswith(label) else quote)
    credit = parse_credit(text, page.language, organizations=organizations)
    return replace(words, credit=credit if credit.credit_line else None, credit_at=at, credit_quote=quote)


def _labelled_for_listeners(box: Element) -> list[Element]:
    """What stands beside a picture behind a label that only screen readers say ("Image source"), in any language."""
    return [
        p
        for p in box.iter("p")
        if hidden_label(p) is not None
        and next(p.iterancestors("figure"), None) is not None
        and not any(p.iterancestors("figcaption"))
    ]


def credit_by_position(page: Page, caption: Element, organizations: Collection[str]) -> Element | None:
    """An element of its own behind (or before) the caption's words that is a credit as a whole."""
    whole = page.text_of(caption)
    children = [e for e in caption.iterdescendants() if isinstance(e.tag, str) and e.tag not in HIDDEN_TAGS]
    for element in reversed(children[:60]):
        text = page.text_of(element)
        if not 1 < len(text) <= LONGEST_CREDIT or text == whole or element.tag in ("button", "svg", "path"):
            continue
        if not (whole.endswith(text) or whole.startswith(text)):
            continue
        nobody = " " in text and whole.endswith(text) and fold(text) in lexicon(page.language).noise  # "Special Arrangement"
        if nobody or is_credit(
            text, page.language, organizations=organizations, strict=not whole.endswith(text) or len(text) > 70
        ):
            return _highest_with(page, element, text, caption)
    return None


def _is_end_of_credit(page: Page, text: str, own: Element, organizations: Collection[str]) -> bool:
    """Whether a longer credit ends with an element: ``Photo by A. B. / <a>Unsplash</a>``."""
    lead = lexicon(page.language).lead.search(text, max(0, len(text) - LONGEST_CREDIT))
    if lead is None or not text.endswith(page.text_of(own)):
        return False
    credit = split_caption(text, page.language, organizations=organizations).credit
    alone = parse_credit(page.text_of(own), page.language, organizations=organizations)
    return credit is not None and _names(credit) > _names(alone)


def _names(credit: Credit) -> int:
    return len(credit.creators) + len(credit.agencies)


def license_page(page: Page, box: Element) -> str | None:
    """Where a link in the box sells the picture ("License Photo"): its address."""
    for link in box.iter("a"):
        if is_license_link(page.text_of(link)):
            return absolute(link.get("href") or "", page.url)
    return None


def _credit_beside(page: Page, box: Element, caption: Element, organizations: Collection[str]) -> Element | None:
    """A block of its own in the figure, outside the caption, that is a credit."""
    figure = box if box.tag == "figure" else box.find(".//figure")
    if caption is box or figure is None:
        return None
    inside = {caption, *caption.iterdescendants(), *caption.iterancestors()}
    return next(
        (
            e
            for e in leaves(page, figure)
            if e not in inside
            and (figure is box or e.find(".//img") is not None)
            and is_credit(page.text_of(e)[: LONGEST_CREDIT + 1], page.language, organizations=organizations)
        ),
        None,
    )


def _caption_boxes(page: Page, box: Element, image: Element) -> list[Element]:
    figcaptions = [e for e in box.iter("figcaption") if image not in e.iterdescendants()]
    if figcaptions:
        return figcaptions
    return [e for e in marked(box, CAPTION, image) if 2 < len(page.text_of(e)) <= LONGEST_CAPTION]


def _whole_credit(page: Page, element: Element, box: Element, organizations: Collection[str]) -> Element:
    """The element around one that is named a credit, where that is only a part of it:
    ``<p>Photo by <b class="photographer">A. B.</b>/AFP</p>``."""
    parent = element.getparent()
    if parent is None or parent is box:
        return element
    more = len(page.text_of(parent)) - len(page.text_of(element))
    if not 0 < more <= LONGEST_REST:
        return element
    return parent if _announced(page, page.text_of(parent), organizations) else element


def _both_in_one(page: Page, text: str, organizations: Collection[str]) -> Split | None:
    """Caption and credit apart, where an element that is named a credit holds a sentence before it."""
    split = split_caption(text, page.language, organizations=organizations)
    sentence = split.caption is not None and (split.caption[-1] in ".!?…" or len(split.caption.split()) > 5)
    return split if sentence and split.credit is not None and lexicon(page.language).lead.search(text) else None


def _announced(page: Page, text: str, organizations: Collection[str]) -> bool:
    """Whether a text is a credit as a whole and begins with a label or mark."""
    begins = 0 < len(text) <= LONGEST_CREDIT and lexicon(page.language).lead.match(text)
    return bool(begins) and is_credit(text, page.language, organizations=organizations)


def _person_for_house(page: Page, text: str, organizations: Collection[str]) -> bool:
    """Whether a text is nothing but "A. Person/The Paper"."""
    if "/" not in text or len(text) > _HOUSE_LONGEST or _MORE_THAN_NAMES.search(text) or lexicon(page.language).lead.search(text):
        return False
    credit = parse_credit(text, page.language, organizations=organizations)
    return bool(credit.creators and credit.agencies) and not credit.unclear


def _is_credit_box(page: Page, element: Element, organizations: Collection[str]) -> bool:
    text = page.text_of(element)
    if not 1 < len(text) <= LONGEST_CREDIT or is_junk(text):
        return False
    names = marks(element)
    figure = next(element.iterancestors("figure", "figcaption"), None) is not None or element.tag == "figcaption"
    before = element.getprevious()
    figure = figure or (before is not None and isinstance(before.tag, str) and bool(SURE_CREDIT.search(marks(before))))
    if _BYLINE.match(text) and _BYLINE_NAMES.search(names) and not SURE_CREDIT.search(names):
        return False
    if not figure and not SURE_CREDIT.search(names):  # "author", "source": outside a figure these are the story's
        return is_credit(text, page.language, organizations=organizations, strict=True)
    if element.tag == "cite" and figure and len(text) <= _CITE_LONGEST and could_be_credit(text):
        return parse_credit(text, page.language, organizations=organizations).names_someone
    mixed = element.tag == "figcaption" or CAPTION.search(names) or len(text) > 60
    if mixed or (element.tag in ("small", "footer", "cite") and not CREDIT.search(names)):
        return is_credit(text, page.language, organizations=organizations)
    if not could_be_credit(text):
        return False
    credit = parse_credit(text, page.language, organizations=organizations)
    if credit.names_someone or credit.kind or credit.license or (credit.unclear and len(text) <= 40 and figure):
        return True
    return credible(text, page.language, organizations, labelled=True) is not None  # "Special Arrangement"


def _highest_with(page: Page, element: Element, text: str, top: Element) -> Element:
    while (parent := element.getparent()) is not None and parent is not top and page.text_of(parent) == text:
        element = parent
    return element


def _without_label(caption: str, language: str | None) -> str:
    """The caption without the label ("©", "Foto:") of a credit that stands in an element of its own."""
    end = caption[-40:] + " "
    for label in lexicon(language).lead.finditer(end):
        if not end[label.end() :].strip():
            return caption[: len(caption) - len(end) + 1 + label.start()].rstrip(" |–—-/(")
    return caption


def _without_repeat(caption: str, line: str) -> str:
    """The caption without the credit, where that is printed once more at its end."""
    for ending in (f"({line})", line):
        if caption.endswith(ending):
            return caption[: -len(ending)].rstrip(" |–—-/(")
    return caption
