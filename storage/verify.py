"""Checks an archive against itself: files, catalogue, chains, ledger against WARCs, everything else against the ledger.

Finds a single flipped bit in a WARC or in a row: every member's compressed bytes have a SHA-256 in
the catalogue, every block one in its record, every record of a capture one in its facts, the facts one
in the ledger, every ledger row one in the entry that follows and in the WARC. What the other tables hold
is worked out again from the ledger and compared row by row. Operational tables (when to look again,
what a listing said) are in no WARC and not checked.

A part of an archive is checked as the whole is: some records with all that is theirs, or some segments with
the records that begin in them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain

from sqlalchemy import Connection, Table, func, not_, select

from model.verification import Finding, Verification
from storage import engines, tables
from storage.advice import REBUILD
from storage.aside import Aside
from storage.comparing import Beside, Here, Workers, rarely_collected
from storage.engines.breaking import Breaks
from storage.extent import Extent, Part, chosen
from storage.held_captures import Captures
from storage.held_content import articles
from storage.held_files import Files
from storage.held_ledger import Ledger
from storage.held_warcs import Progress, Warcs
from storage.lots import PER_RECORD
from storage.notebook import Notebook
from storage.replay import Replay
from storage.segments import SegmentFolder

__all__ = ["Checker", "Progress"]

_WORTH = 4000  # ledger entries from which on processes are started to work out what they come to


class Checker:
    """One run over an archive; findings in the order of the checks."""

    def __init__(
        self, tx: Connection, folder: SegmentFolder, archive: str, progress: Progress, processes: int | None = None
    ) -> None:
        self._tx = tx
        self._folder = folder
        self._archive = archive
        self._progress = progress
        self._processes = processes

    def run(self, extent: Extent, now: str) -> Verification:
        """Checks everything, or the part of it that ``extent`` asks for at a time (UTC text)."""
        part = chosen(self._tx, self._archive, extent, now)
        with ExitStack() as stack:
            notebook, replay = stack.enter_context(Notebook()), stack.enter_context(closing(Replay()))
            processes = self._processes or self._worth(part)
            if processes > 1:
                stack.enter_context(rarely_collected())
            workers: Here | Beside = Here(replay) if processes == 1 else Beside(processes)
            stack.enter_context(workers)
            whole = part is None
            files = Files(self._tx, self._folder, notebook)
            warcs = Warcs(self._tx, self._folder, notebook, files, self._progress, workers)
            ledger = Ledger(self._tx, self._folder, notebook, self._archive, workers, whole=whole)
            captures = Captures(self._tx, self._folder, notebook, files, workers, whole=whole)
            if part is None:
                database = stack.enter_context(Aside(self._database, "verify database"))
                reading = _meanwhile(workers, chain(ledger.read(), captures.read()))
                found = [*warcs.check()]
                _finish(reading, workers)
                findings = [*database.result(), *found, *ledger.check(replay), *captures.check()]
                if ledger.sound_readings != self._count(tables.readings):
                    findings += [*articles(self._tx, notebook, files)]
                findings += [*self._orphans()]
            else:
                reading = _meanwhile(workers, ledger.read(part.records))
                findings = [*(warcs.check(part.segments) if part.segments else warcs.check_records(part.records))]
                _finish(reading, workers)
                findings += [*ledger.check(replay, part.records), *ledger.check_noted()]
                some = {*part.captures, *notebook.ids("facts")}
                _finish(captures.read(some), workers)
                findings += [*captures.check(some), *articles(self._tx, notebook, files, part.records)]
        return Verification(
            len(warcs.checked),
            warcs.records,
            warcs.bytes,
            ledger.entries,
            captures.count,
            tuple(findings),
            extent.kind,
            tuple(sorted(warcs.checked.items())),
            self._count(tables.records) if part is None else len(part.records),
            warcs.unnamed,
            files.behind,
        )

    def _worth(self, part: Part | None) -> int:
        """How many processes are worth their start."""
        # of a part, the records are counted: each has one entry at least
        least = self._count(tables.ledger) if part is None else len(part.records)
        return 1 if least < _WORTH else os.cpu_count() or 1

    def _database(self, breaks: Breaks) -> list[Finding]:
        """What the engine finds, asked over a connection of its own, so that it can be on a thread of its own."""
        with self._tx.engine.connect() as tx:
            engine = engines.of(tx)
            found = [Finding("database", problem, REBUILD) for problem in engine.problems(tx, breaks)]
            lacking = "is missing or changed: what keeps the ledger insert-only, or search"
            return found + [Finding("database", f"{guard} {lacking}", REBUILD) for guard in engine.unguarded(tx)]

    def _orphans(self) -> Iterator[Finding]:
        """Rows of records that no chain is about."""
        chains = select(tables.ledger.c.chain)
        for table, (what, _) in PER_RECORD.items():
            record = table.c.id if table is tables.records else table.c.record
            strays: Sequence[str] = self._tx.execute(select(record).where(not_(record.in_(chains))).distinct()).scalars().all()
            for stray in strays:
                yield Finding(f"{what} {stray}", "no ledger entry states this row", REBUILD)

    def _count(self, table: Table) -> int:
        return self._tx.execute(select(func.count()).select_from(table)).scalar_one()


def _meanwhile(workers: Here | Beside, steps: Iterator[bool]) -> Iterator[bool]:
    """Has some work, done step by step, go on wherever a process is waited for."""
    if isinstance(workers, Beside):
        workers.meanwhile = lambda: next(steps, False)
    return steps


def _finish(steps: Iterator[bool], workers: Workers) -> None:
    """Does what is left of it."""
    for goes_on in steps:
        if not goes_on:
            workers.wait()
