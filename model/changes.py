"""What publishers changed, as people and programs are told it, and which changes are asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from model.article import Article
from model.change import Change, ChangeKind, comparable
from model.record import Announcement

KINDS = ("new", "changed", "gone", "restored")
FIELDS = (*dict(comparable(Article())), "date_modified")
"""The fields whose changes are told."""

_PLAIN = ("record", "url", "headline", "version", "before", "seen_at", "not_seen_before", "kind")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of a piece, for ``changes``: between which versions, seen when, announced or not as in ``History``."""

    record: str
    url: str | None
    headline: str | None
    version: int
    before: int | None
    seen_at: str | None
    not_seen_before: str | None
    kind: str  # new | changed | gone | restored
    change: Change | None
    announcement: Announcement | None = None

    @property
    def id(self) -> str:
        """The same for the same change, wherever it is told: record, version, kind; when, for what can happen again."""
        again = f":{self.seen_at}" if self.kind in {"gone", "restored"} else ""
        return f"urn:pressmark:change:{self.record}:{self.version}:{self.kind}{again}"

    def to_json(self) -> dict[str, Any]:
        """As in docs/shapes.md."""
        told = {name: getattr(self, name) for name in _PLAIN}
        said = self.announcement and {**asdict(self.announcement), "announced": self.announcement.announced.value}
        return told | {"change": self.change and self.change.to_json(), "announcement": said}


@dataclass(frozen=True, slots=True)
class ChangesWanted:
    """Which changes are asked for. Empty sets mean all; ``fields`` leaves only changes of these fields, and
    ``substantive`` nothing that changed in typography alone.
    """

    kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    substantive: bool = False

    def has_kind(self, kind: str) -> bool:
        """Whether lines of a kind are asked for: what has no fields is not, where fields are named."""
        return (not self.kinds or kind in self.kinds) and (kind == "changed" or not self.fields)

    def has_change(self, change: Change) -> bool:
        """Whether a change is asked for; where fields are named, it is these that must have changed so."""
        told = (*change.fields, *change.attendant) if self.fields else change.fields
        return any(
            (not self.fields or f.field in self.fields) and not (self.substantive and f.kind is ChangeKind.TYPOGRAPHIC)
            for f in told
        )


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told of changes. Times are UTC text: ``since`` when the first one it is told of may have been seen,
    ``told_at`` when it was told of one last. ``waiting`` counts what it failed to take and is told of again, ``given_up``
    what it was not told of; ``failing_since`` and ``reason`` are empty where the last attempt went well.
    """

    name: str
    since: str
    told: int
    told_at: str | None
    waiting: int
    given_up: int
    failing_since: str | None
    reason: str | None

    def to_json(self) -> dict[str, Any]:
        """All of it under the same names."""
        return asdict(self)
