"""One look at a watch: its documents asked for, politely and conditionally, and read. Nothing is stored here.

A sitemap index leads to other documents: each is asked for once a look, newest first, a few a
look, however the index winds; what is left is asked for at the next look.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from model.capture import Capture, Truncated, header
from model.edtf import parse_utc, utc_text
from model.errors import Busy, PressmarkError, StorageUnavailable, Unreachable, Unreadable
from model.identity import alias_key
from model.watch import Listed, Look, LookOutcome, Page, WatchKind, WatchStatus
from sources.discovery import read_listing
from sources.http import Conditional, Fetcher
from sources.listing import Item, Listing, Part, Shape, moment_of, newest_first

DOCUMENTS_A_LOOK = 10
DEEPEST = 3
PAGES_KEPT = 500
FIRST_SPAN = timedelta(days=7)
"""What is older than this before a watch began is not taken in by the way: that is a backfill."""
FIRST_MOST = 500
UNDATED_MOST = 100
LONGEST_REST = timedelta(days=1)
LONGEST_KEY = 900

_NEWS = re.compile(r"news|latest|recent|today", re.IGNORECASE)
_IN_A_THREAD = 200_000  # bytes: reading more would keep other hosts waiting
_NOT_MODIFIED = 304
_GONE = {404: "404 Not Found", 410: "410 Gone"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look: ``look`` without what is new (the archive knows that), the documents that
    came by their addresses, and ``notes`` on what was odd in them.
    """

    status: WatchStatus
    look: Look
    captures: dict[str, Capture] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the documents, as sent."""
        return sum(len(capture.entity) for capture in self.captures.values())


async def look_at(fetcher: Fetcher, status: WatchStatus, now: datetime) -> Looked:
    """Looks at a watch. Never raises for what servers do: a failed look is an outcome with a reason."""
    walk = _Walk(fetcher, status, now)
    try:
        await walk.go()
    except StorageUnavailable:
        raise  # nobody knows who may ask the host
    except PressmarkError as error:
        return _failed(status, now, str(error), error.facts.get("retry_after") if isinstance(error, Busy) else None)
    except Exception as error:  # noqa: BLE001  one watch must not end the round; its reason tells it
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return _failed(status, now, f"the look failed, which is a defect of Pressmark ({said}); please report it", None)
    return walk.told()


def _failed(status: WatchStatus, now: datetime, reason: str, retry_after: object) -> Looked:
    sick = status.sick + 1
    rest = min(
        timedelta(seconds=status.watch.every * 2 ** min(sick, 10)), max(LONGEST_REST, timedelta(seconds=status.watch.every))
    )
    if isinstance(retry_after, (int, float)):
        rest = max(rest, timedelta(seconds=min(retry_after, 7 * 86_400)))
    look = Look(status.watch.url, utc_text(now), LookOutcome.FAILED, utc_text(now + rest), reason, pages=status.pages, sick=sick)
    return Looked(status, look)


class _Walk:
    """From a watch's own document to those it names."""

    def __init__(self, fetcher: Fetcher, status: WatchStatus, now: datetime) -> None:
        self._fetcher = fetcher
        self._status = status
        self._now = now
        self._pages = dict(status.pages)
        self._begun = parse_utc(status.watch.since) if status.watch.since else now
        self._listings: list[Listing] = []
        self._captures: dict[str, Capture] = {}
        self._notes: list[str] = []
        self._all_read = True

    async def go(self) -> None:
        root = self._status.watch.url
        waiting, queued, asked = deque([(Part(root), 0)]), {root}, 0
        while waiting:
            part, depth = waiting.popleft()
            if asked > DOCUMENTS_A_LOOK:
                self._put_off([part, *(x for x, _ in waiting)])
                break
            asked += 1
            listing = await self._ask(part, is_root=depth == 0)
            parts = listing.parts if listing else self._undated() if depth == 0 else ()
            if parts:
                self._all_read = False
            if parts and depth >= DEEPEST:
                self._notes.append(f"{part.url} lies too deep: the sitemaps it names are passed over")
                continue
            for x in self._due(parts):
                if x.url in queued:
                    self._notes.append(f"{part.url} names {'itself' if x.url == part.url else x.url + ' once more'}")
                elif len(queued) < PAGES_KEPT:
                    queued.add(x.url)
                    waiting.append((x, depth + 1))

    def _put_off(self, parts: list[Part]) -> None:
        """Keeps in mind what there was no time for: it comes first at the next look."""
        for part in parts:
            self._pages.setdefault(part.url, Page())
        self._all_read = False
        self._notes.append(f"{len(parts)} more {'sitemap is' if len(parts) == 1 else 'sitemaps are'} looked at next time")

    async def _ask(self, part: Part, *, is_root: bool) -> Listing | None:
        """What a document lists; ``None`` where it is the same as before, or cannot be had and is not the first."""
        known = self._pages.get(part.url, Page())
        try:
            capture = await self._fetcher.fetch(part.url, conditional=Conditional(known.etag, known.last_modified))
            listing = await _read(capture, known)
            _check_kind(listing, self._status.watch.kind)
        except PressmarkError as error:
            if is_root or isinstance(error, StorageUnavailable):
                raise
            self._notes.append(f"{part.url}: {error}")
            self._pages.pop(part.url, None)
            self._all_read = False
            return None
        if listing is None:
            self._pages[part.url] = replace(known, changed=part.changed, at=utc_text(self._now))
            return None
        self._pages[part.url] = _remembered(capture, part, self._now, whole=capture.truncated is None and not listing.cut)
        self._listings.append(replace(listing, url=part.url))
        self._captures[part.url] = capture
        self._notes += listing.notes
        self._all_read = self._all_read and listing.whole
        if is_root and capture.final_url and alias_key(capture.final_url) != alias_key(part.url):
            self._notes.append(f"it has moved to {capture.final_url}")
        return listing

    def _undated(self) -> tuple[Part, ...]:
        """Of an index that did not change: the documents whose changes it does not tell."""
        return tuple(Part(u) for u, page in self._pages.items() if u != self._status.watch.url and page.changed is None)

    def _due(self, parts: Iterable[Part]) -> list[Part]:
        horizon = self._begun - FIRST_SPAN
        due: list[tuple[tuple[bool, float, str], Part]] = []
        for part in parts:
            known, moment = self._pages.get(part.url), moment_of(part.changed)
            if moment is not None and (moment < horizon or (known is not None and known.changed == part.changed)):
                continue
            last = known.at if known is not None and known.at else ""
            due.append(((_NEWS.search(part.url) is None, -moment.timestamp() if moment else 0.0, last), part))
        return [part for _, part in sorted(due, key=lambda pair: pair[0])]

    def told(self) -> Looked:
        """The look, over."""
        watch, now = self._status.watch, self._now
        due = utc_text(now + timedelta(seconds=watch.every))
        newest = sorted(self._pages.items(), key=lambda x: (x[0] == watch.url, x[1].at or ""), reverse=True)
        pages = dict(newest[:PAGES_KEPT])
        if not self._listings:
            return Looked(self._status, Look(watch.url, utc_text(now), LookOutcome.UNCHANGED, due, pages=pages))
        listed = tuple(self._wanted())
        shape = self._listings[0].shape.value
        notes = tuple(dict.fromkeys(self._notes))
        reason = "; ".join(notes[:3]) or (None if listed or not self._all_read else "it lists nothing")
        look = Look(watch.url, utc_text(now), LookOutcome.LISTED, due, reason, shape, listed, pages, self._all_read)
        return Looked(self._status, look, self._captures, notes)

    def _wanted(self) -> Iterable[Listed]:
        first = self._status.shape is None
        is_sitemap = self._status.watch.kind is WatchKind.SITEMAP
        horizon = self._begun - FIRST_SPAN
        count = sum(len(x.items) for x in self._listings)
        chosen = 0
        for listing in self._listings:
            for item in newest_first(listing.items):
                key = alias_key(item.url)
                if key == alias_key(self._status.watch.url) or len(key) > LONGEST_KEY:
                    continue
                moment = item.moment
                wanted = not is_sitemap or (moment >= horizon if moment else not first or count <= UNDATED_MOST)
                wanted = wanted and not (first and chosen >= FIRST_MOST)
                chosen += wanted
                yield Listed(key, item.url, _context(item, listing, self._now) if wanted else {}, wanted)


def _context(item: Item, listing: Listing, now: datetime) -> dict[str, object]:
    said: dict[str, object] = {"feed": listing.url, "kind": listing.shape.value, "seen_at": utc_text(now)}
    if listing.title:
        said["feed_title"] = listing.title
    return said | item.to_context()


async def _read(capture: Capture, known: Page) -> Listing | None:
    """What a capture lists, ``None`` where it is the same as what is known. Raises ``Unreadable`` and others."""
    status = capture.status or 0
    if status == _NOT_MODIFIED:
        return None
    if status != 200:
        said = _GONE.get(status)
        raise Unreachable(f"the server answered {said or status}" + ("; look for its successor" if said else ""), status=status)
    if capture.payload_digest == known.digest:
        return None
    read = (capture.entity, capture.final_url, capture.headers)
    listing = await asyncio.to_thread(read_listing, *read) if len(capture.entity) > _IN_A_THREAD else read_listing(*read)
    if capture.truncated is None:
        return listing
    why = "larger than the limit (PRESSMARK_MAX_BYTES)" if capture.truncated is Truncated.LENGTH else "broken off on the way"
    return replace(listing, whole=False, notes=(*listing.notes, f"it is {why}: what came of it was read"))


def _check_kind(listing: Listing | None, kind: WatchKind) -> None:
    if listing is not None and listing.shape is Shape.SECTION and kind is not WatchKind.SECTION:
        raise Unreadable(f"it is a web page now, not a {kind.value}; pressmark watch add finds what the site has")


def _remembered(capture: Capture, part: Part, now: datetime, *, whole: bool) -> Page:
    # what broke off is asked for in full at the next look, and told again
    # validators belong to the address that gave them: behind a redirect they are of no use
    direct = len(capture.exchanges) == 1 and whole
    said = {name: header(capture.headers, name) if direct else None for name in ("etag", "last-modified")}
    digest = capture.payload_digest if whole else None
    return Page(said["etag"], said["last-modified"], digest, part.changed, utc_text(now.astimezone(UTC)))
