"""The standfirst: the sentence or two under the headline that sum the piece up, apart from its text."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice

from extractors import printed_dates
from extractors.body.passages import Passage, marks_of
from extractors.body.reading import passages_of
from extractors.dom import SUBHEADINGS, Element
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.fields import byline
from extractors.fields.captions import split_caption
from extractors.fields.corrections import kind_of
from extractors.fields.language import EAST
from extractors.page import Page
from model.article import How

_NEAR = 14  # passages after the headline in which a standfirst is looked for
_SHORTEST, _SHORTEST_EAST, _LONGEST = 25, 10, 400
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
_ALL = 0.95  # share of a line
_SET_APART_LONGEST = 250
_SET_APART_NEAR = 4  # passages
_BYLINE_LONGEST = 80
_NOTE = re.compile(r"(?:editor[’']?s[’']? )?note\b|anm(?:erkung|\.)|nota\b|note de ", re.I)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_WRAPPERS = 3
_NO_JOINT = re.compile(r"(?<=[A-Za-z])[-_](?=[A-Za-z])")
# "PARIS (AFP) – …": a story that begins, not a summary
_FILED = re.compile(r"[^a-zß-ÿ]{3,40}(?:\([^)]{2,30}\)\s{0,2}[-–—:]|\s[–—-]\s)")


def read(page: Page, headline: str | None) -> Resolved[str]:
    """The standfirst as printed; empty where the piece begins with its text.

    One paragraph among others is none. A long one that only a word for "summary" or "opening" names is the
    text's first paragraph where it is chosen as text (``may_be_text``).
    """

    def marked(page: Page) -> Iterator[Candidate[str]]:
        for passage in _below(page, headline, named=True):
            if is_marked(page, passage):
                yield _candidate(page, passage)

    def named_and_declared(page: Page) -> Iterator[Candidate[str]]:
        for passage in _below(page, headline):
            if passage.near & (_words("names") | _words("summaries") | _words("openings")) and _is_declared(page, passage):
                yield _candidate(page, passage)

    def declared_and_printed(page: Page) -> Iterator[Candidate[str]]:
        said = _descriptions(page)
        for passage in _below(page, headline):
            if any(_alike(passage.text, s) for s in said) and not _FILED.match(passage.text):
                yield _candidate(page, passage)

    def named_summary(page: Page) -> Iterator[Candidate[str]]:
        return _right_above(page, headline, _words("summaries"))

    def named_opening(page: Page) -> Iterator[Candidate[str]]:
        return _right_above(page, headline, _words("openings"))

    def heading_below(page: Page) -> Iterator[Candidate[str]]:
        """A heading right below the headline's, apart from the text."""
        for passage in islice(_below(page, headline), 1):
            title = next((p for p in passages_of(page) if p.element is page.h1), None)
            behind = title is not None and 0 < passage.index - title.index <= _RIGHT_BELOW
            if behind and passage.tag in SUBHEADINGS and len(passage.text) >= _DECK and _apart(page, passage):
                yield _candidate(page, passage)

    def set_apart(page: Page) -> Iterator[Candidate[str]]:
        """A line in bold or italics right below the headline of a page that describes itself nowhere."""
        title, found = _title(page, headline), passages_of(page)
        if title is None or _descriptions(page):
            return
        below = found[title.index + 1 : title.index + 1 + _SET_APART_NEAR]
        passage = next((p for p in below if not _is_beside(page, p.text)), None)
        text = passage is not None and found[passage.index + 1 : passage.index + 1 + _RIGHT_ABOVE]
        if passage and text and _is_set_apart(page, passage) and any(len(p.text) >= _TEXT_BELOW and not p.bold for p in text):
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


def _right_above(page: Page, headline: str | None, called: frozenset[str]) -> Iterator[Candidate[str]]:
    """Passages right above the text that are called so: without a link or a credit, the only ones of their make."""
    title, found = _title(page, headline), passages_of(page)
    for passage in _below(page, headline, named=True):
        if title is None or passage.linked or not _own_marks(page, passage) & called:
            continue
        above, below = found[title.index + 1 : passage.index], found[passage.index + 1 : passage.index + 1 + _RIGHT_ABOVE]
        first = all(len(p.text) < _PARAGRAPH for p in above) and any(
            len(p.text) >= min(len(passage.text), _TEXT_BELOW) for p in below
        )
        alone = sum((p.tag, p.near) == (passage.tag, passage.near) for p in found) == 1
        if first and alone and split_caption(passage.text, page.language).credit is None:
            yield _candidate(page, passage)


def _is_declared(page: Page, passage: Passage) -> bool:
    return any(_begins(passage.text, s) or _alike(passage.text, s) for s in _descriptions(page))


def _apart(page: Page, passage: Passage) -> bool:
    """Whether no paragraph stands beside a heading or right behind it."""
    parent = passage.element.getparent()
    behind = next((p for p in passages_of(page) if p.index > passage.index), None)
    return (
        parent is not None
        and not any(p is not passage and p.element.getparent() is parent and len(p.text) >= _PARAGRAPH for p in passages_of(page))
        and (behind is None or len(behind.text) < _PARAGRAPH)
    )


def _is_set_apart(page: Page, passage: Passage) -> bool:
    size = len(passage.text)
    if size < (_SHORTEST_EAST if page.language in EAST else _SHORTEST):
        return False
    bold = passage.bold >= _ALL * size or _BOLD_STYLE.search(passage.element.get("style") or "") is not None
    is_line = not passage.linked and size <= _SET_APART_LONGEST and "<li>" not in passage.marks
    return is_line and (bold or "<em>" in passage.marks)


def _is_beside(page: Page, text: str) -> bool:
    """Whether a line names an author or a day, or is a notice: it may stand between headline and standfirst, and is none."""
    if _NOTE.match(text) or kind_of(text, page.language) is not None:
        return True
    if len(text) > _BYLINE_LONGEST:
        return False
    said = byline.from_label(text, page.language) is not None or byline.read(text, page.language)
    return bool(said) or bool(printed_dates.find(text, page.language))


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


def _below(page: Page, headline: str | None, *, named: bool = False) -> Iterator[Passage]:
    """Passages between the headline and the beginning of the text that could be a standfirst.

    ``named``: also the only one of its make among the paragraphs, for its name may tell it from them.
    """
    found, title = passages_of(page), _title(page, headline)
    if title is None:
        return
    plain = [p for p in found if p.linked < 0.5 * len(p.text)]
    makes = Counter((p.tag, p.near) for p in plain)
    long_in = Counter(p.element.getparent() for p in plain if len(p.text) >= _PARAGRAPH)
    passed = 0
    for passage in found[title.index + 1 : title.index + 1 + _NEAR]:
        size = len(passage.text)
        if (passage.near - title.near) & _words("not_names") or passage.linked > 0.5 * size or passage.text == headline:
            continue
        if _SHORTEST <= size <= _LONGEST and makes[passage.tag, passage.near] <= _FELLOWS:
            beside = long_in[passage.element.getparent()] - (size >= _PARAGRAPH)
            alone = named and makes[passage.tag, passage.near] == 1
            if alone or beside < _FELLOWS or passage.tag in SUBHEADINGS:
                yield passage
        passed += size >= _PARAGRAPH
        if size >= _TEXT or passed >= _FELLOWS:
            return


def _title(page: Page, headline: str | None) -> Passage | None:
    found = passages_of(page)
    title = next((p for p in found if p.element is page.h1), None)
    return title or next((p for p in found if headline and p.text == headline), None)


def _descriptions(page: Page) -> frozenset[str]:
    metas = [m.content for n in ("description", "og:description", "twitter:description") for m in page.meta.get(n, ())]
    nodes = [n.data.get("description") for n in page.articles]
    return frozenset(" ".join(t.split()) for t in (*metas, *nodes) if isinstance(t, str) and t.strip())


@cache
def _words(group: str) -> frozenset[str]:
    table = tomllib.loads((files("extractors") / "words" / "standfirst.toml").read_text("utf-8"))
    return frozenset(table[group])
