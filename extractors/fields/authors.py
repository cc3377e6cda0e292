"""Who wrote it: names as printed, each with roles, affiliations and note where the page has them.

Declared data is asked first, then the byline's mark-up and running text. A list is taken as a
whole from one place; the others may add affiliations to its names.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from extractors.field import Field, Found, Resolved, resolve
from extractors.fields import author_notes, declared_authors, names, personal_site, state_authors
from extractors.fields.byline_ground import Ground
from extractors.fields.byline_markup import Bylines
from extractors.fields.byline_signatures import Signatures
from extractors.page import Page
from extractors.words import agencies
from model.article import Author, Evidence, How

Authors = tuple[Author, ...]


def read(page: Page, publisher: str | None) -> Resolved[Authors]:
    """The authors in the order printed. ``publisher`` is the paper's own name: it is taken for an
    author only where the page names nobody else.
    """
    ground = Ground(page)
    marked, signed = Bylines(ground), Signatures(ground)
    houses = _houses(page, publisher)

    seen: list[Found[Authors]] = []

    def choose(_page: Page, found: Sequence[Found[Authors]]) -> int:
        seen[:] = found
        return _choose(found, houses, page.language)

    def choose_seen(_page: Page, found: Sequence[Found[Authors]]) -> int:
        return _visible(_page, found, choose(_page, found))

    strategies = (
        declared_authors.json_ld,
        marked.byline_element,
        declared_authors.meta,
        marked.near_headline,
        marked.profiles,
        marked.byline_elsewhere,
        declared_authors.json_ld_page,
    )
    last_resorts = (
        signed.labelled,
        state_authors.in_state,
        signed.name_with_job,
        signed.signature,
        signed.author_box,
        signed.introduced,
        signed.signed_line,
        marked.byline_anywhere,
        signed.name_alone,
        signed.name_below,
        personal_site.owner,
    )
    first = resolve(Field("authors", strategies, _accept, choose_seen, last_resorts), page)
    rank = _rank(first.value, houses, page.language) if first.value is not None else 9
    if rank <= 1:
        below = resolve(
            Field(
                "authors",
                (signed.labelled, signed.name_with_job, signed.signature, signed.author_box, signed.name_below),
                _accept,
            ),
            page,
        )
        first = below if below.value is not None else first
    elif rank == 2 and first.value is not None:
        first = _fuller(first.value, resolve(Field("authors", (signed.labelled,), _accept), page)) or first
    if first.value is None:
        return first
    value, evidence = _without_house(first, houses, page.language)
    return Resolved(author_notes.enrich(page, value, seen, evidence), evidence)


def _fuller(short: Authors, other: Resolved[Authors]) -> Resolved[Authors] | None:
    """The other list where it holds the same people under their full names."""
    whole = {names.key(a.name) for a in other.value or ()}
    same = bool(whole) and all(any(set(names.key(a.name).split()) < set(w.split()) for w in whole) for a in short)
    return other if same and len(whole) == len(short) else None


def _without_house(found: Resolved[Authors], houses: frozenset[str], language: str | None) -> tuple[Authors, dict[str, Evidence]]:
    """The list without the paper's own name where people are named beside it."""
    authors = found.value or ()
    kept = [i for i, a in enumerate(authors) if names.key(a.name) not in houses and not agencies.is_address(a.name)]
    if len(kept) == len(authors) or not any(names.is_person(authors[i].name, language) for i in kept):
        return authors, dict(found.evidence)
    evidence = {"": found.evidence[""]}
    for new, old in enumerate(kept):
        evidence |= {
            f"/{new}{p[len(f'/{old}') :]}": e for p, e in found.evidence.items() if p == f"/{old}" or p.startswith(f"/{old}/")
        }
    return tuple(authors[i] for i in kept), evidence


def _accept(_page: Page, value: Authors) -> str | None:
    if not value:
        return "nobody named"
    return "more names than a byline holds" if len(value) > 60 else None


def _choose(found: Sequence[Found[Authors]], houses: frozenset[str], language: str | None) -> int:
    ranks = [min(_rank(f.candidate.value, houses, language), _limit(f)) for f in found]
    best = max(range(len(found)), key=lambda i: (ranks[i], -i))
    own = _keys(found[best])
    backing = sum(_keys(f) == own for f in found if not f.strategy.endswith("profiles"))  # a link may leave a colleague out
    for index, other in enumerate(found):
        fuller = ranks[index] >= 3 and _keys(other) > own and len(_keys(other)) <= 12
        agreed = sum(_keys(f) >= _keys(other) for f in found)
        said = other.candidate.cue == "led" or other.candidate.how is How.DECLARED
        led = other.candidate.cue == "led" and other.strategy.endswith("byline_element")
        printed = (led or other.strategy.endswith("profiles")) and ranks[index] >= 4
        if fuller and (printed or ((agreed > 1 or said) and agreed >= backing)):
            return index  # the byline names more people than the first place that was asked
    return best


def _visible(page: Page, found: Sequence[Found[Authors]], best: int) -> int:
    """A byline that says "By" comes before a name without it: a declared one that no reader sees, the account
    that posted it, words in an element that holds other things than authors too."""
    if found[best].candidate.cue == "led" or len(found[best].candidate.value) != 1:
        return best
    declared = found[best].candidate.how is How.DECLARED
    name = found[best].candidate.value[0].name
    for index, other in enumerate(found):
        named = other.candidate.value
        if other.candidate.cue != "led" or not all(names.is_person(a.name, page.language) for a in named):
            continue
        if other.candidate.quote.endswith(".") or len(other.candidate.quote) > 60 + sum(len(a.name) for a in named):
            continue
        if not _keys(other) & _keys(found[best]) and not (declared and name in page.text_of(page.tree)):
            return index
    return best


def _limit(found: Found[Authors]) -> float:
    """How far a place is to be trusted: an organization is no person; who is named elsewhere on the
    page comes after a pen name in its byline."""
    if found.candidate.cue == "organization":
        return 1
    return 1.5 if found.strategy.endswith(("elsewhere", "json_ld_page")) else 9


def _keys(found: Found[Authors]) -> frozenset[str]:
    return frozenset(names.key(a.name) for a in found.candidate.value)


def _houses(page: Page, publisher: str | None) -> frozenset[str]:
    """What the paper calls itself: these names are its own, however much they look like a person's."""
    site = page.meta_first("og:site_name", "application-name")
    host = (urlsplit(page.url or "").hostname or "").removeprefix("www.")
    given = (publisher, site.content if site else None, host, host.rsplit(".", 1)[0])
    return frozenset(names.key(g) for g in given if g) - {""}


def _rank(authors: Authors, houses: frozenset[str], language: str | None) -> int:
    """4: people; 3: people and agencies or desks; 2: an agency or a pen name; 1: a desk; 0: the paper itself."""
    persons = [a for a in authors if names.is_person(a.name, language) and names.key(a.name) not in houses]
    if persons:
        return 4 if all(names.is_person(a.name, language) or agencies.agency(a.name) for a in authors) else 3
    if any(agencies.agency(a.name) for a in authors):
        return 2
    if all(names.is_desk(a.name, language) for a in authors):
        return 0
    if all(names.key(a.name) in houses or agencies.is_organization(a.name) for a in authors):
        return 0 if all(names.key(a.name) in houses or names.is_slug(a.name) for a in authors) else 1
    return 2 if all(len(a.name.split()) == 1 and not names.is_slug(a.name) and not a.name.islower() for a in authors) else 1
