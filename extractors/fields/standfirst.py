"""The standfirst: the sentence or two under the headline that sum the piece up, apart from its text."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice

from extractors.body.passages import Passage, marks_of
from extractors.body.reading import passages_of
from extractors.dom import SUBHEADINGS, Element
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.fields.captions import split_caption
from extractors.fields.set_apart import set_apart_below
from extractors.page import Page
from model.article import How

_NEAR = 14  # passages after the headline in which a standfirst is looked for
_SHORTEST, _LONGEST = 25, 400
_TEXT = 160  # characters from which an unlinked passage is the beginning of the text
_FELLOWS = 2  # passages of the same make, or paragraphs beside it, from which a passage is one paragraph among others
_PARAGRAPH = 100
_RIGHT_BELOW = 2  # passages
_TEXT_BELOW = 60  # characters
_RIGHT_ABOVE = 6  # passages after a standfirst within which the text begins
# Characters from which such a passage is the text's first paragraph where it is chosen as text
_SAYS_MORE = {"standfirst.set_apart": 140, "standfirst.named_opening": 90, "standfirst.named_summary": 180}
_DECK = 45  # characters from which a heading below the headline says more than a section's name
_LINES = 20  # of a cell whose lines are set in elements of their own
_WRAPPERS = 3
_NO_JOINT = re.compile(r"(?<=[A-Za-z])[-_](?=[A-Za-z])")
# "PARIS (AFP) – …": a story that begins, not a summary
_FILED = re.compile(r"[^a-zß-ÿ]{3,40}(?:\([^)]{2,30}\)\s{0,2}[-–—:]|\s[–—-]\s)")


def read(page: Page, headline: str | None) -> Resolved[str]:
    """The standfirst as printed; empty where the piece begins with its text.

    One paragraph among others is none. A long one that only a word for "summary" or "opening" names is the
    text's first paragraph where it is chosen as text (``may_be_text``).
    """

    ground = _Ground(page, headline)

    def marked(page: Page) -> Iterator[Candidate[str]]:
        for passage in ground.named:
            if is_marked(page, passage):
                yield _candidate(page, passage)

    def named_and_declared(page: Page) -> Iterator[Candidate[str]]:
        for passage in ground.below:
            if passage.near & (_words("names") | _words("summaries") | _words("openings")) and ground.declares(passage.text):
                yield _candidate(page, passage)

    def declared_and_printed(page: Page) -> Iterator[Candidate[str]]:
        for passage in ground.below:
            if any(_alike(passage.text, s) for s in ground.descriptions) and not _FILED.match(passage.text):
                yield _candidate(page, passage)

    def named_summary(page: Page) -> Iterator[Candidate[str]]:
        return _right_above(ground, _words("summaries"))

    def named_opening(page: Page) -> Iterator[Candidate[str]]:
        return _right_above(ground, _words("openings"))

    def heading_below(page: Page) -> Iterator[Candidate[str]]:
        """A heading right below the headline's, apart from the text."""
        for passage in ground.below[:1]:
            title = next((p for p in ground.found if p.element is page.h1), None)
            behind = title is not None and 0 < passage.index - title.index <= _RIGHT_BELOW
            if behind and passage.tag in SUBHEADINGS and len(passage.text) >= _DECK and _apart(ground, passage):
                yield _candidate(page, passage)

    def set_apart(page: Page) -> Iterator[Candidate[str]]:
        """A line in bold or italics right below the headline of a page that describes itself nowhere."""
        if ground.title is not None and not ground.descriptions:
            passage = set_apart_below(page, ground.title, ground.found)
            if passage is not None:
                yield _candidate(page, passage)

    strategies = (marked, named_and_declared, declared_and_printed, heading_below, named_summary, named_opening, set_apart)
    return resolve(Field("standfirst", strategies), page)


def is_marked(page: Page, passage: Passage) -> bool:
    """Whether the publisher's mark-up calls a passage a standfirst."""
    return bool(_own_marks(page, passage) & _words("names"))


def may_be_text(deck: Resolved[str]) -> bool:
    """Whether a standfirst may as well be the text's first paragraph: it is long, and only a word's name speaks for it."""
    found = deck.evidence.get("")
    return found is not None and len(deck.value or "") >= _SAYS_MORE.get(found.strategy, _LONGEST + 1)


@dataclass(frozen=True, eq=False)
class _Ground:
    """What is asked of a page again and again while its standfirst is looked for."""

    page: Page
    headline: str | None

    @cached_property
    def found(self) -> list[Passage]:
        return passages_of(self.page)

    @cached_property
    def title(self) -> Passage | None:
        """The passage of the headline."""
        title = next((p for p in self.found if p.element is self.page.h1), None)
        return title or next((p for p in self.found if self.headline and p.text == self.headline), None)

    @cached_property
    def descriptions(self) -> frozenset[str]:
        """What the page declares as its description."""
        page = self.page
        metas = [m.content for n in ("description", "og:description", "twitter:description") for m in page.meta.get(n, ())]
        nodes = [n.data.get("description") for n in page.articles]
        return frozenset(" ".join(t.split()) for t in (*metas, *nodes) if isinstance(t, str) and t.strip())

    @cached_property
    def makes(self) -> Mapping[tuple[str, frozenset[str]], int]:
        """How many passages that are no links are of one make."""
        return Counter((p.tag, p.near) for p in self.found if p.linked < 0.5 * len(p.text))

    @cached_property
    def named(self) -> list[Passage]:
        """Passages between the headline and the beginning of the text that could be a standfirst, the only one of its
        make among the paragraphs, too: its name may tell it from them."""
        found, title = self.found, self.title
        if title is None:
            return []
        kept: list[Passage] = []
        passed = 0
        for passage in found[title.index + 1 : title.index + 1 + _NEAR]:
            size = len(passage.text)
            away = passage.linked > 0.5 * size or passage.text == self.headline
            if away or (passage.near - title.near) & _words("not_names"):
                continue
            make = self.makes[passage.tag, passage.near]
            if _SHORTEST <= size <= _LONGEST and make <= _FELLOWS and (make == 1 or self._stands_alone(passage)):
                kept.append(passage)
            passed += size >= _PARAGRAPH
            if size >= _TEXT or passed >= _FELLOWS:
                break
        return kept

    @cached_property
    def below(self) -> list[Passage]:
        """Those of them that are no paragraph among others."""
        return [p for p in self.named if self._stands_alone(p)]

    def declares(self, text: str) -> bool:
        """Whether a description is this text, all but."""
        return any(_begins(text, s) or _alike(text, s) for s in self.descriptions)

    def _stands_alone(self, passage: Passage) -> bool:
        beside = self._long_in[passage.element.getparent()] - (len(passage.text) >= _PARAGRAPH)
        return beside < _FELLOWS or passage.tag in SUBHEADINGS

    @cached_property
    def _long_in(self) -> Mapping[Element | None, int]:
        plain = (p for p in self.found if len(p.text) >= _PARAGRAPH and p.linked < 0.5 * len(p.text))
        return Counter(p.element.getparent() for p in plain)


def _right_above(ground: _Ground, called: frozenset[str]) -> Iterator[Candidate[str]]:
    """Passages right above the text that are called so: without a link or a credit, the only ones of their make."""
    page, title, found = ground.page, ground.title, ground.found
    for passage in ground.named:
        if title is None or passage.linked or not _own_marks(page, passage) & called:
            continue
        above, below = found[title.index + 1 : passage.index], found[passage.index + 1 : passage.index + 1 + _RIGHT_ABOVE]
        first = all(len(p.text) < _PARAGRAPH for p in above) and any(
            len(p.text) >= min(len(passage.text), _TEXT_BELOW) for p in below
        )
        alone = sum((p.tag, p.near) == (passage.tag, passage.near) for p in found) == 1
        if first and alone and split_caption(passage.text, page.language).credit is None:
            yield _candidate(page, passage)


def _apart(ground: _Ground, passage: Passage) -> bool:
    """Whether no paragraph stands beside a heading or right behind it."""
    parent = passage.element.getparent()
    long = (p for p in ground.found if len(p.text) >= _PARAGRAPH and p is not passage)
    behind = ground.found[passage.index + 1] if passage.index + 1 < len(ground.found) else None
    return (
        parent is not None
        and not any(p.element.getparent() is parent for p in long)
        and (behind is None or len(behind.text) < _PARAGRAPH)
    )


def _own_marks(page: Page, passage: Passage) -> frozenset[str]:
    """The marks of a passage's element and of what holds nothing else, two words that make one name as one, too."""
    element, found = passage.element, marks_of(passage.element, passage.tag) | _joined(passage.element)
    for line in islice(element.iterchildren("span", "font", "b", "strong", "em", "i"), _LINES):
        if page.text_of(line) == passage.text:
            found |= marks_of(line, str(line.tag)) | _joined(line)
    for above in islice(element.iterancestors(), _WRAPPERS):
        if above.tag in ("body", "main", "article") or page.text_of(above) != passage.text:
            break
        found |= marks_of(above, str(above.tag)) | _joined(above)
    return found


def _joined(element: Element) -> frozenset[str]:
    """ "sub-title", "leadText" as one word."""
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return frozenset(w for pair in _words("pairs") if (w := pair.replace("-", "")) in _NO_JOINT.sub("", names).lower())


def _begins(text: str, declared: str) -> bool:
    """Whether a description is the text, or its beginning cut short."""
    cut = declared.rstrip(" .…[]")
    return len(cut) >= max(_SHORTEST, len(text) // 2) and text.startswith(cut)


def _alike(text: str, declared: str) -> bool:
    """Whether a description is the text but for a word or so: one of the two is often edited without the other."""
    if text == declared:
        return True
    ours, theirs = Counter(text.split()), Counter(declared.split())
    return (ours & theirs).total() >= 0.88 * max(ours.total(), theirs.total())


def _candidate(page: Page, passage: Passage) -> Candidate[str]:
    return Candidate(passage.text, How.MARKED, "css:" + page.css(passage.element), passage.text)


@cache
def _words(group: str) -> frozenset[str]:
    table = tomllib.loads((files("extractors") / "words" / "standfirst.toml").read_text("utf-8"))
    return frozenset(table[group])
