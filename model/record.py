"""What the archive tells of a record: plain values that the doors show. All derived.

Times ending in Z are capture times (UTC text). ``observed_at`` is ``None`` where nobody
knows when a supplied copy was made. Nothing here is stored as truth; the ledger is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from model.article import Article
from model.change import Change
from model.statement import Stated


class Strand(StrEnum):
    """Which history a version belongs to."""

    PUBLISHER = "publisher"  # fetched, or imported as raw: what the server sent over time
    BESIDE = "beside"  # supplied or rewritten copies: kept beside, never the publisher's edits


class Scope(StrEnum):
    """What a restriction forbids (acts of PREMIS rights). Nothing is ever less kept or less verified."""

    CONTENT = "content"  # what the piece says is neither shown, found nor exported
    EXPORT = "export"  # shown here, but not in copies for others


class Outcome(StrEnum):
    """How the taking in of one source ended."""

    NEW = "new"  # a record that was not there before
    CHANGED = "changed"  # a version that a record did not have: the publisher's edit, an earlier state, a copy beside
    UNCHANGED = "unchanged"
    GONE = "gone"
    HELD = "held"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImageTally:
    """What became of an article's image files: how many were taken in now, how many were held
    already, and those that were not taken, ``{url, reason}``."""

    taken: int = 0
    held: int = 0
    missed: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One source's outcome, as ``ingest --json`` prints it: ``to_json``.

    ``record``, ``version`` and ``capture`` are empty where none came of it. ``reason`` is
    empty for ``new``, ``changed`` and ``unchanged`` unless there is something to say.
    """

    source: str
    outcome: Outcome
    url: str | None = None
    reason: str | None = None
    record: str | None = None
    version: int | None = None
    capture: str | None = None
    change: Change | None = None
    images: ImageTally | None = None

    def to_json(self) -> dict[str, Any]:
        """``{source, url, outcome, reason, record, version, capture}``, and ``images`` where they were asked for."""
        told: dict[str, Any] = {
            "source": self.source,
            "url": self.url,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "record": self.record,
            "version": self.version,
            "capture": self.capture,
        }
        if self.images is not None:
            missed = [dict(x) for x in self.images.missed]
            told["images"] = {"taken": self.images.taken, "held": self.images.held, "missed": missed}
        return told


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record in a list: its latest state by capture time, or the one at a moment asked for; ``version`` is its number.

    Where its content is restricted (``restricted``), headline and authors are left out unless a person asked to be shown it.
    ``lost`` is true where the WARCs lost what was read of it (see ``VersionView.is_lost``): then it says nothing but what
    persons stated.
    """

    record: str
    url: str | None
    headline: str | None
    authors: tuple[str, ...]
    publisher: str | None
    date_published: str | None
    versions: int
    version: int
    first_seen: str | None
    last_seen: str | None
    received_at: str
    withdrawn: bool
    restricted: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Alias:
    """A URL of a record: ``how`` it was learnt (requested, final, canonical, stated), since when."""

    url: str
    how: str
    since: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at a piece: it showed this version (``version``, ``check``), or nothing."""

    kind: str  # version | check | absence | withdrawal
    version: int | None
    observed_at: str | None
    recorded_at: str
    capture: str | None
    status: int | None = None


class Announced(StrEnum):
    """Whether a publisher said that it changed a piece."""

    HERE = "here"  # by a correction that came with the change
    LATER = "later"  # by a correction that came with a later state and names words of the change
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a publisher said of a change. ``version`` is the state that says it; ``names`` are words of the
    change that the correction names: empty where it is linked by coming together only.
    """

    announced: Announced
    version: int | None = None
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternation:
    """Two headlines that took turns (A, B, A, B), as tests on readers do, in consecutive states."""

    headlines: tuple[str, str]
    versions: tuple[int, ...]
    first_seen: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction in force: ``until`` is its last instant (UTC text), ``None`` where it has no end."""

    scope: Scope
    until: str | None
    agent: str
    at: str
    reason: str


class Certainty(StrEnum):
    """How sure it is that a state was what the page said at a moment."""

    SEEN = "seen"  # looks before and after it found this state
    BETWEEN = "between"  # the next look found another state: it may have been that one already
    LAST = "last"  # nobody looked since
    WITHDRAWN = "withdrawn"  # the piece had been found gone


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment asked for (UTC text), the looks around it, how sure the answer is, and what the look after it found: ``version``,
    ``absence`` or ``withdrawal`` (from that look on the piece counts as withdrawn), ``None`` where there was none.
    """

    moment: str
    certainty: Certainty
    seen_before: str | None
    seen_after: str | None
    found_after: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One time that a piece was gone: from when it was found gone until it was seen again (``None``: not since)."""

    withdrawn_at: str
    restored_at: str | None


@dataclass(frozen=True, slots=True)
class State:
    """One state in time: a version with what is derived about it.

    ``first_seen`` and ``last_seen`` bound when we saw it in force; ``not_seen_before`` is the
    last look before it that showed something else, so the change happened between the two.
    ``checks`` counts looks that found it unchanged. ``gap`` is the longest time without a look
    while it was in force, seconds. ``reverts_to`` is an earlier version with the same content.
    ``withdrawn_at`` is when the piece was last found gone while this state was the last, ``restored_at`` when it
    was seen again after that; ``withdrawals`` are all times that it was gone and came back, or did not.
    ``announcement`` tells of a substantive change whether its publisher said so, ``None`` where there is no
    such change. ``same_as_before`` is true where, as now read, it never differed from the state before it.
    ``maker`` is the archive that an imported copy comes from, ``fidelity`` whether that kept what the server
    sent (``raw``, ``rewritten``, ``unknown``); both ``None`` for copies from nowhere else. ``lost`` is true where the WARCs
    lost what was read of it.
    """

    version: int
    strand: Strand
    basis: str
    capture: str
    first_seen: str | None
    last_seen: str | None
    not_seen_before: str | None
    checks: int
    gap: int
    reverts_to: int | None
    withdrawn_at: str | None
    restored_at: str | None
    change: Change | None
    received_at: str
    headline: str | None
    announcement: Announcement | None = None
    same_as_before: bool = False
    maker: str | None = None
    fidelity: str | None = None
    withdrawals: tuple[Withdrawal, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True)
class ReadingInfo:
    """One reading of a version: who read it, when, and the digest of what came out."""

    version: int
    number: int
    agent: Mapping[str, Any]
    release: Mapping[str, str] | None
    recorded_at: str
    digest: str


@dataclass(frozen=True, slots=True)
class History:
    """A record through time: states in order of time (then those beside), and every look.

    ``labels`` are the collections and notes that persons gave it, ``{kind, text, agent, at}``; ``lost_entries`` is how many
    entries of its ledger are known to be lost or to come to nothing, with the versions and looks that they told of.
    """

    record: str
    url: str | None
    aliases: tuple[Alias, ...]
    states: tuple[State, ...]
    observations: tuple[Observation, ...]
    readings: tuple[ReadingInfo, ...]
    relations: tuple[Mapping[str, Any], ...]
    withdrawn: bool
    labels: tuple[Mapping[str, Any], ...] = ()
    alternations: tuple[Alternation, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    lost_entries: int = 0


@dataclass(frozen=True, slots=True)
class KeptImage:
    """An image file kept for a version. ``url`` is the address in the article, ``length`` bytes as
    kept. ``says`` is what the file says of itself, ``{property, value, where}``; see
    ``extractors.pictures``.
    """

    url: str
    capture: str
    digest: str
    length: int
    media_type: str | None
    observed_at: str | None
    says: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version as now read (or as one reading had it), with its capture's facts.

    ``read`` is the article as its ``reader`` has it, ``article`` with what persons ``stated`` laid over it; ``as_of`` is the
    moment asked for, ``restrictions`` are those in force.
    """

    record: str
    version: int
    reading: int
    state: State
    article: Article
    read: Article
    reader: ReadingInfo
    capture: Mapping[str, Any]
    aliases: tuple[Alias, ...]
    latest: bool
    withdrawn: bool
    images_kept: tuple[KeptImage, ...] = ()
    stated: tuple[Stated, ...] = ()
    as_of: AsOf | None = None
    relations: tuple[Mapping[str, Any], ...] = ()
    restrictions: tuple[Restriction, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Whether the WARCs lost what was read: a rebuild put an empty article in its place."""
        return self.read == Article()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One record found: the line, the version that matched, words around the match and that version's headline;
    ``lost`` where the WARCs lost what was read of that version. Of several that matched it is the latest of the record,
    else the publisher's latest, else a copy beside: ``latest`` and ``strand`` say which."""

    line: RecordLine
    version: int
    snippet: str
    headline: str | None = None
    lost: bool = False
    latest: bool = True
    strand: Strand = Strand.PUBLISHER


@dataclass(frozen=True, slots=True)
class EventLine:
    """One ledger entry in the words of PREMIS. ``reason`` is empty where nobody gave one."""

    id: str
    at: str
    type: str
    agent: Mapping[str, Any]
    chain: str
    seq: int
    detail: Mapping[str, Any]
    outcome: str = "success"
    reason: str | None = None
