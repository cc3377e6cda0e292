"""What an archive's folder holds, and the descriptor that says what it is.

pressmark-archive.json   what this is, its id, the format; never changed
README.txt               how to read it without this software
warc/*.warc.gz           captures and ledger: the truth
pressmark.db             projections (SQLite), made anew by ``rebuild``
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from pathlib import Path
from typing import Any

from model.errors import Damaged, NewerFormat, NotFound, StorageUnavailable
from model.ids import is_archive_id
from storage.segments import sync_folder

FORMAT = 1
DESCRIPTOR = "pressmark-archive.json"
README_FILE = "README.txt"
DATABASE = "pressmark.db"
SEGMENTS = "warc"
SUFFIXES = ("", "-shm", "-wal")  # SQLite's files, the one that matters last to go


def read_descriptor(path: Path) -> dict[str, Any]:
    """The descriptor of the archive at a path. Raises ``NotFound``, ``NewerFormat``, ``Damaged``, ``StorageUnavailable``."""
    try:
        data = (path / DESCRIPTOR).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if any((path / SEGMENTS).glob("*.warc.gz")):
            raise Damaged(
                f"{path / DESCRIPTOR} is gone, which says what archive this is: put it back from a copy of the archive "
                f'(README.txt has the id; the file holds {{"pressmark": {FORMAT}, "archive": ID, "created": TIME}})'
            ) from None
        raise NotFound(
            f"there is no archive at {path}: `pressmark ingest` or `pressmark watch add` makes one, --archive names another place"
        ) from None
    except OSError as error:
        raise StorageUnavailable(f"the archive at {path} cannot be read: {error.strerror}") from error
    try:
        found: dict[str, Any] = json.loads(data)
        newer = found["pressmark"] > FORMAT
        sound = is_archive_id(found["archive"]) and isinstance(found.get("created"), str)
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = newer = False
    if newer:
        raise NewerFormat(f"the archive at {path} was written by a newer Pressmark: open it with that release")
    if not sound:
        raise Damaged(f"{path / DESCRIPTOR} is damaged: restore it from a copy")
    return found


def is_unfinished(path: Path) -> bool:
    """True for an empty folder, or one where the creation of an archive was broken off."""
    names = {p.name for p in path.iterdir()}
    ours = {README_FILE, SEGMENTS, *(DATABASE + suffix for suffix in SUFFIXES)}
    return names <= ours and not any((path / SEGMENTS).glob("*"))


def remove_database(database: Path) -> None:
    """Removes a SQLite database and what lies beside it; harmless where there is none."""
    for suffix in reversed(SUFFIXES):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def write_descriptor(path: Path, archive_id: str, created: str) -> None:
    """Makes the folder an archive: the last thing that creating one does. Raises ``OSError``."""
    plain = {"pressmark": FORMAT, "archive": archive_id, "created": created}
    write_durably(path / DESCRIPTOR, (json.dumps(plain, indent=1) + "\n").encode())


class Hold:
    """A hold on an archive's folder: writers share it, a rebuild or a creation has it alone, so that
    no database is put away under a writer. It ends with ``close`` or with the process.
    """

    def __init__(self, path: Path, *, alone: bool) -> None:
        """Raises ``StorageUnavailable`` where somebody else's hold forbids it, and ``OSError``."""
        self._handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(self._handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            if alone:
                said = "another process is writing to this archive: wait for it to end, then try again"
            else:
                said = "this archive is being made, rebuilt or repaired by another process: wait for it to end, then try again"
            raise StorageUnavailable(said) from error

    def close(self) -> None:
        """Lets the folder go."""
        os.close(self._handle)


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file and its name to the disk itself. Raises ``OSError``."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace_durably(path: Path, data: bytes) -> None:
    """Puts a file in the place of one of that name, whole at every moment. Raises ``OSError``."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        write_durably(beside, data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)
