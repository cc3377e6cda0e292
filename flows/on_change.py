"""A program and an address that are told of every change, a JSON document each (docs/shapes.md).

At least once: what was told stands in the database after it was taken, so that a kill, a failing listener and
one that is away for a while all come to the same, that the rest is told later. A listener that fails fails nobody else.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from flows.leasing import Leasing
from flows.program import run_program
from flows.settings import Settings
from model.changes import ChangeLine, ChangesWanted, Listener
from model.edtf import parse_utc, utc_text
from model.errors import Busy, PressmarkError
from model.record import Scope
from sources.http import HttpSettings, post
from storage import Archive

MOST = 500
"""Changes that a listener is told of in a round; the rest waits for the next one."""
IN_A_ROW = 3
"""Failures after which a listener is left alone for this round."""
TRIES = 8
PATIENCE = timedelta(days=7)
"""What was tried that often and is that old is given up."""
OVERLAP = timedelta(days=2)
"""How long after it was seen a change may become known and still be told."""
SECONDS = 30.0
"""The longest that a listener may take for one change."""
SECONDS_A_ROUND = 300.0

Send = Callable[[bytes], None]


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What a listener was told in one round. ``left`` are changes that are told later."""

    name: str
    told: int
    failed: int
    left: int
    reason: str | None

    @property
    def line(self) -> str:
        """``the webhook was told of 2 changes; 1 is told later: desk.example answered 500``."""
        said = f"the {self.name} was told of {self.told} {'change' if self.told == 1 else 'changes'}"
        if not self.left:
            return said
        return f"{said}; {self.left} {'is' if self.left == 1 else 'are'} told later{f': {self.reason}' if self.reason else ''}"


def listeners_of(settings: Settings) -> Mapping[str, Send]:
    """Who is told, by name."""
    found: dict[str, Send] = {}
    command, webhook = settings.on_change_command, settings.on_change_webhook
    if command is not None:
        found["command"] = lambda document: run_program(command, document, SECONDS)
    if webhook is not None:
        networks = tuple(ip_network(n) for n in settings.allow_addresses)
        http = HttpSettings(contact=settings.contact, allow_networks=networks, total_time=SECONDS, proxy=settings.proxy)
        http = replace(http, user_agent=settings.user_agent or http.user_agent)
        found["webhook"] = lambda document: post(webhook, document, http)
    return found


@contextmanager
def telling(
    archive: Archive, settings: Settings, tell: Callable[[str], None], now: Callable[[], datetime] = _clock
) -> Iterator[None]:
    """Around work that may find changes: listeners hear of them afterwards. Where it is ended by an error, the next to
    come through here tells them.
    """
    begin(archive, settings, now)
    yield
    for told in tell_changes(archive, settings, now):
        if told.told or told.left:
            tell(told.line)


def begin(archive: Archive, settings: Settings, now: Callable[[], datetime] = _clock) -> None:
    """From now on: a new listener hears of nothing that was seen before it was named."""
    for name in listeners_of(settings):
        archive.listeners.begin(name, utc_text(now()))


def tell_changes(archive: Archive, settings: Settings, now: Callable[[], datetime] = _clock) -> list[Told]:
    """Tells every listener what it was not told yet, the oldest first. A failing one is told of here and raises nothing."""
    return [_tell(archive, settings, name, send, now) for name, send in listeners_of(settings).items()]


def _tell(archive: Archive, settings: Settings, name: str, send: Send, now: Callable[[], datetime]) -> Told:
    known: Listener = archive.listeners.begin(name, utc_text(now()))
    if not _open_ones(archive, settings, name, known)[0]:
        _move(archive, name, known, [], now)
        return Told(name, 0, 0, 0, None)
    try:
        with _alone(archive, settings, name):
            return _tell_open(archive, settings, name, send, known, now)
    except Busy:  # whoever tells it will be told of these, too
        return Told(name, 0, 0, len(_open_ones(archive, settings, name, known)[0]), "another process tells it just now")


@contextmanager
def _alone(archive: Archive, settings: Settings, name: str) -> Iterator[None]:
    """While this process alone tells a listener, by a lease as for a host; raises ``Busy``."""
    if archive.leases is None:
        yield
        return
    whom = f"listener {name}"
    with Leasing(archive.leases, seconds=settings.lease_seconds, wait=SECONDS_A_ROUND) as leasing:
        asyncio.run(leasing.claim(whom))
        try:
            yield
        finally:
            leasing.release(whom, 0.0)


def _open_ones(
    archive: Archive, settings: Settings, name: str, known: Listener
) -> tuple[list[ChangeLine], Mapping[str, int | None]]:
    """What a listener was not told yet, the oldest first, and how often each change was tried."""
    tried = archive.listeners.tried(name)
    return [line for line in _wanted(archive, settings, known) if tried.get(line.id, 0) is not None], tried


def _tell_open(archive: Archive, settings: Settings, name: str, send: Send, known: Listener, now: Callable[[], datetime]) -> Told:
    open_ones, tried = _open_ones(archive, settings, name, known)
    done: set[str] = set()  # taken, or given up
    told = failed = in_a_row = 0
    reason: str | None = None
    ends = time.monotonic() + SECONDS_A_ROUND
    for line in open_ones[:MOST]:
        if in_a_row >= IN_A_ROW or time.monotonic() > ends:
            break
        try:
            send(_document(archive, line))
        except PressmarkError as error:
            failed, in_a_row, reason = failed + 1, in_a_row + 1, str(error)
            tries = (tried.get(line.id) or 0) + 1
            over = tries >= TRIES and parse_utc(line.seen_at or known.since) < now() - PATIENCE
            archive.listeners.failed(name, line, tries, reason, utc_text(now()), given_up=over)
            done |= {line.id} if over else set()
        else:
            told, in_a_row = told + 1, 0
            archive.listeners.took(name, line, utc_text(now()))
            done.add(line.id)
    left = [line for line in open_ones if line.id not in done]
    _move(archive, name, known, left, now)
    return Told(name, told, failed, len(left), reason)


def _move(archive: Archive, name: str, known: Listener, left: Sequence[ChangeLine], now: Callable[[], datetime]) -> None:
    """What was seen long ago and is not left to be told is not looked at again."""
    since = min([utc_text(now() - OVERLAP), *(line.seen_at or known.since for line in left)])
    if since > known.since:
        archive.listeners.move(name, since)


def _wanted(archive: Archive, settings: Settings, known: Listener) -> list[ChangeLine]:
    """What a listener may have to be told, the oldest first."""
    kinds, fields = frozenset(settings.on_change_kinds), frozenset(settings.on_change_fields)
    wanted = ChangesWanted(kinds, fields, settings.on_change_substantive)
    return list(archive.changes(parse_utc(known.since), wanted=wanted, scope=Scope.EXPORT))[::-1]


def _document(archive: Archive, line: ChangeLine) -> bytes:
    before: str | None = None
    if line.before is not None and line.record not in archive.restricted(Scope.EXPORT):
        before = next((a.headline for a in archive.rounds.articles([(line.record, line.before)])), None)
    told = line.to_json() | {"id": line.id, "archive": archive.id, "headline_before": before}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n"
