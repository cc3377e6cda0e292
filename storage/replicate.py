"""A copy of the whole archive at another place, brought up to date and proved.

What is copied is what the archive is: the descriptor, ``README.txt`` and every segment up to its committed
length. The database is not needed: ``rebuild`` makes it from a copy. ``pressmark-copy.json`` at the copy says
whose it is and what it is called; the descriptor comes last, so that half a copy is no archive.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from model.edtf import utc_text
from model.errors import BadCall, Damaged, StorageUnavailable
from model.replica import Replica, Replicated
from storage import places, tables
from storage.carry import Brought, bring, spans
from storage.database import Database
from storage.folder import DESCRIPTOR, FORMAT, README_FILE, SEGMENTS
from storage.segments import SegmentFolder
from storage.stores import Store

COPY = "pressmark-copy.json"
_LONGEST_NAME = 60
Progress = Callable[[int, int], None]


class Replication:
    """One run of copying; ``run``, then ``event`` is what the ledger is told of it."""

    def __init__(self, database: Database, folder: SegmentFolder, where: Path, archive: str, store: Store) -> None:
        self._database = database
        self._folder = folder
        self._where = where
        self._archive = archive
        self._store = store
        self._brought: list[Brought] = []
        self._left: list[str] = []
        self._problems: list[str] = []
        self._name = ""

    def run(self, name: str | None, *, check: bool, now: Callable[[], datetime], progress: Progress) -> Replicated:
        """Copies what is missing there; with ``check``, what is there already is read back, too.

        Raises ``BadCall`` for a place that holds something else, and ``StorageUnavailable`` where the place
        cannot be looked at, or had a copy, has nothing now and no ``name`` says that a new one is meant. What goes wrong with a
        segment is a problem in the answer.
        """
        self._name = self._begin(name)
        with self._database.reading() as tx:
            wanted, known = places.committed(tx), places.kept_at(tx, self._store.address)
        self._copy(wanted, {} if check else known, now, progress)
        if not self._problems:
            for file in (README_FILE, DESCRIPTOR):
                self._store.put_bytes(file, (self._where / file).read_bytes())
        # a segment that was left as it is there is there all the same
        there = {b.segment: b.length for b in self._brought} | {n: known[n].length for n in self._left if n in known}
        read_back = not self._problems and (check or all(b.written or b.segment not in known for b in self._brought))
        return Replicated(
            self._name,
            self._store.kind,
            len(there),
            sum(there.values()),
            sum(b.written for b in self._brought),
            tuple(b.segment for b in self._brought if b.mended),
            read_back,
            tuple(self._problems),
        )

    def event(self, done: Replicated) -> dict[str, object]:
        """The body of the ledger's event; no address, nothing of this machine."""
        written = [{"segment": b.segment, "length": b.length, "sha256": b.sha256} for b in self._brought if b.written]
        detail = {"copy": done.copy, "kind": done.kind, "segments": done.segments, "bytes": done.bytes, "checked": done.checked}
        detail |= {"written": written, "mended": list(done.mended), "left": self._left}
        return {"type": "replication", "outcome": "success" if done.ok else "failure", "detail": detail, "subject": None}

    def _copy(
        self, wanted: dict[str, int], known: dict[str, places.Kept], now: Callable[[], datetime], progress: Progress
    ) -> None:
        done, total = 0, sum(wanted.values())
        for name, length in wanted.items():
            held = known.get(name)
            try:
                if held is not None and held.length == length == self._store.size(f"{SEGMENTS}/{name}"):
                    self._brought.append(Brought(name, length, held.sha256, 0))
                else:
                    self._brought.append(self._bring(name, length, now))
            except (Damaged, StorageUnavailable) as error:
                self._problems.append(str(error))
                self._left.append(name)
                if isinstance(error, StorageUnavailable):
                    self._left += [n for n in wanted if n > name]
                    return
            done += length
            progress(done, total)

    def _bring(self, name: str, length: int, now: Callable[[], datetime]) -> Brought:
        with self._folder.at_hand(name) as path, self._database.reading() as tx:
            brought = bring(self._store, path, length, spans(tx, name))
        with self._database.transaction() as tx:
            places.note(tx, self._store.address, brought, utc_text(now()))
        return brought

    def _begin(self, name: str | None) -> str:
        """What the copy is called, after a look at whose it is."""
        if name is not None:
            _check_name(name)
        if "://" not in self._store.address and Path(self._store.address).resolve().is_relative_to(self._where.resolve()):
            raise BadCall("a copy of the archive in its own folder is none: name another place")
        said = self._said(COPY) or self._said(DESCRIPTOR)
        if said is not None and said.get("archive") != self._archive:
            raise BadCall(f"{self._store.address} holds a copy of another archive ({said.get('archive')}): name another place")
        called = str((said or {}).get("copy") or "")
        if called and name is not None and called != name:
            raise BadCall(f"this copy is called {called}: leave --name out, or name another place")
        if said is None and not self._store.is_empty():
            raise BadCall(f"{self._store.address} holds other things: name an empty place for the copy")
        if said is None and name is None:
            self._refuse_gone()
        called = called or name or self._store.title or self._free_name()
        plain = {"pressmark": FORMAT, "archive": self._archive, "copy": called}
        if (said or {}) != plain:
            self._store.put_bytes(COPY, (json.dumps(plain, indent=1) + "\n").encode())
        return called

    def _refuse_gone(self) -> None:
        """Raises ``StorageUnavailable`` where the place is known to hold a copy, which is not there: mostly a disk that is not
        mounted, and a new copy would land on the one under it.
        """
        with self._database.reading() as tx:
            known = places.kept_at(tx, self._store.address)
            held = len(known), sum(kept.length for kept in known.values())
            of_kind = [replica for replica in replicas(tx) if replica.kind == self._store.kind]
        if not known:
            return
        # the database knows what is where, and the ledger what copies are called
        names = [r.name for r in of_kind if (r.segments, r.bytes) == held] or [r.name for r in of_kind]
        called = f" ({' or '.join(names)})" if names else ""
        there = "is its disk mounted?" if "://" not in self._store.address else "is it the right bucket?"
        raise StorageUnavailable(
            f"the copy at {self._store.address}{called} is not there any more: {there} Nothing was written; "
            "to make a new copy there, say what it is called with --name"
        )

    def _said(self, file: str) -> dict[str, object] | None:
        size = self._store.size(file)
        if size is None:
            return None
        try:
            found = json.loads(self._store.read(file, 0, size))
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Damaged(f"{file} at {self._store.address} is damaged: remove it there, or name another place", place=file)
        return found

    def _free_name(self) -> str:
        with self._database.reading() as tx:
            taken = {replica.name for replica in replicas(tx)}
        return next(name for n in range(1, len(taken) + 2) if (name := f"copy-{n}") not in taken)


def replicas(tx: Connection) -> list[Replica]:
    """The copies that the ledger knows, by name."""
    t = tables.replicas.c
    query = select(t.name, t.kind, t.segments, t.bytes, t.copied_at, t.checked_at, t.outcome).order_by(t.name)
    return [Replica(**row._mapping) for row in tx.execute(query)]


def plain_copy(replica: Replica) -> dict[str, object]:
    """What is known of a copy, but for its name."""
    return {key: value for key, value in asdict(replica).items() if key != "name"}


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable() or set("/\\") & set(name):
        raise BadCall(f"a copy's name has at most {_LONGEST_NAME} characters and no slash: it goes into the ledger for good")
