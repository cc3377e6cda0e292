"""Processes that work out what the ledger comes to: they end when they should, and none that is missing is taken for checked."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from model.errors import StorageUnavailable
from model.ledger import Agent, AgentType, Entry, Kind
from storage import Archive
from storage.comparing import Beside
from storage.lots import PER_RECORD, Lot
from storage.replay import Comparison

NOTHING = Comparison(Lot((), {}, {}, {table.name: {} for table in PER_RECORD}))


def _processes() -> list[multiprocessing.process.BaseProcess]:
    return [p for p in multiprocessing.active_children() if p.name == "verify"]


@pytest.fixture
def beside() -> Iterator[Beside]:
    with Beside(1) as made:
        assert made.result(made.soon(NOTHING)) == []
        yield made


def test_a_process_that_was_killed_ends_the_check_in_one_line(beside: Beside) -> None:
    (process,) = _processes()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    with pytest.raises(StorageUnavailable, match=r"was killed.*or with one process") as told:
        assert beside.result(beside.soon(NOTHING)) == []
    assert "\n" not in str(told.value)


def test_an_interrupt_of_the_whole_group_is_left_to_the_one_that_was_called(beside: Beside) -> None:
    (process,) = _processes()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    assert beside.result(beside.soon(NOTHING)) == []


def test_a_check_that_is_interrupted_leaves_no_process(filled: Archive) -> None:
    def interrupt(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled.verify(interrupt, processes=2)
    assert _processes() == []
    assert filled.verify(processes=2).ok
    assert _processes() == []


def test_work_goes_on_here_while_a_process_is_waited_for_and_nothing_waits_behind_what_may_be_done_sometime() -> None:
    def broken(times: int) -> Comparison:
        agent = Agent(AgentType.SOFTWARE, "test")
        chains = [[Entry("e", Kind.VERSION, f"r{n:03}", 1, "", "2026-11-20T12:00:00Z", agent, {})] for n in range(times)]
        return Comparison(Lot(chains, {}, {}, NOTHING.lot.held))

    steps: list[int] = []

    def step() -> bool:
        steps.append(len(steps))
        return len(steps) % 5 != 0

    with Beside(1) as made:
        made.meanwhile = step
        first, later, sooner = made.soon(broken(1)), made.sometime(broken(200)), made.soon(NOTHING)
        assert not made.has_room
        assert [found.record for found in made.result(first)] == ["r000"]
        assert made.result(sooner) == [] and not later.done() and made.has_room
        assert len(made.result(later)) == 200
        left = made.sometime(broken(200)), made.sometime(broken(200))
        assert left[1].cancel() and len(made.result(left[0])) == 200
    assert steps


def test_findings_are_the_same_and_in_the_same_order_whoever_works(filled: Archive, house: Any) -> None:
    filled.close()
    for statement in (
        "UPDATE captures SET digest = 'sha256:0'",
        "UPDATE versions SET observed_at = '2001-01-01T00:00:00.000000Z'",
        "UPDATE readings SET signature = 'x' WHERE number = 1",
        "DELETE FROM people",
    ):
        house.run(statement)
    with house.open() as archive:
        alone = archive.verify(processes=1)
        assert len(alone.findings) > 10
        for processes in (2, 3):
            assert archive.verify(processes=processes) == alone
