"""Files of an archive brought back into its folder from a place that has them."""

from __future__ import annotations

import os
from pathlib import Path

from model.errors import Damaged, NotFound, StorageUnavailable
from storage.folder import DESCRIPTOR, README_FILE, SEGMENTS, read_descriptor
from storage.segments import sync_folder
from storage.stores import Store


def fetch(store: Store, name: str, path: Path) -> None:
    """Brings a file back, whole or not at all. Raises ``Damaged`` where the place has it not, ``StorageUnavailable``."""
    fresh = path.with_name(f".fetched-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with fresh.open("wb") as file:
                for piece in store.stream(name):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageUnavailable(f"{path} cannot be written: {error.strerror or error}") from error


def fetch_archive(store: Store, where: Path) -> None:
    """Everything that a place has of an archive and its folder has not: all of it where there is no folder.

    Raises ``NotFound`` where neither has an archive, ``Damaged`` where they are not of one archive.
    """
    size = store.size(DESCRIPTOR)
    if size is None:
        if not (where / DESCRIPTOR).is_file():
            raise NotFound(f"there is no archive at {where} and none at {store.address}")
        return
    said = store.read(DESCRIPTOR, 0, size)
    descriptor = where / DESCRIPTOR
    if descriptor.is_file() and descriptor.read_bytes() != said:
        raise Damaged(f"{where} and {store.address} are not of one archive: check the setting store_url")
    lacking = [f"{SEGMENTS}/{name}" for name in store.names(SEGMENTS)]
    for name in (*lacking, README_FILE):
        if not (where / name).is_file() and store.size(name) is not None:
            fetch(store, name, where / name)
    if not descriptor.is_file():  # it comes last: half an archive is none
        fetch(store, DESCRIPTOR, descriptor)
    read_descriptor(where)
