"""Output that README and docs/cli.md show is what the demo's newspaper gives today, but for ids, times and addresses."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = {"rrxg": "budget", "pt80": "ferry", "ht06": "lamp", "zxtr": "tide"}  # records as the pages name them
OURS = (
    (r"\b[0-9a-z]{6}-[0-9a-z]{11}\b", "RECORD"),
    (r"127\.0\.0\.1:\d+", "SERVER"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "TIME"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "CAPTURE"),
    (r"/\S+/archive\b", "ARCHIVE"),
    (r"[\d.]+ kB", "SIZE"),
    (r"(pressmark (?:show|diff)) [0-9a-z]{4}\b", r"\1 RECORD"),
)
OUTCOME = re.compile(r"(new|changed|unchanged|gone|held|refused|failed) ")


def calls(page: str) -> Iterator[tuple[str, str]]:
    """What a page shows: each call with its output."""
    for block in re.findall(r"^```console\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for call in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            said, _, told = call.partition("\n")
            yield said, told


def plain(told: str) -> list[str]:
    """Lines without what is another's each time; what was done side by side comes in any order."""
    for ours, name in OURS:
        told = re.sub(ours, name, told)
    lines: list[str] = []
    for is_outcome, some in groupby(told.strip().splitlines(), key=lambda line: OUTCOME.match(line) is not None):
        together = list(some)
        lines += sorted(together) if is_outcome else together
    return lines


def entries(told: str) -> list[str]:
    """The same of a list of records, in any order."""
    return sorted(re.split(r"\n(?=RECORD )", "\n".join(plain(told))))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        *(("docs/cli.md", f"pressmark {said}") for said in ("show pt80", "diff rrxg", "search harbor lamp author:marwick")),
        *(("docs/cli.md", f"pressmark {said}") for said in ("changes", "events pt80", "show ht06 --why")),
        *(("README.md", f"pressmark {said}") for said in ("diff rrxg", "show ht06 --why")),
    ],
)
def test_what_a_page_shows_of_the_demo_is_so(page: str, said: str, demo: Any) -> None:
    shown = next(told for call, told in calls(page) if call == said)
    told = plain(demo(*(demo.records[SHOWN[word]] if word in SHOWN else word for word in shlex.split(said)[1:])).out)
    lines = plain(shown)
    if "…" in lines:  # a part of it
        assert "\n".join(lines).strip("…\n") in "\n".join(told)
    else:
        assert lines == told


def test_the_demo_prints_what_the_docs_show(demo: Any) -> None:
    (shown,) = (told for call, told in calls("docs/cli.md") if call == "pressmark demo")
    assert plain(shown) == plain(demo.ran.out)


def test_the_list_that_the_docs_show_is_so(demo: Any) -> None:
    shown = next(told for call, told in calls("docs/cli.md") if call == "pressmark list")
    assert entries(shown) == entries(demo("list").out)
