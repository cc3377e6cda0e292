"""The words that belong to one image: caption, credit, alternative text, from its box of mark-up.

Where a class says which is which, it is believed. Where none does (hashed class names), an
element of its own behind the caption that is a credit as a whole is the credit; and where both
stand in one string, ``captions.split_caption`` cuts them apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from extractors.dom import HIDDEN_TAGS, INLINE_TAGS, Element, collapse
from extractors.fields.captions import is_credit, split_caption
from extractors.fields.credits import Credit, is_license_link, parse_credit, tidy
from extractors.fields.image_sources import absolute
from extractors.page import Page

_CREDIT = re.compile(
    r"credit|copyright|photograph|photo-?by|imageby|fotograf|fotocred|courtesy|byline|agency|owner|licen[sc]e|provider|kilde|kuvaaja|quelle"
    r"|crédit|credito|fuente|autor(?!en)|author(?!i)|(?<![a-z])(?:source|rights|firma|foto)(?![a-z])",
    re.I,
)
_SURE_CREDIT = re.compile(
    r"credit|copyright|photograph|fotograf|crédit|credito|quelle|kuvaaja|photo-?by|courtesy|bild|image", re.I
)
_SHARE = re.compile(
    r"(?:(?:facebook|twitter|x|whatsapp|e-?mail|linkedin|pinterest|telegram|reddit|share|print|copy link)\W*){2,}", re.I
)
_CAPTION = re.compile(
    r"caption|legend|légende|descri|bildtext|bildunterschrift|bildetekst|billedtekst|kuvateksti|imagetext|didascalia|subtitle|summary"
    r"|(?<![a-z])(?:cut-?line|epigrafe|pie|legenda|leyenda)(?![a-z])",
    re.I,
)
_SOURCE_TAG = frozenset({"source", "script"})
_JUNK = re.compile(
    r"^(?:enlarge(?: this)?(?: image)?|expand|expand image|hide caption|toggle caption|open image in new window|view image in fullscreen|zoom|close|fullscreen|"
    r"play(?: video)?|share|view gallery|image \d+ of \d+|\d+ ?/ ?\d+|photos?|advertisement|anzeige|show caption|hide|bild vergrößern|vergrößern|\[\+\]|read more|more|×|\+)$",
    re.I,
)
_LABEL = re.compile(r"^(?:image source|image credit|image caption|image copyright|media caption|credit|source)[,:]?$", re.I)
LONGEST_CAPTION = 1200
LONGEST_CREDIT = 260


@dataclass(frozen=True, slots=True)
class Words:
    """What an image's box says. ``caption_at``, ``credit_at``: the elements these words are in;
    ``credit_quote`` the words there before they were tidied."""

    caption: str | None = None
    caption_at: Element | None = None
    credit: Credit | None = None
    credit_at: Element | None = None
    credit_quote: str = ""


def read_words(page: Page, box: Element, image: Element, organizations: Collection[str]) -> Words:
    """Caption and credit in a box that holds one image, and in what follows right behind it."""
    words = _in_box(page, box, image, organizations)
    if words.caption is None or words.credit is None:
        words = _behind(page, box, image, words, organizations)
    if words.credit is None:
        words = _in_attributes(page, box, image, words, organizations)
    if words.credit is not None:
        words = replace(words, credit=replace(words.credit, acquire_license_page=_license_page(page, box)))
    return words


def _in_box(page: Page, box: Element, image: Element, organizations: Collection[str]) -> Words:
    credits = [e for e in _marked(box, _CREDIT, image) if _is_credit_box(page, e, organizations)]
    captions = list(_caption_boxes(page, box, image))
    skip = set(credits)
    best = max(captions or [box], key=lambda c: len(text_without(c, skip)))
    text = text_without(best, skip)
    words = Words()
    if credits:
        longest = max(credits, key=lambda c: len(page.text_of(c)))
        quotes = [
            page.text_of(c) for c in credits if c is longest or _letters(page.text_of(c)) not in _letters(page.text_of(longest))
        ]
        words = _with_credit(
            page, words, " ".join(dict.fromkeys(quotes)), credits[0] if len(quotes) > 1 else longest, organizations
        )
    elif text:
        own = _credit_by_position(page, best, organizations)
        own = _credit_beside(page, box, best, organizations) if own is None else own
        if own is not None:
            words = _with_credit(page, words, page.text_of(own), own, organizations)
            text = text_without(best, {own})
    return _split(page, words, text[:LONGEST_CAPTION], best, organizations)


def _split(page: Page, words: Words, text: str, at: Element, organizations: Collection[str]) -> Words:
    """The words with a caption from ``text``, whose own credit is cut off where it has one."""
    if text and words.credit is None:
        split = split_caption(text, page.language, organizations=organizations)
        if split.credit is not None:
            words = replace(words, credit=split.credit, credit_at=at, credit_quote=split.credit.credit_line or "")
            text = split.caption or ""
    elif text and words.credit is not None and words.credit.credit_line:
        text = _without_repeat(text, words.credit.credit_line)
    return replace(words, caption=text, caption_at=at) if text else words


def _behind(page: Page, box: Element, image: Element, words: Words, organizations: Collection[str]) -> Words:
    """What stands right behind the box: named words, the alternative text once more, or a credit.

    A paragraph between image and credit is the caption; a paragraph with no credit behind it is
    the article's text and ends the search.
    """
    alts = {_letters(image.get(name) or "") for name in ("alt", "title")} - {""}
    pending: Element | None = None
    before = box.getprevious()
    if words.credit is None and before is not None and _is_credit_text(page, before, organizations):
        words = _with_credit(page, words, page.text_of(before), before, organizations)
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
        if _JUNK.match(text) or _LABEL.match(text):
            continue
        named = next(
            (
                a
                for a in (leaf, leaf.getparent())
                if a is not None and len(page.text_of(a)) <= LONGEST_CAPTION and is_named_words(a)
            ),
            None,
        )
        same = len(text) > 12 and any(_letters(text).startswith(a[:60]) or a.startswith(_letters(text)) for a in alts)
        if (
            words.credit is None
            and len(text) <= LONGEST_CREDIT
            and is_credit(text, page.language, organizations=organizations, strict=named is None)
        ):
            words = _with_credit(page, words, text, leaf, organizations)
            if words.caption is None and pending is not None:
                words = replace(words, caption=page.text_of(pending), caption_at=pending)
            return words
        if words.caption is None and (same or (named is not None and len(text) <= LONGEST_CAPTION)):
            own = _credit_by_position(page, leaf, organizations) if words.credit is None else None
            if own is not None:
                words = _with_credit(page, words, page.text_of(own), own, organizations)
            words = _split(page, words, text_without(leaf, {own} if own is not None else ()), leaf, organizations)
            if words.credit is not None:
                return words
        elif pending is None and words.caption is None and len(text) <= 350:
            pending = leaf
        else:
            break
    return words


def _is_credit_text(page: Page, element: Element, organizations: Collection[str]) -> bool:
    if not isinstance(element.tag, str) or element.tag in HIDDEN_TAGS:
        return False
    text = page.text_of(element)
    return 2 < len(text) <= LONGEST_CREDIT and is_credit(text, page.language, organizations=organizations, strict=True)


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
            for leaf in _leaves(page, sibling):
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


def _leaves(page: Page, element: Element) -> Iterator[Element]:
    if not page.text_of(element):
        return
    blocks = [
        c
        for c in element
        if isinstance(c.tag, str)
        and c.tag not in INLINE_TAGS
        and c.tag not in HIDDEN_TAGS
        and c.tag != "button"
        and page.text_of(c)
    ]
    if not blocks or (element.text or "").strip():
        yield element
        return
    for block in blocks:
        yield from _leaves(page, block)


def _in_attributes(page: Page, box: Element, image: Element, words: Words, organizations: Collection[str]) -> Words:
    """A credit in an attribute: ``data-credit="A. B./dpa"``, ``title="… | Bild: dpa"``."""
    holders = [image, *(a for a in image.iterancestors() if a is box or box in a.iterancestors())]
    for holder in holders[:6]:
        for name, value in [(str(k), str(v)) for k, v in holder.attrib.items()]:
            text = collapse(value)
            if not 2 < len(text) < LONGEST_CAPTION or "://" in text:
                continue
            if (
                name.startswith("data-")
                and _CREDIT.search(name)
                and len(text) <= LONGEST_CREDIT
                and is_credit(text, page.language, organizations=organizations)
            ):
                return _with_credit(page, words, text, holder, organizations)
            if name in ("alt", "title", "data-caption", "data-title", "data-alt", "data-sub-html", "aria-label"):
                split = split_caption(text, page.language, organizations=organizations)
                if split.credit is not None and split.credit.names_someone and split.caption:
                    return replace(words, credit=split.credit, credit_at=holder, credit_quote=split.credit.credit_line or "")
    return words


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def text_without(element: Element, skip: Collection[Element]) -> str:
    """The visible text of an element without some of its descendants and without buttons."""
    pieces: list[str] = []

    def walk(item: Element, depth: int) -> None:
        if depth > 60:
            return
        for child in item:
            tag = child.tag
            block = tag not in INLINE_TAGS
            if (
                not isinstance(tag, str)
                or (tag in HIDDEN_TAGS and tag != "figcaption")
                or tag == "button"
                or child in skip
                or _hidden(child)
            ):
                pieces.append(" ")
            else:
                own = collapse("".join(str(t) for t in child.itertext())) if len(child) < 3 else ""
                if own and (_JUNK.match(own) or is_license_link(own)):
                    pieces.append(" ")
                else:
                    pieces.append(" " if block else "")
                    pieces.append(child.text or "")
                    walk(child, depth + 1)
                    pieces.append(" " if block else "")
            pieces.append(child.tail or "")

    pieces.append(element.text or "")
    walk(element, 0)
    text = collapse("".join(pieces))
    return "" if _JUNK.match(text) or _LABEL.match(text) else text


def marks(element: Element) -> str:
    """Class, id, itemprop and test names of an element: what its author called it."""
    return " ".join(
        filter(
            None,
            (element.get(a) for a in ("class", "id", "itemprop", "data-testid", "data-component", "data-type", "rel", "slot")),
        )
    )[:400]


def is_named_words(element: Element) -> bool:
    """Whether an element is named as a caption or a credit."""
    return element.tag in ("figcaption", "cite", "small") or bool(
        _CAPTION.search(marks(element)) or _CREDIT.search(marks(element))
    )


def _hidden(element: Element) -> bool:
    return "hidden" in element.attrib and element.get("hidden") != "until-found"


def _marked(box: Element, pattern: re.Pattern[str], image: Element) -> Iterator[Element]:
    """The outermost elements below a box whose names match and that do not hold the image."""
    above = {image, *image.iterancestors()}
    taken: set[Element] = set()
    for element in box.iter():
        if element is box and element.tag != "figcaption":
            continue
        if not isinstance(element.tag, str) or element in above or element.tag in _SOURCE_TAG or element.tag in HIDDEN_TAGS:
            continue
        if any(a in taken for a in element.iterancestors()):
            continue
        tagged = pattern is _CREDIT and (
            element.tag in ("cite", "small")
            or (element.tag == "footer" and next(element.iterancestors("figure"), None) is not None)
        )
        if tagged or pattern.search(marks(element)):
            other = _CAPTION if pattern is _CREDIT else _CREDIT
            if (
                pattern is _CREDIT
                and (element.tag == "figcaption" or _CAPTION.search(marks(element)))
                and _has_marked_inside(element, pattern, other)
            ):
                continue
            taken.add(element)
            yield element


def _has_marked_inside(element: Element, *patterns: re.Pattern[str]) -> bool:
    return any(isinstance(e.tag, str) and any(p.search(marks(e)) for p in patterns) for e in element.iterdescendants())


def _caption_boxes(page: Page, box: Element, image: Element) -> list[Element]:
    figcaptions = [e for e in box.iter("figcaption") if image not in e.iterdescendants()]
    if figcaptions:
        return figcaptions
    return [e for e in _marked(box, _CAPTION, image) if 2 < len(page.text_of(e)) <= LONGEST_CAPTION]


def _is_credit_box(page: Page, element: Element, organizations: Collection[str]) -> bool:
    text = page.text_of(element)
    if not 1 < len(text) <= LONGEST_CREDIT or _JUNK.match(text) or _LABEL.match(text) or _SHARE.fullmatch(text):
        return False
    names = marks(element)
    figure = next(element.iterancestors("figure", "figcaption"), None) is not None or element.tag == "figcaption"
    if not figure and not _SURE_CREDIT.search(names):  # "author", "source": outside a figure these are the story's
        return is_credit(text, page.language, organizations=organizations, strict=True)
    mixed = element.tag == "figcaption" or _CAPTION.search(names) or len(text) > 60
    if mixed or (element.tag in ("small", "footer", "cite") and not _CREDIT.search(names)):
        return is_credit(text, page.language, organizations=organizations)
    credit = parse_credit(text, page.language, organizations=organizations)
    return bool(credit.names_someone or credit.kind or credit.license or (credit.unclear and len(text) <= 40 and figure))


def _credit_by_position(page: Page, caption: Element, organizations: Collection[str]) -> Element | None:
    """An element of its own behind (or before) the caption's words that is a credit as a whole."""
    whole = page.text_of(caption)
    children = [e for e in caption.iterdescendants() if isinstance(e.tag, str) and e.tag not in HIDDEN_TAGS]
    for element in reversed(children[:60]):
        text = page.text_of(element)
        if not 1 < len(text) <= LONGEST_CREDIT or text == whole or element.tag in ("button", "svg", "path"):
            continue
        if not (whole.endswith(text) or whole.startswith(text)):
            continue
        if is_credit(text, page.language, organizations=organizations, strict=not whole.endswith(text) or len(text) > 70):
            return _highest_with(page, element, text, caption)
    return None


def _credit_beside(page: Page, box: Element, caption: Element, organizations: Collection[str]) -> Element | None:
    """A block of its own in the figure, outside the caption, that is a credit."""
    if caption is box or box.tag != "figure":
        return None
    inside = {caption, *caption.iterdescendants(), *caption.iterancestors()}
    return next(
        (
            e
            for e in _leaves(page, box)
            if e not in inside and is_credit(page.text_of(e)[: LONGEST_CREDIT + 1], page.language, organizations=organizations)
        ),
        None,
    )


def _highest_with(page: Page, element: Element, text: str, top: Element) -> Element:
    while (parent := element.getparent()) is not None and parent is not top and page.text_of(parent) == text:
        element = parent
    return element


def _with_credit(page: Page, words: Words, quote: str, at: Element, organizations: Collection[str]) -> Words:
    text = re.sub(r"^(?:image source|image credit|image copyright|credit|source|copyright)\s?[,:]\s*", "", quote, flags=re.I)
    credit = parse_credit(text, page.language, organizations=organizations)
    return replace(words, credit=credit if credit.credit_line else None, credit_at=at, credit_quote=quote)


def _without_repeat(caption: str, line: str) -> str:
    """The caption without the credit, where that is printed once more at its end."""
    for ending in (f"({line})", line):
        if caption.endswith(ending):
            return caption[: -len(ending)].rstrip(" |–—-/(")
    return caption


def _license_page(page: Page, box: Element) -> str | None:
    """Where a link in the box sells the picture ("License Photo"): its address."""
    for link in box.iter("a"):
        if is_license_link(page.text_of(link)):
            return absolute(link.get("href") or "", page.url)
    return None
