"""Who was told of changes, written by several processes at once, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from model.changes import ChangeLine

CHANGE = ChangeLine("c4p9xk-1", None, None, 2, 1, "2026-01-01T09:00:00.000000Z", None, "changed", None)


@pytest.mark.both_engines
def test_rounds_of_several_workers_write_of_one_listener(house: Any, database_url: str | None) -> None:
    with house.create() as archive, ThreadPoolExecutor(8) as pool:

        def begin(name: str, day: int) -> str:
            return str(archive.listeners.begin(name, f"2026-01-0{day}T00:00:00.000000Z").since)

        for name in ("a", "b", "c", "d"):
            assert len(set(pool.map(begin, [name] * 8, range(1, 9)))) == 1
            list(pool.map(archive.listeners.took, [name] * 8, [CHANGE] * 8, [CHANGE.seen_at] * 8))
        assert [(known.name, known.told) for known in archive.listeners.all()] == [(name, 8) for name in "abcd"]
