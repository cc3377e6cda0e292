"""Names in places that do not say what they are: behind a label, alone below the headline, in the
last lines of the article, at the head of a box about the author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from extractors import printed_dates
from extractors.cards import in_card
from extractors.dom import HEADINGS, Element, collapse
from extractors.field import Candidate
from extractors.fields import byline, names, signed
from extractors.fields.byline_element import leads_to_profile, pieces_of
from extractors.fields.byline_ground import MISPLACED, Ground
from extractors.fields.byline_others import names_another
from extractors.fields.byline_parts import chunks
from extractors.fields.others import CHECKED
from extractors.page import Page
from extractors.words.people import people
from model.article import Author, How

_ALONE_AFTER = 16
_DATED_LINE = 110  # characters of a name beside a date and the time it takes to read the piece
_JOB_AFTER = 5  # elements
_JOB_LONGEST = 6  # words
_BESIDE = 40  # elements after the headline
_OTHERS = re.compile(r"comment|related|recommend|teaser|popular|newsletter|most-?read|more-?from|trending|latest", re.I)
_BOX = re.compile(
    r"(?<![a-z])(?:about-?(?:the-?)?author|(?:post-|article-)?author-?_?(?:box|bio|info|card|wrapper)|bio-?author)(?![a-z])", re.I
)
_LABELS = frozenset(
    {"span", "p", "div", "strong", "b", "h2", "h3", "h4", "h5", "h6", "dt", "label", "th", "td", "small", "em", "nonbold"}
)
_IN_TABLES = frozenset({"reporter", "reporters", "journalist", "writer", "correspondent", "reportage", "texte", "texto", "testo"})
_OF_OTHERS = frozenset({"figure", "figcaption", "blockquote", "table"})
_NOT_AROUND_NAMES = frozenset({"p", "li", "em", "strong", "dd", "dt", "td", "th"})

_DEGREES = re.compile(r"(?:[,\s]*(?:(?:[A-Z]\.?){2,7}|Ph\.?D\.?|PsyD|EdD|PharmD|MSc|BSc|Esq\.?)®?)+")
_IS = re.compile(
    r"((?:(?:Dr|Prof)\.? )?(?:[^\W\d_][\w.’'-]* ){1,3}[^\W\d_][\w.’'-]+),? "
    r"(?:is|was|has|works|writes|lives|ist|schreibt|est|es|é|è|är|er|jest|är|trabalha|adalah)\s"
)

Found = Iterator[Candidate[tuple[Author, ...]]]


class Signatures:
    """Strategies over one page, asked where its byline elements name nobody."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def name_alone(self, page: Page) -> Found:
        """An element right below the headline that holds a full name, with a date beside it or the portrait of its bearer."""
        for item, text in self._ground.below(_ALONE_AFTER, _DATED_LINE):
            if len(text) > 60 and len(" ".join(chunks(text))) > 60:
                continue
            if len(item) > 2 or self._never_a_byline(page, item) or CHECKED.search(text[:60]) or self._one_of_a_list(page, item):
                continue
            if self._ground.credited(item):
                continue
            authors = byline.read(re.sub(r"^[\d.\s:,/|–-]+(?:Uhr)?(?![\w])", "", text), page.language)
            if len(authors) != 1 or not names.is_person(authors[0].name, page.language) or _echo(page, authors[0].name):
                continue
            if (self._ground.dated(item, text) or _pictured(page, authors[0].name)) and not (
                page.in_noise(item) or in_card(page, item) or names_another(page, item)
            ):
                yield Candidate(authors, How.INFERRED, "css:" + page.css(item), text)
                return

    def name_with_job(self, page: Page) -> Found:
        """A full name in an element of its own right below the headline, with nothing but a job behind it."""
        for item, text in self._ground.below(_ALONE_AFTER, 60):
            if len(item) or not names.is_person(text, page.language) or _echo(page, text) or self._ground.credited(item):
                continue
            above = [item, *islice(item.iterancestors(), 5)]
            elsewhere = any(e.tag == "a" and not leads_to_profile(e) for e in above)
            if elsewhere or any(e.tag in _OF_OTHERS and not page.lays_out(e) for e in above) or page.in_noise(item):
                continue
            at = self._ground.order[item]
            job = next((t for e in self._ground.elements[at + 1 : at + _JOB_AFTER] if (t := self._ground.text(e, 60))), "")
            found = byline.read_pieces([text, job], page.language) if names.role_head(job, page.language) else ()
            if len(found) == 1 and found[0].name == text and found[0].role and len(job.split()) <= _JOB_LONGEST:
                yield Candidate(found, How.INFERRED, "css:" + page.css(item), text)
                return

    def _never_a_byline(self, page: Page, item: Element) -> bool:
        """True for what runs within text, lists facts, describes a picture or leads to something else than a profile."""
        if item.tag in HEADINGS or item.tag in {"dd", "dt", "td", "th"}:
            return True
        inner = item.find(".//a")
        above = [item, *islice(item.iterancestors(), 5)]
        links = [e for e in (*above, inner) if e is not None and e.tag == "a"]
        if any(not leads_to_profile(e) for e in links):
            return True
        table = next((e for e in above if e.tag == "table"), None)
        within = _NOT_AROUND_NAMES - {"td"} if table is not None and page.lays_out(table) else _NOT_AROUND_NAMES
        return any(e.tag in within and e is not item for e in above[:3]) or any(
            e.tag in _OF_OTHERS and not page.lays_out(e) for e in above
        )

    def _one_of_a_list(self, page: Page, item: Element) -> bool:
        """True where the neighbours of an element are of its kind and hold other things, as topics do."""
        parent = item.getparent()
        if parent is None:
            return False
        mark = item.get("class")
        row = [e for e in islice(parent, 40) if e is not item and e.tag == item.tag and e.get("class") == mark and mark]
        return any(
            (text := self._ground.text(e, 60)) and not printed_dates.find(text, page.language) and not re.search(r"\d", text)
            for e in row
        )

    def labelled(self, page: Page) -> Found:
        """A name behind an element that says no more than "By", "Author" or "Text"."""
        words = frozenset(people(page.language).by)
        tries = 0
        for at, item in enumerate(self._ground.elements):
            if item.tag not in _LABELS or len(item) > 1:
                continue
            if not len(item) and len(item.text or "") > 80:
                continue
            label = collapse(item.text or "") if not len(item) else self._ground.text(item, 30)
            said = label.casefold().strip(" :,،") if label else ""
            if said not in words and not (item.tag in {"dt", "th"} and said in _IN_TABLES):
                continue
            if self._aside(page, item):
                continue
            tries += 1
            if tries > 40:
                return
            behind = collapse(item.tail or "").strip(" :")
            place = item
            if len(behind) < 3:
                place = next(
                    (
                        e
                        for e in self._ground.elements[at + 1 : at + 6]
                        if e.getparent() is not item and self._ground.text(e, 100)
                    ),
                    item,
                )
                behind = self._ground.text(place, 100) or ""
            authors = (
                byline.read_pieces(pieces_of(place), page.language) if place is not item else byline.read(behind, page.language)
            )
            if authors and all(names.is_person(a.name, page.language) for a in authors):
                at_place = place if place is not item else item.getparent()
                if at_place is not None:
                    yield Candidate(authors, How.MARKED, "css:" + page.css(at_place), behind)
                    return

    def _aside(self, page: Page, item: Element) -> bool:
        """True in what is not the article; a column beside the headline often begins with the byline."""
        if not page.in_noise(item):
            return False
        box = item.getparent()
        if box in self._ground.chosen and not self._ground.misplaced(item):
            mark = box.get("class") if box is not None else None
            if sum(e.get("class") == mark for e in self._ground.chosen) == 1:
                return False  # one box of its own, not a row of other pieces
        behind = self._ground.order[item] - self._ground.start
        outer = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in item.iterancestors())
        return page.h1 is None or not 0 < behind <= _BESIDE or any(_OTHERS.search(m) for m in outer)

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
            text = self._ground.text(item, 50) or ""
            within = [c for c in item if c.tag in {"strong", "b", "em", "i"}]
            if len(within) != 1 or page.text_of(within[0]) != text or item.find(".//a") is not None:
                continue
            last = all(self._ground.text(e, 60) for e in lines[at + 1 :])
            closed = page.text_of(lines[at - 1]).rstrip().endswith((".", "!", "?", "”", '"', "«", "»", "…"))
            ended = closed or at == len(lines) - 1
            fits = last and ended and names.is_person(text, page.language) and not _echo(page, text)
            if fits and not page.in_noise(item):
                yield Candidate((Author(text),), How.INFERRED, "css:" + page.css(item), text)
                return

    def author_box(self, page: Page) -> Found:
        """The name at the head of a box about the author."""
        boxes = 0
        for element in self._ground.elements:
            marks = (element.get("class"), element.get("id"))
            if not any(_BOX.search(m) for m in marks if m) or MISPLACED.search(" ".join(m for m in marks if m)):
                continue
            boxes += 1
            if boxes > 8:
                return
            for item in islice(element.iter("h2", "h3", "h4", "h5", "strong", "b", "a", "span", "p", "div"), 30):
                text = _without_degrees(names.clean(self._ground.text(item, 60) or ""))
                if names.is_person(text, page.language) and not any(e.tag in {"nav", "footer"} for e in item.iterancestors()):
                    yield Candidate((Author(text),), How.MARKED, "css:" + page.css(item), page.text_of(item))
                    return

    def introduced(self, page: Page) -> Found:
        """Who a note below the heading "About the author" begins with: "A. Person is …"."""
        for at, item in enumerate(self._ground.elements):
            label = self._ground.text(item, 30) if item.tag in _LABELS else None
            if (
                not label
                or label.casefold().replace("’", "'").strip(" :") not in people(page.language).about
                or self._aside(page, item)
            ):
                continue
            for note in (e for e in self._ground.elements[at + 1 : at + 8] if e.tag == "p"):
                told = _IS.match(page.text_of(note)[:120])
                if told and names.is_person(told[1], page.language) and not names_another(page, note):
                    yield Candidate((Author(told[1]),), How.INFERRED, "css:" + page.css(note), told[0])
                    return

    def _signed(self, page: Page, count: int) -> Found:
        if page.main is None:
            return
        lines = [
            e
            for e in page.main.iter("p", "div", "em", "span", "section", "strong", "h2", "h3", "h4")
            if self._ground.text(e, 120)
        ]
        for item in reversed(lines[-count:]):
            text = self._ground.text(item, 120) or ""
            rest, had = byline.without_lead(text, page.language)
            if not had or CHECKED.match(text):
                continue
            rest = re.split(r"\s{2,}|\s(?:illustration|foto|photo)s?\b", rest, maxsplit=1, flags=re.IGNORECASE)[0]
            authors = byline.read(rest, page.language)
            said = sum(len(a.name) + len(a.role or "") + sum(len(x.organization or "") for x in a.affiliations) for a in authors)
            whole = authors and said >= 0.6 * len(rest) and all(names.is_person(a.name, page.language) for a in authors)
            if whole and not page.in_noise(item) and not names_another(page, item):
                yield Candidate(authors, How.INFERRED, "css:" + page.css(item), text)
                return


def _without_degrees(text: str) -> str:
    """A name without what is printed behind its comma in capitals: "A. Person, MD, FACP"."""
    name, comma, behind = text.partition(",")
    return name if comma and _DEGREES.fullmatch(behind) else text


def _pictured(page: Page, name: str) -> bool:
    """True where the page has a portrait or a profile of somebody of this name."""
    slug = names.key(name).replace(" ", "[-_]")
    portrait = rf"""alt="{re.escape(name)}["',]|/{slug}(?:[-_]\d+)?\.(?:jpe?g|png|webp)"""
    profile = rf"/(?:authors?|autor\w*|staff|people|team|profile|contributors?|by)/{slug}[/\"']"
    return bool(re.search(f"{portrait}|{profile}", page.markup, re.IGNORECASE))


def _echo(page: Page, name: str) -> bool:
    """True where the name is (part of) the headline or the page's title: a person written about."""
    return names.key(name) in names.key(page.title) or (
        page.h1 is not None and names.key(name) in names.key(page.text_of(page.h1))
    )
