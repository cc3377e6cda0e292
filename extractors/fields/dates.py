"""When the piece was published and when it was last changed: never one in place of the other.

Dates keep the precision and the offset they were given with. "Today" is the capture time,
and it only bounds: a date after it cannot be this page's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain

from extractors import date_places, date_search
from extractors.date_choice import choose, exact, parts
from extractors.field import Candidate, Field, Resolved, resolve
from extractors.page import Page
from extractors.printed_dates import offset_text
from model.article import Evidence, How

MOST_OFFSET = 14 * 60
_EARLIEST_YEAR = 1690  # the first newspapers; older ones are slips of software
_NOBODYS = frozenset({"1970-01-01", "1900-01-01", "1969-12-31", "1899-12-30", "1753-01-01"})
_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "article:published",
    "publishdate", "publish-date", "publish_date", "publication_date", "publication-date", "published_time", "published-date",
    "published_date", "published", "pubdate", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "dc.date.issued", "dcterms.issued", "dc.issued", "citation_publication_date",
    "citation_online_date", "citation_date", "rnews:datepublished", "displaydate", "article_date_original",
    "originalpublicationdate", "date_published", "article.published", "bt:pubdate", "iso-8601-publish-date",
    "shareaholic:article_published_time", "ptime",
)  # fmt: skip
_VAGUE_METAS = (
    "date", "dc.date", "dcterms.date", "dc.date.created", "dcterms.created", "article:created", "datecreated", "created",
    "article_date", "article:date", "og:pubdate", "release_date", "og:release_date", "article:post_date",
    "weibo:article:create_at",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:article:modified_time", "og:modified_time", "og:updated_time", "datemodified",
    "article:modified", "lastmod", "last-modified", "last_modified", "dc.date.modified", "dcterms.modified", "dc.modified",
    "article:updated_time", "modified", "modified_time", "updated", "date_modified", "rnews:datemodified", "revised",
    "cxenseparse:recs:lastmodified", "shareaholic:article_modified_time", "bt:moddate", "iso-8601-modified-date",
)  # fmt: skip


def published(page: Page) -> Resolved[str]:
    """When the piece came out, as EDTF with the publisher's own offset; ``XXXX-12-18`` where
    only day and month are printed and nothing else says the year.
    """
    found = resolve(_PUBLISHED, page)
    if found.value is None:
        return found
    if found.value.startswith("XXXX"):
        more = resolve(_SEARCHED, page)
        return more if more.value is not None and more.value[4:10] == found.value[4:10] else found
    is_day = parts(found.value).day is not None and not parts(found.value).has_time
    return _with_time(page, found) if is_day and not _is_declared(found) else found


def _is_declared(found: Resolved[str]) -> bool:
    return any(e.how is How.DECLARED for e in found.evidence.values())


def _with_time(page: Page, found: Resolved[str]) -> Resolved[str]:
    """The same day with the time of day that a line of the piece's own gives it; as found where none does."""

    def same_day(_page: Page, value: str) -> str | None:
        return None if value.startswith(f"{found.value}T") and _accept(page, value) is None else "no time of that day"

    more = resolve(Field("date_published", (date_search.own_lines,), same_day), page)
    return found if more.value is None else more


def modified(page: Page) -> Resolved[str]:
    """When the publisher says it last changed the piece, as EDTF; empty where it does not say."""
    return resolve(_MODIFIED, page)


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``datePublished`` of the page's own article."""
    yield from date_places.of_nodes(page, page.articles, "datePublished")


def metas(page: Page) -> Iterator[Candidate[str]]:
    """Metas that mean publication."""
    yield from date_places.of_metas(page, *_PUBLISHED_METAS)


def microdata(page: Page) -> Iterator[Candidate[str]]:
    """Elements marked ``itemprop="datePublished"``, ``pubdate`` or with a class that says so."""
    yield from date_places.marked(page, "published")


def other_nodes(page: Page) -> Iterator[Candidate[str]]:
    """``datePublished`` of the page itself in JSON-LD, or the creation of the article."""
    pages = [n for n in page.json_ld if n.types & {"WebPage", "ItemPage"} and n not in page.articles]
    yield from date_places.of_nodes(page, pages, "datePublished")
    yield from date_places.of_nodes(page, page.articles, "dateCreated", "uploadDate")


def labelled(page: Page) -> Iterator[Candidate[str]]:
    """Lines that say "published" and a date, asked only where no trusted place says one."""
    if not any(True for strategy in (json_ld, metas, microdata, other_nodes, times) for _ in strategy(page)):
        yield from date_search.labelled(page, "published")


def vague_metas(page: Page) -> Iterator[Candidate[str]]:
    """Metas called just "date", dates of creation, and names that no convention knows."""
    yield from date_places.of_speaking_metas(page, _PUBLISHED_METAS)
    yield from date_places.of_metas(page, *_VAGUE_METAS)


def times(page: Page) -> Iterator[Candidate[str]]:
    """``<time>`` elements near the headline."""
    yield from date_places.times(page)


def printed(page: Page) -> Iterator[Candidate[str]]:
    """Dates printed in elements whose names say date or byline, near the headline first."""
    yield from date_places.printed(page)


def own_clock(page: Page) -> Iterator[Candidate[str]]:
    """A printed time without an offset that is a declared instant on the publisher's own clock:
    the two together say the offset.
    """
    declared = [c for c in (*json_ld(page), *metas(page)) if parts(c.value).offset == 0 and exact(parts(c.value)) == 2]
    for found in (*microdata(page), *times(page), *printed(page)) if declared else ():
        date = parts(found.value)
        if exact(date) != 1 or date.earliest is None:
            continue
        for said in declared:
            instant = parts(said.value).earliest
            minutes = (date.earliest - instant).total_seconds() / 60 if instant else 0
            offset = round(minutes / 15) * 15
            if 0 < abs(offset) <= MOST_OFFSET and abs(minutes - offset) < 2:
                proof = Evidence("date_published.own_clock", said.how, said.where, said.quote)
                value = date.text[:16] + offset_text(offset)
                yield Candidate(value, found.how, found.where, found.quote, {"/offset": proof})
                return


def state(page: Page) -> Iterator[Candidate[str]]:
    """Keys of embedded state that mean publication, asked only where the page says no time elsewhere: state is large."""
    if not any(exact(parts(c.value)) for c in chain(json_ld(page), metas(page), microdata(page), times(page))):
        yield from date_places.in_states(page, "published")
        yield from date_places.of_own_state(page, "published")


def address(page: Page) -> Iterator[Candidate[str]]:
    """The day in the page's address."""
    yield from date_places.in_url(page)


def lines(page: Page) -> Iterator[Candidate[str]]:
    """Any short line that enough speaks for: a last resort."""
    yield from date_search.lines(page)


def scripts(page: Page) -> Iterator[Candidate[str]]:
    """Keys in scripts that mean publication."""
    yield from date_search.in_scripts(page)


def month_address(page: Page) -> Iterator[Candidate[str]]:
    """The month in the page's address, where there is no day anywhere."""
    yield from date_places.month_in_url(page)


def json_ld_modified(page: Page) -> Iterator[Candidate[str]]:
    """``dateModified`` of the page's own article."""
    yield from date_places.of_nodes(page, page.articles, "dateModified")


def metas_modified(page: Page) -> Iterator[Candidate[str]]:
    """Metas that mean a later change."""
    yield from date_places.of_metas(page, *_MODIFIED_METAS)


def marked_modified(page: Page) -> Iterator[Candidate[str]]:
    """Elements marked ``itemprop="dateModified"`` or with a class or word that says so."""
    yield from date_places.marked(page, "updated")


def labelled_modified(page: Page) -> Iterator[Candidate[str]]:
    """Lines that say "updated" and a date, asked only where nothing at all is declared."""
    if not any(True for strategy in (json_ld, metas, other_nodes, vague_metas) for _ in strategy(page)):
        yield from date_search.labelled(page, "updated")


def state_modified(page: Page) -> Iterator[Candidate[str]]:
    """Keys of embedded state that mean a later change of this piece, asked only where nothing at all is declared."""
    if not any(True for strategy in (json_ld, metas, other_nodes, microdata, times) for _ in strategy(page)):
        yield from date_places.of_own_state(page, "updated")


def _limit(page: Page) -> str | None:
    """The last day (``YYYY-MM-DD``) that a date of this page can have; ``None`` if unknown."""
    moment = page.captured_at
    if moment is None:
        served = next((v for k, v in page.headers if k.lower() == "date"), None)
        try:
            moment = parsedate_to_datetime(served) if served else None
        except ValueError:
            moment = None
    if moment is None or moment.year >= MAXYEAR:
        return None
    return (moment + timedelta(hours=26)).date().isoformat()


def _accept(page: Page, value: str) -> str | None:
    said = parts(value)
    if said.year is None:
        return None
    limit = _limit(page)
    if said.year < _EARLIEST_YEAR or said.day_text in _NOBODYS:
        return "no page's date"
    if (limit and value[:10] > limit[: len(value)]) or said.year > 2100:
        return "after the capture"
    return None


_PUBLISHED = Field(
    "date_published",
    (json_ld, metas, microdata, other_nodes, times, labelled, printed, vague_metas, own_clock, state, address),
    _accept,
    choose,
    fallbacks=(lines, scripts, month_address),
)
_SEARCHED = Field("date_published", (lines,), lambda page, value: "no year" if value[0] == "X" else _accept(page, value), choose)
_MODIFIED = Field(
    "date_modified",
    (json_ld_modified, metas_modified, marked_modified),
    _accept,
    choose,
    fallbacks=(labelled_modified, state_modified),
)
