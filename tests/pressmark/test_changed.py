"""``changes``: filters, announcements, the feed."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

NS = {"a": "http://www.w3.org/2005/Atom"}


def test_filters_and_announcements_are_told(demo: Any) -> None:
    every = demo("changes", "--since", "1h", "--json").lines()
    changed = [x for x in every if x["kind"] == "changed"]
    assert [x["announcement"]["announced"] for x in changed] == ["here"]
    assert demo("changes", "--field", "headline", "--substantive", "--json").lines() == changed
    assert demo("changes", "--kind", "gone", "--kind", "new", "--json").lines() == [
        x for x in every if x["kind"] in {"gone", "new"}
    ]
    assert demo("changes", "--field", "standfirst").err == "no changes seen in the last 24h\n"
    assert "announced with it by a correction" in demo("changes", "--kind", "changed").out


def test_the_feed_goes_to_a_file_or_to_standard_output(demo: Any) -> None:
    ran = demo("changes", "--format", "atom", "--kind", "changed", "--output", "changes.atom")
    assert (ran.code, ran.out, ran.err) == (0, "", "1 change in changes.atom\n")
    kept = Xml.parse(demo.folder / "changes.atom").getroot()
    (entry,) = kept.findall("a:entry", NS)
    assert demo.records["budget"] in entry.findtext("a:id", "", NS)
    shown = Xml.fromstring(demo("changes", "--format", "atom", "--kind", "changed").out)
    assert [e.findtext("a:title", "", NS) for e in shown.findall("a:entry", NS)] == [entry.findtext("a:title", "", NS)]
    assert not [x for x in demo.folder.iterdir() if re.match(r"\.changes\.atom\.", x.name)]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--field", "headlines"], "--field does not know 'headlines'; did you mean headline?"),
        (["--kind", "xyz"], "--kind does not know 'xyz'; it takes new, changed, gone, restored"),
        (["--format", "rss"], "--format takes atom, not 'rss'"),
        (["--format", "atom", "--json"], "give one of them"),
        (["--output", "x.atom"], "give --format atom with it"),
        (["--format", "atom", "--output", "nowhere/x.atom"], "the feed cannot be written to nowhere/x.atom: No such file"),
    ],
)
def test_a_wrong_call_is_one_line(argv: list[str], said: str, demo: Any) -> None:
    ran = demo("changes", *argv)
    assert ran.code in {1, 2} and said in ran.err and ran.err.count("\n") == 1
