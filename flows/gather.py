"""Sources to captures: a thread with an event loop that fetches, many hosts at a time.

The addresses of one host are taken in turn by one task; files are read beside them. What
is gathered waits in a bounded queue, so that fetching never runs far ahead of reading.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from flows.gather_files import nothing_held, read_files
from flows.gather_mementos import HasRead, gather_mementos, nothing_read
from flows.gather_pages import Standing, fetched_one, gather_pages
from flows.gathered import Gathered, Told, first_of
from flows.handover import Handover
from flows.sharing import Shared
from flows.target import Target
from model.errors import PressmarkError, Refused, Skip
from model.identity import without_credentials
from sources.files import Kind, folder_files, kind_of, list_entries
from sources.http import Conditional, Fetcher
from sources.warc import Held
from storage import ImageWanted

HOSTS_AT_ONCE = 128
_WAITING = 16
_IMAGES_WAITING = 512
_TICK = 0.2


class _End:
    """After the last result."""


class Gatherer:
    """Gathers one call's sources in the background; ``next`` gives them as they come.

    Those that are ``shared`` out are asked as they fall to this process. With ``images``, it goes on after the last
    source until it is stopped: ``fetch_images`` may be called for as long.
    """

    def __init__(
        self,
        sources: Iterable[str | Target],
        told: Told,
        make_fetcher: Callable[[], Fetcher],
        now: Callable[[], datetime],
        max_bytes: int,
        stdin: BinaryIO | None = None,
        *,
        images: bool = False,
        held: Held = nothing_held,
        has_read: HasRead = nothing_read,
        standing: Standing | None = None,
        shared: Shared | None = None,
    ) -> None:
        given = list(sources)
        named = [source.url if isinstance(source, Target) else source for source in given]
        self._shared = shared
        self._sources = [source for source in named if shared is None or source not in shared]
        self._contexts = {source.url: source.context for source in given if isinstance(source, Target)}
        self._told = told
        self._make_fetcher = make_fetcher
        self._now = now
        self._max_bytes = max_bytes
        self._stdin = stdin
        self._held = held
        self._has_read = has_read
        self.notes: list[str] = []  # what of a source was passed over
        self._handover = Handover[Gathered | BaseException | _End](_WAITING)
        self._standing = standing
        self._images = images
        self._images_left = 0
        self._errands: asyncio.Queue[Sequence[ImageWanted]] = asyncio.Queue()

    @contextmanager
    def running(self) -> Iterator[Gatherer]:
        """Starts the thread; at the end it is stopped and waited for, whatever happened."""
        thread = threading.Thread(target=self._run, name="gather", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._handover.stop()
            thread.join()

    def next(self, wait: float) -> Gathered | None:
        """The next source's result within ``wait`` seconds, or ``None``. Raises ``StopIteration`` at the end."""
        item = self._handover.take(wait)
        if item is None:
            return None
        if isinstance(item, _End):
            raise StopIteration
        if isinstance(item, BaseException):
            raise item
        return _within(item, self._contexts.get(item.source))

    def fetch_images(self, wanted: Sequence[ImageWanted]) -> None:
        """Has one article's images fetched beside the sources; each comes out of ``next``. After the first source only."""
        self._handover.call(lambda: self._errands.put_nowait(wanted))

    def _run(self) -> None:
        try:
            asyncio.run(self._gather())
            self._handover.put(_End())
        except BaseException as error:  # noqa: BLE001  handed to the caller's thread, which raises it
            self._handover.put(first_of(error))

    async def _gather(self) -> None:
        self._handover.begin()
        hosts: dict[str, list[str]] = {}
        files: list[str] = []
        for source in self._sources:
            self._sort(source, hosts, files)
        lists = iter(hosts.values())
        async with asyncio.TaskGroup() as group, self._make_fetcher() as fetcher:
            work = [group.create_task(self._files(files))]
            work += [group.create_task(self._hosts(fetcher, lists)) for _ in range(min(HOSTS_AT_ONCE, len(hosts)))]
            if self._shared is not None:
                shared, many = self._shared, min(HOSTS_AT_ONCE, self._shared.hosts)
                work += [group.create_task(self._turns(fetcher, shared)) for _ in range(many)]
            if self._images:
                errands = group.create_task(self._run_errands(group, fetcher))
                await self._until_done(work)
                await self._handover.hand(_End())
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
            item = await fetched_one(image.url, fetcher.fetch(image.url, conditional=held))
            await self._handover.hand(replace(item, wanted=image))
            self._images_left -= 1

    async def _until_done(self, work: Sequence[asyncio.Task[None]]) -> None:
        """Waits for tasks to end; once the caller has had enough, ends them."""
        stopped = asyncio.create_task(self._handover.until_stopped())
        pending: set[asyncio.Task[Any]] = {stopped, *work}
        while len(pending) > 1 and not self._handover.is_stopped:
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()

    def _sort(self, source: str, hosts: dict[str, list[str]], files: list[str]) -> None:
        plain = without_credentials(source)
        try:
            kind = kind_of(source)
            if kind is Kind.URL and plain != source:
                raise Refused("the address carries a user name or password; remove what stands before the @")
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
            self._handover.put(Gathered(plain, None, _ours(error, plain)))

    async def _files(self, files: Sequence[str]) -> None:
        await asyncio.to_thread(self._read_files, files)

    def _read_files(self, files: Sequence[str]) -> None:
        """Puts every member of every file, as fast as the queue takes them."""
        for made in read_files(files, self._told, self._now, self._max_bytes, stdin=self._stdin, held=self._held):
            if made.note is not None:
                self.notes.append(made.note)
            elif not self._handover.put(made):
                return

    async def _hosts(self, fetcher: Fetcher, lists: Iterator[list[str]]) -> None:
        """Host by host, as long as there are any that nobody has begun."""
        for urls in lists:
            async for item in self._pages(fetcher, urls) if self._told.memento is None else self._copies(fetcher, urls):
                if item.note is None:
                    await self._handover.hand(item)
                else:
                    self.notes.append(item.note)

    async def _turns(self, fetcher: Fetcher, shared: Shared) -> None:
        """Turn by turn of the work that is shared out."""
        while (turn := await shared.next(self._handover.runs_low)) is not None:
            mine = partial(shared.is_mine, turn)
            async for item in gather_pages(
                fetcher, turn.urls, self._told, self._standing, self._images_rest, self._now, is_mine=mine
            ):
                await self._handover.hand(item)

    async def _copies(self, fetcher: Fetcher, urls: list[str]) -> AsyncIterator[Gathered]:
        for url in urls:
            if self._told.memento is not None:
                async for item in gather_mementos(fetcher, url, self._told.memento, self._told, self._now, self._has_read):
                    yield item

    def _pages(self, fetcher: Fetcher, urls: list[str]) -> AsyncIterator[Gathered]:
        return gather_pages(fetcher, urls, self._told, self._standing, self._images_rest, self._now)

    async def _images_rest(self) -> None:
        while self._images_left > _IMAGES_WAITING:  # a slow host of images holds back everything rather than fill memory
            await asyncio.sleep(_TICK)


def _within(item: Gathered, context: Mapping[str, object] | None) -> Gathered:
    """The item with what was said of its address before it was fetched."""
    if item.capture is None or not context:
        return item
    return replace(item, capture=replace(item.capture, context={**item.capture.context, **context}))


def _ours(error: PressmarkError | ValueError, source: str) -> PressmarkError:
    return error if isinstance(error, PressmarkError) else Skip(f"{source} is no address that can be read: {error}")
