"""What lies where an archive is to be made: only what a broken-off creation of ours left may be replaced.

It is looked at as it lies there: opening a database in the ordinary way would change it.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import sqlalchemy
from sqlalchemy import select

from model.errors import BadCall, Damaged
from model.ids import is_archive_id
from storage import chain, tables
from storage.database import Database
from storage.folder import DATABASE, DESCRIPTOR, README_FILE, is_unfinished
from storage.readme import README

_ID = 6  # characters of an archive's id
_README_BEGINS = README.partition("{archive}")[0].encode()


def refuse_what_is_not_ours(path: Path, wait: float) -> None:
    """Raises ``BadCall`` where a folder holds anything that an archive made in it would put away, and
    ``StorageUnavailable`` where its database is locked. Nothing in it is changed."""
    if not is_unfinished(path):
        raise BadCall(f"{path} is not an empty folder: name another place for the archive")
    readme = path / README_FILE
    if readme.is_file() and not _is_our_readme(readme):
        raise BadCall(f"{path} holds a {README_FILE} of something else: name another place for the archive")
    if (path / DATABASE).is_file():
        _refuse_database(path, wait)


def begun(path: Path) -> str | None:
    """The id of an archive whose creation was broken off in this folder, as its README says: it may have a place on a server."""
    readme = path / README_FILE
    if not readme.is_file():
        return None
    with readme.open("rb") as opened:
        said = opened.read(len(_README_BEGINS) + _ID).removeprefix(_README_BEGINS).decode("utf-8", "replace")
    return said if is_archive_id(said) else None


def _refuse_database(path: Path, wait: float) -> None:
    foreign = f"{path} holds a {DATABASE} that is no archive's of Pressmark, or is damaged: name another place for the archive"
    try:
        with closing(Database.as_it_lies(path / DATABASE, wait=wait)) as database, database.reading() as tx:
            found = sqlalchemy.inspect(tx)
            names = {*found.get_table_names(), *found.get_view_names()}
            if not names:
                return
            if not {"settings", "ledger"} <= names or {"key", "value"} != {x["name"] for x in found.get_columns("settings")}:
                raise BadCall(foreign)
            s = tables.settings.c
            archive = tx.execute(select(s.value).where(s.key == "archive")).scalar()
            if not isinstance(archive, str) or not is_archive_id(archive):
                raise BadCall(foreign)
            if chain.count(tx):
                raise BadCall(
                    f"{path} holds the database of an archive whose {DESCRIPTOR} is missing: "
                    "restore that file from a copy, or name another place for the new archive"
                )
    except Damaged as error:
        raise BadCall(foreign) from error


def _is_our_readme(file: Path) -> bool:
    with file.open("rb") as opened:
        begins = opened.read(len(_README_BEGINS))
    return _README_BEGINS.startswith(begins)  # what a kill left of it is shorter
