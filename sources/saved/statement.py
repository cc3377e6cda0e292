"""Which program saved a page, from which address and when, as the file has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from model.identity import without_credentials
from model.mhtml import is_mhtml, read_mhtml
from model.webarchive import is_webarchive, read_webarchive
from sources.saved.marks import read_marks
from sources.saved.moments import moment_of

_REPLAYED = re.compile(r"https?://web\.archive\.org/web/(\d{14})(?:[a-z]{2}_)?/(https?://.+)", re.IGNORECASE)
_SAVED_BY = re.compile(r"<?\s*Saved by ([^<>]{1,80})>?", re.IGNORECASE)
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file says of itself. ``url`` and ``saved_at`` are its own words, but for a user name and password in the address.

    ``address`` is the page's, where one can be read out of them (of a replayed copy, the
    original's); ``at`` when the page was as it is here, ``None`` without an offset or UTC.
    ``where`` says what was read: ``singlefile-comment``, ``saved-from-comment``, ``mhtml-header`` …
    """

    software: str | None
    url: str | None
    saved_at: str | None
    where: str
    address: str | None = None
    at: datetime | None = None

    def to_json(self) -> dict[str, str | None]:
        """``{software, url, saved_at, where}``: the statement, for the context of a capture."""
        return {"software": self.software, "url": self.url, "saved_at": self.saved_at, "where": self.where}


def statement_of(body: bytes) -> Saved | None:
    """What a saved page says of itself; ``None`` where it says nothing. Raises nothing for what a file holds."""
    if is_mhtml(body):
        return _of_mhtml(body)
    if is_webarchive(body):
        main = read_webarchive(body)
        return _made("Safari", main.url if main else None, None, "webarchive")
    marks = read_marks(body)
    return _made(marks.software, marks.url, marks.saved_at, marks.where) if marks is not None else None


def _of_mhtml(body: bytes) -> Saved:
    file = read_mhtml(body)
    page = file.page
    named = (file.field("snapshot-content-location"), page and page.field("content-location"), file.field("content-location"))
    url = next((x for x in named if x and x.lower().startswith(("http://", "https://"))), None)
    by = _SAVED_BY.search(file.field("from") or "")
    return _made(by[1].strip() if by else None, url, file.field("date"), "mhtml-header")


def _made(software: str | None, url: str | None, saved_at: str | None, where: str) -> Saved:
    url, saved_at = without_credentials(_bounded(url) or "") or None, _bounded(saved_at)
    replayed = _REPLAYED.fullmatch(url or "")
    if url and replayed is not None:
        original = without_credentials(replayed[2])
        return Saved(software, url[: replayed.start(2)] + original, saved_at, where, original, _of_digits(replayed[1]))
    return Saved(software, url, saved_at, where, url, moment_of(saved_at) if saved_at else None)


def _of_digits(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _bounded(text: str | None) -> str | None:
    said = " ".join((text or "").replace("\x00", "").encode("utf-8", "ignore").decode().split())
    return said[:_LONGEST] or None
