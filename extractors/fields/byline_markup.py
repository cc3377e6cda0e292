"""Bylines that the mark-up names: elements that say they hold the author, and texts near the
headline that begin with "By".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from extractors.dom import Element, collapse
from extractors.field import Candidate
from extractors.fields import byline, names
from extractors.fields.byline_element import leads_to_profile, pieces_of, read, together
from extractors.fields.byline_ground import MAX_TEXT, Ground
from extractors.fields.byline_others import names_another, row_of_own
from extractors.fields.others import CHECKED
from extractors.page import Page
from extractors.words import agencies
from model.article import Author, How

_NEAR_AFTER = 140  # elements
_NEAR_BEFORE = 30
_PROFILES = 40
_LINE = 160  # characters
_TRIED = 120  # byline elements looked at: the nearest to the headline

Found = Iterator[Candidate[tuple[Author, ...]]]


class Bylines:
    """Strategies over one page; evidence points at the element."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def byline_element(self, page: Page) -> Found:
        """Elements near the headline whose class, ``rel``, ``itemprop`` or tag says author or byline."""
        yield from self._marked(page, near=True)

    def byline_elsewhere(self, page: Page) -> Found:
        """The same further down in the article, as at its end."""
        yield from self._marked(page, near=False)

    def near_headline(self, page: Page) -> Found:
        """A short text that begins with "By" (in the page's language) in the neighbourhood of the headline."""
        site = page.meta_first("og:site_name", "application-name")
        house = site.content if site else None
        for item, text in self._ground.below(_NEAR_AFTER, 180):
            if item.tag == "a" or CHECKED.match(text):
                continue
            said = byline.from_label(text, page.language)
            if said is None:
                continue
            if any(e.tag in {"a", "blockquote", "figure"} for e in islice(item.iterancestors(), 8)):
                continue  # of a teaser, of a quoted post, of a picture
            pieces = pieces_of(item) if said == text else []
            authors = byline.read_pieces(pieces, page.language, house) if pieces else byline.read(said, page.language, house)
            authors = _linked(item, authors)
            if not authors and any(leads_to_profile(a) for a in item.iter("a")):
                authors = read(page, item)
                if authors and not self._ground.misplaced(item) and not names_another(page, item):
                    yield Candidate(authors, How.MARKED, "css:" + page.css(item), text, cue="led")
                    return
            persons = authors and all(names.is_person(a.name, page.language) or agencies.agency(a.name) for a in authors)
            desk = len(authors) == 1 and agencies.is_organization(authors[0].name) and len(text) <= 60
            misplaced = self._ground.misplaced(item) or names_another(page, item)
            if (persons or desk) and not misplaced and not _tells(page, said, authors):
                yield Candidate(authors, How.MARKED, "css:" + page.css(item), text, cue="led")
                if desk or not all(agencies.agency(a.name) for a in authors):
                    return  # behind an agency the writer may be named

    def _checked(self, element: Element) -> bool:
        """True for an element of those who did not write it: "Fact-checked by A. Person"."""
        return bool(CHECKED.match(self._ground.text(element, MAX_TEXT) or "")) or self._ground.credited(element)

    def profiles(self, page: Page) -> Found:
        """Links to authors' profiles right below the headline, in a line of their own."""
        for item in self._ground.elements[self._ground.start + 1 : self._ground.start + _PROFILES]:
            if not leads_to_profile(item) or self._ground.misplaced(item) or names_another(page, item):
                continue
            line = item.getparent()
            text = self._ground.text(line, _LINE) if line is not None else None
            if line is None or not text or line.tag in {"li", "figcaption", "nav", "h1", "h2", "h3"} or self._checked(line):
                continue
            if not self._ground.text(item, 60) or self._ground.credited(item):
                continue
            for place in (line, item):
                words = self._ground.text(place, _LINE) or ""
                authors = read(page, place)
                whole = sum(len(a.name) for a in authors) >= 0.6 * len(words)
                if authors and whole and not any(names.key(a.name) in names.key(page.title) for a in authors):
                    yield Candidate(authors, How.MARKED, "css:" + page.css(place), words)
                    return

    def byline_anywhere(self, page: Page) -> Found:
        """Elements that say author outside the article, where nothing else names one."""
        yield from self._marked(page, near=False, inside=False)

    def _marked(self, page: Page, *, near: bool, inside: bool = True) -> Found:
        outer = [
            e
            for e in self._ground.chosen
            if not any(a in self._ground.chosen and self._ground.text(a, MAX_TEXT) for a in e.iterancestors())
        ]
        count = 0
        done: set[Element] = set()
        ranked = sorted(outer, key=self._ground.distance)
        for element in ranked[:_TRIED]:
            close = (
                page.h1 is not None
                and self._ground.start - _NEAR_BEFORE <= self._ground.order[element] <= self._ground.start + _NEAR_AFTER
            )
            if close is not near or (not near and inside and page.main is not None and page.main not in element.iterancestors()):
                continue
            text = self._ground.text(element, MAX_TEXT)
            noisy = self._ground.misplaced(element) if near else page.in_noise(element)
            if element in done or not text or CHECKED.match(text) or noisy or self._ground.credited(element):
                continue
            if names_another(page, element):
                continue
            row = self._ground.siblings(element)
            group = [e for e in row if e is element or not self._checked(e)] if len(row) > 1 else row_of_own(page, element)
            done.update(group)
            authors = together(read(page, e) for e in group)
            if authors:
                text = text if len(group) == 1 else page.text_of(group[0])
                led = byline.without_lead(text, page.language)[1]
                yield Candidate(authors, How.MARKED, "css:" + page.css(element), text, cue="led" if led and near else "")
                count += 1
                if count >= 6:
                    return


def _tells(page: Page, said: str, authors: tuple[Author, ...]) -> bool:
    """Whether a line is a sentence that happens to begin like a byline ("Author of the plan — A. Person — said …")."""
    behind, _ = byline.without_lead(said, page.language)
    named = sum(len(a.name) for a in authors)
    return behind[-1:] in {".", "।", "…"} and 4 * named < len(behind) and not behind.startswith(authors[0].name)


def _linked(line: Element, authors: tuple[Author, ...]) -> tuple[Author, ...]:
    """The authors of a line of which only links to profiles name people: "By [A. Person], The House — Town"."""
    texts = {names.key(collapse("".join(map(str, a.itertext())))) for a in line.iter("a") if leads_to_profile(a)}
    named = tuple(a for a in authors if names.key(a.name) in texts or agencies.agency(a.name))
    return named if texts and {names.key(a.name) for a in named} >= texts else authors
