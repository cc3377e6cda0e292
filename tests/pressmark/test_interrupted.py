"""Ctrl-C: one line that says what is so of the command that was broken off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer

from pressmark.cli.app import build


def _broken_off() -> typer.Typer:
    """Our command line, every command of which is interrupted as soon as it begins."""
    app = typer.Typer()

    def broken_off() -> None:
        raise KeyboardInterrupt

    for name in typer.main.get_command(build()).commands:  # type: ignore[attr-defined]
        app.command(name)(broken_off)
    return app


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ingest", "whatever was reported as taken in is kept"),
        ("watch", "whatever was reported as taken in is kept"),
        ("rebuild", "a new database takes the old one's place only when it is whole: run pressmark rebuild again"),
        ("verify", "the check did not end and is not kept; nothing was changed"),
        ("replicate", "what has arrived stays in the copy, and the same call goes on from there"),
        ("repair", "what was put right stays so, each record proved: run pressmark repair again for the rest"),
        ("reprocess", "readings that were added are kept, and the same call goes on with the rest; a dry run keeps nothing"),
        ("export", "the export is not complete, and no file of it is half written under its name: run it again"),
        ("list", "nothing was changed"),
        ("note", "whatever was reported is kept"),
    ],
)
def test_the_line_says_what_is_so_of_the_command(pressmark: Any, command: str, said: str) -> None:
    told = pressmark(command, app=_broken_off())
    assert (told.code, told.out, told.err) == (130, "", f"pressmark: interrupted; {said}\n")


def test_every_command_that_takes_nothing_in_says_nothing_of_that(pressmark: Any) -> None:
    for command in typer.main.get_command(build()).commands:  # type: ignore[attr-defined]
        told = pressmark(command, app=_broken_off())
        assert ("taken in" in told.err) == (command in {"ingest", "watch", "schedule"}), command


def test_a_rebuild_that_is_broken_off_leaves_the_database_that_was_there(pressmark: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<html><body><article><h1>Ferry sails</h1><p>" + "The ferry sails again. " * 30 + "</p></article></body></html>"
    )
    assert pressmark("ingest", str(page)).code == 0
    listed, where = pressmark("list", "--json").out, tmp_path / "archive"
    command = [sys.executable, "-c", "from pressmark.cli import main; main()", "rebuild"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (where / "pressmark.db.new").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("pressmark: interrupted; a new database takes the old one's place only when")
    assert not (where / "pressmark.db.new").exists() and pressmark("list", "--json").out == listed
    assert pressmark("rebuild").code == 0 and pressmark("list", "--json").out == listed
