"""A program and an address that are told of every change, a JSON document each (docs/shapes.md).

At least once: what was told stands in the database after it was taken, so that a kill, a failing listener and
one that is away for a while all come to the same, that the rest is told later. A listener that fails fails nobody else.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from flows.settings import Settings
from model.article import clean_text
from model.changes import ChangeLine, ChangesWanted, Listener
from model.edtf import parse_utc, utc_text
from model.errors import PressmarkError, Unreachable
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
REASON = 300
_LAST_WORDS = 100_000

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
        found["command"] = lambda document: run_command(command, document)
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
    wanted = ChangesWanted(
        frozenset(settings.on_change_kinds), frozenset(settings.on_change_fields), settings.on_change_substantive
    )
    tried = archive.listeners.tried(name)
    lines = list(archive.changes(parse_utc(known.since), wanted=wanted, scope=Scope.EXPORT))[::-1]
    open_ones = [line for line in lines if tried.get(line.id, 0) is not None]
    taken: set[str] = set()
    given_up: list[str] = []
    failed = in_a_row = 0
    reason: str | None = None
    ends = time.monotonic() + SECONDS_A_ROUND
    for line in open_ones[:MOST]:
        if time.monotonic() > ends:
            break
        try:
            send(_document(archive, line))
        except PressmarkError as error:
            failed, in_a_row, reason = failed + 1, in_a_row + 1, str(error)
            tries = (tried.get(line.id) or 0) + 1
            over = tries >= TRIES and parse_utc(line.seen_at or known.since) < now() - PATIENCE
            archive.listeners.failed(name, line, tries, reason, utc_text(now()), given_up=over)
            given_up += [line.id] * over
            if in_a_row >= IN_A_ROW:
                break
        else:
            in_a_row = 0
            archive.listeners.took(name, line, utc_text(now()))
            taken.add(line.id)
    left = [line for line in open_ones if line.id not in {*taken, *given_up}]
    since = min([utc_text(now() - OVERLAP), *(line.seen_at or known.since for line in left)])
    if since > known.since:
        archive.listeners.move(name, since)
    return Told(name, len(taken), failed, len(left), reason)


def _document(archive: Archive, line: ChangeLine) -> bytes:
    before: str | None = None
    if line.before is not None and line.record not in archive.restricted(Scope.EXPORT):
        before = next((a.headline for a in archive.rounds.articles([(line.record, line.before)])), None)
    told = line.to_json() | {"id": line.id, "archive": archive.id, "headline_before": before}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n"


def run_command(command: str, document: bytes) -> None:
    """Runs a program with the document on its standard input; no shell sees a word of it. Its end with 0 means taken.

    Raises ``Unreachable`` otherwise, with the last line of what it said on standard error.
    """
    with ExitStack() as stack:
        try:
            given, said = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            given.write(document)
            given.seek(0)
            process = subprocess.Popen(
                shlex.split(command), stdin=given, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
            )
        except OSError as error:
            raise Unreachable(f"the program cannot be started: {error.strerror or error}") from error
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Unreachable(f"the program did not end within {SECONDS:.0f} s") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code != 0:
            said.seek(max(0, os.fstat(said.fileno()).st_size - _LAST_WORDS))
            lines = clean_text(said.read(_LAST_WORDS).decode("utf-8", "replace")).strip().splitlines()
            ended = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
            raise Unreachable(f"the program {ended}{f': {lines[-1][:REASON]}' if lines else ''}")
