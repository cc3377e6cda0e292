"""The body: the article's own words as blocks, without byline, captions, teasers and the like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from extractors.body.blocks import blocks
from extractors.body.choose import chosen, only_text
from extractors.body.clean import Taken, cleaned
from extractors.body.endings import before_answers
from extractors.body.opening import opening
from extractors.body.opinion import kept_words
from extractors.body.passages import Passage
from extractors.body.reading import surroundings, weighable_passages
from extractors.body.weigh import Rounds, chances
from extractors.field import Candidate, Field, Found, Resolved, resolve
from extractors.fields.standfirst import is_marked
from extractors.page import Page
from extractors.state import blocks_in, longest_text
from model.article import Author, Block, How, Image

_Blocks = tuple[Block, ...]
_SHORT = 400  # characters under which the marked text may be a stub of what a script would show
_RICHER = 2  # times the marked text from which declared or embedded text is the article


def read(
    page: Page,
    *,
    headline: str | None,
    standfirst: str | None,
    opens: bool = False,
    images: tuple[Image, ...] = (),
    authors: tuple[Author, ...] = (),
    learnt: Rounds | None = None,
) -> Resolved[tuple[Block, ...]]:
    """The body's blocks in reading order; empty where the page holds no article text.

    Headline, standfirst, captions, credits and bios, as already read, are kept out of it; a standfirst stays
    where it is the text's first paragraph, or nearly all of the text (``holds`` tells). ``opens``: it may be
    the first paragraph as well (``standfirst.may_be_text``), and is one where it is chosen as text.
    ``learnt`` stands in for the weights of the release, where they are what is being judged.
    """
    kept = _kept(page, headline, (standfirst, opens), learnt, (images, authors))

    def marked(page: Page) -> Iterator[Candidate[_Blocks]]:
        if kept:
            yield Candidate(blocks(kept, page.tree, page.url), How.MARKED, "css:" + page.css(kept[0].element), kept[0].text)

    if sum(len(p.text) for p in kept) >= _SHORT:
        return resolve(Field("body", (marked,)), page)

    def embedded(page: Page) -> Iterator[Candidate[_Blocks]]:
        for found in embedded_state(page):
            shown = found.value[1:] if len(found.value) > 1 and found.value[0].text == headline else found.value
            yield replace(found, value=shown)

    return resolve(Field("body", (marked, article_body, embedded), choose=_richer), page)


def _posts(authors: tuple[Author, ...]) -> Iterator[str | None]:
    """What stands below an author's name: the role, or role and organization."""
    for author in authors:
        yield author.role
        for post in author.affiliations:
            if post.role and post.organization:
                yield from (f"{post.role}, {post.organization}", f"{post.organization} {post.role}")


def _kept(
    page: Page,
    headline: str | None,
    deck: tuple[str | None, bool],
    learnt: Rounds | None,
    others: tuple[tuple[Image, ...], tuple[Author, ...]],
) -> list[Passage]:
    """The passages of the body, without what other fields have taken."""
    standfirst, opens = deck
    found = weighable_passages(page)
    ask = cache(lambda: kept_words(page.tree, page.url))
    judged = chances(found, surroundings(page, headline), ask, learnt)
    known = {p.index: chance for p, chance in zip(found, judged, strict=True)}
    likely = chosen(found, judged, page.language) or only_text(found, judged, ask(), page.language)
    likely = before_answers(likely, found, page.language)
    first = opening(standfirst, found, likely)
    if first is not None and not is_marked(page, first):
        standfirst = None
        likely = [p for p in found if p is first or p in likely]
    if opens and any(p.text == standfirst for p in likely):
        standfirst = None
    kept = cleaned(likely, _taken(headline, standfirst, *others), page.language, known)
    if standfirst and sum(len(p.text) for p in kept) < len(standfirst):  # all there is
        kept = cleaned(likely, _taken(headline, None, *others), page.language, known)
    if not kept:  # what looked like text was a byline or a date
        likely = only_text(found, judged, ask(), page.language)
        kept = cleaned(likely, _taken(headline, standfirst, *others), page.language, known)
    return kept


def _taken(headline: str | None, standfirst: str | None, images: tuple[Image, ...], authors: tuple[Author, ...]) -> Taken:
    return Taken(
        (
            headline,
            standfirst,
            *(i.credit_line for i in images),
            *(both for i in images if i.credit_line for both in (f"{i.caption}{i.credit_line}", f"{i.caption}({i.credit_line})")),
            *_posts(authors),
        ),
        (i.caption for i in images),
        (a.bio for a in authors),
        (a.name for a in authors),
    )


def holds(body: tuple[Block, ...], words: str | None) -> bool:
    """Whether words that could be a standfirst are a paragraph of the body."""
    return any(block.text == words for block in body)


def article_body(page: Page) -> Iterator[Candidate[_Blocks]]:
    """The declared ``articleBody`` of the page's own article."""
    for node in page.articles:
        text = node.data.get("articleBody")
        if isinstance(text, str) and (found := tuple(blocks_in(text))):
            yield Candidate(found, How.DECLARED, node.where("/articleBody"), text)


def embedded_state(page: Page) -> Iterator[Candidate[_Blocks]]:
    """The text that a script would put into the page."""
    text = longest_text(page)
    if text is not None:
        yield Candidate(text.blocks, How.DECLARED, text.where, text.quote)


def _size(body: _Blocks) -> int:
    return sum(len(block.text) for block in body)


def _richer(_page: Page, found: Sequence[Found[_Blocks]]) -> int:
    """The first, unless a later one has clearly more text."""
    best = 0
    for number, other in enumerate(found):
        if _size(other.candidate.value) > _RICHER * _size(found[best].candidate.value):
            best = number
    return best
