"""Segments put right: only the bytes that are damaged or missing, each record proved by its own digest.

The catalogue says which bytes every record has; what does not have its SHA-256 is fetched by range from a copy,
proved, and written into its place. What no copy has and the database can give (``storage.again``) is written again
from that: a ledger is whole in the WARCs as long as there is one of the two. Bytes that the catalogue knows nothing of, as a
rebuild passed them over, come from a copy where these are whole records there; the next rebuild takes them in. Where there
is no database, all that is damaged is such. What nobody has in good order stays as it is and is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from model.errors import BadCall, Damaged, StorageUnavailable
from model.replica import Repaired
from storage import places
from storage.answers import Progress, quiet
from storage.archive import Archive
from storage.database import WAIT_SECONDS, Database
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
    from the database. With ``keep_local`` false, files that the store has need not be here. Without a database (it is lost, and
    damage does not let it be rebuilt) the files of ``copies`` say what should be there, and nothing is said in the ledger. Where
    the ledger cannot be written, that is one of the problems. Raises ``NotFound``,
    ``BadCall`` for a copy of another archive, ``StorageUnavailable`` while a writer has the archive open, ``Damaged`` without
    database and ``copies``.
    """
    path = Path(where)
    archive = read_descriptor(path)["archive"]
    home = home_of(path, archive, database_url, wait)
    try:
        with closing(Hold(path, alone=True)):
            for copy in copies:
                _check_whose(copy, archive)
            if copies and not home.has_database():
                return Mending(path, Uncatalogued(path / SEGMENTS, archive, copies), copies, set()).run(progress)
            with closing(home.open()) as database:
                database.check(archive)
                absent = set() if keep_local or store is None else set(_kept(database, store))
                asked = list(copies) or _known(database, store, reach)
                known = Catalogued(database, path / SEGMENTS, archive, copies)
                done = Mending(path, known, asked, absent).run(progress)
                done = replace(done, problems=(*done.problems, *known.more()))
    except OSError as error:
        raise StorageUnavailable(f"the archive at {where} cannot be repaired: {error.strerror or error}") from error
    if not done.mended:
        return done
    try:
        with Archive.open(path, write=True, database_url=database_url, wait=wait, store=store, keep_local=keep_local) as kept:
            kept.tell_recovery(done)
    except Damaged as error:
        return replace(done, problems=(*done.problems, str(error)))
    return done


def _known(database: Database, store: Store | None, reach: Callable[[str], Store]) -> list[Store]:
    with database.reading() as tx:
        addresses = [a for a in places.places(tx) if store is None or a != store.address]
    return [*([store] if store is not None else []), *(reach(address) for address in addresses)]


def _kept(database: Database, store: Store) -> Iterable[str]:
    with database.reading() as tx:
        return places.kept_at(tx, store.address)


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
