"""The byline in the page's mark-up: elements that say they hold the author, and texts that begin
with "By", near the headline first and elsewhere in the article after that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from extractors import printed_dates
from extractors.dom import Element, collapse, pieces
from extractors.field import Candidate
from extractors.fields import byline, names, signed
from extractors.fields.byline_element import NO_BYLINE, leads_to_profile, pieces_of, read, says_author, together
from extractors.fields.others import CHECKED
from extractors.page import Page
from extractors.words import agencies
from extractors.words.people import people
from model.article import Author, How

MAX_TEXT = 300
_NEAR_AFTER = 140  # elements
_NEAR_BEFORE = 30
_ALONE_AFTER = 16
_TRIED = 120  # byline elements looked at: the nearest to the headline
_BOX = re.compile(
    r"(?<![a-z])(?:about-?(?:the-?)?author|(?:post-|article-)?author-?_?(?:box|bio|info|card)|bio-?author)(?![a-z])", re.I
)
_LABELS = frozenset(
    {"span", "p", "div", "strong", "b", "h2", "h3", "h4", "h5", "h6", "dt", "label", "th", "td", "small", "em", "nonbold"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NOT_AROUND_NAMES = frozenset({"p", "li", "em", "strong", "dd", "dt", "td", "th"})

Found = Iterator[Candidate[tuple[Author, ...]]]


class Bylines:
    """The places of one page where a byline may stand; its methods are strategies."""

    def __init__(self, page: Page) -> None:
        self._elements = [e for e in page.tree.iter() if isinstance(e.tag, str)]
        self._order = {e: i for i, e in enumerate(self._elements)}
        self._start = self._order.get(page.h1, 0) if page.h1 is not None else 0
        self._around = frozenset() if page.h1 is None else frozenset((page.h1, *page.h1.iterancestors()))
        self._short: dict[Element, str | None] = {}
        self._chosen = {e for e in self._elements if says_author(e)}

    def byline_element(self, page: Page) -> Found:
        """Elements near the headline whose class, ``rel``, ``itemprop`` or tag says author or byline."""
        yield from self._marked(page, near=True)

    def byline_elsewhere(self, page: Page) -> Found:
        """The same further down in the article, as at its end."""
        yield from self._marked(page, near=False)

    def near_headline(self, page: Page) -> Found:
        """A short text that begins with "By" (in the page's language) in the neighbourhood of the headline."""
        for item, text in self._below(page, _NEAR_AFTER, 180):
            if item.tag == "a" or CHECKED.match(text):
                continue
            said = byline.from_label(text, page.language)
            if said is None:
                continue
            if any(e.tag in {"a", "blockquote", "figure"} for e in islice(item.iterancestors(), 8)):
                continue  # of a teaser, of a quoted post, of a picture
            authors = byline.read_pieces(pieces_of(item), page.language) if said == text else byline.read(said, page.language)
            if not authors and any(leads_to_profile(a) for a in item.iter("a")):
                authors = read(page, item)
                if authors and not self._misplaced(item):
                    yield Candidate(authors, How.MARKED, "css:" + page.css(item), text, cue="led")
                    return
            persons = authors and all(names.is_person(a.name, page.language) or agencies.agency(a.name) for a in authors)
            desk = len(authors) == 1 and agencies.is_organization(authors[0].name) and len(text) <= 60
            if (persons or desk) and not self._misplaced(item):
                yield Candidate(authors, How.MARKED, "css:" + page.css(item), text, cue="led")
                return

    def name_alone(self, page: Page) -> Found:
        """An element right below the headline that holds a full name, with a date beside it or the portrait of its bearer."""
        for item, text in self._below(page, _ALONE_AFTER, 60):
            if len(item) > 2 or self._never_a_byline(item) or CHECKED.search(text[:60]) or self._one_of_a_list(page, item):
                continue
            if self._credited(page, item):
                continue
            authors = byline.read(re.sub(r"^[\d.\s:,/|–-]+(?:Uhr)?(?![\w])", "", text), page.language)
            if len(authors) != 1 or not names.is_person(authors[0].name, page.language) or _echo(page, authors[0].name):
                continue
            if (self._dated(page, item, text) or _pictured(page, authors[0].name)) and not page.in_noise(item):
                yield Candidate(authors, How.INFERRED, "css:" + page.css(item), text)
                return

    def _never_a_byline(self, item: Element) -> bool:
        """True for what runs within text, lists facts, describes a picture or leads to something else than a profile."""
        if item.tag in _HEADINGS or item.tag in {"dd", "dt", "td", "th"}:
            return True
        inner = item.find(".//a")
        above = [item, *islice(item.iterancestors(), 5)]
        links = [e for e in (*above, inner) if e is not None and e.tag == "a"]
        if any(not leads_to_profile(e) for e in links):
            return True
        return any(e.tag in _NOT_AROUND_NAMES and e is not item for e in above[:3]) or any(
            e.tag in {"figure", "figcaption", "blockquote", "table"} for e in above
        )

    def _one_of_a_list(self, page: Page, item: Element) -> bool:
        """True where the neighbours of an element are of its kind and hold other things, as topics do."""
        parent = item.getparent()
        if parent is None:
            return False
        mark = item.get("class")
        row = [e for e in islice(parent, 40) if e is not item and e.tag == item.tag and e.get("class") == mark and mark]
        return any(
            (text := self._text(page, e, 60)) and not printed_dates.find(text, page.language) and not re.search(r"\d", text)
            for e in row
        )

    def labelled(self, page: Page) -> Found:
        """A name behind an element that says no more than "By", "Author" or "Text"."""
        words = frozenset(people(page.language).by)
        tries = 0
        for at, item in enumerate(self._elements):
            if item.tag not in _LABELS or len(item) > 1:
                continue
            if not len(item) and len(item.text or "") > 80:
                continue
            label = collapse(item.text or "") if not len(item) else self._text(page, item, 30)
            if not label or label.casefold().strip(" :") not in words or page.in_noise(item):
                continue
            tries += 1
            if tries > 40:
                return
            behind = collapse(item.tail or "").strip(" :")
            place = item
            if len(behind) < 3:
                place = next(
                    (e for e in self._elements[at + 1 : at + 6] if e.getparent() is not item and self._text(page, e, 100)), item
                )
                behind = self._text(page, place, 100) or ""
            authors = (
                byline.read_pieces(pieces_of(place), page.language) if place is not item else byline.read(behind, page.language)
            )
            if authors and all(names.is_person(a.name, page.language) for a in authors):
                at_place = place if place is not item else item.getparent()
                if at_place is not None:
                    yield Candidate(authors, How.MARKED, "css:" + page.css(at_place), behind)
                    return

    def byline_anywhere(self, page: Page) -> Found:
        """Elements that say author outside the article, where nothing else names one."""
        yield from self._marked(page, near=False, inside=False)

    def signature(self, page: Page) -> Found:
        """One of the last lines of the article that is nothing but "By A. Person" or "Text: A. Person"."""
        yield from self._signed(page, 25)
        yield from signed.first_words(page)
        yield from signed.last_words(page)

    def signed_line(self, page: Page) -> Found:
        """Such a line anywhere in the article."""
        yield from self._signed(page, 2_000)

    def name_below(self, page: Page) -> Found:
        """A full name alone in bold or italics under the last sentence of the article."""
        if page.main is None:
            return
        lines = [e for e in page.main.iter("p", "div") if e.find(".//p") is None and page.text_of(e)]
        for at in range(len(lines) - 1, max(len(lines) - 7, 0), -1):
            item = lines[at]
            text = self._text(page, item, 50) or ""
            within = [c for c in item if c.tag in {"strong", "b", "em", "i"}]
            if len(within) != 1 or page.text_of(within[0]) != text or item.find(".//a") is not None:
                continue
            last = all(self._text(page, e, 60) for e in lines[at + 1 :])
            ended = page.text_of(lines[at - 1]).rstrip().endswith((".", "!", "?", "”", '"', "«", "»", "…"))
            fits = last and ended and names.is_person(text, page.language) and not _echo(page, text)
            if fits and not page.in_noise(item):
                yield Candidate((Author(text),), How.INFERRED, "css:" + page.css(item), text)
                return

    def author_box(self, page: Page) -> Found:
        """The name at the head of a box about the author."""
        boxes = 0
        for element in self._elements:
            marks = (element.get("class"), element.get("id"))
            if not any(_BOX.search(m) for m in marks if m) or _MISPLACED.search(" ".join(m for m in marks if m)):
                continue
            boxes += 1
            if boxes > 8:
                return
            for item in islice(element.iter("h2", "h3", "h4", "h5", "strong", "b", "a", "span"), 30):
                text = names.clean(self._text(page, item, 60) or "")
                if names.is_person(text, page.language) and not any(e.tag in {"nav", "footer"} for e in item.iterancestors()):
                    yield Candidate((Author(text),), How.MARKED, "css:" + page.css(item), page.text_of(item))
                    return

    def _signed(self, page: Page, count: int) -> Found:
        if page.main is None:
            return
        lines = [
            e for e in page.main.iter("p", "div", "em", "span", "section", "strong", "h2", "h3", "h4") if self._text(page, e, 120)
        ]
        for item in reversed(lines[-count:]):
            text = self._text(page, item, 120) or ""
            rest, had = byline.without_lead(text, page.language)
            if not had or CHECKED.match(text):
                continue
            rest = re.split(r"\s{2,}|\s(?:illustration|foto|photo)s?\b", rest, maxsplit=1, flags=re.IGNORECASE)[0]
            authors = byline.read(rest, page.language)
            said = sum(len(a.name) + len(a.role or "") + sum(len(x.organization or "") for x in a.affiliations) for a in authors)
            whole = authors and said >= 0.6 * len(rest) and all(names.is_person(a.name, page.language) for a in authors)
            if whole and not page.in_noise(item):
                yield Candidate(authors, How.INFERRED, "css:" + page.css(item), text)
                return

    def _marked(self, page: Page, *, near: bool, inside: bool = True) -> Found:
        outer = [
            e for e in self._chosen if not any(a in self._chosen and self._text(page, a, MAX_TEXT) for a in e.iterancestors())
        ]
        count = 0
        done: set[Element] = set()
        ranked = sorted(outer, key=lambda e: (self._order[e] < self._start, abs(self._order[e] - self._start)))
        for element in ranked[:_TRIED]:
            close = page.h1 is not None and self._start - _NEAR_BEFORE <= self._order[element] <= self._start + _NEAR_AFTER
            if close is not near or (not near and inside and page.main is not None and page.main not in element.iterancestors()):
                continue
            text = self._text(page, element, MAX_TEXT)
            noisy = self._misplaced(element) if near else page.in_noise(element)
            if element in done or not text or CHECKED.match(text) or noisy or self._credited(page, element):
                continue
            group = [e for e in self._siblings(element) if e is element or not self._credited(page, e)]
            done.update(group)
            authors = together(read(page, e) for e in group)
            if authors:
                text = text if len(group) == 1 else page.text_of(group[0])
                led = byline.without_lead(text, page.language)[1]
                yield Candidate(authors, How.MARKED, "css:" + page.css(element), text, cue="led" if led and near else "")
                count += 1
                if count >= 6:
                    return

    def _credited(self, page: Page, element: Element) -> bool:
        """True where "Photographs by" or the like runs on to an element from the words before it."""
        own = self._text(page, element, MAX_TEXT)
        for above in islice(element.iterancestors(), 2):
            text = self._text(page, above, 200)
            if not text or not own or text == own:
                continue
            before = text[: text.find(own)]
            credits = list(CHECKED.finditer(before))
            if credits and not byline.says_by(before[credits[-1].end() :]):
                return not re.search(r"[|·•►.;\n]\s", before[credits[-1].end() :])
        return False

    def _misplaced(self, element: Element) -> bool:
        """True in navigation, footers, comments and lists of other pieces; an aside or a row of share
        buttons beside the headline often holds the byline."""
        for item in (element, *element.iterancestors()):
            if item in self._around:
                return False
            if item.tag in {"nav", "footer"}:
                return True
            if item.tag not in {"article", "main"} and _MISPLACED.search(
                f"{item.get('class') or ''} {item.get('id') or ''}"[:300]
            ):
                return True
        return False

    def _siblings(self, element: Element) -> list[Element]:
        """Byline elements of one kind in a row: one for each author."""
        parent = element.getparent()
        mark = element.get("class")
        if parent is None or not mark:
            return [element]
        row = [e for e in islice(parent, 200) if e in self._chosen and e.tag == element.tag and e.get("class") == mark]
        above = parent.getparent()
        if len(row) == 1 and above is not None:
            uncles = [e for e in islice(above, 200) if e.tag == parent.tag and e.get("class") == parent.get("class")]
            row = [
                e for u in uncles for e in islice(u, 20) if e in self._chosen and e.tag == element.tag and e.get("class") == mark
            ]
        spread = self._order[row[-1]] - self._order[row[0]] if row else 0
        return row if 1 < len(row) <= 30 and row[0] is element and spread <= 14 * len(row) else [element]

    def _below(self, page: Page, count: int, longest: int) -> Iterator[tuple[Element, str]]:
        """Elements after the headline with their short texts."""
        if page.h1 is None:
            return
        for item in self._elements[self._start + 1 : self._start + count]:
            text = None if item.tag in NO_BYLINE or item.tag == "time" else self._text(page, item, longest)
            if text and len(text) > 4:
                yield item, text

    def _dated(self, page: Page, item: Element, text: str) -> bool:
        """True where a date stands in the text or right beside its element."""
        at = self._order[item]
        beside = (self._text(page, e, 80) for e in self._elements[max(0, at - 4) : at + 6] if e.tag not in _HEADINGS)
        return any(printed_dates.find(t, page.language) for t in (text, *(b for b in beside if b)))

    def _text(self, page: Page, element: Element, longest: int) -> str | None:
        """The text of an element, or ``None`` where it is longer than that; never reads more of it."""
        if element not in self._short:
            size, said, read = 0, 0, []
            for piece in pieces(element):
                size += len(piece)
                said += len(piece.strip())
                if said > 2 * MAX_TEXT or size > 4 * MAX_TEXT:
                    self._short[element] = None
                    break
                read.append(piece)
            else:
                self._short[element] = collapse("".join(read))
        text = self._short[element]
        return text if text is not None and len(text) <= longest else None


def _pictured(page: Page, name: str) -> bool:
    """True where the page has a portrait or a profile of somebody of this name."""
    slug = names.key(name).replace(" ", "[-_]")
    portrait = rf"""alt="{re.escape(name)}["',]|/{slug}(?:[-_]\d+)?\.(?:jpe?g|png|webp)"""
    profile = rf"/(?:authors?|autor\w*|staff|people|team|profile|contributors?|by)/{slug}[/\"']"
    return bool(re.search(f"{portrait}|{profile}", page.markup, re.IGNORECASE))


_MISPLACED = re.compile(
    r"comment|discuz|related|recommend|teaser|popular|newsletter|most-?read|more-?from|sidebar|trending|latest", re.I
)


def _echo(page: Page, name: str) -> bool:
    """True where the name is (part of) the headline or the page's title: a person written about."""
    return names.key(name) in names.key(page.title) or (
        page.h1 is not None and names.key(name) in names.key(page.text_of(page.h1))
    )
