"""A credit that several images share: one line below a row of them, or at the end of the text.

Only what is certain is shared. A list that counts ("Fotos: A. B. (1), C. D. (2)") does not say
which image is whose, so nobody gets it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from extractors.dom import Element
from extractors.fields.captions import is_credit
from extractors.fields.credit_words import lexicon
from extractors.figures.named import LONGEST_CREDIT
from extractors.figures.words import Words, with_credit
from extractors.page import Page

_OF_PICTURES = re.compile(
    r"\W*(?:f[oó]to|photo|bild|imag|pictur|zdję|kuva|kép|billed|beeld|snímek|φωτο|фото|світлин|写真|사진|图|圖|صور|عکس|תמונ|צילום)",
    re.I,
)
_PLURAL = re.compile(
    r"\W*(?:fotos|foto's|fotografías|fotografie:|photos|photographs|bilder|images|imágenes|imagens|immagini|pictures|zdjęcia|kuvat)\b",
    re.I,
)
_ALL = re.compile(
    r"(?:(?<=all )|(?<=alle )|(?<=todas las )|(?<=todas as )|(?<=toutes les )|(?<=tutte le ))"
    r"(?:photographs|photos|pictures|images|fotos|bilder|fotografías|imágenes|fotografias|imagens|foto)\b",
    re.I,
)
_COUNTED = re.compile(r"\(\d{1,2}\)")
_LAST = 40  # elements at the end of an article that are looked at


@dataclass(frozen=True, slots=True)
class Figure:
    """The box of mark-up around an image, and its words."""

    box: Element
    words: Words


def spread(page: Page, figures: Sequence[Figure], organizations: Collection[str]) -> list[Words]:
    """The words of each figure, with credits that one of them has for several."""
    found = [figure.words for figure in figures]
    for number in range(len(figures) - 1, 0, -1):
        box, before = figures[number].box, figures[number - 1].box
        words = found[number]
        if found[number - 1].credit is None and words.credit is not None and _adjacent(before, box) and _outside(words, figures):
            found[number - 1] = _sharing(found[number - 1], words, figures)
        if found[number - 1] == Words() and words.caption is not None and _one_figure(before, box):
            found[number - 1] = words
    if found and all(words.credit is None for words in found):
        found = _with_credit_of_all(page, found, organizations)
    if found and all(words.credit is None for words in found):
        return _with_credit_at_end(page, found, organizations)
    return found


def _adjacent(before: Element, box: Element) -> bool:
    return box.getprevious() is before and not (before.tail or "").strip()


def _one_figure(before: Element, box: Element) -> bool:
    figure = next(box.iterancestors("figure"), None)
    return (
        figure is not None and figure is next(before.iterancestors("figure"), None) and len(list(figure.iter("figcaption"))) == 1
    )


def _outside(words: Words, figures: Sequence[Figure]) -> bool:
    at = words.credit_at
    return at is not None and not any(figure.box is at or figure.box in at.iterancestors() for figure in figures)


def _sharing(own: Words, theirs: Words, figures: Sequence[Figure]) -> Words:
    words = replace(
        own, credit=theirs.credit, credit_at=theirs.credit_at, credit_in=theirs.credit_in, credit_quote=theirs.credit_quote
    )
    if own.caption is None and theirs.caption_at is theirs.credit_at:
        words = replace(words, caption=theirs.caption, caption_at=theirs.caption_at, caption_in=theirs.caption_in)
    return words


def _with_credit_of_all(page: Page, found: list[Words], organizations: Collection[str]) -> list[Words]:
    """ "All photographs by A. B./dpa" in a line near the headline."""
    if page.h1 is None:
        return found
    for leaf in islice(page.h1.itersiblings(), 12):
        text = page.text_of(leaf) if isinstance(leaf.tag, str) else ""
        said = _ALL.search(text) if len(text) <= 3 * LONGEST_CREDIT else None
        if said is not None and is_credit(text[said.start() :], page.language, organizations=organizations):
            return [with_credit(page, words, text[said.start() :], leaf, organizations) for words in found]
    return found


def _with_credit_at_end(page: Page, found: list[Words], organizations: Collection[str]) -> list[Words]:
    """``Foto: A. B./dpa`` as a paragraph of its own at the end, for the only image or for all ("Fotos:")."""
    if page.main is None:
        return found
    for leaf in deque(page.main.iter("p", "div", "small", "em", "i"), maxlen=_LAST):
        if len(leaf) > 3:
            continue
        text = page.text_of(leaf)
        if not 5 < len(text) <= LONGEST_CREDIT or not _OF_PICTURES.match(text) or not lexicon(page.language).lead.match(text):
            continue
        if _COUNTED.search(text) or (len(found) > 1 and not _PLURAL.match(text)) or page.in_noise(leaf):
            continue
        if is_credit(text, page.language, organizations=organizations):
            return [with_credit(page, words, text, leaf, organizations) for words in found]
    return found
