"""What an archive's segments should hold, for whoever puts them right: by the catalogue, or without a database by the files
themselves and their copies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, select

from model.errors import Damaged, StorageUnavailable
from storage import places, tables
from storage.again import written_again
from storage.carry import Span, spans
from storage.catalogue import catalogue
from storage.closed import closed_files
from storage.database import Database
from storage.folder import SEGMENTS
from storage.holes import holes_in, lost_ids
from storage.replicate import replicas
from storage.shrunk import still
from storage.stores import Store
from storage.unfinished import is_unfinished
from storage.warc import Member, walk, whole_records

_READ = 32 << 20  # bytes of a copy in which a whole record is looked for


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

    def reaches(self, segment: str, end: int) -> None:
        """Takes in that there are records up to an offset at least, which a copy brought back."""


class Catalogued:
    """As the database has them; where it knows that something was lost, what ``copies`` have beyond that, too."""

    def __init__(self, database: Database, folder: Path, archive: str, copies: Sequence[Store] = ()) -> None:
        self._database = database
        self._folder = folder
        self._archive = archive
        self._copies = copies

    def lengths(self) -> dict[str, int]:
        """What is committed, or was before something was lost."""
        with self._database.reading() as tx:
            found, is_lacking = places.committed(tx), _is_lacking(tx)
        return found | self._beyond(found) if is_lacking else found

    def more(self) -> Iterator[str]:
        """What copies have beyond what is committed, a line each, where the database knows of nothing that was lost."""
        with self._database.reading() as tx:
            found, is_lacking = places.committed(tx), _is_lacking(tx)
        for copy in self._copies if not is_lacking else ():
            try:
                more = [
                    name for name, size in self._beyond(found, [copy]).items() if _has_more(copy, name, found.get(name, 0), size)
                ]
            except (StorageUnavailable, Damaged) as error:
                yield str(error)
                continue
            for name in more:
                yield (
                    f"{copy.address} has more of warc/{name} than the database knows of: to go on with what is there, "
                    "put the files of its warc folder into this archive's, put the database away and run `pressmark rebuild`"
                )

    def _beyond(self, found: Mapping[str, int], copies: Sequence[Store] | None = None) -> dict[str, int]:
        """Segments of which copies have more, with that length; none that somebody wrote on here."""
        more: dict[str, int] = {}
        for copy in self._copies if copies is None else copies:
            for name in _own(copy.names(SEGMENTS), self._archive):
                size, path = copy.size(f"{SEGMENTS}/{name}") or 0, self._folder / name
                here = path.stat().st_size if path.is_file() else 0
                if here > found.get(name, 0):  # half a record that a kill or a cut left is nobody's writing
                    here = _settled(path)
                if here <= found.get(name, 0) < size:
                    more[name] = max(more.get(name, 0), size)
        return more

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

    def reaches(self, segment: str, end: int) -> None:
        """As committed, so that no writer takes it for what a kill left behind; a rebuild reads what it is."""
        with self._database.transaction() as tx:
            if places.committed(tx).get(segment, 0) < end:
                catalogue(tx, segment, end, [])


class Uncatalogued:
    """As the files say themselves, where there is no database: what is no whole record in them is unknown."""

    def __init__(self, folder: Path, archive: str, copies: Sequence[Store]) -> None:
        self._folder = folder
        self._archive = archive
        self._copies = copies

    def lengths(self) -> dict[str, int]:
        """What the folder or a copy has, whichever is longer; of a record that a killed process began nothing is counted."""
        names = sorted(path.name for path in self._folder.iterdir() if path.is_file())
        found = {name: _settled(self._folder / name) for name in _own(names, self._archive)}
        for copy in self._copies:
            for name in _own(copy.names(SEGMENTS), self._archive):
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

    def reaches(self, segment: str, end: int) -> None:
        """So they do that."""


def _is_lacking(tx: Connection) -> bool:
    """Whether a rebuild went on without something that a copy may have, or did not know whether it does."""
    return bool(holes_in(tx) or closed_files(tx)) or any(still(lost_ids(tx), places.committed(tx)))


def _has_more(copy: Store, name: str, start: int, size: int) -> bool:
    """Whether there are whole records of a segment in a copy, from an offset on."""
    return any(True for _ in whole_records(copy.read(f"{SEGMENTS}/{name}", start, min(size - start, _READ))))


def _own(names: Iterable[str], archive: str) -> Iterator[str]:
    """Those that an archive's segments have."""
    return (name for name in names if fnmatchcase(name, f"{archive}-*.warc.gz"))


def _settled(path: Path) -> int:
    size = path.stat().st_size
    end = max((m.offset + m.length for m in walk(path) if isinstance(m, Member)), default=0)
    return end if end < size and is_unfinished(path, end) else size
