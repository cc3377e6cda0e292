"""Times in lines for people end at the second, and a state that was withdrawn is not said to have been changed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from model.edtf import parse_utc, utc_text

_FINE = re.compile(r"\d\d:\d\d:\d\d\.\d")


@pytest.mark.parametrize("command", ["list", "changes", "events", "stats", "show", "history", "diff", "capture"])
def test_no_line_for_people_has_a_time_finer_than_a_second(demo: Any, command: str) -> None:
    records = demo.records.values() if command not in {"list", "changes", "stats"} else [None]
    for record in [*records, *([None] if command == "events" else [])]:
        ran = demo(command, *([record] if record else []))
        assert not _FINE.search(ran.out + ran.err), (command, record)


@pytest.mark.parametrize("option", ["--known-at", "--as-of"])
def test_nor_does_the_refusal_of_a_moment_that_is_too_early(demo: Any, option: str) -> None:
    told = demo("show", demo.records["ferry"], option, "1999")
    assert told.code == 2 and not _FINE.search(told.err)
    assert re.search(r"it (was first seen|first learnt of it) \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$", told.err.strip()), told.err


def test_a_state_that_was_withdrawn_afterwards_is_said_to_be(demo: Any) -> None:
    (state,) = demo("history", demo.records["ferry"], "--json").lines()[0]["states"]
    moment = utc_text(parse_utc(state["last_seen"]) + timedelta(microseconds=1))
    shown = demo("show", demo.records["ferry"], "--as-of", moment)
    said = f"{state['withdrawn_at'][:10]} {state['withdrawn_at'][11:19]}Z"
    assert f"; withdrawn by {said}" in " ".join(shown.out.split()), shown.out
    as_of = demo("show", demo.records["ferry"], "--as-of", moment, "--json").lines()[0]["as_of"]
    assert (as_of["certainty"], as_of["found_after"], as_of["seen_after"]) == ("between", "withdrawal", state["withdrawn_at"])


def test_a_state_that_became_another_is_said_to_have_changed(demo: Any) -> None:
    first, second = demo("history", demo.records["budget"], "--json").lines()[0]["states"]
    moment = utc_text(parse_utc(first["last_seen"]) + timedelta(microseconds=1))
    said = f"{second['first_seen'][:10]} {second['first_seen'][11:19]}Z"
    assert f"; changed by {said}" in " ".join(demo("show", demo.records["budget"], "--as-of", moment).out.split())
