"""Every round of a schedule is shared out among the workers of a pool, each of which has a run of its own in it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from model.watch import Watch, WatchKind
from storage import Archive

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")

_ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.mark.timeout(1200)
def test_two_workers_both_do_part_of_one_scheduled_round(press: Callable[..., Any], ground: Any) -> None:
    papers = press(6, 60, slow=0.3)  # long enough for a second Python to start on a busy machine
    with Archive.create(ground.where, database_url=ground.postgres.url) as archive:
        for feed in papers.feeds:
            archive.watches.add(Watch(feed, WatchKind.FEED))
    ground.come_up()
    watch = ground.deploy()
    crew = [ground.hire(), ground.hire()]
    until = time.monotonic() + 600
    while not ground.are_there() and time.monotonic() < until:
        time.sleep(0.3)
    ground.tick(watch)
    while len(papers.pages) < len(papers.urls) and time.monotonic() < until:
        time.sleep(0.3)

    runs: list[dict[str, Any]] = []
    while not (runs and all(run["state"]["type"] in _ENDED for run in runs)) and time.monotonic() < until:
        time.sleep(0.5)
        runs = _first_round(ground.api, watch.id)
    assert [run["state"]["type"] for run in runs] == ["COMPLETED", "COMPLETED"], (runs, ground.logs()[-3000:])
    assert all(run["auto_scheduled"] for run in runs)
    said = [run["state"]["message"] for run in runs]
    assert all(re.match(r"\d+ new", one) for one in said), (said, papers.askers(), ground.logs()[-3000:])
    told = [int(one.split(" new")[0]) for one in said]
    assert sum(told) == len(papers.urls) and min(told) >= len(papers.urls) / 8, told
    assert sorted(papers.askers().values()) == sorted(told)
    assert set(papers.askers()) == {f"crew-{place}" for place in crew}
    papers.polite()


def _first_round(api: Any, deployment: str) -> list[dict[str, Any]]:
    """The runs that the deployment's schedules wanted first, within a second of each other."""
    asked = {"deployments": {"id": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC"}
    found = [(datetime.fromisoformat(run["expected_start_time"]), run) for run in api._ask("/flow_runs/filter", asked)]
    return [run for moment, run in found if moment - found[0][0] < timedelta(seconds=1)]
