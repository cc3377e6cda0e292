"""What an element is named: caption, credit, button; and the words in it without these.

Names are class, id, itemprop and the like: what the page's author called it. They are hints;
whether a text can be a credit is asked of ``extractors.fields.captions``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from extractors.dom import HIDDEN_TAGS, INLINE_TAGS, Element, collapse
from extractors.fields.credits import is_license_link
from extractors.page import Page

CREDIT = re.compile(
    r"credit|copyright|photograph|photo-?by|imageby|fotograf|fotocred|courtesy|byline|agency|owner|licen[sc]e|provider|kilde|kuvaaja|quelle"
    r"|crédit|credito|fuente|autor(?!en)|author(?!i)|(?<![a-z])(?:source|rights|firma|foto)(?![a-z])",
    re.I,
)
SURE_CREDIT = re.compile(
    r"credit|copyright|photograph|fotograf|crédit|credito|quelle|kuvaaja|photo-?by|courtesy|bild|image", re.I
)
CAPTION = re.compile(
    r"caption|legend|légende|descri|bildtext|bildunterschrift|bildetekst|billedtekst|kuvateksti|imagetext|didascalia|subtitle|summary"
    r"|(?<![a-z])(?:cut-?line|epigrafe|pie|legenda|leyenda)(?![a-z])",
    re.I,
)
_JUNK_WORDS = (
    "enlarge", "enlarge this image", "enlarge image", "expand", "expand image", "hide caption", "toggle caption",
    "show caption", "hide", "open image in new window", "view image in fullscreen", "zoom", "close", "fullscreen", "play",
    "play video", "share", "view gallery", "photo", "photos", "advertisement", "anzeige", "bild vergrößern", "vergrößern",
    "이미지 확대보기", "laden...", "laden…", "loading...", "loading…",
    "media playback is unsupported on your device", "[+]", "+", "×", "more", "read more", "up next",
)  # fmt: skip
_JUNK = re.compile(rf"(?:{'|'.join(re.escape(w) for w in _JUNK_WORDS)}|image \d+ of \d+|\d+ ?/ ?\d+)", re.I)
_LABEL = re.compile(
    r"^(?:image source|image credit|image caption|image copyright|media caption|caption|credit|source)[,:]?$", re.I
)
_SOURCE_TAG = frozenset({"source", "script"})
LONGEST_CAPTION = 1200
LONGEST_CREDIT = 260


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
    return element.tag in ("figcaption", "cite", "small") or bool(CAPTION.search(marks(element)) or CREDIT.search(marks(element)))


def is_junk(text: str) -> bool:
    """Words of buttons, and labels without anything behind them."""
    return bool(_JUNK.fullmatch(text) or _LABEL.match(text))


def letters(text: str) -> str:
    """Letters and digits only, folded: for comparing two prints of the same words."""
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
                if own and (_JUNK.fullmatch(own) or is_license_link(own)):
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
    return "" if is_junk(text) else text


def leaves(page: Page, element: Element) -> Iterator[Element]:
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
        yield from leaves(page, block)


def marked(box: Element, pattern: re.Pattern[str], image: Element) -> Iterator[Element]:
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
        tagged = pattern is CREDIT and (
            element.tag in ("cite", "small")
            or (element.tag == "footer" and next(element.iterancestors("figure"), None) is not None)
        )
        if tagged or pattern.search(marks(element)):
            other = CAPTION if pattern is CREDIT else CREDIT
            if (
                pattern is CREDIT
                and (element.tag == "figcaption" or CAPTION.search(marks(element)))
                and _has_marked_inside(element, pattern, other)
            ):
                continue
            taken.add(element)
            yield element


def _has_marked_inside(element: Element, *patterns: re.Pattern[str]) -> bool:
    return any(isinstance(e.tag, str) and any(p.search(marks(e)) for p in patterns) for e in element.iterdescendants())


def _hidden(element: Element) -> bool:
    return "hidden" in element.attrib and element.get("hidden") != "until-found"


_FOR_LISTENERS = re.compile(r"visually-?hidden|sr-only|screen-?reader", re.I)


def hidden_label(element: Element) -> Element | None:
    """The label at the head of an element that only screen readers say ("Image source"), if it has one."""
    first = next(iter(element), None) if not (element.text or "").strip() else None
    return first if first is not None and _FOR_LISTENERS.search(first.get("class") or "") else None
