"""Several processes on one archive: the work that is due is shared out, no host is asked by two, the dead are succeeded."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[[Any], Any]


def _until(answer: Callable[[], Any], *workers: subprocess.Popen[str], seconds: float = 120) -> None:
    """Waits for something that workers do."""
    left = seconds
    while not answer():
        over = [worker for worker in workers if worker.poll() not in {None, 0}]
        assert not over, [worker.communicate() for worker in over]
        assert left > 0, "it never came"
        begun = time.monotonic()
        time.sleep(0.02)
        left -= min(time.monotonic() - begun, 1.0)  # a machine that stood still gave them no time


def test_two_workers_share_what_is_due(press: Callable[..., Any], fleet: Make) -> None:
    papers = press(8, 40, slow=0.1)  # more than a turn of each: who was a moment later than the other still gets a part
    ours = fleet(papers)
    workers = [ours.ready(f"worker-{n}") for n in range(2)]
    ours.go(*workers)
    told = ours.ended(*workers)
    assert Counter(line.split()[0] for lines in told for line in lines) == Counter([*papers.urls, *papers.feeds])
    assert Counter(one.path + one.host for one in papers.pages).most_common(1)[0][1] == 1
    assert len(papers.askers()) == 2 and min(papers.askers().values()) >= len(papers.urls) / 8, papers.askers()
    papers.polite()
    ours.holds_all()


@pytest.mark.on("postgresql")
def test_a_worker_that_comes_later_gets_its_part(press: Callable[..., Any], fleet: Make) -> None:
    papers = press(4, 60, slow=0.2)
    ours = fleet(papers)
    second = ours.ready("second")
    first = ours.start("first")
    _until(lambda: len(papers.pages) > 20, first)
    ours.go(second)
    ours.ended(first, second)
    assert len(papers.pages) == len(papers.urls)
    assert papers.askers()["second"] >= 25, papers.askers()
    papers.polite()
    ours.holds_all()


def test_what_a_killed_worker_held_is_taken_over(press: Callable[..., Any], fleet: Make) -> None:
    papers = press(4, 30, slow=0.05)
    ours = fleet(papers)
    other = ours.ready("other")
    killed = ours.start("killed")
    _until(lambda: len(papers.pages) > 30, killed)
    ours.go(other)
    _until(lambda: "other" in papers.askers() or len(papers.pages) > 60, killed, other)
    killed.send_signal(signal.SIGKILL)
    ours.ended(other)
    first = {one.path + one.host for one in papers.pages if one.who.startswith("killed/")}
    twice = {what for what, count in Counter(one.path + one.host for one in papers.pages).items() if count > 1}
    assert twice <= first and len(twice) <= 4 * 16  # what the killed one had not put down yet
    papers.polite()
    ours.holds_all()


def _stop_between_requests(worker: subprocess.Popen[str], papers: Any) -> None:
    """Stops a process while all its hosts are answering it: one that stopped on its way from its last look at its leases
    to a request would ask it when it goes on, and nobody could tell.
    """
    for _ in range(100):
        _until(lambda: sum(papers.answering.values()) == papers.papers, worker)
        worker.send_signal(signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        if sum(papers.answering.values()) == papers.papers:
            return
        worker.send_signal(signal.SIGCONT)
    pytest.fail("it was never stopped in the middle of an answer")


@pytest.mark.on("sqlite")
def test_one_that_stood_still_for_too_long_asks_nothing_of_what_others_have_taken(press: Callable[..., Any], fleet: Make) -> None:
    papers = press(3, 60, slow=0.2)
    ours = fleet(papers)
    other = ours.ready("other", seconds=2.0)
    still = ours.start("still", seconds=2.0)
    _until(lambda: len(papers.pages) > 15, still)
    _stop_between_requests(still, papers)
    try:
        ours.go(other)
        _until(lambda: papers.askers()["other"] > 10, other)
    finally:
        os.kill(still.pid, signal.SIGCONT)
    ours.ended(still, other)
    papers.polite()
    ours.holds_all()


@pytest.mark.on("postgresql")
def test_a_call_by_hand_waits_for_its_turn_and_gets_it(press: Callable[..., Any], fleet: Make) -> None:
    papers = press(1, 100, slow=0.2)
    ours = fleet(papers)
    by_hand = ours.ready("hand", f"http://127.0.1.1:{papers.port}/quay/99")
    round_ = ours.start("round")
    _until(lambda: len(papers.pages) > 5, round_)
    ours.go(by_hand)
    (told,) = ours.ended(by_hand)
    assert told == [f"http://127.0.1.1:{papers.port}/quay/99 new"]
    assert round_.poll() is None and len(papers.pages) < 95
    ours.ended(round_)
    assert len(papers.pages) == 100  # what was taken in by hand is not asked for again
    papers.polite()
    ours.holds_all()


@pytest.mark.on("sqlite")
def test_a_revisit_beside_a_watch_asks_other_hosts_meanwhile(press: Callable[..., Any], fleet: Make) -> None:
    papers = press(3, 20, slow=0.03)
    ours = fleet(papers)
    ours.ended(ours.start("watch"))
    papers.asked.clear()
    told = ours.ended(*[ours.start(f"revisit-{n}", "revisit") for n in range(2)])
    assert Counter(line for lines in told for line in lines) == Counter(f"{url} unchanged" for url in papers.urls)
    assert len(papers.pages) == len(papers.urls)
    papers.polite()
