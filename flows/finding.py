"""What a site has that lists its articles, and which of it is worth a watch, each with the reason.

Looked for are the feeds a page declares or links to, the sitemaps robots.txt names, and, where
there are none, the common places. Every find is fetched and read before it is judged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from flows.pipeline import Pipeline
from model.capture import Capture
from model.edtf import utc_text
from model.errors import BadCall, PressmarkError, Unreadable
from model.identity import alias_key, is_front_page
from model.watch import WatchKind
from sources.discovery import read_listing, unpacked
from sources.http import Fetcher
from sources.listing import Listing, Shape, address
from sources.sections import MOST_CHARACTERS, feed_links

SEARCHES_AT_ONCE = 50
FEEDS_READ = 8
SITEMAPS_READ = 4
CHOSEN_MOST = 3
SECTION_LEAST = 5
FRESH = timedelta(days=7)
FEED_PLACES: tuple[str, ...] = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/feed.json")
SITEMAP_PLACES: tuple[str, ...] = ("/news-sitemap.xml", "/sitemap_news.xml", "/sitemap.xml")

_SITEMAPS = frozenset({Shape.SITEMAP, Shape.NEWS_SITEMAP, Shape.SITEMAP_INDEX, Shape.URL_LIST})
_COMMENTS = "it lists what readers wrote"
_STALE = "it lists nothing of the last days"


@dataclass(frozen=True, slots=True)
class Find:
    """Something that lists articles, or should: ``how`` it was found, what it is, and ``why`` it was chosen or not.
    ``newest`` is the latest date it prints (UTC text), ``listed`` how many addresses it has.
    """

    url: str
    how: str
    kind: WatchKind | None = None
    shape: str | None = None
    title: str | None = None
    listed: int = 0
    newest: str | None = None
    chosen: bool = False
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape of a find in ``watch add --json``."""
        told = {name: getattr(self, name) for name in ("url", "how", "shape", "title", "listed", "newest", "chosen", "why")}
        return told | {"kind": self.kind.value if self.kind else None}


def find(
    pipeline: Pipeline,
    url: str,
    *,
    kind: WatchKind | None = None,
    allow_addresses: Sequence[str] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Find]:
    """What there is at an address, or at the site it belongs to, the chosen ones first.

    ``kind`` leaves out the others. Raises what fetching the address raises, ``BadCall`` where it is of
    another kind, ``Unreadable`` where nothing is found. Not from within a running event loop.
    """
    [found] = find_all(pipeline, [url], kind=kind, allow_addresses=allow_addresses, now=now)
    if isinstance(found, PressmarkError):
        raise found
    return found


def find_all(
    pipeline: Pipeline,
    urls: Sequence[str],
    *,
    kind: WatchKind | None = None,
    allow_addresses: Sequence[str] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[list[Find] | PressmarkError]:
    """What there is at each of some addresses, in their order, or why nothing was found there; hosts are asked side by side.
    Not from within a running event loop.
    """
    at_once = asyncio.Semaphore(SEARCHES_AT_ONCE)

    async def search(fetcher: Fetcher, url: str) -> list[Find] | PressmarkError:
        async with at_once:
            try:
                return await _Search(fetcher, url, kind, now()).go()
            except PressmarkError as error:
                return error

    async def go() -> list[list[Find] | PressmarkError]:
        async with pipeline.fetcher(allow_addresses) as fetcher:
            return await asyncio.gather(*(search(fetcher, url) for url in urls))

    return asyncio.run(go())


@dataclass(frozen=True, slots=True)
class _Seen:
    """A find that was read."""

    find: Find
    keys: frozenset[str]
    is_news: bool


class _Search:
    """One search at one address."""

    def __init__(self, fetcher: Fetcher, url: str, kind: WatchKind | None, now: datetime) -> None:
        self._fetcher = fetcher
        self._url = url
        self._kind = kind
        self._now = now
        self._asked: set[str] = set()
        self._feeds_read = False

    async def go(self) -> list[Find]:
        capture = await self._fetcher.fetch(self._url)
        if capture.status != 200:
            front = urljoin(self._url, "/")
            help_ = "name a feed" if is_front_page(self._url) else f"to find what the site has: pressmark watch add {front}"
            raise Unreadable(f"{self._url} cannot be watched: the server answered {capture.status}; {help_}", url=self._url)
        listing = _listing(capture)
        self._asked.add(alias_key(self._url))
        if listing.shape is not Shape.SECTION:
            return [self._itself(listing)]
        page = self._seen(self._url, "this page itself", listing)
        if self._kind is WatchKind.SECTION:
            return [replace(page.find, chosen=True, why="a section page was asked for")]
        finds = [found for want in (WatchKind.FEED, WatchKind.SITEMAP) for found in await self._look_for(want, capture)]
        told = _choose(finds, page, whole_site=is_front_page(self._url))
        if not any(x.chosen for x in told) and self._kind is None and page.find.listed >= SECTION_LEAST:
            why = f"nothing else lists the site's articles, and {page.find.listed} links of this page look like some"
            told = [replace(page.find, chosen=True, why=why), *told]
        if not any(x.chosen for x in told):
            tried = "; ".join(f"{x.url}: {x.why}" for x in told[:3])
            raise Unreadable(
                f"nothing that lists articles was found at {self._url}{f' ({tried})' if tried else ''}; "
                "name a feed, or say --kind section to watch the links of this page itself"
            )
        return told

    def _itself(self, listing: Listing) -> Find:
        seen = self._seen(self._url, "the address itself", listing)
        if self._kind is not None and self._kind is not seen.find.kind:
            raise BadCall(f"{self._url} is no {self._kind.value} but of the kind {listing.shape.value}: leave --kind out")
        return replace(seen.find, chosen=True, why="it is what was named")

    async def _look_for(self, kind: WatchKind, page: Capture) -> list[Find | _Seen]:
        if self._kind not in {None, kind}:
            return []
        found: list[Find | _Seen] = []
        if kind is WatchKind.FEED:
            links = feed_links(unpacked(page.entity, page.headers).start(MOST_CHARACTERS), page.final_url or self._url)
            found += [Find(x.url, x.how, kind, title=x.title, why=_COMMENTS) for x in links if x.is_of_comments]
            places = [(x.url, x.how) for x in links if not x.is_of_comments][:FEEDS_READ]
            guesses = FEED_PLACES
        else:
            named = sorted(await self._named_by_robots(), key=lambda x: "news" not in x.lower())
            places = [(x, "named by robots.txt") for x in named][:SITEMAPS_READ]
            guesses = SITEMAP_PLACES
        for place, how in places:
            found += await self._try(place, how)
        needless = kind is WatchKind.SITEMAP and self._feeds_read
        if not needless and not any(isinstance(x, _Seen) for x in found):
            for guess in guesses:
                tried = await self._try(urljoin(self._url, guess), "a common place")
                if any(isinstance(x, _Seen) for x in tried):
                    return [*found, *tried]
        return found

    async def _named_by_robots(self) -> tuple[str, ...]:
        try:
            named = [address(x, self._url) for x in await self._fetcher.sitemaps(self._url)]
            return tuple(dict.fromkeys(x for x in named if x is not None))
        except PressmarkError:
            return ()  # the page itself could be had all the same: an override, or rules that are gone by now

    async def _try(self, place: str, how: str) -> list[Find | _Seen]:
        """What is at a place; of a sitemap index also the news sitemap that it names."""
        if alias_key(place) in self._asked:
            return []
        self._asked.add(alias_key(place))
        try:
            capture = await self._fetcher.fetch(place)
            if capture.status != 200:
                return [Find(place, how, why=f"the server answered {capture.status}")]
            listing = _listing(capture)
        except PressmarkError as error:
            return [Find(place, how, why=str(error))]
        if listing.shape is Shape.SECTION:
            return [Find(place, how, why="it is a web page, no feed")]
        found: list[Find | _Seen] = [self._seen(place, how, listing)]
        for part in [x for x in listing.parts if "news" in x.url.rpartition("/")[2].lower()][:1]:
            found += await self._try(part.url, f"named by {place}")
        return found

    def _seen(self, place: str, how: str, listing: Listing) -> _Seen:
        sitemap = listing.shape in _SITEMAPS
        kind = WatchKind.SECTION if listing.shape is Shape.SECTION else WatchKind.SITEMAP if sitemap else WatchKind.FEED
        self._feeds_read = self._feeds_read or kind is WatchKind.FEED
        fresh = [x for x in listing.items if (m := x.moment) is None or m >= self._now - FRESH]
        newest = utc_text(listing.newest) if listing.newest else None
        size = len(listing.items) or len(listing.parts)
        told = Find(place, how, kind, listing.shape.value, listing.title, size, newest)
        return _Seen(told, frozenset(alias_key(x.url) for x in fresh), listing.shape is Shape.NEWS_SITEMAP and bool(fresh))


def _listing(capture: Capture) -> Listing:
    return read_listing(capture.entity, capture.final_url, capture.headers)


def _choose(finds: Sequence[Find | _Seen], page: _Seen, *, whole_site: bool) -> list[Find]:
    """The finds with verdicts. First what lists most, news sitemaps before feeds; then what adds to it."""
    read = [x for x in finds if isinstance(x, _Seen)]
    told: dict[str, Find] = {}
    listed: set[str] = set()
    candidates = [x for x in read if x.find.kind is WatchKind.FEED or x.is_news]
    if not whole_site and page.keys:
        for other in [x for x in candidates if not x.keys & page.keys]:
            told[other.find.url] = replace(other.find, why="it lists other pieces than this page")
        candidates = [x for x in candidates if x.keys & page.keys]
    ordered = sorted(candidates, key=lambda x: (not x.is_news, -len(x.keys)))
    # other sitemaps list pages of all kinds and ages: only where there is nothing better
    ordered = ordered or sorted((x for x in read if x.find.url not in told), key=lambda x: -x.find.listed)[:1]
    chosen = 0
    for x in ordered:
        adds = len(x.keys - listed)
        if chosen == 0 and (x.keys or x.find.listed):
            why = "it lists what came out in the last days, all of it" if x.is_news else "it lists most"
            told[x.find.url] = replace(x.find, chosen=True, why=f"{why}: {_count(x.find.listed)}")
        elif 0 < chosen < CHOSEN_MOST and adds >= 2 and adds * 5 >= len(x.keys):
            told[x.find.url] = replace(x.find, chosen=True, why=f"it lists {_count(adds)} that the others do not")
        else:
            told[x.find.url] = replace(x.find, why=_not_worth_it(x, adds))
            continue
        chosen += 1
        listed |= x.keys
    for x in read:
        stale = x.find.shape == Shape.NEWS_SITEMAP.value and x.find.listed
        why = _STALE if stale else "it lists pages of all kinds and ages; the others list what is new"
        told.setdefault(x.find.url, replace(x.find, why=why))
    rest = [x for x in finds if isinstance(x, Find)]
    return sorted([*told.values(), *rest], key=lambda x: (not x.chosen, x.shape is None))


def _not_worth_it(seen: _Seen, adds: int) -> str:
    if not seen.find.listed:
        return "it lists nothing"
    if not seen.keys:
        return _STALE
    return f"only {_count(adds)} that the others do not list" if adds else "the others list all that it does"


def _count(number: int) -> str:
    return f"{number:,} {'address' if number == 1 else 'addresses'}"
