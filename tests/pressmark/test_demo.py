"""The made-up newspaper goes in, is corrected, goes in again; every looking command on what came of it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pressmark.demo.paper import BUDGET, FERRY, OPINION, PHOTOS, Paper


def test_it_ends_well_and_says_what_to_try(demo: Any) -> None:
    assert (demo.ran.code, demo.ran.err) == (0, "")
    assert f"export PRESSMARK_ARCHIVE={demo.archive}" in demo.ran.out
    assert "all as it was kept" in demo.ran.out
    assert "Traceback" not in demo.ran.out


def test_each_source_has_the_outcome_of_the_story(demo: Any) -> None:
    told = re.findall(r"^(new|changed|unchanged|gone|held|refused|failed) .*?:\d+(/\S+)", demo.ran.out, re.MULTILINE)
    outcomes: dict[str, list[str]] = {}
    for outcome, path in told:
        outcomes.setdefault(path, []).append(outcome)
    assert outcomes == {
        BUDGET: ["new", "changed"],
        OPINION: ["new", "unchanged"],
        FERRY: ["new", "gone"],
        PHOTOS: ["new", "unchanged"],
        "/documents/harbor-budget.pdf": ["held", "held"],
        "/drafts/mayor-interview": ["refused", "refused"],
    }


def test_the_opinion_piece_names_its_author_her_posts_and_the_photographer(demo: Any) -> None:
    article = json.loads(demo("show", demo.records["lamp"], "--format", "json").out)
    assert article["headline"] == "Keep the lamp at Grey Point burning"
    (author,) = article["authors"]
    assert author["name"] == "Oona Marwick"
    posts = {(p["role"], p["organization"], p["past"]) for p in author["affiliations"]}
    assert ("president", "Society for Coastal Lights", False) in posts
    assert ("director", "Port Hallow Pilot School", True) in posts
    assert article["dateline"]["date"] == "XXXX-03-11" and article["dateline"]["agency"] == "CWS"
    (image,) = article["images"]
    assert image["creators"] == ["Edmund Thrale"] and image["agencies"] == ["CWS"] and image["kind"] == "file photo"
    assert "Advertisement" not in article["text"] and "Latest Headlines" not in article["text"]


def test_the_photo_story_names_photographers_and_agencies(demo: Any) -> None:
    article = json.loads(demo("show", demo.records["tide"], "--format", "json").out)
    assert [(i["creators"], i["agencies"]) for i in article["images"]] == [
        (["Ilse Brandvold"], ["Courier"]),
        (["Teodor Hask"], ["Coastal Wire"]),
        (["Nell Quaife"], ["Courier"]),
    ]


def test_the_wire_story_has_place_date_and_agency(demo: Any) -> None:
    article = json.loads(demo("show", demo.records["ferry"], "--format", "json").out)
    assert article["dateline"] == {
        "raw": "SKERRY ISLE, March 10 (Coastal Wire)", "place": "Skerry Isle", "date": "XXXX-03-10", "agency": "Coastal Wire",
    }  # fmt: skip
    assert article["authors"][0]["name"] == "Jory Penhale"


def test_list_tells_every_record(demo: Any) -> None:
    told = demo("list").out
    assert "Night ferry to Skerry Isle halted for a week  withdrawn\n" in told
    assert "2 versions" in told
    assert [line["withdrawn"] for line in demo("list", "--json").lines()].count(True) == 1
    assert len(demo("list", "--json", "--limit", "2").lines()) == 2


def test_show_takes_an_id_its_beginning_and_an_address(demo: Any) -> None:
    record = demo.records["budget"]
    address = demo("list", "--json").lines()
    url = next(line["url"] for line in address if line["record"] == record)
    whole = demo("show", record).out
    assert whole == demo("show", record.partition("-")[2][:6]).out == demo("show", url).out
    assert whole.startswith(f"{record}@2.1\n") and "$3.8 million" in whole
    first = demo("show", f"{record}@1").out
    assert first.startswith(f"{record}@1.1  not the latest version\n") and "$4.1 million" in first


def test_show_prints_the_text_alone(demo: Any) -> None:
    told = demo("show", demo.records["ferry"], "--format", "text").out
    assert told.startswith("The night ferry between Port Hallow") and "\n\n" in told and "Jory Penhale" not in told


def test_show_tells_how_we_know(demo: Any) -> None:
    told = demo("show", demo.records["budget"], "--why").out
    assert "How we know" in told and "json-ld[0]/headline" in told and "declared" in told
    view = json.loads(demo("show", demo.records["budget"], "--json").out)
    assert view["article"]["evidence"]["/headline"]["how"] == "declared"
    assert view["state"]["version"] == 2 and view["capture"]


def test_history_tells_the_correction_and_the_withdrawal(demo: Any) -> None:
    told = json.loads(demo("history", demo.records["budget"], "--json").out)
    assert [state["version"] for state in told["states"]] == [1, 2]
    changed = {f["field"]: f["kind"] for f in told["states"][1]["change"]["fields"]}
    assert changed == {"headline": "edited", "body": "edited", "corrections": "added"}
    assert "withdrawn: found gone" in demo("history", demo.records["ferry"]).out


def test_diff_tells_the_words(demo: Any) -> None:
    told = demo("diff", demo.records["budget"]).out
    assert "  Port Hallow council passes harbor budget of $[-4.1-]{+3.8+} million\n" in told
    shape = json.loads(demo("diff", demo.records["budget"], "1", "2", "--json").out)
    headline = next(f for f in shape["fields"] if f["field"] == "headline")
    assert "".join(r["text"] for r in headline["runs"] if r["op"] != "removed") == (
        "Port Hallow council passes harbor budget of $3.8 million"
    )
    body = next(f for f in shape["fields"] if f["field"] == "body")
    assert [r["text"] for r in body["runs"] if r["op"] == "removed"] == ["4.1"]
    assert demo("diff", demo.records["budget"] + "@2").out == told
    assert demo("diff", demo.records["budget"], "2", "1").out != told


def test_diff_of_one_version_says_there_is_nothing_to_compare(demo: Any) -> None:
    told = demo("diff", demo.records["tide"])
    assert told.code == 2 and "nothing to compare with" in told.err
    assert "has no version 9" in demo("diff", demo.records["budget"] + "@9").err


def test_search_finds_words_and_names(demo: Any) -> None:
    assert {hit["line"]["record"] for hit in demo("search", "dredger", "--json").lines()} == {demo.records["budget"]}
    assert demo.records["lamp"] in demo("search", "lighthouse").out
    nothing = demo("search", "submarine")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "nothing found\n")


def test_changes_tells_what_the_paper_did(demo: Any) -> None:
    kinds = {(line["kind"], line["record"]) for line in demo("changes", "--since", "1h", "--json").lines()}
    assert ("changed", demo.records["budget"]) in kinds and ("gone", demo.records["ferry"]) in kinds
    assert ("changed", demo.records["lamp"]) not in kinds
    assert "no changes seen" not in demo("changes", "--since", "7d").err
    assert demo("changes", "--since", "2046-01-01").err == "no changes seen since 2046-01-01\n"
    assert demo("changes", "--since", "2046-01-01T00:00Z").err == "no changes seen since 2046-01-01T00:00Z\n"


def test_stats_and_events(demo: Any) -> None:
    stats = json.loads(demo("stats", "--json").out)
    assert (stats["records"], stats["versions"], stats["withdrawn"]) == (4, 5, 1)
    assert "The Saltmarsh Courier" in demo("stats").out
    events = demo("events", demo.records["ferry"], "--json").lines()
    assert [event["detail"]["entry"] for event in events] == ["withdrawal", "version"]
    assert "withdrawal" in demo("events", demo.records["ferry"]).out


def test_verify_is_content(demo: Any) -> None:
    assert demo("verify").code == 0
    assert json.loads(demo("verify", "--json").out)["ok"] is True


def test_an_unknown_record_is_one_line(demo: Any) -> None:
    told = demo("show", "zzzz", "--json")
    assert told.code == 2 and told.err.count("\n") == 1
    assert json.loads(told.out)["error"]["type"] == "NotFound"


def test_a_second_demo_in_one_place_is_refused(demo: Any) -> None:
    told = demo("demo")
    assert told.code == 2 and "name a new place" in told.err


def test_the_paper_is_as_its_feed_says() -> None:
    with Paper() as paper:
        assert len(paper.feed()) == 6 and all(link.startswith(paper.base + "/") for link in paper.feed())


def test_kept_open_it_can_be_ingested_from_until_ctrl_c(tmp_path: Path, pressmark: Callable[..., Any]) -> None:
    command = [
        sys.executable,
        "-c",
        "from pressmark.cli import main; main()",
        "demo",
        "--keep",
        "--archive",
        str(tmp_path / "demo"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address is not None, line
        call = ["--allow-address", "127.0.0.0/8", "--archive", str(tmp_path / "mine")]
        assert pressmark("ingest", address[0] + PHOTOS, *call).code == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == "closed\n"
    finally:
        process.kill()


@pytest.fixture(scope="module")
def damaged(demo: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo's archive with one byte of its WARC flipped."""
    import shutil

    copy = tmp_path_factory.mktemp("damaged") / "archive"
    shutil.copytree(demo.archive, copy)
    (warc,) = (copy / "warc").glob("*.warc.gz*")
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 1
    warc.write_bytes(data)
    return copy


def test_verify_names_the_place_of_a_flipped_bit(damaged: Path, module_pressmark: Callable[..., Any]) -> None:
    told = module_pressmark("verify", "--archive", str(damaged))
    assert told.code == 1
    assert ".warc.gz" in told.out and ("thing is wrong" in told.out or "things are wrong" in told.out)
    shape = json.loads(module_pressmark("verify", "--json", "--archive", str(damaged)).out)
    assert shape["ok"] is False and all(finding["place"] and finding["advice"] for finding in shape["findings"])
