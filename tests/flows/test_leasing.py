"""This process as one of those that ask hosts: entered and left by several threads at once."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from flows.leasing import Leasing
from storage import Archive


def test_threads_that_leave_and_come_in_at_once_leave_nothing_behind(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "papers") as archive:
        assert archive.leases is not None
        leasing = Leasing(archive.leases, seconds=1.2)

        def churn() -> None:
            for _ in range(20):
                with leasing:
                    pass

        threads = [threading.Thread(target=churn, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        assert "leases" not in {thread.name for thread in threading.enumerate()}
        archive.leases.enter("last")
        assert archive.leases.beat("last", shares=False).keys() == {"last"}


def test_who_wakes_from_a_sleep_may_ask_as_soon_as_it_has_claimed(tmp_path: Path) -> None:
    slept = 0.0

    def now() -> float:
        return 1000.0 + slept

    with Archive.create(tmp_path / "papers") as archive:
        assert archive.leases is not None
        with Leasing(archive.leases, seconds=60, now=now) as leasing:  # it beats every ten seconds
            asyncio.run(leasing.claim("paper.example"))
            assert leasing.may_ask("paper.example")
            slept = 50.0  # too long to ask on, and not long enough for others to have taken it
            assert not leasing.may_ask("paper.example")
            worker = leasing.worker
            asyncio.run(leasing.claim("paper.example"))
            assert leasing.may_ask("paper.example")
            assert leasing.worker == worker
