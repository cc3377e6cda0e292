"""A newer release over captures that are kept: what is still to be read, and what comes of it.

Adds readings, never takes anything back. Which versions have been read by a release stands in
the readings, which looks were compared in ``compared``: what is done is never asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from model.article import Article
from model.change import signature
from model.ledger import Kind
from model.prepared import prepare
from model.record import Strand
from model.statement import Spoken
from storage import tables
from storage.decide import Hands, Kept
from storage.deposit import Release
from storage.known import STATED, article_of, looks_of, next_reading, next_version, read_as, spoken_of
from storage.missing import refuse_missing
from storage.reconsider import Discovery, Finding, reconsider
from storage.timeline import Look, in_time
from storage.totals import entries_by_kind, refuse_lost_versions


@dataclass(frozen=True, slots=True)
class Unread:
    """What a release has still to read of a record: the captures that show its versions, and those of looks that
    were told as "the same". ``current`` is how the versions are read so far, ``spoken`` what persons stated of them.
    """

    record: str
    versions: Mapping[int, str]
    checks: tuple[str, ...]
    current: Mapping[int, Article]
    spoken: Mapping[int, Sequence[Spoken]]

    @property
    def is_empty(self) -> bool:
        """True where nothing is left."""
        return not self.versions and not self.checks

    @property
    def captures(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.versions.values(), *self.checks)))


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A record as a release read it again: articles by capture, and in ``passed`` the captures that the release
    takes for no piece. What was read of those before stays in force, and they are not asked for again.
    """

    todo: Unread
    articles: Mapping[str, Article]
    passed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """What came of one record: the readings added, as (version, number), and what they show."""

    record: str
    readings: tuple[tuple[int, int], ...]
    found: tuple[Discovery, ...]


def pending(tx: Connection, release: str) -> list[str]:
    """The records of which a release has something left to read, in order of their ids. Raises ``Damaged`` where versions
    or readings are missing."""
    refuse_lost_versions(tx, entries_by_kind(tx))
    v, r, o = tables.versions.c, tables.readings.c, tables.observations.c
    done = tables.compared.c
    theirs: ColumnElement[bool] = exists().where(r.record == v.record, r.version == v.number, r.release == release)
    passed: ColumnElement[bool] = exists().where(done.capture == v.capture, done.release == release)
    unread = set(tx.execute(select(v.record).where(~theirs, ~passed).distinct()).scalars())
    looks = _uncompared(release).with_only_columns(o.record).distinct()
    return sorted(unread | set(tx.execute(looks).scalars()))


def unread_of(tx: Connection, record: str, release: str) -> Unread:
    """What a release has not read of a record. Raises ``Damaged`` where rows of it are missing."""
    refuse_missing(tx, record)
    r, o = tables.readings.c, tables.observations.c
    query = select(r.version, r.capture, r.release).where(r.record == record, r.release != STATED)
    rows = tx.execute(query.order_by(r.number)).all()
    done = tables.compared.c
    passed = set(
        tx.execute(select(done.capture).where(done.capture.in_({x.capture for x in rows}), done.release == release)).scalars()
    )
    read = {x.version for x in rows if x.release == release or x.capture in passed}
    # the capture of the last reading: one that came with an address tells more than one without
    versions = {x.version: x.capture for x in rows if x.version not in read}
    looks = tx.execute(_uncompared(release).where(o.record == record).order_by(o.observed_at)).scalars()
    current = {v: found.read for v in versions if (found := read_as(tx, record, v)) is not None}
    spoken = {v: said for v in versions if (said := spoken_of(tx, record, v))}
    return Unread(record, versions, tuple(dict.fromkeys(looks)), current, spoken)


def would_find(tx: Connection, todo: Unread, release: str, articles: Mapping[str, Article]) -> tuple[Discovery, ...]:
    """What readings would show, nothing written."""
    looks = looks_of(tx, todo.record)
    versions, captures = _marks(tx, todo.record, looks, release, todo, articles)
    return tuple(reconsider(looks, versions, captures))


def add_readings(hands: Hands, read: ReadAgain, release: Release) -> Reprocessed:
    """Adds the readings of a record, and the versions that they show to be missing, with their true time."""
    todo, articles = read.todo, read.articles
    tx, record = hands.tx, todo.record
    hands.take_up(record)
    writer = _Adder(hands, record, release)
    added = [
        writer.read(v, c, articles[c]) for v, c in todo.versions.items() if c in articles and not _has(tx, record, v, release)
    ]
    looks = looks_of(tx, record)
    versions, captures = _marks(tx, record, looks, release.id, todo, articles)
    found = reconsider(looks, versions, captures)
    by_capture = {x.what.capture: x for x in in_time(looks)}
    told: list[Discovery] = []
    latest = 0
    for discovery in found:
        look = by_capture[discovery.capture]
        if discovery.finding in {Finding.MISSING_VERSION, Finding.RETURNED}:
            latest = writer.version(look, discovery, articles[discovery.capture])
            discovery = _numbered(discovery, latest)
        elif discovery.finding is Finding.ANOTHER_STATE:
            discovery = _numbered(discovery, discovery.version or latest)
            writer.check(look, discovery)
        told.append(discovery)
    _remember(tx, [*(c for c in todo.checks if c in articles), *read.passed], release.id)
    return Reprocessed(record, tuple(added), tuple(told))


class _Adder:
    """Writes the entries of one record."""

    def __init__(self, hands: Hands, record: str, release: Release) -> None:
        self._hands = hands
        self._record = record
        self._release = release

    def read(self, version: int, capture: str, article: Article) -> tuple[int, int]:
        """One more reading of a version."""
        number = next_reading(self._hands.tx, self._record, version)
        body = {"version": version, "number": number, "capture": self._named(capture)}
        self._hands.write(Kind.READING, self._record, body | self._reading(capture, article))
        return version, number

    def version(self, look: Look, discovery: Discovery, article: Article) -> int:
        """A look that was told as a check as a version of its own, seen when it was seen."""
        number = next_version(self._hands.tx, self._record)
        body = {"number": number, "capture": self._named(discovery.capture), "observed_at": discovery.observed_at}
        body |= {"strand": look.strand, "aliases": [], "reading": {"number": 1, **self._reading(discovery.capture, article)}}
        returned = discovery.finding is Finding.RETURNED
        self._hands.write(Kind.VERSION, self._record, body | {"same_as" if returned else "corrects": discovery.told})
        return number

    def check(self, look: Look, discovery: Discovery) -> None:
        """A look that was told as a check of one version as a check of another."""
        body = {"version": discovery.version, "capture": self._named(discovery.capture), "observed_at": discovery.observed_at}
        body |= {"strand": look.strand, "result": "same", "corrects": discovery.told}
        self._hands.write(Kind.CHECK, self._record, body)

    def _reading(self, capture: str, article: Article) -> dict[str, Any]:
        payload = self._hands.keep_article(prepare(article), capture)
        return {"payload": payload, "release": dict(self._release.facts), "release_id": self._release.id}

    def _named(self, capture: str) -> dict[str, Any]:
        c = tables.captures.c
        return Kept(capture, self._hands.tx.execute(select(c.digest).where(c.id == capture)).scalar_one()).to_json()


def _uncompared(release: str) -> Select[tuple[str]]:
    """Looks told as "the same" whose payload is not the version's own, and that were not compared by the release."""
    o, v, done = tables.observations.c, tables.versions.c, tables.compared.c
    look, own = tables.captures.alias("look"), tables.captures.alias("own")
    return (
        select(look.c.id)
        .join_from(tables.observations, look, look.c.id == o.capture)
        .join(tables.versions, (v.record == o.record) & (v.number == o.version))
        .join(own, own.c.id == v.capture)
        .where(o.kind == Kind.CHECK.value, o.strand == Strand.PUBLISHER.value, o.observed_at.is_not(None))
        .where(look.c.payload_digest != own.c.payload_digest)
        .where(~exists().where(done.capture == look.c.id, done.release == release))
    )


def _marks(
    tx: Connection, record: str, looks: Sequence[Look], release: str, todo: Unread, articles: Mapping[str, Article]
) -> tuple[dict[int, str], dict[str, str]]:
    """Signatures by a release: of versions, and of the captures of checks."""
    versions: dict[int, str] = {}
    for number in {x.what.version for x in looks if x.what.version is not None}:
        capture = todo.versions.get(number)
        article = articles.get(capture) if capture else article_of(tx, record, number, release)
        if article is not None:
            versions[number] = signature(article)
    captures: dict[str, str] = {}
    for look in looks:
        told, capture = look.what.version, look.what.capture
        if look.what.kind == Kind.CHECK and capture is not None and told in versions:
            if capture in todo.checks:
                if capture in articles:
                    captures[capture] = signature(articles[capture])
            else:  # the version's own bytes, or compared before
                captures[capture] = versions[told]
    return versions, captures


def _has(tx: Connection, record: str, version: int, release: Release) -> bool:
    r = tables.readings.c
    query = select(r.number).where(r.record == record, r.version == version, r.release == release.id)
    return tx.execute(query).first() is not None


def _numbered(discovery: Discovery, version: int) -> Discovery:
    return Discovery(discovery.finding, version, discovery.told, discovery.capture, discovery.observed_at)


def _remember(tx: Connection, captures: Sequence[str], release: str) -> None:
    done = tables.compared.c
    held = set(tx.execute(select(done.capture).where(done.capture.in_(captures), done.release == release)).scalars())
    new = [{"capture": c, "release": release} for c in captures if c not in held]
    if new:
        tx.execute(tables.compared.insert(), new)
