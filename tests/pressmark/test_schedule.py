"""``schedule``: what people type, and what they are told before anything starts."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.forecast import forecast
from flows.prefect_api import Deployed, Ran
from model.errors import BadCall
from pressmark.cli.schedule import parse_every, say_interval, say_loads
from pressmark.cli.schedule_lines import say_flow, say_ran


@pytest.mark.parametrize(
    ("text", "every", "said"),
    [
        ("15m", timedelta(minutes=15), "15 min"),
        ("90 min", timedelta(minutes=90), "90 min"),
        ("6H", timedelta(hours=6), "6 h"),
        ("1d", timedelta(days=1), "1 d"),
        ("90s", timedelta(seconds=90), "90 s"),
    ],
)
def test_intervals(text: str, every: timedelta, said: str) -> None:
    assert parse_every(text) == every
    assert say_interval(every) == said


@pytest.mark.parametrize("text", ["", "15", "m", "1.5h", "-5m", "4s", "0m", "daily", "9999999d"])
def test_what_is_no_interval_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadCall, match=r"--every takes"):
        parse_every(text)


def test_what_each_host_is_asked_is_said_by_name_for_the_largest() -> None:
    sources = [f"https://paper-{n:02}.example/{page}" for n in range(14) for page in range(2 if n < 3 else 1)]
    lines = say_loads(forecast(sources, timedelta(minutes=15), 5), timedelta(minutes=15))
    assert lines[0] == "  paper-00.example: 2 pages, up to 288 requests a day, robots.txt among them"
    assert lines[9] == "  paper-09.example: 1 page, up to 192 requests a day, robots.txt among them"
    assert lines[10:] == ["  4 more hosts: up to 192 requests a day each"]


def test_an_interval_that_cannot_be_kept_is_said() -> None:
    sources = [f"https://a.example/{n}" for n in range(30)]
    lines = say_loads(forecast(sources, timedelta(minutes=1), 5), timedelta(minutes=1))
    assert "a round takes at least 2.5 min" in lines[-1]
    assert "about 480 rounds a day instead of 1,440" in lines[-1]


def test_a_run_beside_another_is_told_in_our_words() -> None:
    ran = Ran("1", "watch", "Cancelled", "Deployment concurrency limit reached.", None, 0.0)
    assert say_ran(ran) == "cancelled: another round of it goes on just now, and one runs at a time"
    assert say_ran(Ran("1", "watch", "Completed", "2 new", None, 1.0)) == "completed: 2 new"


def test_a_round_that_goes_on_is_said_also_where_it_is_the_first() -> None:
    watch = Deployed("1", "watch", "ours", False)
    coming = Ran("2", "watch", "Scheduled", None, "2026-11-23T16:35:24.1Z", 0.0)
    assert say_flow(watch, None, coming) == "watch      no round yet; next 2026-11-23 16:35:24Z"
    for state in ("Pending", "Running"):
        assert say_flow(watch, Ran("1", "watch", state, None, None, 0.0), None) == "watch      a round goes on; none scheduled"
    done = Ran("1", "watch", "Completed", "3 new", None, 1.0)
    assert say_flow(watch, done, coming) == "watch      last completed: 3 new; next 2026-11-23 16:35:24Z"


def test_a_timetable_that_leaves_everything_out_is_said(pressmark: Any, tmp_path: Path) -> None:
    (tmp_path / "pressmark.toml").write_text("[schedule]\nwatch = false\nrevisit = false\naudit = false\n")
    ran = pressmark("schedule", "list")
    assert (ran.code, ran.out) == (0, "nothing is scheduled here: pressmark.toml leaves every flow out\n")
    assert pressmark("schedule", "list", "--json").out == ""


def test_what_runs_where_nothing_is_said_is_told_as_that(pressmark: Any, tmp_path: Path) -> None:
    ran = pressmark("schedule", "list")
    assert (ran.code, ran.out) == (0, "watch every 15 min\nrevisit every 15 min\naudit every 7 d\n")
    assert ran.err == "there is no pressmark.toml here: this is what runs where nothing is said\n"
    (tmp_path / "pressmark.toml").write_text("[schedule]\nwatch = '5m'\n")
    assert pressmark("schedule", "list").err == ""


_HOLDS = """
import os, signal, sys
from pathlib import Path
from flows.running import Running, told
from flows.server import locked_home
signal.signal(signal.SIGTERM, signal.default_int_handler)
home = Path(sys.argv[1])
with locked_home(home), told(home, Running(os.getpid(), "http://127.0.0.1:9/api", "2026-11-23 16:35:24Z")):
    print("up", flush=True)
    signal.pause()
"""


@pytest.mark.parametrize(
    ("said", "where", "options"),
    [
        ("host_gap = \n", "archive", ()),
        ('archive = "papers"\nhost_gap = "soon"\n', "papers", ()),
        ("no toml at all", "papers", ("--archive", "papers")),
    ],
)
def test_a_schedule_can_be_ended_whatever_became_of_pressmark_toml(
    said: str, where: str, options: tuple[str, ...], pressmark: Any, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _HOLDS, str(tmp_path / f"{where}.schedule")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None and up.stdout.readline() == "up\n"
        (tmp_path / "pressmark.toml").write_text(said)
        ran = pressmark("schedule", "down", *options)
        assert (ran.code, ran.out) == (0, f"the schedule (process {up.pid}) has ended\n"), ran.err
    again = pressmark("schedule", "down", *options)
    assert again.code == 2 and again.err.count("\n") == 1
    assert options or again.err.endswith("(schedule down --archive DIR ends a schedule all the same)\n")


def test_a_port_that_is_none_is_refused_before_anything_starts(pressmark: Any, tmp_path: Path) -> None:
    ran = pressmark("schedule", "up", "--port", "99999")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1) and "--port" in ran.err
    assert not list(tmp_path.iterdir())


def test_a_port_that_somebody_has_is_told_before_anything_starts(pressmark: Any, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<title>Quiet</title><h1>Quiet lamp</h1><p>The lamp stays dark.</p>")
    pressmark("ingest", str(tmp_path / "page.html"))
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1])
        for more in ((), ("--detach",)):
            ran = pressmark("schedule", "up", "--port", port, *more)
            assert ran.code == 2 and ran.err.splitlines()[-1].startswith(f"pressmark: port {port} cannot be had (Address ")
            assert "starting" not in ran.out
