"""Whatever happens, a person gets one line and an exit code, never a traceback."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from model import errors
from pressmark.cli import Call, run

Pressmark = Callable[..., Any]
SCRIPT = [sys.executable, "-c", "from pressmark.cli import main; main()"]


def app_that(raises: BaseException) -> typer.Typer:
    """A command line whose one command ends so."""
    app = typer.Typer()

    @app.command()
    def fail(as_json: bool = typer.Option(False, "--json")) -> None:
        raise raises

    return app


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BadCall("the date has no offset"), 2),
        (errors.NotFound("no such record"), 2),
        (errors.Ambiguous("several", candidates=["a", "b"]), 2),
        (errors.NewerFormat("written by a newer Pressmark"), 1),
        (errors.Damaged("run verify", place="warc/1"), 1),
        (errors.StorageUnavailable("the database is locked"), 1),
        (errors.Unreachable("no answer"), 1),
        (errors.Refused("robots.txt"), 1),
        (errors.TooLarge("over a limit", limit=5), 1),
    ],
)
def test_an_error_of_ours_is_one_line_and_with_json_an_object(
    pressmark: Pressmark, error: errors.PressmarkError, code: int
) -> None:
    told = pressmark(app=app_that(error))
    assert (told.code, told.out, told.err) == (code, "", f"pressmark: {error}\n")
    as_json = pressmark("--json", app=app_that(error))
    assert as_json.code == code and as_json.err == told.err
    shape = json.loads(as_json.out)
    assert shape == {"error": {"type": type(error).__name__, "message": str(error), "facts": dict(error.facts)}}


def test_a_defect_is_one_line_that_tells_how_to_see_more(pressmark: Pressmark) -> None:
    told = pressmark(app=app_that(ValueError("two\nlines")))
    assert told.code == 70 and told.out == "" and told.err.count("\n") == 1
    assert told.err.startswith("pressmark: this is a defect of Pressmark (ValueError: two lines); ")
    assert "PRESSMARK_DEBUG=1" in told.err and "Traceback" not in told.err
    assert "Traceback" in pressmark(app=app_that(ValueError("x")), environ={"PRESSMARK_DEBUG": "1"}).err


def test_an_end_of_file_of_ours_is_a_defect_and_no_interruption(pressmark: Pressmark) -> None:
    told = pressmark(app=app_that(EOFError("a worker went away")))
    assert told.code == 70 and "(EOFError: a worker went away)" in told.err


def test_an_interruption_is_one_line(pressmark: Pressmark) -> None:
    told = pressmark(app=app_that(KeyboardInterrupt()))
    assert (told.code, told.err) == (130, "pressmark: interrupted; whatever was reported is kept\n")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["lisst"], "No such command 'lisst'. Did you mean 'list'? (pressmark --help tells more)"),
        (["show"], "Missing argument 'RECORD[@N[.R]]' (pressmark show --help tells more)"),
        (["list", "--limits", "3"], "No such option: --limits (Possible options: --limit) (pressmark list --help tells more)"),
        (["list", "--limit", "0"], "--limit takes a number from 1 to 1,000,000,000, or all, not '0'"),
        (["list", "--limit", "some"], "--limit takes a number from 1 to 1,000,000,000, or all, not 'some'"),
        (["list", "--limit", "9" * 20], "--limit takes a number from 1 to 1,000,000,000, or all, not '99999999999999999999'"),
        (["events", "--limit", "1000000001"], "--limit takes a number from 1 to 1,000,000,000, or all"),
        (["search", "x", "--limit", "9" * 20], "--limit takes a number from 1 to 1,000,000,000, or all"),
        (["search", "x", "--limit", "0"], "--limit takes a number from 1 to 1,000,000,000, or all, not '0'"),
        (["show", "x" * 60_000], "a reference of 60,000 characters names no record: give its id or a URL of it"),
        (["changes", "--since", "soon"], "--since takes 24h, 7d, a day, or a date-time with its offset"),
        (["show", "x", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of"),
        (["ingest", "a.html", "b.html", "--url", "https://a.example/"], "--url says what one file is a copy of"),
        (["ingest", "a.html", "--captured-at", "2018-12-18T06:00:00"], "--captured-at needs a date-time with its offset"),
        (["ingest", "a.html", "--allow-address", "home"], "--allow-address takes a network such as 127.0.0.0/8"),
        (["ingest", "a.html", "--override-robots", " "], "--override-robots needs the reason"),
        (["ingest", "a.html", "--collection", ""], "a collection needs a name"),
        (["ingest", "a.html", "--collection", "a\nb"], "a collection's name is one line"),
        (["ingest", "a.html", "--note", " "], "an empty note says nothing: leave it out, or write one"),
        (["ingest", "nowhere.html"], "no such file or folder: nowhere.html"),
        (["ingest", "ftp://a.example/x"], "ftp addresses are not read"),
        (["ingest", "a.html", "--captured-at", "9999-12-31T23:59:59.999999Z"], "--captured-at is in the future"),
        (
            ["ingest", "a.html", "--url", "http://["],
            "--url takes a web address such as https://harbour-ledger.example/a, not 'http://['",
        ),
        (["extract", "a.html", "--captured-at", "9999-12-31T23:59:59.999999Z"], "--captured-at is in the future"),
        (["extract", "a.html", "--url", "http://["], "--url takes a web address such as"),
        (["extract", "a.html", "--url", "ftp://a.example/"], "--url takes a web address such as"),
        (["extract", "a.html", "--url", "https://a.example/\x1b[31m"], "--url takes a web address such as"),
        (["search", "fire", "--limits", "3"], "no such option: --limits (pressmark search --help tells more)"),
        (["extract"], "name a file, or give --manifest and --output"),
        (["extract", "--manifest", "m.jsonl"], "--manifest and --output go together"),
        (["extract", "a.html", "--captured-at", "noon"], "--captured-at needs a date-time with its offset"),
        (["diff", "x", "one"], "there is no archive at"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(pressmark: Pressmark, tmp_path: Path, argv: list[str], said: str) -> None:
    told = pressmark(*argv, environ={"PRESSMARK_ARCHIVE": str(tmp_path / "archive")})
    assert told.code == 2 and told.out == "" and told.err.count("\n") == 1
    assert told.err.startswith(f"pressmark: {said}")
    assert not (tmp_path / "archive").exists()


def test_a_wrong_address_of_a_store_or_database_is_told_and_nothing_is_made(pressmark: Pressmark, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>words</p>")
    page = str(tmp_path / "page.html")
    wrong = [
        ("store_url", "bucket", "cannot be used: give a bucket as s3://BUCKET"),
        ("database_url", "s3://bucket", "cannot be used: give an address such as postgresql://"),
        ("database_url", "mysql://ada:secret@host/papers", "cannot be used: give an address such as postgresql://"),
        ("database_url", "papers", "cannot be used: give an address such as postgresql://"),
    ]
    for name, value, said in wrong:
        told = pressmark("ingest", page, environ={f"PRESSMARK_{name.upper()}": value})
        assert told.code == 2 and told.err.startswith(f"pressmark: PRESSMARK_{name.upper()} {said}"), told.err
        (tmp_path / "pressmark.toml").write_text(f'{name} = "{value}"\n')
        told = pressmark("ingest", page)
        assert told.code == 2 and told.err.startswith(f"pressmark: pressmark.toml: {name} {said}"), told.err
        assert "secret" not in told.err and told.err.count("\n") == 1
    (tmp_path / "pressmark.toml").unlink()
    told = pressmark("ingest", page, environ={"PRESSMARK_DATABASE_URL": "postgresql://ada:sesame@[::1/papers"})
    assert told.code == 2 and "database_url is no address of a database" in told.err and told.err.count("\n") == 1
    told = pressmark("ingest", page, environ={"PRESSMARK_DATABASE_URL": "postgresql://ada:secret@127.0.0.1:1/papers"})
    assert told.code == 1 and "does not answer" in told.err and "127.0.0.1/papers" in told.err
    assert "secret" not in told.err and told.err.count("\n") == 1
    assert pressmark("ingest", page, "--archive", "postgresql://host/archive").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    "command", ["list", "show x", "history x", "diff x", "search x", "changes", "stats", "events", "verify", "rebuild", "migrate"]
)
def test_only_ingest_makes_an_archive(pressmark: Pressmark, tmp_path: Path, command: str) -> None:
    told = pressmark(*command.split(), "--archive", str(tmp_path / "none"))
    assert told.code == 2
    assert told.err.startswith(f"pressmark: there is no archive at {tmp_path / 'none'}: ") and told.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argv", [["show", "--help"], ["show", "x", "--json"]])
def test_a_reader_that_goes_away_is_no_error(argv: list[str], tmp_path: Path) -> None:
    process = subprocess.Popen([*SCRIPT, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err and b"BrokenPipe" not in err
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*SCRIPT, "--version"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == b"pressmark: the output cannot be written (No space left on device)\n"


def test_closed_streams_are_no_error(tmp_path: Path) -> None:
    done = subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *SCRIPT, "list"], timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 2


def test_a_stream_that_breaks_is_quiet(tmp_path: Path) -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    err = io.StringIO()
    call = Call(Broken(), err, {}, tmp_path, lambda: datetime.now(UTC))
    assert run(["--version"], call) == 141
    assert err.getvalue() == ""


def test_ctrl_c_ends_an_ingest_with_one_line(tmp_path: Path) -> None:
    """Standard input stays open, so the call waits until it is interrupted."""
    command = [*SCRIPT, "ingest", "-", "--archive", str(tmp_path / "archive")]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=tmp_path
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "archive" / "pressmark-archive.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdin is not None
    process.stdin.close()
    out, err = process.stdout.read() if process.stdout else b"", process.stderr.read() if process.stderr else b""
    assert process.wait(timeout=60) == 130
    assert b"Traceback" not in err and err.splitlines()[-1].startswith(b"pressmark: interrupted")
    assert out == b""
