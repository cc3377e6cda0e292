"""Where a schedule's state is, and the room on the disk that a round needs."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from model.errors import StorageUnavailable

_LOOK_ITEMS = 50

T = TypeVar("T")


def home_beside(archive: Path) -> Path:
    """The folder for a scheduler's state: beside the archive, not in it, because what is in it is kept, copied and verified."""
    where = archive.resolve()
    return where.with_name(f"{where.name}.schedule")


def check_room(where: Path, floor: int) -> None:
    """Raises ``StorageUnavailable`` where less than ``floor`` bytes are free."""
    try:
        free = shutil.disk_usage(where).free
    except OSError as error:
        raise StorageUnavailable(f"{where} cannot be looked at ({error.strerror})") from error
    if free < floor:
        raise StorageUnavailable(
            f"paused: {free / 1e9:.1f} GB are free at the archive and the floor is {floor / 1e9:.1f} GB; "
            "make room, or lower PRESSMARK_DISK_FLOOR"
        )


def while_room(results: Generator[T, None, None], where: Path, floor: int) -> Iterator[T]:
    """Passes results on as long as there is room; raises what ``check_room`` raises, and ends what gives them."""
    with closing(results):
        for number, item in enumerate(results, start=1):
            yield item
            if number % _LOOK_ITEMS == 0:
                check_room(where, floor)
