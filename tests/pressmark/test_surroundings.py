"""Odd surroundings: folders that went away, closed streams, encodings, settings. One line each, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = [sys.executable, "-c", "from pressmark.cli import main; main()"]
PAGE = (
    '<html lang="en"><head><title>Tidewater</title><script type="application/ld+json">{"@context": "https://schema.org", '
    '"@type": "NewsArticle", "headline": "Caf\u00e9 \u2013 \U0001f600 by the tide \\u009b31m \\u202eedit"}</script></head>'
    "<body><article><h1>Caf\u00e9 \u2013 \U0001f600 by the tide \u009b31m \u202eedit</h1>"
    + "<p>"
    + "The harbour caf\u00e9 opens again after the winter, said its keeper on Monday. " * 4
    + "</p></article></body></html>"
)


def ran(*argv: str, shell: str = '"$@"', cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """One call through a shell line, with variables of its own; standard input is empty."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PRESSMARK_", "PYTHON"))}
    return subprocess.run(
        ["sh", "-c", shell, "sh", *SCRIPT, *argv],
        env=ours | environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False, cwd=cwd,
    )  # fmt: skip


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line on standard error."""
    told = done.stderr.decode("utf-8")
    assert told.count("\n") == 1 and told.startswith("pressmark: "), told
    return told.removeprefix("pressmark: ").rstrip("\n")


def test_a_folder_that_went_away_is_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = ran("list", "--json", "--archive", str(tmp_path / "archive"), shell=f'rmdir "{gone}"; "$@"', cwd=gone)
    assert done.returncode == 2
    assert one_line(done) == "the current folder cannot be used (No such file or directory): go to one that is there"
    assert json.loads(done.stdout)["error"]["type"] == "BadCall"


@pytest.mark.parametrize("command", ["ingest", "extract"])
def test_closed_standard_input_is_a_wrong_call(command: str, tmp_path: Path) -> None:
    done = ran(command, "-", shell='"$@" <&-', cwd=tmp_path)
    assert (done.returncode, one_line(done)) == (2, "standard input is closed: there is nothing behind -")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_whatever_the_encoding_of_the_output(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    for argv in (
        ["ingest", "page.html", "--json"],
        ["list", "--json"],
        ["extract", "page.html", "--json"],
        ["show", "caf\u00e9", "--json"],
    ):
        done = ran(*argv, cwd=tmp_path, PYTHONIOENCODING=encoding)
        text = done.stdout.decode(encoding)
        told = json.loads(text)
        assert "headline" not in told or told["headline"].startswith("Caf\u00e9 \u2013 \U0001f600 by the tide")
        assert "\u009b" not in text and "\u202e" not in text


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PRESSMARK_MAX_BYTES", "9" * 20, f"PRESSMARK_MAX_BYTES is '{'9' * 20}': at most 1 GB can be taken"),
        ("PRESSMARK_OPERATOR", os.fsdecode(b"\xff"), "PRESSMARK_OPERATOR is not valid UTF-8: say it in UTF-8"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_a_wrong_call(variable: str, value: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    done = ran("ingest", "page.html", cwd=tmp_path, **{variable: value})
    assert (done.returncode, one_line(done)) == (2, said)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_an_argument_that_is_no_utf_8_is_a_wrong_call_and_a_file_name_is_not(tmp_path: Path) -> None:
    odd = os.fsdecode(b"\xff")
    (tmp_path / f"{odd}.html").write_text(PAGE, "utf-8")
    taken = ran("ingest", f"{odd}.html", cwd=tmp_path)
    assert taken.returncode == 0 and taken.stdout.startswith(b"new ")
    told = ran("ingest", f"{odd}.html", "--json", cwd=tmp_path)
    assert json.loads(told.stdout)["source"] == "\N{REPLACEMENT CHARACTER}.html"
    told = ran("extract", f"{odd}.html", f"{odd}.html", "--json", cwd=tmp_path)
    assert json.loads(told.stdout.splitlines()[0])["file"] == "\N{REPLACEMENT CHARACTER}.html"


ODD = os.fsdecode(b"a\xff")


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["show", ODD], "RECORD"),
        (["history", ODD], "RECORD"),
        (["diff", ODD], "RECORD"),
        (["events", ODD], "RECORD"),
        (["search", "harbour", ODD], "QUERY"),
        (["ingest", "page.html", "--note", ODD], "--note"),
        (["ingest", "page.html", "--collection", ODD], "--collection"),
        (["ingest", "page.html", "--url", f"https://a.example/{ODD}"], "--url"),
        (["ingest", "page.html", "--override-robots", ODD], "--override-robots"),
        (["extract", "page.html", "--url", f"https://a.example/{ODD}"], "--url"),
        (["schedule", "up", "page.html", "--every", "1h", "--name", ODD], "--name"),
    ],
)
def test_what_is_said_in_no_utf_8_is_named(argv: list[str], named: str, tmp_path: Path, pressmark: object) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    assert callable(pressmark)
    told = pressmark(*argv, "--archive", str(tmp_path / "archive")) if argv[0] != "extract" else pressmark(*argv)
    assert (told.code, told.err) == (2, f"pressmark: {named} is not valid UTF-8: say it in UTF-8\n")
    assert not (tmp_path / "archive").exists()
