"""What a feed or sitemap said of a piece goes on standing with every later copy of it, else a date that the feed alone
knew would come and go.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace
from typing import Protocol

from model.capture import Capture
from model.errors import PressmarkError
from model.record import VersionView


class Known(Protocol):
    """What an archive holds of addresses."""

    def visited(self, urls: Iterable[str]) -> Set[str]:
        """Those of some addresses that it may know."""

    def find(self, text: str) -> str:
        """The record of an address."""

    def show(self, record: str, *, restricted: bool) -> VersionView:
        """Its version in force."""


def with_listing(archive: Known, url: str, capture: Capture) -> Capture:
    """A copy of the piece at an address, with what was said of that where nothing else stands with it. What is wrong with the
    address or the archive is told by others.
    """
    if "feed" in capture.context:
        return capture
    try:
        if url not in archive.visited([url]):
            return capture
        said = (archive.show(archive.find(url), restricted=True).capture.get("context") or {}).get("feed")
    except (PressmarkError, ValueError):
        return capture
    return capture if said is None else replace(capture, context={"feed": said, **capture.context})
