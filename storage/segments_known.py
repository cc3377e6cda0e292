"""What an archive's segments should hold, for whoever puts them right: by the catalogue, or without a database by the files
themselves and their copies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from storage import places, tables
from storage.again import written_again
from storage.carry import Span, spans
from storage.database import Database
from storage.folder import SEGMENTS
from storage.replicate import replicas
from storage.stores import Store
from storage.unfinished import is_unfinished
from storage.warc import Member, walk


class Known(Protocol):
    """Segments by name, and what is known of each."""

    def lengths(self) -> dict[str, int]:
        """Every segment with the length that it should have."""

    def spans(self, segment: str) -> Sequence[Span]:
        """The records of one that can be proved, in order."""

    def copies(self) -> Sequence[str]:
        """What copies of the archive are called."""

    def again(self, segment: str, lost: Sequence[Span], read: Callable[[Span], bytes]) -> Iterator[tuple[Span, bytes]]:
        """Bytes for those of some spans that need no copy; ``read`` gives what is there."""

    def are_now(self, segment: str, spans: Sequence[Span]) -> None:
        """Takes in what was written so."""


class Catalogued:
    """As the database has them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lengths(self) -> dict[str, int]:
        """What is committed."""
        with self._database.reading() as tx:
            return places.committed(tx)

    def spans(self, segment: str) -> Sequence[Span]:
        """Those of the catalogue."""
        with self._database.reading() as tx:
            return list(spans(tx, segment))

    def copies(self) -> Sequence[str]:
        """Where copies are is known to the database that made them, and gone after a rebuild; what they are called is not."""
        with self._database.reading() as tx:
            return [replica.name for replica in replicas(tx)]

    def again(self, segment: str, lost: Sequence[Span], read: Callable[[Span], bytes]) -> Iterator[tuple[Span, bytes]]:
        """Records whose blocks the database has."""
        with self._database.reading() as tx:
            yield from written_again(tx, segment, lost, read)

    def are_now(self, segment: str, spans: Sequence[Span]) -> None:
        """In the catalogue, too: not all of them are byte for byte what they were."""
        if not spans:
            return
        with self._database.transaction() as tx:
            m, s = tables.members, tables.segments.c
            number = tx.execute(select(s.id).where(s.name == segment)).scalar_one()
            for span in spans:
                place = (m.c.segment == number, m.c.offset == span.offset)
                tx.execute(m.update().where(*place).values(sha256=span.sha256))


class Uncatalogued:
    """As the files say themselves, where there is no database: what is no whole record in them is unknown."""

    def __init__(self, folder: Path, archive: str, copies: Sequence[Store]) -> None:
        self._folder = folder
        self._archive = archive
        self._copies = copies

    def lengths(self) -> dict[str, int]:
        """What the folder or a copy has, whichever is longer; of a record that a killed process began nothing is counted."""
        pattern = f"{self._archive}-*.warc.gz"
        found = {path.name: _settled(path) for path in sorted(self._folder.glob(pattern)) if path.is_file()}
        for copy in self._copies:
            for name in copy.names(SEGMENTS):
                if fnmatchcase(name, pattern):
                    found[name] = max(found.get(name, 0), copy.size(f"{SEGMENTS}/{name}") or 0)
        return found

    def spans(self, segment: str) -> Sequence[Span]:
        """Every whole record, as it is."""
        path = self._folder / segment
        if not path.is_file():
            return []
        with path.open("rb") as file:
            return [
                Span(found.offset, found.length, sha256(os.pread(file.fileno(), found.length, found.offset)).digest())
                for found in walk(path)
                if isinstance(found, Member) and found.digest_problem is None
            ]

    def copies(self) -> Sequence[str]:
        """Nobody knows."""
        return []

    def again(self, segment: str, lost: Sequence[Span], read: Callable[[Span], bytes]) -> Iterator[tuple[Span, bytes]]:
        """There is nothing to take them from."""
        return iter(())

    def are_now(self, segment: str, spans: Sequence[Span]) -> None:
        """The files say it."""


def _settled(path: Path) -> int:
    size = path.stat().st_size
    end = max((m.offset + m.length for m in walk(path) if isinstance(m, Member)), default=0)
    return end if end < size and is_unfinished(path, end) else size
