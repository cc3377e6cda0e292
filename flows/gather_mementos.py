"""What another web archive holds of addresses, as gathered captures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from flows.gathered import Gathered, Told, defect
from model.capture import Capture
from model.errors import PressmarkError
from model.identity import without_credentials
from sources.http import Fetcher
from sources.memento import Wish, mementos

HasRead = Callable[[str], bool]


def nothing_read(_origin_key: str) -> bool:
    """An archive that nobody asks has read nothing."""
    return False


async def gather_mementos(
    fetcher: Fetcher, url: str, wish: Wish, told: Told, now: Callable[[], datetime], has_read: HasRead
) -> AsyncIterator[Gathered]:
    """Every copy of ``url`` that the archive named by ``wish`` holds, those left out that have been read already.

    What was left out comes as a note. Nothing is raised.
    """
    reason = told.override_robots
    notes: list[str] = []

    async def fetch(address: str) -> Capture:
        return await fetcher.fetch(address, obey_robots=reason is None, override_reason=reason, follow=False)

    async def held(key: str) -> bool:
        return await asyncio.to_thread(has_read, key)

    try:
        async for uri, found in mementos(fetch, url, wish, held, now, notes.append):
            if isinstance(found, PressmarkError):
                yield Gathered(f"{url}#{without_credentials(uri)}", None, found)
            else:
                yield Gathered(f"{url}#{without_credentials(uri)}", found)
    except PressmarkError as error:
        yield Gathered(url, None, error)
    except Exception as error:  # noqa: BLE001  one address must not end the run; the outcome tells it
        yield Gathered(url, None, defect(error, url, "fetched"))
    for note in notes:
        yield Gathered(url, note=note)
