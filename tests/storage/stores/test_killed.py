"""Killed while segments are on their way: what was acknowledged is there, once, and the next to come finishes it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from storage import Archive

KILLS = int(os.environ.get("PRESSMARK_KILLS_STORE") or 3)
TAKER = Path(__file__).with_name("taker.py")


def test_nothing_that_was_told_is_missing_and_the_bucket_gets_all_of_it(house: Any, service: Any) -> None:
    dice = random.Random(int(os.environ.get("PRESSMARK_SEED") or 7))
    house.create(store=service.store()).close()
    service.between.fail_half(3)
    told: set[str] = set()
    for _ in range(KILLS):
        call = [sys.executable, str(TAKER), str(house.where), service.address, "1000"]
        environ = {**os.environ, **service.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        taker = subprocess.Popen(call, env=environ, stdout=subprocess.PIPE, text=True)
        assert taker.stdout is not None
        told.add(taker.stdout.readline().strip())
        time.sleep(dice.uniform(0.0, 0.5))
        taker.kill()
        told |= set(taker.stdout.read().splitlines())
        taker.wait()
    service.between.be_sound()
    with Archive.open(house.where, write=True, store=service.store(), keep_local=False):
        pass
    # a file that was begun in the moment of a kill has nothing that could be brought
    assert sum(path.stat().st_size for path in (house.where / "warc").glob("*.warc.gz")) == 0
    with Archive.open(house.where, store=service.store(), keep_local=False) as archive:
        waiting = archive.stats()["store"]
        assert (waiting["waiting_segments"], waiting["waiting_bytes"]) == (0, 0)
        assert archive.verify().findings == ()
        held = [row.detail["capture"]["id"] for row in archive.events(limit=None, kind="held")]
        urls = [archive.load_capture(capture).url for capture in held]
    assert len(told) > KILLS and told <= set(urls) and len(urls) == len(set(urls))
