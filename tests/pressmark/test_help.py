"""``--help`` is quick because it imports little; every command has an example and a place in the docs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pressmark.cli.app import build

ROOT = Path(__file__).parents[2]
HEAVY = ("prefect", "sqlalchemy", "trafilatura", "lxml", "httpx2", "pydantic", "rich", "storage", "extractors", "flows")
COMMANDS = [str(info.name) for info in build().registered_commands] + [
    f"{group.name} {info.name}"
    for group in build().registered_groups
    if group.typer_instance is not None
    for info in group.typer_instance.registered_commands
]


def test_help_imports_none_of_the_heavy_modules() -> None:
    code = (
        "import sys, json, io\n"
        "from pressmark.cli import Call, run\n"
        "from pathlib import Path\n"
        "from datetime import datetime, UTC\n"
        "call = Call(io.StringIO(), io.StringIO(), {}, Path('.'), lambda: datetime.now(UTC))\n"
        "code = run(['--help'], call)\n"
        "print('\\n' + json.dumps([code, sorted({m.partition('.')[0] for m in sys.modules})]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    exit_code, modules = json.loads(done.stdout.splitlines()[-1])
    assert exit_code == 0
    assert [name for name in HEAVY if name in modules] == []


def test_bare_call_tells_the_commands_under_their_headings(pressmark: Callable[..., Any]) -> None:
    told = pressmark()
    assert told.code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name.partition(' ')[0]}\s+\S", told.out, re.MULTILINE), name
    assert "Looking things up:" in told.out and told.out.rstrip().count("...") == 1  # the one of the usage line


def test_the_release_is_told(pressmark: Callable[..., Any]) -> None:
    assert re.fullmatch(r"pressmark \d+\.\d+\.\d+\S*, JSON shapes \d+\n", pressmark("--version").out)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example(name: str, capsys: pytest.CaptureFixture[str], pressmark: Callable[..., Any]) -> None:
    assert pressmark(*name.split(), "--help").code == 0
    told = capsys.readouterr().out
    assert f"pressmark {name}" in told.partition("Example:")[2].partition("Options:")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_docs_with_real_output(name: str) -> None:
    docs = (ROOT / "docs" / "cli.md").read_text("utf-8")
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", docs, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/cli.md has no section {name}"
    assert re.search(rf"^\$ pressmark {name}\b.*\n\S", section[1], re.MULTILINE), f"docs/cli.md shows no output of {name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_docs(name: str, capsys: pytest.CaptureFixture[str], pressmark: Callable[..., Any]) -> None:
    pressmark(*name.split(), "--help")
    options = set(re.findall(r"^\s+(--[a-z-]+)", capsys.readouterr().out, re.MULTILINE)) - {"--help", "--archive", "--json"}
    docs = (ROOT / "docs" / "cli.md").read_text("utf-8")
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", docs, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert [option for option in sorted(options) if option not in section[1]] == []


def test_the_readme_opens_with_two_commands_and_names_none_that_is_not_there() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = [line.split("#")[0].strip() for line in readme.splitlines() if line.startswith("    make ")]
    assert commands == ["make demo", "make test"] and readme.index("make test") < 200
    named = re.findall(r"^\$ pressmark (\w+)", readme, re.MULTILINE)
    assert named and set(named) <= {name.partition(" ")[0] for name in COMMANDS}


@pytest.mark.parametrize("page", ["README.md", "docs/cli.md", "docs/shapes.md"])
def test_links_of_the_docs_lead_somewhere(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
