"""A watch that workers of a Prefect pool share, while workers, server and database are killed in turn.

``make chaos-flows`` runs it at full length: 1,000 articles and all three, twice. Here a few dozen articles, a worker
killed with the runs it carries out, and the server away. ``PRESSMARK_SEED`` picks the moments.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.pipeline import Pipeline
from flows.settings import load
from flows.watching import check
from model.errors import PressmarkError
from model.watch import Watch, WatchKind
from storage import Archive

pytestmark = [
    pytest.mark.timeout(2000),
    pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc"),
]

ARTICLES = int(os.environ.get("PRESSMARK_CHAOS_ARTICLES", "60"))
VIOLENCE = os.environ.get("PRESSMARK_CHAOS_VIOLENCE", "worker server").split()
AWAY = float(os.environ.get("PRESSMARK_CHAOS_AWAY", "1"))
SEED = int(os.environ.get("PRESSMARK_SEED", "1"))
HOSTS = 6
_END = 1_500.0


def test_what_is_kept_is_what_an_undisturbed_watch_keeps(press: Callable[..., Any], ground: Any, tmp_path: Path) -> None:
    dice = random.Random(SEED)
    papers = press(HOSTS, ARTICLES // HOSTS, slow=0.2)
    undisturbed = tmp_path / "undisturbed"
    with Archive.create(undisturbed) as archive:
        _add(archive, papers)
        quick = load(ground.environ | {"PRESSMARK_HOST_GAP": "0"}, tmp_path)
        papers.slow = 0.0
        list(check(archive, Pipeline.from_settings(archive, quick, processes=1)))
    papers.slow, wanted = 0.2, len(papers.urls)
    papers.asked.clear()

    with Archive.create(ground.where, database_url=ground.postgres.url) as archive:
        _add(archive, papers)
    ground.come_up()
    watch = ground.deploy()
    until = time.monotonic() + _END
    crew = [ground.hire(), ground.hire()]
    for _ in crew:
        ground.api.run(watch)
    moments = sorted(dice.uniform(0.1, 0.7) * wanted for _ in VIOLENCE)
    for moment, what in zip(moments, VIOLENCE, strict=True):
        begun = time.monotonic()
        while len(papers.pages) < moment and time.monotonic() < until:
            if time.monotonic() - begun > 20:  # as its schedule would
                ground.api.run(watch)
                begun = time.monotonic()
            time.sleep(0.05)
        if what == "worker":
            place = crew.pop(dice.randrange(len(crew)))
            ground.kill(place)
            crew.append(ground.hire())
        elif what == "server":
            ground.go_away()
            time.sleep(AWAY)
            ground.come_up()
        else:
            ground.postgres.kill()
            time.sleep(min(AWAY, 5))
            ground.postgres.start()
        ground.api.run(watch)
    last = time.monotonic()
    while not _all_taken(ground) and time.monotonic() < until:
        if time.monotonic() - last > 20:
            ground.api.run(watch)
            last = time.monotonic()
        time.sleep(0.3)
    for place in crew:
        ground.kill(place)

    papers.polite()
    told = _said(ground.where, ground.postgres.url)
    assert [url for url, *_ in told] == sorted(papers.urls), ground.logs()[-3000:]
    assert told == _said(undisturbed, None)
    often = Counter(one.host + one.path for one in papers.pages)
    again = sum(often.values()) - wanted
    # what the killed had asked and not put down yet, a turn of each host at most; the rest is asked once
    assert again <= 25 * HOSTS * len(VIOLENCE)


def _add(archive: Archive, papers: Any) -> None:
    for feed in papers.feeds:
        archive.watches.add(Watch(feed, WatchKind.FEED))


def _all_taken(ground: Any) -> bool:
    """Whether nothing waits any more; not while the database is away."""
    try:
        with Archive.open(ground.where, database_url=ground.postgres.url) as archive:
            found = archive.watches.looks.statuses()
            return all(s.looked_at is not None and s.waiting == 0 for s in found)
    except PressmarkError:
        return False


def _said(where: Path, url: str | None) -> list[tuple[str | None, str | None, int, str]]:
    """What an archive says of its pieces: address, headline, number of states, text."""
    with Archive.open(where, database_url=url) as archive:
        assert archive.verify().findings == ()
        told = []
        for line in archive.list(limit=None):
            (article,) = archive.rounds.articles([(line.record, line.versions)])
            told.append((line.url, line.headline, line.versions, article.text))
        return sorted(told)
