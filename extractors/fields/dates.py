"""When the piece was published and when it was last changed: never one in place of the other.

Dates keep the precision and the offset they were given with. "Today" is the capture time,
and it only bounds: a date after it cannot be this page's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import chain

from extractors import date_places, date_search
from extractors.field import Candidate, Field, Found, Resolved, resolve
from extractors.page import Page
from extractors.printed_dates import offset_text
from model.article import Evidence, How
from model.edtf import Edtf, parse_edtf

REDATED = 60  # days between an address and a declared date that no slow desk explains
MOST_OFFSET = 14 * 60
DATED_ANEW = 2  # days
BESIDE = 3  # steps from the headline up to what holds it and the date
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
    if found.value is not None and found.value.startswith("XXXX"):
        more = resolve(_SEARCHED, page)
        if more.value is not None and more.value[4:10] == found.value[4:10]:
            return more
    return found


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
    declared = [c for c in (*json_ld(page), *metas(page)) if _parts(c.value).offset == 0 and _exact(_parts(c.value)) == 2]
    for found in (*microdata(page), *times(page), *printed(page)) if declared else ():
        date = _parts(found.value)
        if _exact(date) != 1 or date.earliest is None:
            continue
        for said in declared:
            instant = _parts(said.value).earliest
            minutes = (date.earliest - instant).total_seconds() / 60 if instant else 0
            offset = round(minutes / 15) * 15
            if 0 < abs(offset) <= MOST_OFFSET and abs(minutes - offset) < 2:
                proof = Evidence("date_published.own_clock", said.how, said.where, said.quote)
                value = date.text[:16] + offset_text(offset)
                yield Candidate(value, found.how, found.where, found.quote, {"/offset": proof})
                return


def state(page: Page) -> Iterator[Candidate[str]]:
    """Keys of embedded state that mean publication, asked only where the page says no time elsewhere: state is large."""
    if not any(_exact(_parts(c.value)) for c in chain(json_ld(page), metas(page), microdata(page), times(page))):
        yield from date_places.in_states(page, "published")


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


@cache
def _parts(value: str) -> Edtf:
    return parse_edtf(value)


def _accept(page: Page, value: str) -> str | None:
    parts = _parts(value)
    if parts.year is None:
        return None
    limit = _limit(page)
    if parts.year < _EARLIEST_YEAR or parts.day_text in _NOBODYS:
        return "no page's date"
    if (limit and value[:10] > limit[: len(value)]) or parts.year > 2100:
        return "after the capture"
    return None


def _choose(_page: Page, found: Sequence[Found[str]]) -> int:
    """The first in order of trust, unless another says the same day more exactly."""
    dates = [_parts(f.candidate.value) for f in found]
    best = min(range(len(found)), key=lambda i: (dates[i].year is None, dates[i].day is None, i))
    day = dates[best]
    first = _first_address(found, dates, day)
    if first is None:
        first = _first_printed(_page, found, dates, best)
    if first is not None:
        return first
    if day.offset == 0 and day.has_time:
        return _local(dates, best)
    if _exact(day) == 2:
        return best

    def better(i: int) -> bool:
        other = _parts(found[i].candidate.value)
        return _exact(other) > _exact(day) and _same_day(day, other)

    same = [i for i in range(len(found)) if better(i)]
    return max(same, key=lambda i: (_exact(_parts(found[i].candidate.value)), -i)) if same else best


def _first_address(found: Sequence[Found[str]], dates: Sequence[Edtf], day: Edtf) -> int | None:
    """A day in the address long before a declared one: the piece was moved or dated anew, its address was not."""
    for i, item in enumerate(found):
        told, said = dates[i].earliest, day.earliest
        if item.strategy.endswith(".address") and told and said and (said - told).days > REDATED:
            return i
    return None


def _first_printed(page: Page, found: Sequence[Found[str]], dates: Sequence[Edtf], best: int) -> int | None:
    """A day marked as published right at the headline, before the declared one: the piece was dated anew for machines."""
    said = dates[best].earliest
    if page.h1 is None or said is None or found[best].candidate.how != How.DECLARED:
        return None
    heading = page.css(page.h1).split(" > ")
    days: dict[str, int] = {}
    for i, item in enumerate(found):
        told, day = dates[i].earliest, dates[i].day_text
        marked = item.strategy.endswith((".microdata", ".times"))
        if marked and day and told and _beside(item.candidate.where, heading):
            days.setdefault(day, i)
    if len(days) != 1:
        return None
    only = next(iter(days.values()))
    told = dates[only].earliest
    return only if told and (said - told).days >= DATED_ANEW else None


def _beside(where: str, heading: Sequence[str]) -> bool:
    """Whether a place has an ancestor with the headline's element a few steps up."""
    steps = where.removeprefix("css:").split(" > ")
    shared = next((n for n, (a, b) in enumerate(zip(steps, heading, strict=False)) if a != b), min(len(steps), len(heading)))
    return shared > 2 and len(heading) - shared <= BESIDE and len(steps) - shared < 2 * BESIDE


def _local(dates: Sequence[Edtf], best: int) -> int:
    """A time in UTC gives way to the same instant on the publisher's own clock, and a local
    midnight that was turned into UTC to the day that is printed.
    """
    utc = dates[best].earliest
    for i, date in enumerate(dates):
        if date.offset and date.has_time and utc and date.earliest and abs((date.earliest - utc).total_seconds()) < 120:
            return i
    if utc and utc.hour >= 21 and utc.minute == 0 and utc.second == 0:
        tomorrow = (utc + timedelta(hours=4)).date().isoformat()
        return next((i for i, date in enumerate(dates) if date.day_text == tomorrow and _exact(date) == 0), best)
    return best


def _exact(date: Edtf) -> int:
    if not date.has_time or (date.hour == 0 and date.minute == 0 and not date.second):
        return 0
    return 1 if date.offset is None else 2


def _same_day(day: Edtf, other: Edtf) -> bool:
    if day.day_text is None or other.day_text is None:
        return day.text[:7] == other.text[:7] and day.day is None
    if _exact(day) == 1:  # the same wall clock, or the same instant in UTC
        return _clock(day) == _clock(other) or (other.earliest is not None and day.earliest == other.earliest)
    if day.offset == 0 and day.has_time and other.offset is not None:
        return day.day_text == other.day_text or bool(other.earliest and other.earliest.date().isoformat() == day.day_text)
    return day.day_text == other.day_text


def _clock(date: Edtf) -> str:
    return date.text[:16]


_PUBLISHED = Field(
    "date_published",
    (json_ld, metas, microdata, other_nodes, times, labelled, printed, vague_metas, own_clock, state, address),
    _accept,
    _choose,
    fallbacks=(lines, scripts, month_address),
)
_SEARCHED = Field("date_published", (lines,), lambda page, value: "no year" if value[0] == "X" else _accept(page, value), _choose)
_MODIFIED = Field(
    "date_modified", (json_ld_modified, metas_modified, marked_modified), _accept, _choose, fallbacks=(labelled_modified,)
)
