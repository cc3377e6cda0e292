"""One round of a flow over one archive: opened, its beginning and end put down. No Prefect."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.pipeline import Pipeline
from flows.room import check_room
from flows.settings import Settings, load
from flows.store import store_from
from model.edtf import utc_text
from model.errors import PressmarkError
from storage import Archive


def _clock() -> datetime:
    return datetime.now(UTC)


def soon(every: float | None, now: Callable[[], datetime] = _clock) -> datetime:
    """The moment up to which a round takes what is due: rounds begin a second earlier or later each time, and what is
    due as often as they come would have to wait for every other one.
    """
    return now() + timedelta(seconds=min((every or 0.0) / 4, 60.0))


@dataclass(slots=True)
class Round:
    """What a round works with. ``gap`` bounds the time in which rounds that were due did not take place;
    ``said`` is what is put down of it at the end.
    """

    flow: str
    archive: Archive
    settings: Settings
    pipeline: Pipeline
    gap: tuple[str, str] | None = None
    said: str = "it was ended before its end"

    @property
    def where(self) -> Path:
        """The archive's folder."""
        return self.archive.where


@contextmanager
def round_of(
    flow: str,
    archive: str | None,
    *,
    every: float | None = None,
    fetches: bool = True,
    tell: Callable[[str], None] = lambda _line: None,
    now: Callable[[], datetime] = _clock,
    environ: Mapping[str, str] = os.environ,
) -> Iterator[Round]:
    """A round of a flow; ``archive`` is the settings' where nobody names one, ``every`` the seconds between two rounds.

    One that fetches needs room on the disk. Raises what opening an archive raises, ``Busy`` and
    ``StorageUnavailable``; what ended a round is put down with it.
    """
    settings = load(environ, Path.cwd())
    where, said = archive or settings.archive, (settings.institution or "", settings.operator or "")
    with ExitStack() as stack:
        opened = Archive.open(
            where,
            write=True,
            institution=said[0],
            operator=said[1],
            database_url=settings.database_url,
            tell=tell,
            store=store_from(settings, os.environ),
            keep_local=settings.store_keep_local,
        )
        kept = stack.enter_context(opened)
        if fetches:
            check_room(kept.where, settings.disk_floor)
        gap = kept.rounds.begin(flow, utc_text(now()), every)
        if gap is not None:
            tell(f"no round between {gap[0]} and {gap[1]}, though one was due every {every:,.0f} s: this one makes up for them")
        this = Round(flow, kept, settings, Pipeline.from_settings(kept, settings), gap)
        try:
            yield this
        except PressmarkError as error:
            this.said = str(error)
            raise
        finally:
            kept.rounds.end(flow, utc_text(now()), this.said)
