"""A newer release over captures that are kept. Plain functions, no Prefect.

Captures are read in parallel, readings kept in batches; what is kept is never read again, so a
run that was stopped goes on where it was. Nothing is fetched, and nothing that was read before
is touched: readings are added, and versions only where a look turns out to have shown one.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flows.verdict import after_reading
from flows.worker import Extraction
from model.article import Article
from model.capture import Capture
from model.errors import Damaged
from model.statement import overlay
from storage import Archive, Release, Verdict
from storage.reconsider import Discovery
from storage.reprocess import ReadAgain, Unread

COMMIT_SECONDS = 1.0
COMMIT_RECORDS = 50
AHEAD = 20
"""Records whose captures are read at once."""

_DERIVED = frozenset({"$schema", "text", "evidence"})


class Reads(Protocol):
    """What reads captures in parallel: ``flows.extraction.Reader``, or a test's own release."""

    @property
    def has_room(self) -> bool:
        """Whether another capture can be handed in."""

    def submit(self, capture: Capture) -> int:
        """Hands a capture in; the number is the ``key`` of its ``Extraction``."""

    def finished(self, timeout: float = 0) -> list[Extraction]:
        """What is finished by now; waits ``timeout`` seconds for a first one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a version that the newer release reads otherwise; values as in the article's JSON."""

    version: int
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value that a person stated and the newer release does not read; the person's stands."""

    version: int
    pointer: str
    stated: Any
    read: Any
    agent: str
    placed: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came, or in a dry run would come, of one record. ``problems`` are captures that could not be read, and why.

    ``readings`` counts versions read anew, ``unchanged`` those of them that read as before, ``looks`` the looks told
    as "the same" that were compared. ``doubts`` are versions
    that the release takes for no piece, with its reason: they stay as they were read.
    """

    record: str
    readings: int
    unchanged: int
    looks: int
    differences: tuple[Difference, ...]
    disagreements: tuple[Disagreement, ...]
    found: tuple[Discovery, ...]
    doubts: tuple[tuple[int, str], ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A record that is being read."""

    todo: Unread
    left: set[str]
    articles: dict[str, Article] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def reprocess(
    archive: Archive, release: Release, reads: Reads, records: Sequence[str] | None = None, *, dry_run: bool = False
) -> Iterator[Reviewed]:
    """Reads records again by a release, each told once it is durable; ``None`` for all that it has not read.

    Records of which nothing is left to read are passed over. Nothing is raised for a capture that cannot be
    read. A dry run writes nothing. Raises ``StorageUnavailable``; what was told is kept.
    """
    waiting = deque(archive.pending(release.id) if records is None else dict.fromkeys(records))
    open_records: dict[str, _Open] = {}
    keys: dict[int, tuple[str, str]] = {}
    captures: deque[tuple[str, str]] = deque()
    ready: list[_Open] = []
    last = time.monotonic()
    while waiting or open_records or ready:
        while waiting and len(open_records) < AHEAD:
            todo = archive.unread(waiting.popleft(), release.id)
            if not todo.is_empty:
                open_records[todo.record] = _Open(todo, set(todo.captures))
                captures += ((todo.record, capture) for capture in todo.captures)
        while captures and reads.has_room:
            record, capture = captures.popleft()
            _hand_in(archive, reads, open_records[record], capture, keys)
        for done in reads.finished(0.05 if keys else 0):
            record, capture = keys.pop(done.key)
            _take(open_records[record], capture, done)
        for record in [r for r, item in open_records.items() if not item.left]:
            ready.append(open_records.pop(record))
        if ready and (len(ready) >= COMMIT_RECORDS or time.monotonic() - last >= COMMIT_SECONDS or not (waiting or open_records)):
            yield from _told(archive, release, ready, dry_run)
            ready, last = [], time.monotonic()


def _hand_in(archive: Archive, reads: Reads, item: _Open, capture: str, keys: dict[int, tuple[str, str]]) -> None:
    try:
        keys[reads.submit(archive.load_capture(capture))] = (item.todo.record, capture)
    except Damaged as error:
        item.left.discard(capture)
        item.problems.append(str(error))


def _take(item: _Open, capture: str, done: Extraction) -> None:
    item.left.discard(capture)
    if done.article is None:
        item.problems.append(f"capture {capture}: {done.problem}")
        return
    judgement = after_reading(done.article)
    if judgement.verdict is Verdict.ARTICLE:
        item.articles[capture] = done.article
    else:  # a stub or no piece at all: never put over what was read before
        item.passed[capture] = judgement.reason or "no piece"


def _told(archive: Archive, release: Release, ready: Sequence[_Open], dry_run: bool) -> Iterator[Reviewed]:
    if dry_run:
        for item in ready:
            yield _reviewed(item, archive.would_find(item.todo, release.id, item.articles))
        return
    done = archive.add_readings([ReadAgain(item.todo, item.articles, tuple(item.passed)) for item in ready], release)
    for item, result in zip(ready, done, strict=True):
        yield _reviewed(item, result.found)


def _reviewed(item: _Open, found: Sequence[Discovery]) -> Reviewed:
    todo = item.todo
    differences: list[Difference] = []
    disagreements: list[Disagreement] = []
    read = same = 0
    for version, capture in sorted(todo.versions.items()):
        article, current = item.articles.get(capture), todo.current.get(version)
        if article is None:
            continue
        changed = list(_differences(version, current, article)) if current is not None else []
        read, same = read + 1, same + (not changed)
        differences += changed
        _, stated = overlay(article, todo.spoken.get(version, ()))
        disagreements += (
            Disagreement(version, s.pointer, s.value, s.read, s.agent, s.placed) for s in stated if not s.placed or not s.agrees
        )
    doubts = tuple((version, item.passed[c]) for version, c in sorted(todo.versions.items()) if c in item.passed)
    told = (tuple(differences), tuple(disagreements), tuple(found), doubts, tuple(item.problems))
    return Reviewed(todo.record, read, same, sum(c in item.articles for c in todo.checks), *told)


def _differences(version: int, before: Article, after: Article) -> Iterator[Difference]:
    old, new = before.to_json(), after.to_json()
    yield from (Difference(version, k, old[k], new[k]) for k in new if k not in _DERIVED and old[k] != new[k])


@dataclass
class Summary:
    """What a run adds up to. ``fields`` counts versions by field that reads otherwise, with up to three examples."""

    records: int = 0
    readings: int = 0
    unchanged: int = 0
    looks: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    disagreements: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, reviewed: Reviewed, most: int = 3) -> None:
        """Counts one record; ``most`` examples a field are kept."""
        self.records += 1
        self.readings += reviewed.readings
        self.unchanged += reviewed.unchanged
        self.looks += reviewed.looks
        for d in reviewed.differences:
            self.fields[d.field] += 1
            kept = self.examples.setdefault(d.field, [])
            if len(kept) < most:
                kept.append({"record": reviewed.record, "version": d.version, "before": d.before, "after": d.after})
        self.findings += (_finding(reviewed.record, x) for x in reviewed.found)
        self.disagreements += (
            {"record": reviewed.record, "version": d.version, "field": d.pointer, "stated": d.stated, "read": d.read}
            | {"agent": d.agent, "placed": d.placed}
            for d in reviewed.disagreements
        )
        self.doubts += ({"record": reviewed.record, "version": v, "reason": why} for v, why in reviewed.doubts)
        self.problems += reviewed.problems

    def to_json(self) -> dict[str, Any]:
        """``{records, readings, unchanged, looks, fields, examples, findings[], disagreements[], doubts[], problems[]}``."""
        return {
            "records": self.records,
            "readings": self.readings,
            "unchanged": self.unchanged,
            "looks": self.looks,
            "fields": dict(self.fields.most_common()),
            "examples": self.examples,
            "findings": self.findings,
            "disagreements": self.disagreements,
            "doubts": self.doubts,
            "problems": self.problems,
        }


def summed(reviewed: Iterable[Reviewed]) -> Summary:
    """A run as one summary."""
    summary = Summary()
    for item in reviewed:
        summary.add(item)
    return summary


def _finding(record: str, found: Discovery) -> dict[str, Any]:
    return {
        "record": record,
        "finding": found.finding.value,
        "version": found.version,
        "told": found.told,
        "capture": found.capture,
        "observed_at": found.observed_at,
    }
