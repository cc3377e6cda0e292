"""Processes that work out what the ledger comes to: they end when they should, and none that is missing is taken for checked."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest

from model.errors import StorageUnavailable
from model.ledger import Agent, AgentType, Entry, Kind
from storage import Archive
from storage.comparing import Beside
from storage.lots import PER_RECORD, Lot

NOTHING = Lot((), {}, {}, {table.name: {} for table in PER_RECORD})


def _processes() -> list[multiprocessing.process.BaseProcess]:
    return [p for p in multiprocessing.active_children() if p.name == "verify"]


@pytest.fixture
def beside() -> Iterator[Beside]:
    with Beside(1) as made:
        assert list(made.give(NOTHING)) + list(made.rest()) == []
        yield made


def test_a_process_that_was_killed_ends_the_check_in_one_line(beside: Beside) -> None:
    (process,) = _processes()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    with pytest.raises(StorageUnavailable, match=r"was killed.*or with one process") as told:
        assert list(beside.give(NOTHING)) + list(beside.rest()) == []
    assert "\n" not in str(told.value)


def test_an_interrupt_of_the_whole_group_is_left_to_the_one_that_was_called(beside: Beside) -> None:
    (process,) = _processes()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    assert list(beside.give(NOTHING)) + list(beside.rest()) == []


def test_a_check_that_is_interrupted_leaves_no_process(filled: Archive) -> None:
    def interrupt(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled.verify(interrupt, processes=2)
    assert _processes() == []
    assert filled.verify(processes=2).ok
    assert _processes() == []


def test_differences_are_told_in_the_order_of_the_lots() -> None:
    def broken(number: int, times: int) -> Lot:
        agent = Agent(AgentType.SOFTWARE, "test")
        names = [f"r{number}-{n:03}" for n in range(times)]
        chains = [[Entry("e", Kind.NOTE, name, 1, "", "2026-11-20T12:00:00Z", agent, {})] for name in names]
        return Lot(chains, {}, {}, NOTHING.held)

    told: list[str] = []
    with Beside(2) as made:
        for number in range(6):  # every other one takes long
            told += [found.record for found in made.give(broken(number, 1 if number % 2 else 200))]
        told += [found.record for found in made.rest()]
    assert len(told) == 603 and told == sorted(told)
