"""A folder that keeps files of an archive, on another disk as a rule."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from model.errors import Damaged, StorageUnavailable
from storage.segments import sync_folder

_STEP = 1 << 20
_FRESH = ".new"


class CopyFolder:
    """A place of ``storage.stores`` that is a folder; made where it is not there."""

    kind = "folder"
    title = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.address = str(path.absolute())

    def size(self, name: str) -> int | None:
        with self._translated():
            path = self._path / name
            return path.stat().st_size if path.is_file() else None

    def names(self, under: str) -> list[str]:
        with self._translated():
            folder = self._path / under
            found = folder.iterdir() if folder.is_dir() else ()
            return sorted(p.name for p in found if p.is_file() and not p.name.endswith(_FRESH))

    def is_empty(self) -> bool:
        with self._translated():
            # what a disk that was just formatted has
            return not self._path.exists() or {p.name for p in self._path.iterdir()} <= {"lost+found"}

    def read(self, name: str, offset: int, length: int) -> bytes:
        with self._translated(), self._opened(name) as file:
            file.seek(offset)
            return file.read(length)

    def stream(self, name: str) -> Iterator[bytes]:
        with self._translated(), self._opened(name) as file:
            # what is in memory says nothing of the disk
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while piece := file.read(_STEP):
                yield piece

    def put(self, name: str, source: Path, length: int) -> None:
        with self._translated():
            path = self._path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(path.name + _FRESH)
            with fresh.open("wb") as file:
                _copy(source, file, 0, length)
            fresh.replace(path)
            sync_folder(path.parent)

    def extend(self, name: str, source: Path, start: int, length: int) -> None:
        with self._translated(), (self._path / name).open("r+b") as file:
            file.seek(start)
            _copy(source, file, start, length)

    def put_bytes(self, name: str, data: bytes) -> None:
        with self._translated():
            path = self._path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(path.name + _FRESH)
            with fresh.open("wb") as file:
                file.write(data)
                _to_disk(file)
            fresh.replace(path)
            sync_folder(path.parent)

    def _opened(self, name: str) -> BinaryIO:
        try:
            return (self._path / name).open("rb")
        except FileNotFoundError:
            raise Damaged(f"{name} is not in the copy at {self._path}", place=name) from None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageUnavailable(f"the copy at {self._path} cannot be used: {error.strerror or error}") from error


def _copy(source: Path, to: BinaryIO, start: int, length: int) -> None:
    left = length - start
    with source.open("rb") as file:
        file.seek(start)
        while left and (piece := file.read(min(left, _STEP))):
            to.write(piece)
            left -= len(piece)
    _to_disk(to)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
