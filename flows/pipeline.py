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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from ipaddress import ip_network

import extractors
from flows.extraction import Reader
from flows.gather import Gatherer
from flows.gathered import Gathered, Told
from flows.pictures import Pictures, image_deposit, wanted_for
from flows.settings import Settings
from flows.target import Target
from flows.verdict import Judgement, after_reading, before_reading
from flows.worker import Extraction
from model.article import Article
from model.capture import Basis, Capture
from model.errors import Damaged, Refused
from model.record import Outcome, Result
from sources.http import Fetcher, HttpSettings, Resolver, system_resolver
from sources.memento import Wish
from sources.warc import Wanted
from storage import Archive, Deposit, Person, Release, Reread, Verdict
from storage.batch import Staged

COMMIT_SECONDS = 1.0
COMMIT_ITEMS = 200
_TRIES = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Labels:
    """What the caller wants kept with the records."""

    person: str | None = None
    collection: str | None = None
    note: str | None = None
    override_robots: str | None = None


class Pipeline:
    """Takes sources into one archive.

    ``http`` are the manners of fetching, ``person`` is who the ledger names for what a person
    decides (a note, a collection, an override), ``processes`` how many read at once. ``resolve``
    and ``tls`` are the fetcher's: how names become addresses, what certificates are checked with.
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
    ) -> None:
        self._archive = archive
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
        return Pipeline(archive, http=http, person=settings.operator, processes=processes)

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
        tell: Callable[[str], None] = log.info,
    ) -> Generator[Result, None, None]:
        """Takes sources in, a ``Target`` with what is told of it; one ``Result`` each (a folder or list
        gives one a file or line), in order of completion, each told only after it is durable. With ``images``, the image files of
        what was fetched are kept too, and a result is told after its images. Servers are asked whether
        the copy held still stands where they gave the means to (ETag, Last-Modified); ``fresh`` asks for
        everything in full. With ``memento``, what another web archive holds of the addresses is taken in, a
        ``Result`` a copy. ``tell`` is told at the end what of an archive was passed over, a line a file or address.

        Nothing is raised for one bad source. ``StorageUnavailable`` and ``Damaged`` end the
        call: what was told before is kept.
        """
        told = Told(url, captured_at, override_robots, memento)
        labels = Labels(self._person, collection, note, override_robots)
        named = list(sources)
        gatherer = Gatherer(
            named,
            told,
            lambda: self.fetcher(allow_addresses),
            self._now,
            self._http.max_bytes,
            images=images,
            standing=None if fresh else self._archive,
            held=self._held,
            has_read=self._archive.has_read,
        )
        pictures = Pictures(self._archive, self._release, gatherer.fetch_images if images else None)
        with Reader(self._processes) as reader:
            self.finish_interrupted(reader)
            with gatherer.running():
                yield from self._travel(gatherer, reader, labels, pictures)
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
            self._fetcher = Fetcher(http, clock=self._now, resolve=self._resolve, tls=self._tls)
        return self._fetcher

    def finish_interrupted(self, reader: Reader) -> list[Result]:
        """Decides the captures that an earlier process kept and did not get to decide."""
        results: list[Result] = []
        for found in self._archive.undecided():
            source = found.capture.url or found.capture.filename or found.kept.id
            override = found.capture.context.get("robots_override")
            labels = Labels(self._person, override_robots=str(override) if override else None)
            wanted = wanted_for(found.capture)
            if wanted is not None:
                list(self._settle([found.staged(image_deposit(found.capture, wanted, self._release))], reader))
                continue
            judgement = before_reading(found.capture)
            if judgement is not None:
                deposit = self._made(source, found.capture, judgement, None, labels)
            else:
                deposit = self._deposit(source, found.capture, reader.read_one(found.capture), labels)
            results += self._settle([found.staged(deposit)], reader)
        return results

    def _travel(self, gatherer: Gatherer, reader: Reader, labels: Labels, pictures: Pictures) -> Iterator[Result]:
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
                elif item is not None and not self._begin(item, reader, reading, ready, labels):
                    yield self._lost(item)
            for done in reader.finished(0.02 if reading else 0):
                item = reading.pop(done.key)
                if item.capture is not None:
                    ready.append(self._deposit(item.source, item.capture, done, labels))
            waiting = more or bool(reading)
            if ready and (len(ready) >= COMMIT_ITEMS or time.monotonic() - last >= COMMIT_SECONDS or not waiting):
                for result in self._settle(self._archive.stage(ready), reader):
                    yield from pictures.after(result)
                ready, last = [], time.monotonic()
            yield from pictures.settle()

    def _begin(self, item: Gathered, reader: Reader, reading: dict[int, Gathered], ready: list[Deposit], labels: Labels) -> bool:
        """Sends what was gathered to be read, or straight to the writer; false where nothing was captured."""
        capture = item.capture
        if capture is None:
            return False
        if item.known is not None:
            said = self._made(item.source, capture, Judgement(Verdict.ARTICLE), None, labels)
            ready.append(replace(said, known=item.known))
            return True
        if item.error is not None:
            verdict = Verdict.REFUSED if isinstance(item.error, Refused) else Verdict.FAILED
            ready.append(self._made(item.source, capture, Judgement(verdict, str(item.error), "on-the-way"), None, labels))
            return True
        # what was fetched just now is held by nobody
        held = capture.basis is not Basis.FETCHED and self._archive.has_read(capture.origin_key)
        judgement = Judgement(Verdict.ARTICLE) if held else before_reading(capture)
        if judgement is not None:
            ready.append(self._made(item.source, capture, judgement, None, labels))
        else:
            reading[reader.submit(capture)] = item
        return True

    def _lost(self, item: Gathered) -> Result:
        outcome = Outcome.REFUSED if isinstance(item.error, Refused) else Outcome.FAILED
        return Result(item.source, outcome, reason=str(item.error))

    def _deposit(self, source: str, capture: Capture, read: Extraction, labels: Labels) -> Deposit:
        if read.article is None:
            if read.kind == "defect":
                log.warning("%s: %s", source, read.problem)
            return self._made(source, capture, Judgement(Verdict.FAILED, _unread(read), read.kind), None, labels)
        return self._made(source, capture, after_reading(read.article), read.article, labels)

    def _made(self, source: str, capture: Capture, judgement: Judgement, article: Article | None, labels: Labels) -> Deposit:
        return Deposit(
            source=source,
            capture=capture,
            verdict=judgement.verdict,
            release=self._release,
            article=article if judgement.verdict is Verdict.ARTICLE else None,
            reason=judgement.reason,
            code=judgement.code,
            person=Person(labels.person) if labels.person else None,
            collection=labels.collection,
            note=labels.note,
            override_reason=labels.override_robots,
        )

    def _settle(self, staged: Sequence[Staged], reader: Reader) -> Iterator[Result]:
        """Settles what is staged; what must be compared with a capture read anew is tried again."""
        waiting = list(staged)
        for _ in range(_TRIES):
            again: list[Staged] = []
            for item, answer in zip(waiting, self._archive.settle(waiting), strict=True):
                if isinstance(answer, Reread):
                    again.append(self._again(item, answer, reader))
                else:
                    yield answer
            if not again:
                return
            waiting = again
        raise Damaged("a capture could not be decided although its neighbours were read again; run `pressmark verify`")

    def _again(self, item: Staged, asked: Reread, reader: Reader) -> Staged:
        """The item with what it asked to be read again; held where that cannot be read any more."""
        found: dict[str, Article] = {}
        for capture_id in asked.captures:
            read = reader.read_one(self._archive.load_capture(capture_id))
            if read.article is None:
                reason = "the copy before it could not be read again, so they were not compared; it is kept"
                held = replace(item.deposit, verdict=Verdict.FAILED, article=None, reason=reason, code="not-compared")
                return replace(item, deposit=held, written=())
            found[capture_id] = read.article
        return self._archive.stage_again(item, found)


def _unread(read: Extraction) -> str:
    """Why a page was not read, without words of a page or a machine: the ledger keeps it for ever."""
    if read.kind == "defect":
        return "it could not be read, which is a defect of Pressmark (the log says more); it is kept"
    return f"it could not be read ({read.problem}); it is kept"
