"""The shapes of docs/shapes.md: every key that is printed is told there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pressmark.cli.call import SHAPES

DOCS = (Path(__file__).parents[2] / "docs" / "shapes.md").read_text("utf-8")
FREE = {"evidence", "capture", "release", "captures_by_basis", "ledger_entries", "publishers", "facts", "detail"}


def keys(value: Any) -> Iterator[str]:
    """Every key of a shape; objects whose keys are data are not entered."""
    if isinstance(value, list):
        for item in value:
            yield from keys(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            if key == "evidence":
                yield from keys(list(item.values()))
            elif key not in FREE:
                yield from keys(item)


@pytest.mark.parametrize(
    ("heading", "argv"),
    [
        ("Article", ["show", "tide", "--format", "json"]),
        ("RecordLine", ["list", "--json"]),
        ("VersionView", ["show", "ferry", "--json"]),
        ("History", ["history", "budget", "--json"]),
        ("Differences", ["diff", "budget", "--json"]),
        ("SearchHit", ["search", "harbor", "--json"]),
        ("ChangeLine", ["changes", "--json"]),
        ("EventLine", ["events", "--json"]),
        ("Verification", ["verify", "--json"]),
        ("Figures", ["stats", "--json"]),
    ],
)
def test_every_key_is_in_the_docs(heading: str, argv: list[str], demo: Any) -> None:
    ran = demo(*(demo.records.get(word, word) for word in argv))
    assert ran.code == 0 and re.search(rf"^## {heading}\b", DOCS, re.MULTILINE)
    told = set(re.findall(r"[$\w]+", DOCS))
    shapes = [json.loads(line) for line in ran.out.splitlines()]
    assert shapes and sorted(set(keys(shapes)) - told) == []


def test_the_docs_are_of_the_version_in_force() -> None:
    assert DOCS.splitlines()[2].startswith(f"Version {SHAPES}.")


def test_json_of_a_page_with_odd_bytes_is_still_json(tmp_path: Path, pressmark: Any) -> None:
    page = tmp_path / "odd.html"
    page.write_bytes(
        b"<html><head><title>Odd</title></head><body><article><h1>Odd \xed\xa0\x80 bytes</h1><p>"
        + b"Some words. " * 30
        + b"</p></article>"
    )
    ran = pressmark("extract", str(page), "--json")
    assert ran.code == 0
    json.loads(ran.out)["headline"].encode("utf-8")
