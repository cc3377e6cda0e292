"""The feed of what changed, kept up to date beside a schedule. Derived: it can be deleted at any time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from flows.settings import Settings
from model.changes import ChangesWanted
from model.edtf import utc_text
from model.errors import StorageUnavailable
from model.record import Scope
from storage import Archive, replace_durably
from storage.feed import atom

SPAN = timedelta(days=30)
MOST = 200
NO_NEWCOMERS = ChangesWanted(kinds=frozenset({"changed", "gone", "restored"}))
"""What a kept feed has: what became of pieces, not that there are new ones."""


def feed_of(kept: Archive, settings: Settings, since: datetime, most: int | None, wanted: ChangesWanted) -> tuple[bytes, int]:
    """The feed of an archive's changes since a moment, and how many they are."""
    lines = list(kept.changes(since, most, wanted=wanted, scope=Scope.EXPORT))
    by = settings.institution or settings.operator or f"Pressmark archive {kept.id}"
    day = since.replace(hour=0, minute=0, second=0, microsecond=0)
    return atom(kept.id, lines, kept_by=by, updated=utc_text(day)), len(lines)


def keep_feed(kept: Archive, settings: Settings, now: datetime) -> bool:
    """Writes the feed that the settings name, the newest 200 changes of 30 days; false where it said so already.

    Raises ``StorageUnavailable`` where it cannot be written.
    """
    if settings.changes_feed is None:
        return False
    path = Path(settings.changes_feed)
    data, _ = feed_of(kept, settings, now - SPAN, MOST, NO_NEWCOMERS)
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        replace_durably(path, data)
    except OSError as error:
        raise StorageUnavailable(f"the feed of changes cannot be written to {path}: {error.strerror or error}") from error
    return True
