"""Who wrote it: names as printed, each with roles, affiliations and note where the page has them.

Declared data is asked first, then the byline's mark-up, embedded state and running text. A
list is taken as a whole from one place; the others may add affiliations to its names.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractors.field import Field, Found, Resolved, resolve
from extractors.fields import declared_authors, names
from extractors.fields.byline_markup import byline_element, near_headline
from extractors.page import Page
from extractors.words import agencies
from model.article import Author

Authors = tuple[Author, ...]


def read(page: Page, publisher: str | None) -> Resolved[Authors]:
    """The authors in the order printed. ``publisher`` is the paper's own name: it is taken for an
    author only where the page names nobody else.
    """

    def choose(_page: Page, found: Sequence[Found[Authors]]) -> int:
        return _choose(found, publisher, page.language)

    return resolve(
        Field("authors", (declared_authors.json_ld, byline_element, declared_authors.meta, near_headline), _accept, choose), page
    )


def _accept(_page: Page, value: Authors) -> str | None:
    if not value:
        return "nobody named"
    return "more names than a byline holds" if len(value) > 60 else None


def _choose(found: Sequence[Found[Authors]], publisher: str | None, language: str | None) -> int:
    ranked = [(_rank(f.candidate.value, publisher, language), -i) for i, f in enumerate(found)]
    return max(range(len(found)), key=lambda i: ranked[i])


def _rank(authors: Authors, publisher: str | None, language: str | None) -> int:
    """3: people; 2: people and something else; 1: an agency or a desk; 0: the paper itself."""
    persons = [a for a in authors if names.is_person(a.name, language)]
    if persons:
        return 3 if all(names.is_person(a.name, language) or agencies.agency(a.name) for a in authors) else 2
    if any(agencies.agency(a.name) for a in authors):
        return 2
    house = names.key(publisher or "")
    return 0 if all(names.key(a.name) == house or names.is_slug(a.name) for a in authors) else 1
