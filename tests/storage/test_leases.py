"""Who may ask a host: leases that follow a life and not a clock, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from storage import Archive
from storage.leases import Leases, Lost, Share

pytestmark = pytest.mark.both_engines

HOSTS = [f"paper-{n}.example" for n in range(8)]
DAY = 86_400_000


@pytest.fixture
def archive(house: Any) -> Iterator[Archive]:
    """A new archive."""
    with house.create() as made:
        yield made


@pytest.fixture
def leases(archive: Archive) -> Leases:
    """Its leases."""
    assert archive.leases is not None
    return archive.leases


def test_a_host_is_one_workers_until_it_is_given_back(leases: Leases) -> None:
    for worker in ("one", "two"):
        leases.enter(worker)
    assert leases.take("one", HOSTS[:2]) == dict.fromkeys(HOSTS[:2], 0.0)
    assert leases.take("one", HOSTS[:1]) == {HOSTS[0]: 0.0}
    assert leases.take("two", HOSTS[:3]) == {HOSTS[2]: 0.0}
    leases.give_back("two", {HOSTS[0]: 0.0})  # not his
    assert leases.held() == {HOSTS[0]: "one", HOSTS[1]: "one", HOSTS[2]: "two"}
    leases.give_back("one", {HOSTS[0]: 0.0})
    assert leases.take("two", HOSTS[:2]) == {HOSTS[0]: 0.0}
    leases.leave("one", {})
    assert leases.take("two", HOSTS[:2]).keys() == set(HOSTS[:2])


def test_what_a_dead_worker_held_is_free_and_it_learns_of_it(leases: Leases) -> None:
    leases.enter("dead")
    leases.enter("alive")
    leases.take("dead", HOSTS)
    beats = leases.beat("alive", shares=False)
    assert beats == {"dead": 0, "alive": 1}
    leases.beat("dead", shares=False)
    assert leases.bury("dead", beats["dead"]) is False  # it has beaten since
    assert leases.take("alive", HOSTS) == {}
    assert leases.bury("dead", 1) is True
    assert leases.take("alive", HOSTS).keys() == set(HOSTS)
    for ask in (lambda: leases.beat("dead", shares=False), lambda: leases.take("dead", HOSTS)):
        with pytest.raises(Lost, match="taken for dead"):
            ask()
    leases.leave("dead", dict.fromkeys(HOSTS, 0.0))
    assert set(leases.held().values()) == {"alive"}


def test_a_rest_goes_with_the_host(leases: Leases) -> None:
    for worker in ("one", "two"):
        leases.enter(worker)
    leases.take("one", HOSTS[:3])
    leases.give_back("one", {HOSTS[0]: 50.0, HOSTS[1]: 5000.0})
    leases.beat("one", shares=False, rests={HOSTS[2]: 500.0})
    leases.bury("one", 1)
    assert leases.take("two", HOSTS[:1], skip_resting=60) == {}
    owed = leases.take("two", HOSTS[:3])
    assert {round(owed[host], -1) for host in HOSTS[:3]} == {50.0, 5000.0, 500.0}


@pytest.mark.parametrize("jump", [-400 * DAY, -DAY, DAY, 400 * DAY])
def test_a_clock_that_jumps_takes_no_lease_away_and_no_rest_grows(house: Any, leases: Leases, jump: int) -> None:
    for worker in ("one", "two"):
        leases.enter(worker)
    leases.take("one", HOSTS[:2])
    leases.give_back("one", {HOSTS[0]: 50.0})
    house.run(f"UPDATE leases SET rests_from = rests_from - ({jump})")
    leases.enter("three")
    assert leases.take("two", HOSTS[1:2]) == {}
    owed = leases.take("two", HOSTS[:1])[HOSTS[0]]
    assert owed == 0 if jump > 0 else 45 < owed <= 50


def test_hosts_are_shared_out_among_those_who_take_part(leases: Leases) -> None:
    leases.enter("one", shares=True)
    leases.enter("by hand")
    assert len(leases.take("one", HOSTS, share=Share(8))) == 8
    leases.enter("two", shares=True)
    leases.give_back("one", dict.fromkeys(HOSTS[:5], 0.0))
    assert leases.take("one", HOSTS[:5], share=Share(8, 3)).keys() == {HOSTS[0]}
    assert leases.take("one", HOSTS[:5], share=Share(8, 4)) == {}
    assert len(leases.take("two", HOSTS, share=Share(8))) == 4
    assert leases.take("two", HOSTS, share=Share(8, 4)) == {}
    leases.beat("two", shares=False)
    assert leases.take("one", HOSTS[1:5], share=Share(8, 4)) == {}  # all are held
    leases.leave("two", {})
    assert len(leases.take("one", HOSTS, share=Share(8, 4))) == 4


def test_many_who_take_at_once_never_get_the_same(leases: Leases) -> None:
    workers = [f"worker {n}" for n in range(6)]
    for worker in workers:
        leases.enter(worker)

    def take(worker: str) -> list[str]:
        return [host for host in HOSTS for taken in [leases.take(worker, [host])] if taken]

    with ThreadPoolExecutor(len(workers)) as pool:
        taken = list(pool.map(take, workers))
    assert sorted(host for those in taken for host in those) == HOSTS


def test_nothing_of_it_is_rebuilt(archive: Archive, leases: Leases, house: Any) -> None:
    leases.enter("one")
    leases.take("one", HOSTS)
    archive.close()
    house.rebuild()
    with house.open() as again:
        assert again.leases is None
    assert house.run("SELECT count(*) FROM leases") == [(0,)]
