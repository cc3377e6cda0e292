"""Work that is shared out: who is slow to read holds few hosts, whoever else there is does the others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flows.leasing import Leasing
from flows.sharing import Shared, Turn
from storage import Archive

HOSTS = [f"paper{n}.example" for n in range(20)]
URLS = [f"https://{host}/{n}" for host in HOSTS for n in range(3)]


async def _turns(shared: Shared, many: int, *, hungry: bool) -> list[Turn]:
    """So many turns, none of them ended, and no more; whoever is not hungry is so until its first one."""
    found: list[Turn] = []
    while len(found) < many:
        turn = await asyncio.wait_for(shared.next(lambda: hungry or not found), 60)
        assert turn is not None
        found.append(turn)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shared.next(lambda: hungry), 1.0)
    return found


def test_one_that_has_enough_to_read_leaves_hosts_to_others(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "papers") as archive:
        assert archive.leases is not None
        busy, idle = (Shared(Leasing(archive.leases), URLS, frozenset) for _ in range(2))

        with busy.taking_part():
            slow = asyncio.run(_turns(busy, 2, hungry=False))
            with idle.taking_part():
                # its half: the other may become hungry at any moment
                fast = asyncio.run(_turns(idle, len(HOSTS) // 2, hungry=True))
                assert not {turn.host for turn in slow} & {turn.host for turn in fast}


def test_one_that_stays_hungry_takes_all_there_is(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "papers") as archive:
        assert archive.leases is not None
        shared = Shared(Leasing(archive.leases), URLS, frozenset)
        with shared.taking_part():
            turns = asyncio.run(_turns(shared, len(HOSTS), hungry=True))
        assert sorted(url for turn in turns for url in turn.urls) == sorted(URLS)
