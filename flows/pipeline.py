"""How a page travels: gathered, read, kept, decided, told. Plain functions, no Prefect.

Fetching runs in a thread of its own, reading in processes, writing in the caller's thread:
one writer a process, which commits every second or 200 items. No lock is held while
fetching or reading.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from ipaddress import ip_network

import extractors
from flows.deciding import Decider, Labels
from flows.extraction import Reader
from flows.gather import Gatherer
from flows.gathered import Gathered, Told
from flows.leasing import SECONDS, Leasing
from flows.listed import with_listing
from flows.pictures import Pictures
from flows.settings import Settings
from flows.shards import FILES, host_of
from flows.sharing import AT_ONCE, Shared, Still, turn_size
from flows.target import Target
from flows.verdict import Judgement, before_reading
from model.capture import Basis, Capture
from model.errors import Refused
from model.identity import without_credentials
from model.record import Outcome, Result
from sources.http import Fetcher, HttpSettings, Resolver, system_resolver
from sources.memento import Wish
from sources.warc import Wanted
from storage import Archive, Deposit, Release, Verdict

COMMIT_SECONDS = 1.0
COMMIT_ITEMS = 200

log = logging.getLogger(__name__)


class Pipeline:
    """Takes sources into one archive.

    ``http`` are the manners of fetching, ``person`` is who the ledger names for what a person
    decides (a note, a collection, an override), ``processes`` how many read at once. ``resolve``
    and ``tls`` are the fetcher's: how names become addresses, what certificates are checked with. ``lease_seconds`` is
    how long a process that asks hosts may stand still before others take it for dead. Without ``keep_unchanged``, of a page that
    reads as it did before only the digest is kept.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        http: HttpSettings,
        person: str | None = None,
        processes: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        lease_seconds: float = SECONDS,
        keep_unchanged: bool = True,
    ) -> None:
        self._leasing = Leasing(archive.leases, seconds=lease_seconds, tell=log.info) if archive.leases is not None else None
        self._archive = archive
        self._keep_unchanged = keep_unchanged
        self._resolve = resolve
        self._tls = tls
        self._http = http
        self._person = person
        self._processes = processes
        self._now = now
        self._release = Release(extractors.release())
        self._fetcher: Fetcher | None = None

    @staticmethod
    def from_settings(archive: Archive, settings: Settings, processes: int | None = None) -> Pipeline:
        """The pipeline that the settings describe."""
        http = HttpSettings(
            user_agent=settings.user_agent or f"Pressmark/{version('pressmark')}",
            contact=settings.contact,
            host_gap=settings.host_gap,
            max_bytes=settings.max_bytes,
            http2=settings.http2,
            proxy=settings.proxy,
            allow_networks=tuple(ip_network(n) for n in settings.allow_addresses),
        )
        return Pipeline(
            archive,
            http=http,
            person=settings.operator,
            processes=processes,
            lease_seconds=settings.lease_seconds,
            keep_unchanged=settings.keep_unchanged == "all",
        )

    def share_out(self, urls: Iterable[str], still: Still, *, at_once: int = AT_ONCE, whole: bool = False) -> Shared | None:
        """Work that is due, to be shared out with other processes of the archive; ``still`` gives those of some addresses
        that nobody has done meanwhile, ``at_once`` bounds the hosts that are asked at once. A turn is a few addresses of a
        host, or its ``whole`` work. ``None`` where the archive was opened for reading.
        """
        if self._leasing is None:
            return None
        plain = [url for url in urls if host_of(url) != FILES and without_credentials(url) == url]
        size = len(plain) if whole else turn_size(self._http.host_gap)
        return Shared(self._leasing, plain, still, size, at_once)

    def ingest(
        self,
        sources: Iterable[str | Target],
        *,
        url: str | None = None,
        captured_at: datetime | None = None,
        collection: str | None = None,
        note: str | None = None,
        override_robots: str | None = None,
        allow_addresses: Sequence[str] = (),
        images: bool = False,
        fresh: bool = False,
        memento: Wish | None = None,
        shared: Shared | None = None,
        tell: Callable[[str], None] = log.info,
    ) -> Generator[Result, None, None]:
        """Takes sources in, a ``Target`` with what is told of it; one ``Result`` each (a folder or list
        gives one a file or line), in order of completion, each told only after it is durable. With ``images``, the image files of
        what was fetched are kept too, and a result is told after its images. Servers are asked whether
        the copy held still stands where they gave the means to (ETag, Last-Modified); ``fresh`` asks for
        everything in full. With ``memento``, what another web archive holds of the addresses is taken in, a
        ``Result`` a copy. Sources that are ``shared`` out are taken as far as they fall to this process. ``tell`` is told
        at first what an earlier call kept and cannot be decided yet, at the end what of an archive was passed over, a line a file
        or address.

        Nothing is raised for one bad source, nor for a piece of which the archive is damaged. ``StorageUnavailable`` ends the
        call: what was told before is kept.
        """
        told = Told(url, captured_at, override_robots, memento, fresh)
        labels = Labels(self._person, collection, note, override_robots)
        named = list(sources)
        gatherer = Gatherer(
            named,
            told,
            lambda: self.fetcher(allow_addresses),
            self._now,
            self._http.max_bytes,
            images=images,
            standing=self._archive,
            held=self._held,
            has_read=self._archive.has_read,
            shared=shared,
        )
        pictures = Pictures(self._archive, self._release, gatherer.fetch_images if images else None)
        with shared.taking_part() if shared is not None else nullcontext(), Reader(self._processes) as reader:
            decider = Decider(self._archive, self._release, reader, labels, self._keep_unchanged)
            decider.finish_interrupted(tell)
            with gatherer.running():
                yield from self._travel(gatherer, decider, pictures)
        for line in gatherer.notes:
            tell(line)

    def _held(self, wanted: Wanted) -> Sequence[Capture]:
        """Copies that may be what a revisit of another archive refers to."""
        return self._archive.copies_of(wanted.url, wanted.record_id, wanted.at)

    def fetcher(self, allow_addresses: Sequence[str] = ()) -> Fetcher:
        """The one fetcher of this pipeline, so that what one call learnt of hosts and owes them holds for the next;
        another one while that is in use, or where other addresses are allowed.
        """
        http = replace(self._http, allow_networks=(*self._http.allow_networks, *(ip_network(a) for a in allow_addresses)))
        if self._fetcher is None or self._fetcher.is_open or self._fetcher.settings != http:
            self._fetcher = Fetcher(http, clock=self._now, resolve=self._resolve, tls=self._tls, claims=self._leasing)
        return self._fetcher

    def _travel(self, gatherer: Gatherer, decider: Decider, pictures: Pictures) -> Iterator[Result]:
        reader = decider.reader
        ready: list[Deposit] = []
        reading: dict[int, Gathered] = {}
        last = time.monotonic()
        more = True
        while more or reading or ready or pictures.waiting:
            if (more or pictures.waiting) and reader.has_room:
                try:
                    spent = time.monotonic() - last
                    item = gatherer.next(0 if reading else max(0.0, COMMIT_SECONDS - spent) if ready else COMMIT_SECONDS)
                except StopIteration:
                    more = False
                    item = None
                if item is not None and item.wanted is not None:
                    pictures.take(item, item.wanted)
                elif item is not None and not self._begin(item, decider, reading, ready):
                    yield self._lost(item)
            for done in reader.finished(0.02 if reading else 0):
                item = reading.pop(done.key)
                if item.capture is not None:
                    ready.append(decider.read(item.source, item.capture, done))
            waiting = more or bool(reading)
            if ready and (len(ready) >= COMMIT_ITEMS or time.monotonic() - last >= COMMIT_SECONDS or not waiting):
                for result in decider.settle(self._archive.stage(ready)):
                    yield from pictures.after(result)
                ready, last = [], time.monotonic()
            yield from pictures.settle()

    def _begin(self, item: Gathered, decider: Decider, reading: dict[int, Gathered], ready: list[Deposit]) -> bool:
        """Sends what was gathered to be read, or straight to the writer; false where nothing was captured."""
        capture = item.capture
        if capture is None:
            return False
        if item.known is not None:
            ready.append(replace(decider.unread(item.source, capture, Judgement(Verdict.ARTICLE)), known=item.known))
            return True
        if item.error is not None:
            verdict = Verdict.REFUSED if isinstance(item.error, Refused) else Verdict.FAILED
            ready.append(decider.unread(item.source, capture, Judgement(verdict, str(item.error), "on-the-way")))
            return True
        # what was fetched just now is held by nobody
        held = capture.basis is not Basis.FETCHED and self._archive.has_read(capture.origin_key)
        judgement = Judgement(Verdict.ARTICLE) if held else before_reading(capture)
        if judgement is not None:
            ready.append(decider.unread(item.source, capture, judgement))
            return True
        if capture.basis is Basis.IMPORTED and capture.url is not None:
            capture = with_listing(self._archive, capture.url, capture)
            item = replace(item, capture=capture)
        reading[decider.reader.submit(capture, prepare=not item.met)] = item
        return True

    def _lost(self, item: Gathered) -> Result:
        outcome = Outcome.REFUSED if isinstance(item.error, Refused) else Outcome.FAILED
        return Result(item.source, outcome, reason=str(item.error))
