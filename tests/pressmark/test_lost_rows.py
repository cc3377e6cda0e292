"""Rows gone from the database, as a person is told of it: one line that says what is lost and what to do, exit 1."""

from __future__ import annotations

import json
from typing import Any

SAID = "run `pressmark verify`, then `pressmark rebuild`"


def _ferry(kept: Any) -> str:
    (found,) = (line["record"] for line in kept("list", "--json").lines() if line["headline"].startswith("Ferry"))
    return str(found)


def test_a_piece_whose_rows_are_gone_is_told_as_lost_and_comes_back(kept: Any) -> None:
    ferry = _ferry(kept)
    shown = kept("show", ferry, "--json").out
    kept.house.run(f"DELETE FROM readings WHERE record = '{ferry}'")
    calls = [["show", ferry], ["history", ferry], ["diff", ferry], ["events", ferry], ["stats"], ["reprocess"]]
    calls += [["note", ferry, "hm"], ["amend", ferry, "--set", "headline=x", "--reason", "y"], ["collection", "add", "x", ferry]]
    kept.refuses([*calls, ["restrict", ferry, "--reason", "y"]], SAID)
    assert kept("verify").code == 1
    kept.house.lose()
    assert kept("rebuild").code == 0 and kept("show", ferry, "--json").out == shown


def test_a_list_and_a_search_say_that_a_piece_is_lost(kept: Any) -> None:
    ferry = _ferry(kept)
    kept.house.run(f"DELETE FROM records WHERE id = '{ferry}'")
    kept.refuses([["list"], ["list", "--limit", "all"], ["search", "winter"], ["show", ferry]], f"has lost the line of {ferry}")
    told = json.loads(kept("list", "--json").out)["error"]
    assert (told["type"], told["facts"]) == ("Damaged", {"place": ferry, "lost": True})


def test_what_a_restriction_closes_is_not_shown_where_the_restriction_is_lost(kept: Any) -> None:
    ferry = _ferry(kept)
    assert kept("restrict", ferry, "--reason", "a minor is named").code == 0
    kept.house.run("DELETE FROM restrictions")
    calls = [["show", ferry], ["list"], ["search", "winter"], ["changes", "--since", "7d"], ["history", ferry]]
    kept.refuses([*calls, ["export", "--format", "csv", "--output", "all.csv"]], f"has lost the restriction of {ferry}")


def test_an_export_says_what_it_lacks_and_has_another_name(kept: Any) -> None:
    ferry, out = _ferry(kept), kept.where.parent
    kept.house.run(f"DELETE FROM versions WHERE record = '{ferry}'")
    done = kept("export", "--format", "csv", "--output", "all.csv")
    assert done.code == 1 and not (out / "all.csv").exists()
    assert done.out.startswith("all.csv.incomplete: 1 record, 1 version;")
    first, *_, last = done.err.splitlines()
    assert first == f"the database has lost version 1 of {ferry}: {ferry}@1 is left out"
    assert last == f"all.csv.incomplete is not complete: {SAID}, and export again"
    assert ferry not in (out / "all.csv.incomplete").read_text("utf-8")
    told = json.loads(kept("export", "--format", "jsonl", "--output", "all.jsonl", "--json").out)
    assert (told["output"], told["renamed"], told["records"]) == ("all.jsonl.incomplete", True, 1)
    assert told["lost"] == [{"record": ferry, "version": 1, "what": f"version 1 of {ferry}"}]
    kept.house.lose()
    assert kept("rebuild").code == 0
    whole = json.loads(kept("export", "--format", "csv", "--output", "all.csv", "--json").out)
    assert (whole["output"], whole["renamed"], whole["lost"], whole["records"]) == ("all.csv", False, [], 2)
