"""The dateline: where, when and for which agency a story was filed, as printed before its first words.

The date is never completed from elsewhere. The place is given in mixed case where it is printed
in capitals; ``raw`` keeps the print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from extractors import declared, filed
from extractors.dom import Element, pieces
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.fields import names
from extractors.page import Page
from extractors.place_case import places_again
from model.article import Block, BlockKind, Dateline, How

_TOLD = 400  # characters of text in which a common word would come again
_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM})
_MARKS = re.compile(
    r"(?<![a-z])(?:date-?_?line|orts-?marke|ortszeile|article-?location|lead-?location|story-?location|place-?name|dachzeile-ort|"
    r"spitzmarke|article__?location|city|ort|localita|lieu|lugar|location)(?![a-z])",
    re.IGNORECASE,
)
_SET_APART = frozenset({"strong", "b", "em", "i", "span"})
_OWN_LINE = re.compile(r"^.{3,60}(?:[—–―-]|\))\s*$")
_SPEAKS = re.compile(r"[^\W\d_a-zß-ÿ][^:a-zß-ÿ]{2,40}:\s")  # "ANN LEE, HOST: "
_SCORE = re.compile(
    r"(?=[^\W\d_])(?![a-z])[^.!?:]{2,40}?\s\d{1,3}\s?[-–:]\s?\d{1,3}\s{0,2}(?:[.(,;]|$)"
)  # "Town - Other Town 3-1"
_PARTING = "-–—―:)]】）."
_CLOSED = re.compile(r"\s*[.,:;|=/·।۔—–―‒-]")
_AFTER = re.compile(r"^[\s.,:;|=/·।۔—–―‒-]+")


def read(page: Page, body: tuple[Block, ...], house: str | None = None) -> Resolved[Dateline]:
    """The dateline of the piece; ``body`` is its blocks with the dateline's words still in them."""

    def lead(_page: Page) -> Iterator[Candidate[Dateline]]:
        """The beginning of the first paragraphs."""
        yield from _lead(page, body, house)

    def above(_page: Page) -> Iterator[Candidate[Dateline]]:
        """The beginning of a paragraph above the body, which may be the standfirst."""
        yield from _above(page, body, house)

    return resolve(Field("dateline", (lead, above, own_element, json_ld)), page)


def strip(body: tuple[Block, ...], dateline: Dateline | None) -> tuple[Block, ...]:
    """The body without the dateline's words at the beginning of one of its first paragraphs."""
    if dateline is None:
        return body
    raw = names.collapse(dateline.raw)
    texts = [(index, block, names.collapse(block.text)) for index, block in enumerate(body[:4]) if block.kind in _TEXT]
    begun = [(index, block, text[len(raw) :]) for index, block, text in texts if text.startswith(raw)]
    # a sentence may begin with the place, too ("Oberwalden builds …"): the one with a mark behind it is meant
    marked = [found for found in begun if raw[-1:] in _PARTING or _CLOSED.match(found[2])]
    for index, block, tail in (marked or begun)[:1]:
        rest = _AFTER.sub("", tail)
        kept = (replace(block, text=rest),) if rest else ()
        return (*body[:index], *kept, *body[index + 1 :])
    return body


def json_ld(page: Page) -> Iterator[Candidate[Dateline]]:
    """schema.org ``dateline`` of the page's own article."""
    for node in page.articles:
        for found in declared.of_node(page, node, "dateline"):
            whole = filed.read(f"{found.value} — ", page.language)
            if whole is not None and (whole.dateline.agency or whole.dateline.date):  # a place alone is often the office's
                yield Candidate(replace(whole.dateline, raw=found.value), found.how, found.where, found.quote)


def own_element(page: Page) -> Iterator[Candidate[Dateline]]:
    """A short element above or in the text whose class says dateline or place."""
    if page.main is None:
        return
    for element in page.main.iter("p", "span", "div", "strong", "b", "em"):
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if len(marks) < 4 or len(marks) > 200 or not _MARKS.search(marks):
            continue
        text = page.text_of(element).strip(" .:,–—-")
        if not 2 < len(text) <= 60 or page.in_noise(element) or element.find(".//a") is not None:
            continue
        found = filed.read(f"{text} — ", page.language)
        if found is not None and (found.dateline.place or found.dateline.agency):
            yield Candidate(replace(found.dateline, raw=text), How.MARKED, "css:" + page.css(element), text)
            return


def _lead(page: Page, body: tuple[Block, ...], house: str | None) -> Iterator[Candidate[Dateline]]:
    paragraphs = [
        b for b in body[:40] if b.kind in _TEXT and (len(b.text) >= 50 or b.text[:1] in "[【（(〔［" or _OWN_LINE.search(b.text))
    ][:4]
    for number, block in enumerate(paragraphs):
        found = filed.read(block.text + " ", page.language, house)
        if found is None or (number > 1 and not found.sure):
            continue
        element = _element(page, block.text)
        raw = found.dateline.raw
        apart = element is not None and _set_apart(page, element, raw)
        follows = block.text[found.end : found.end + 1]
        if (found.dateline.agency is None and _SCORE.match(block.text, found.end)) or (
            not found.sure and _is_speaker(body, found, block)
        ):
            continue
        if (
            not found.sure
            and not apart
            and (
                follows.islower()
                or not (_named_again(page, body, found, block) or (number == 0 and _only_here(body, found, block)))
            )
        ):
            continue
        if found.sure and not follows and number:
            continue
        where = "css:" + page.css(element) if element is not None else "css:html > body"
        yield Candidate(found.dateline, How.MARKED if apart else How.INFERRED, where, raw)
        return


def _above(page: Page, body: tuple[Block, ...], house: str | None) -> Iterator[Candidate[Dateline]]:
    root = page.main if page.main is not None else page.tree
    first = next((names.collapse(b.text)[:40] for b in body if len(b.text) >= 50), None)
    for number, element in enumerate(root.iter("p", "h2")):
        if number >= 12:
            return
        text = page.text_of(element)
        if first and text.startswith(first):
            return
        found = filed.read(text, page.language, house) if len(text) > 60 else None
        if found is not None and found.sure and text[found.end :] and not page.in_noise(element):
            yield Candidate(found.dateline, How.INFERRED, "css:" + page.css(element), found.dateline.raw)
            return


def _element(page: Page, text: str) -> Element | None:
    """The element that a paragraph of the body came from: a ``p`` if there is one, else the innermost."""
    start = names.collapse(text)[:60]
    root = page.main if page.main is not None else page.tree
    for tags in (("p",), ("div", "span", "strong", "section", "li", "h2", "td", "article")):
        holder = None
        for element in root.iter(*tags):
            if _begins(element, start):
                holder = element
                if element.tag == "p":
                    return element
        if holder is not None:
            return holder
    return None


def _begins(element: Element, start: str) -> bool:
    """True where an element's visible text begins so; reads no more of it than that."""
    seen = ""
    for piece in pieces(element):
        seen += piece
        plain = names.collapse(seen)
        if len(plain) >= len(start):
            return plain.startswith(start)
        if not start.startswith(plain):
            return False
    return False


def _set_apart(page: Page, element: Element, raw: str) -> bool:
    """True where the paragraph begins with an element of its own around these words."""
    if (element.text or "").strip():
        return False
    first = next((c for c in element if isinstance(c.tag, str)), None)
    if first is None or first.tag not in _SET_APART:
        return False
    text = page.text_of(first).strip(" .:,–—-।")
    return text == raw.strip(" .:,–—-।")


def _is_speaker(body: tuple[Block, ...], found: filed.Filed, own: Block) -> bool:
    """True for a name before a colon in a transcript: other paragraphs begin with one in capitals, too."""
    if not own.text[len(found.dateline.raw) :].startswith(":"):
        return False
    return sum(bool(_SPEAKS.match(b.text)) for b in body if b.kind in _TEXT) > 1


def _only_here(body: tuple[Block, ...], found: filed.Filed, own: Block) -> bool:
    """True for a name in capitals before a colon ("KEENJHAR BANDAR: The …") that is neither a common word, which would stand in
    small letters somewhere in the text, nor a speaker or an acronym, which would stand in capitals again.
    """
    head, rest = found.dateline.raw, own.text[found.end :]
    letters = re.sub(r"\W", "", head)
    if not own.text[len(head) :].startswith(":") or not letters.isupper() or len(letters) < 5 or len(head.split()) > 3:
        return False
    text = " ".join((rest, *(b.text for b in body if b is not own)))
    words = [w.lower() for w in head.split()]
    return (
        rest[:1].isalpha()
        and len(text) > _TOLD
        and head not in text
        and not any(re.search(rf"\b{re.escape(w)}\b", text) for w in words)
    )


def _named_again(page: Page, body: tuple[Block, ...], found: filed.Filed, own: Block) -> bool:
    place = found.dateline.place
    if place is None:
        return False
    headline = page.text_of(page.h1) if page.h1 is not None else ""
    keywords = " ".join(m.content for name in ("keywords", "news_keywords", "article:tag") for m in page.meta.get(name, ()))
    rest = own.text[found.end :]
    return places_again(place, iter((headline, page.title, keywords, rest, *(b.text for b in body if b is not own))))
