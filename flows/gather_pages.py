"""Pages of one host as gathered captures, each asked for only where it is not still the copy that is held.

An address whose server asked to wait is asked once more, after the others of its host.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from flows.gathered import Gathered, Told, defect
from flows.listed import Known, with_listing
from model.capture import Capture, header
from model.errors import Busy, PressmarkError, StorageUnavailable
from sources.http import Conditional, Fetcher
from storage import InForce

IN_FULL_AFTER = timedelta(days=30)
"""So long after its last full answer a server is believed that nothing changed: said for ever, that would hide every change."""

_ANSWERS_WAITING = 1_000_000  # bytes of answers that asked to wait, held until their addresses were asked again

_NOT_MODIFIED = 304

T = TypeVar("T")


class Standing(Known, Protocol):
    """What the archive holds of addresses, for conditional requests too."""

    def in_force(self, url: str) -> InForce | None:
        """The copy that stands for an address."""


async def gather_pages(
    fetcher: Fetcher,
    urls: Sequence[str],
    told: Told,
    standing: Standing | None,
    rest: Callable[[], Awaitable[None]],
    now: Callable[[], datetime],
    is_mine: Callable[[], bool] = lambda: True,
) -> AsyncIterator[Gathered]:
    """Every address of one host in turn, ``rest`` awaited before each, as long as the host ``is_mine``. Where ``told`` says
    so all are asked for in full, and so is one whose last full answer is older than ``IN_FULL_AFTER``. What a listing said
    of a piece goes on standing with what is fetched of it later.

    What is wrong with an address is its outcome; ``StorageUnavailable`` alone is raised.
    """
    visited = await _asked(standing, lambda archive: archive.visited(urls)) or frozenset[str]()

    async def one(url: str) -> Gathered:
        await rest()
        if url not in visited:
            return await _page(fetcher, url, told, None, now)
        item = await _page(fetcher, url, told, None if told.fresh else standing, now)
        if item.capture is None or item.known is not None or item.error is not None:
            return item
        capture = item.capture
        listed = await _asked(standing, lambda archive: with_listing(archive, url, capture))
        return replace(item, capture=listed or capture, met=True)

    waiting: list[Gathered] = []
    room = _ANSWERS_WAITING
    for url in urls:
        if not is_mine():
            return
        item = await one(url)
        if isinstance(item.error, Busy) and "status" in item.error.facts:
            size = len(item.capture.entity) if item.capture is not None else 0
            waiting.append(item if size <= room else replace(item, capture=None))
            room -= size if size <= room else 0
        else:
            yield item
    for first in waiting:
        if not is_mine():
            return
        item = await one(first.source)
        # where nothing more came, what came at first is what there is to keep
        yield item if item.capture is not None else replace(item, capture=first.capture)


async def fetched_one(url: str, fetching: Awaitable[Capture]) -> Gathered:
    """What came of one request. Raises nothing but ``StorageUnavailable``: nobody knows who may ask the host."""
    try:
        return Gathered(url, await fetching)
    except StorageUnavailable:
        raise
    except PressmarkError as error:
        return Gathered(url, error.capture, error)
    except Exception as error:  # noqa: BLE001  one address must not end the run; the outcome tells it
        return Gathered(url, None, defect(error, url, "fetched"))


async def _page(fetcher: Fetcher, url: str, told: Told, standing: Standing | None, now: Callable[[], datetime]) -> Gathered:
    known = await _asked(standing, lambda archive: archive.in_force(url))
    if known is not None and now() - known.at > IN_FULL_AFTER:
        known = None
    reason = told.override_robots
    held = Conditional(known.etag, known.last_modified, known.url) if known else None
    item = await fetched_one(url, fetcher.fetch(url, obey_robots=reason is None, override_reason=reason, conditional=held))
    if known is None or item.error is not None or item.capture is None or item.capture.status != _NOT_MODIFIED:
        return item
    if item.capture.final_url != known.url:
        return item  # a 304 of another address than the one that was asked about says nothing
    if _is_of(known.etag, header(item.capture.headers, "etag")):
        return replace(item, known=known)
    return await fetched_one(url, fetcher.fetch(url, obey_robots=reason is None, override_reason=reason))


async def _asked(archive: Standing | None, question: Callable[[Standing], T]) -> T | None:
    try:
        return await asyncio.to_thread(question, archive) if archive is not None else None
    except (PressmarkError, ValueError):
        return None  # asked for in full; what is wrong with the address or the archive is told by others


def _is_of(asked: str | None, told: str | None) -> bool:
    """Whether a 304 is about the copy that was asked about: not where it names another one (RFC 9110, 15.4.5)."""
    return asked is None or told is None or asked.removeprefix("W/") == told.removeprefix("W/")
