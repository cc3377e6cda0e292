"""Segments put right: only the bytes that are damaged or missing, each record proved by its own digest.

The catalogue says which bytes every record has; what does not have its SHA-256 is fetched by range from a copy,
proved, and written into its place. What no copy has and the database can give (``storage.again``) is written again
from that: a ledger is whole in the WARCs as long as there is one of the two. Bytes that the catalogue knows nothing of, as a
rebuild passed them over, come from a copy where these are whole records there; the next rebuild takes them in. Where there
is no database, all that is damaged is such. What nobody has in good order stays as it is and is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from model.errors import BadCall, Damaged, StorageUnavailable
from model.replica import Repaired
from storage import places
from storage.answers import Progress, quiet
from storage.archive import Archive
from storage.carry import digest_at, gaps, spans
from storage.database import WAIT_SECONDS, Database
from storage.fetching import fetch
from storage.folder import DESCRIPTOR, SEGMENTS, Hold, read_descriptor
from storage.home import home_of
from storage.mending import Mending
from storage.segments_known import Catalogued, Uncatalogued
from storage.stores import Store


def repair(
    where: str | Path,
    reach: Callable[[str], Store],
    *,
    copies: Sequence[Store] = (),
    store: Store | None = None,
    keep_local: bool = True,
    progress: Progress = quiet,
    database_url: str | None = None,
    wait: float = WAIT_SECONDS,
) -> Repaired:
    """Puts right what is damaged or missing of an archive's segments, reads it again, and says so in the ledger.

    Bytes come from ``copies``, or from the ``store`` and the places that are known (``reach`` makes a store of an address), then
    from the database. With ``keep_local`` false, files that the store has need not be here: they are read there, and what is not
    whole is brought here, put right, and brought back. Without a database (it is lost, and damage does not let it be rebuilt) the
    files of ``copies`` say what should be there, and nothing is said in the ledger. Where
    the ledger cannot be written, that is one of the problems. Raises ``NotFound``,
    ``BadCall`` for a copy of another archive, ``StorageUnavailable`` while a writer has the archive open, ``Damaged`` without
    database and ``copies``.
    """
    path = Path(where)
    archive = read_descriptor(path)["archive"]
    home = home_of(path, archive, database_url, wait)
    absent: set[str] = set()
    wrong: set[str] = set()
    try:
        with closing(Hold(path, alone=True)):
            for copy in copies:
                _check_whose(copy, archive)
            if copies and not home.has_database():
                return Mending(path, Uncatalogued(path / SEGMENTS, archive, copies), copies, set()).run(progress)
            with closing(home.open()) as database:
                database.check(archive)
                if store is not None and not keep_local:
                    absent, wrong = _away(store, database, path / SEGMENTS)
                asked = list(copies) or _known(database, store, reach)
                known = Catalogued(database, path / SEGMENTS, archive, copies)
                done = Mending(path, known, asked, absent).run(progress)
                done = replace(done, problems=(*done.problems, *known.more()))
    except OSError as error:
        raise StorageUnavailable(f"the archive at {where} cannot be repaired: {error.strerror or error}") from error
    if done.mended:
        done = _told(
            done,
            lambda: Archive.open(path, write=True, database_url=database_url, wait=wait, store=store, keep_local=keep_local),
        )
    if store is not None and wrong:
        brought = {x.segment for x in done.mended if not (path / SEGMENTS / x.segment).is_file()}
        with closing(home.open()) as database, database.transaction() as tx:
            for name in wrong - brought:
                places.forget(tx, store.address, name)
    return done


def _told(done: Repaired, open_: Callable[[], Archive]) -> Repaired:
    """What was put right, said in the ledger and brought to the store; what does not work is one of the problems."""
    try:
        with open_() as kept:
            kept.tell_recovery(done)
    except (Damaged, StorageUnavailable) as error:
        return replace(done, problems=(*done.problems, str(error)))
    return done


def _known(database: Database, store: Store | None, reach: Callable[[str], Store]) -> list[Store]:
    with database.reading() as tx:
        addresses = [a for a in places.places(tx) if store is None or a != store.address]
    return [*([store] if store is not None else []), *(reach(address) for address in addresses)]


def _away(store: Store, database: Database, folder: Path) -> tuple[set[str], set[str]]:
    """Segments that are not here: those that the store gives back as they were, whole, and the others. What it has of these is
    brought here, to be put right and brought back.
    """
    sound: set[str] = set()
    wrong: set[str] = set()
    with database.reading() as tx:
        kept, lengths = places.kept_at(tx, store.address), places.committed(tx)
    for name in (name for name in kept if name in lengths and not (folder / name).is_file()):
        there = f"{SEGMENTS}/{name}"
        if digest_at(store, there) == kept[name].sha256 and _is_known(database, name, lengths[name]):
            sound.add(name)
            continue
        wrong.add(name)
        if store.size(there) is not None:
            fetch(store, there, folder / name)
    return sound, wrong


def _is_known(database: Database, name: str, length: int) -> bool:
    """Whether the catalogue has all of a segment, up to a length."""
    with database.reading() as tx:
        return not any(gaps(spans(tx, name), length))


def _check_whose(copy: Store, archive: str) -> None:
    size = copy.size(DESCRIPTOR)
    if size is None:
        raise BadCall(f"there is no copy of an archive at {copy.address}")
    try:
        whose = json.loads(copy.read(DESCRIPTOR, 0, size)).get("archive")
    except (ValueError, AttributeError):
        raise Damaged(f"{DESCRIPTOR} at {copy.address} is damaged: name another copy") from None
    if whose != archive:
        raise BadCall(f"{copy.address} holds a copy of {whose}, not of {archive}: name a copy of this archive")
