"""Where an export goes: written under another name, put in place when it is whole, never over what is there."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path
from typing import Protocol

from model.errors import BadCall, StorageUnavailable
from storage.segments import sync_folder


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Takes some more."""


class Counted:
    """A sink that knows how many bytes went through it, and their SHA-256."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        """Takes some more. Raises ``StorageUnavailable`` where the disk does not."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        """Hex, of all that came so far."""
        return self._digest.hexdigest()


@contextmanager
def new_file(path: Path) -> Iterator[BufferedRandom]:
    """A file that appears under its name when all of it is on the disk. Raises ``BadCall``, ``StorageUnavailable``."""
    check_free(path)
    hidden = _hidden(path)
    try:
        with writing(path):
            with hidden.open("x+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _put_in_place(hidden, path)
    finally:
        with suppress(OSError):  # what could not be made cannot be taken away, and why was told
            hidden.unlink(missing_ok=True)


@contextmanager
def part_of(folder: Path, name: str) -> Iterator[Counted]:
    """A file of a folder that is being made, on the disk when it is whole. Raises ``OSError``."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        yield Counted(file)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that appears under its name when all of it is written. Raises ``BadCall``, ``StorageUnavailable``."""
    check_free(path)
    with beside(path) as hidden, writing(path):
        yield hidden
        _put_in_place(hidden, path)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A hidden folder beside a path, for the moment. Raises ``StorageUnavailable``."""
    hidden = _hidden(path)
    try:
        with writing(path):
            hidden.mkdir()
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the disk says while something is written there, as ours: ``StorageUnavailable``."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        said = "the disk is full" if full else error.strerror or type(error).__name__
        raise StorageUnavailable(f"{path} cannot be written ({said}): nothing is left there") from error


def check_free(path: Path) -> None:
    """Raises ``BadCall`` where something is at a path already, or there is no folder to put it in."""
    if os.path.lexists(path):
        raise BadCall(f"{path} is there already and is not written over: name another --output, or move it away")
    if not path.parent.is_dir():
        raise BadCall(f"there is no folder {path.parent} to write {path.name} into: make it first")


def check_outside(path: Path, where: Path) -> None:
    """Raises ``BadCall`` for a path in the folder of an archive: what lies there is taken for a part of it."""
    if path.resolve().is_relative_to(where.resolve()):
        raise BadCall(f"{path} is inside the archive's own folder: name an --output outside of it")


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")


def _put_in_place(made: Path, path: Path) -> None:
    check_free(path)  # whoever was faster stays
    made.rename(path)
    sync_folder(path.parent)
