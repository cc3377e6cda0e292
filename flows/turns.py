"""What a round needs before it may begin: its turn, and room on the disk.

One round at a time asks servers for pages on a machine, because politeness is kept inside one
process: a host must not be asked by a watch and a revisit at once.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from model.errors import Busy, StorageUnavailable

WAIT_SECONDS = 1_800.0
_LOOK_SECONDS = 0.5
_LOOK_ITEMS = 50

T = TypeVar("T")


@contextmanager
def turn(home: Path, wait: float = WAIT_SECONDS, tell: Callable[[str], None] = lambda _line: None) -> Iterator[None]:
    """Holds the place of the one round that fetches, in a folder beside the archive, made where there is none.

    Raises ``Busy`` where another round holds it for longer than ``wait`` seconds.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        place = (home / "fetching").open("a")
    except OSError as error:
        raise StorageUnavailable(
            f"{home} cannot be written ({error.strerror}): whose turn it is to fetch is kept there"
        ) from error
    with place:
        until = time.monotonic() + wait
        waited = False
        while True:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= until:
                    raise Busy(f"another round has been fetching for over {wait:.0f} s: this one is left to the next") from None
                if not waited:
                    tell("another round of this archive is fetching; this one waits for its turn")
                waited = True
                time.sleep(_LOOK_SECONDS)
        yield


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
