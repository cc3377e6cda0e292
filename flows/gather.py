"""Sources to captures: a thread with an event loop that fetches, many hosts at a time.

The addresses of one host are taken in turn by one task; files are read beside them. What
is gathered waits in a bounded queue, so that fetching never runs far ahead of reading.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Empty, Full, Queue
from typing import BinaryIO
from urllib.parse import urlsplit

from model.capture import Capture
from model.errors import PressmarkError, Skip
from sources.files import Kind, folder_files, kind_of, list_entries, read_stream
from sources.http import Conditional, Fetcher
from sources.local import Item, member_name, read_source
from storage import ImageWanted

HOSTS_AT_ONCE = 64
_WAITING = 16
_IMAGES_WAITING = 512
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of one source: a capture, or the error with the hops that came before it. ``wanted`` is
    given where it is an image file that a version wants, and no source of its own."""

    source: str
    capture: Capture | None = None
    error: PressmarkError | None = None
    wanted: ImageWanted | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller of an ingest says of its sources."""

    url: str | None = None
    captured_at: datetime | None = None
    override_robots: str | None = None


class Gatherer:
    """Gathers one call's sources in the background; ``next`` gives them as they come.

    With ``images``, it goes on after the last source until it is stopped: ``fetch_images`` may
    be called for as long.
    """

    def __init__(
        self,
        sources: Iterable[str],
        told: Told,
        make_fetcher: Callable[[], Fetcher],
        now: Callable[[], datetime],
        max_bytes: int,
        stdin: BinaryIO | None = None,
        *,
        images: bool = False,
    ) -> None:
        self._sources = list(sources)
        self._told = told
        self._make_fetcher = make_fetcher
        self._now = now
        self._max_bytes = max_bytes
        self._stdin = stdin
        self._queue: Queue[Gathered | BaseException | None] = Queue(_WAITING)
        self._stop = threading.Event()
        self._images = images
        self._images_left = 0
        self._errands: asyncio.Queue[Sequence[ImageWanted]] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def running(self) -> Iterator[Gatherer]:
        """Starts the thread; at the end it is stopped and waited for, whatever happened."""
        thread = threading.Thread(target=self._run, name="gather", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def next(self, wait: float) -> Gathered | None:
        """The next source's result within ``wait`` seconds, or ``None``. Raises ``StopIteration`` at the end."""
        try:
            item = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
        except Empty:
            return None
        if item is None:
            raise StopIteration
        if isinstance(item, BaseException):
            raise item
        return item

    def fetch_images(self, wanted: Sequence[ImageWanted]) -> None:
        """Has one article's images fetched beside the sources; each comes out of ``next``. After the first source only."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._errands.put_nowait, wanted)

    def _run(self) -> None:
        try:
            asyncio.run(self._gather())
            self._put(None)
        except BaseException as error:  # noqa: BLE001  handed to the caller's thread, which raises it
            self._put(error)

    def _put(self, item: Gathered | BaseException | None) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_TICK)
            except Full:
                continue
            return True
        return False

    async def _gather(self) -> None:
        hosts: dict[str, list[str]] = {}
        files: list[str] = []
        for source in self._sources:
            self._sort(source, hosts, files)
        places = asyncio.Semaphore(HOSTS_AT_ONCE)
        async with asyncio.TaskGroup() as group, self._make_fetcher() as fetcher:
            work = [group.create_task(self._files(files))]
            work += [group.create_task(self._host(fetcher, urls, places)) for urls in hosts.values()]
            if self._images:
                self._loop = asyncio.get_running_loop()
                errands = group.create_task(self._run_errands(group, fetcher))
                await self._until_done(work)
                await asyncio.to_thread(self._put, None)
                await self._until_done([errands])
            else:
                await self._until_done(work)

    async def _run_errands(self, group: asyncio.TaskGroup, fetcher: Fetcher) -> None:
        tasks: set[asyncio.Task[None]] = set()
        try:
            while True:
                wanted = await self._errands.get()
                self._images_left += len(wanted)
                tasks.add(task := group.create_task(self._fetch_images(fetcher, wanted)))
                task.add_done_callback(tasks.discard)
        finally:
            for task in tasks:
                task.cancel()

    async def _fetch_images(self, fetcher: Fetcher, wanted: Sequence[ImageWanted]) -> None:
        for image in wanted:
            held = Conditional(image.etag, image.last_modified) if image.etag or image.last_modified else None
            item = await _fetched_one(image.url, fetcher.fetch(image.url, conditional=held))
            await asyncio.to_thread(self._put, replace(item, wanted=image))
            self._images_left -= 1

    async def _until_done(self, work: list[asyncio.Task[None]]) -> None:
        while pending := [t for t in work if not t.done()]:
            await asyncio.wait(pending, timeout=_TICK)
            if self._stop.is_set():
                for task in pending:
                    task.cancel()

    def _sort(self, source: str, hosts: dict[str, list[str]], files: list[str]) -> None:
        try:
            kind = kind_of(source)
            if kind is Kind.LIST:
                for entry in list_entries(source):
                    self._sort(entry, hosts, files)
            elif kind is Kind.FOLDER:
                files += map(str, folder_files(source))
            elif kind is Kind.URL:
                hosts.setdefault(urlsplit(source).netloc.lower(), []).append(source)
            else:
                files.append(source)
        except (PressmarkError, ValueError) as error:
            self._put(Gathered(source, None, _ours(error, source)))

    async def _files(self, files: list[str]) -> None:
        for source in files:
            if self._stop.is_set():
                return
            await asyncio.to_thread(self._read, source)

    def _read(self, source: str) -> None:
        """Puts every member of one file, folder page or stream, as fast as the queue takes them."""
        told = self._told
        try:
            for item in self._members(source, told):
                name = member_name(item)
                member = f"{source}#{name}" if name else source
                made = Gathered(member, item.capture, item) if isinstance(item, PressmarkError) else Gathered(member, item)
                if not self._put(made):
                    return
        except Exception as error:  # noqa: BLE001  one file must not end the run; the outcome tells it
            self._put(Gathered(source, None, _defect(error, source, "read")))

    def _members(self, source: str, told: Told) -> Iterator[Item]:
        if source != "-":
            yield from read_source(source, url=told.url, captured_at=told.captured_at, clock=self._now, max_bytes=self._max_bytes)
            return
        stream = self._stdin or sys.stdin.buffer
        try:
            yield read_stream(stream, url=told.url, captured_at=told.captured_at, clock=self._now, max_bytes=self._max_bytes)
        except PressmarkError as error:
            yield error

    async def _host(self, fetcher: Fetcher, urls: list[str], places: asyncio.Semaphore) -> None:
        async with places:
            async for item in self._fetched(fetcher, urls):
                if not await asyncio.to_thread(self._put, item):
                    return

    async def _fetched(self, fetcher: Fetcher, urls: list[str]) -> AsyncIterator[Gathered]:
        reason = self._told.override_robots
        for url in urls:
            while self._images_left > _IMAGES_WAITING:  # a slow host of images holds back everything rather than fill memory
                await asyncio.sleep(_TICK)
            yield await _fetched_one(url, fetcher.fetch(url, obey_robots=reason is None, override_reason=reason))


async def _fetched_one(url: str, fetching: Awaitable[Capture]) -> Gathered:
    try:
        return Gathered(url, await fetching)
    except PressmarkError as error:
        return Gathered(url, error.capture, error)
    except Exception as error:  # noqa: BLE001  one address must not end the run; the outcome tells it
        return Gathered(url, None, _defect(error, url, "fetched"))


def _defect(error: Exception, source: str, done: str) -> PressmarkError:
    said = f"{type(error).__name__}: {error}"[:200]
    return Skip(f"{source} could not be {done}, which is a defect of Pressmark ({said}); please report it", source=source)


def _ours(error: PressmarkError | ValueError, source: str) -> PressmarkError:
    return error if isinstance(error, PressmarkError) else Skip(f"{source} is no address that can be read: {error}")
