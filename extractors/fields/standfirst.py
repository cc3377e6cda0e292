"""The standfirst: the sentence or two under the headline that sum the piece up, apart from its text."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.body.passages import Passage
from extractors.body.reading import passages_of
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from model.article import How

_NAMES = frozenset(
    (
        "abstract",
        "anriss",
        "bajada",
        "chapeau",
        "chapo",
        "copete",
        "deck",
        "dek",
        "description",
        "entradilla",
        "excerpt",
        "ingress",
        "intro",
        "introduction",
        "kicker",
        "lead",
        "leadin",
        "leadtext",
        "lede",
        "lid",
        "manchet",
        "newsdeck",
        "occhiello",
        "perex",
        "sapo",
        "sommario",
        "sottotitolo",
        "spot",
        "standfirst",
        "strapline",
        "subhead",
        "subheader",
        "subheading",
        "subheadline",
        "subtitle",
        "summary",
        "teaser",
        "underrubrik",
        "volanta",
        "vorspann",
    )
)
_NOT = frozenset(
    (
        "caption",
        "<figcaption>",
        "related",
        "author",
        "bio",
        "newsletter",
        "byline",
        "comment",
        "<li>",
        "<nav>",
        "<footer>",
        "<aside>",
    )
)
_NEAR = 14  # passages after the headline in which a standfirst is looked for


def read(page: Page, headline: str | None) -> Resolved[str]:
    """The standfirst as printed; empty where the piece begins with its text."""

    def marked(page: Page) -> Iterator[Candidate[str]]:
        for passage in _below(page, headline):
            if passage.near & _NAMES and len(passage.text) >= 25 and not passage.near & _NOT:
                yield Candidate(passage.text, How.MARKED, "css:" + page.css(passage.element), passage.text)

    def declared_and_printed(page: Page) -> Iterator[Candidate[str]]:
        said = _descriptions(page)
        for passage in _below(page, headline):
            if passage.text in said and not passage.near & _NOT:
                yield Candidate(passage.text, How.MARKED, "css:" + page.css(passage.element), passage.text)

    return resolve(Field("standfirst", (marked, declared_and_printed)), page)


def _below(page: Page, headline: str | None) -> list[Passage]:
    found = passages_of(page)
    for passage in found:
        if passage.element is page.h1 or (headline and passage.text == headline):
            after = found[passage.index + 1 : passage.index + 1 + _NEAR]
            return [p for p in after if p.text != headline and p.linked < 0.5 * len(p.text)]
    return []


def _descriptions(page: Page) -> frozenset[str]:
    metas = [m.content for n in ("description", "og:description", "twitter:description") for m in page.meta.get(n, ())]
    nodes = [n.data.get("description") for n in page.articles]
    return frozenset(" ".join(t.split()) for t in (*metas, *nodes) if isinstance(t, str) and t.strip())
