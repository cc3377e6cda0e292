"""What a person does from the command line, on the archive of the demo."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pressmark.cli.references import parse_moment

ADA = {"PRESSMARK_OPERATOR": "Ada Bell"}
Run = Callable[..., Any]


@pytest.fixture
def copy(demo: Any, tmp_path: Path, pressmark: Any) -> Run:
    """The command line on a copy of the demo's archive."""
    place = tmp_path / "archive"
    shutil.copytree(demo.archive, place)

    def run(*argv: str, **environ: str) -> Any:
        named = [demo.records.get(a, a) for a in argv]
        return pressmark(*named, "--archive", str(place), environ={**ADA, **environ})

    return run


def test_an_amendment_is_shown_with_who_when_and_why(copy: Run) -> None:
    done = copy("amend", "lamp", "--set", "authors/0/role=pilot", "--set", "date_published=2024-03", "--reason", "in print")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("@1.2 by Ada Bell: authors/0/role is pilot; date_published is 2024-03\n")
    card = copy("show", "lamp").out
    assert "Oona Marwick, pilot" in card and "authors/0/role by Ada Bell" in card and "in print (read:" in card
    why = copy("show", "lamp", "--why").out
    assert "stated  person  reading:2" in why and "a person's value outranks it" in why
    shape = json.loads(copy("show", "lamp", "--json").out)
    assert {(s["pointer"], s["agent"], s["reason"]) for s in shape["stated"]} == {
        ("/authors/0/role", "Ada Bell", "in print"), ("/date_published", "Ada Bell", "in print"),
    }  # fmt: skip
    assert json.loads(copy("show", "lamp", "--format", "json").out)["date_published"] == "2024-03"
    back = copy("amend", "lamp", "--clear", "authors/0/role", "--reason", "mistaken", "--by", "Ben", "--json").lines()[0]
    assert (back["reading"], back["clear"]) == (3, ["/authors/0/role"])
    assert "Oona Marwick, pilot" not in copy("show", "lamp").out


def test_an_amendment_of_restricted_content_tells_what_was_said_and_nothing_else(copy: Run) -> None:
    assert copy("restrict", "lamp", "--reason", "a minor is named").code == 0
    done = copy("amend", "lamp", "--set", "authors/0/role=pilot", "--reason", "in print")
    assert done.out.endswith("@1.2 by Ada Bell: authors/0/role is pilot; its content stays restricted\n")
    told = copy("amend", "lamp", "--set", "section=Harbour", "--reason", "in print", "--json").lines()[0]
    assert (told["restricted"], told["set"], told["clear"]) == (True, {"/section": "Harbour"}, [])
    wrong = copy("amend", "lamp", "--set", "authors/7/role=pilot", "--reason", "in print")
    assert wrong.code == 2 and "which is restricted: set authors as JSON" in wrong.err
    assert not any("Marwick" in x.out + x.err for x in (done, wrong))
    assert copy("show", "lamp").code == 1
    assert copy("amend", "lamp", "--set", "headline=x", "--reason", "y", PRESSMARK_OPERATOR="").code == 2


def test_a_persons_value_is_not_put_down_to_the_page(copy: Run) -> None:
    assert copy("amend", "lamp", "--set", "authors/0/name=Wilma Tarn", "--reason", "in print").code == 0
    why = copy("show", "lamp", "--why").out
    whole, part = (next(x for x in why.split("\n\n") if x.startswith(name)) for name in ("Authors  ", "Authors 1 name  "))
    assert "Oona Marwick" in whole and "Wilma" not in whole and "stated" not in whole
    assert "Wilma Tarn" in part and "stated  person" in part and "Ada Bell" in part
    assert "set authors/0/name" in copy("events", "lamp", "--kind", "reading").out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("amend", "lamp", "--set", "headline=x"), "it needs a reason"),
        (("amend", "lamp", "--reason", "x"), "nothing to amend"),
        (("amend", "lamp", "--set", "headline", "--reason", "x"), "--set takes FIELD=VALUE"),
        (("amend", "lamp", "--set", "date_published=soon", "--reason", "x"), "takes an EDTF date"),
        (("amend", "lamp", "--set", "headline=a", "--set", "headline=b", "--reason", "x"), "set twice"),
        (("amend", "lamp", "--set", "authors/9/role=a", "--reason", "x"), "authors has 1 here"),
        (("amend", "lamp", "--clear", "headline", "--reason", "x"), "nobody stated headline"),
        (("note", "lamp", " "), "an empty note"),
        (("collection", "add", " ", "lamp"), "a collection needs a name"),
        (("collection", "add", "two\nlines", "lamp"), "a collection's name is one line"),
        (("collection", "add", "x" * 201, "lamp"), "at most 200 characters"),
        (("ingest", "nowhere.html", "--collection", "two\nlines"), "a collection's name is one line"),
        (("restrict", "lamp"), "it needs a reason"),
        (("restrict", "lamp", "--reason", "x", "--until", "soon"), "--until takes a day"),
        (("restrict", "lamp", "--reason", "x", "--until", "1999"), "over already"),
        (("restrict", "lamp", "--lift", "--reason", "x"), "not restricted"),
        (("restrict", "lamp", "--lift", "--until", "2040", "--reason", "x"), "says nothing beside it"),
        (("show", "lamp", "--as-of", "someday"), "--as-of takes a day"),
        (("show", "lamp", "--as-of", "XXXX-12-18"), "--as-of takes a day"),
        (("show", "lamp", "--as-of", "1999"), "first seen"),
        (("show", "lamp", "--known-at", "1999"), "did not know"),
        (("diff", "budget", "1", "2", "--as-of", "2040"), "stands instead of version numbers"),
        (("show", "lamp", "--restricted", " "), "needs a reason"),
        (("events", "--kind", "rumour"), "no kind of event 'rumour'; there are absence, alias, archive, capture, check"),
        (("reprocess", "nosuchwordanywhere"), "no record is named or found"),
    ],
)
def test_a_wrong_call_is_one_line_and_changes_nothing(copy: Run, argv: tuple[str, ...], said: str) -> None:
    before = copy("events", "--json", "--limit", "all").out
    ran = copy(*argv)
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1
    assert copy("events", "--json", "--limit", "all").out == before


def test_nobody_acts_without_a_name(copy: Run) -> None:
    for argv in (("note", "lamp", "x"), ("amend", "lamp", "--set", "headline=x", "--reason", "y")):
        ran = copy(*argv, PRESSMARK_OPERATOR="")
        assert ran.code == 2 and "set PRESSMARK_OPERATOR, or give --by NAME" in ran.err
    assert "set PRESSMARK_OPERATOR" in copy("show", "lamp", "--restricted", "study", PRESSMARK_OPERATOR="").err


def test_a_check_of_what_is_old_says_that_nothing_is(copy: Run) -> None:
    assert "all as it was kept" in copy("verify").out
    told = copy("events", "--json", "--limit", "all").out
    assert copy("verify", "--older-than", "1h").out == "nothing is due: every WARC file was checked since then\n"
    assert copy("verify", "--older-than", "1h", "--json").lines()[0]["ok"] is True
    assert copy("events", "--json", "--limit", "all").out == told, "no check was made"


def test_a_restricted_record_is_shown_for_a_reason_that_is_kept(copy: Run) -> None:
    assert copy("restrict", "tide", "--reason", "a minor is named", "--until", "2099").code == 0
    for argv in (("show", "tide"), ("show", "tide", "--format", "text"), ("diff", "tide", "1", "1"), ("capture", "tide")):
        ran = copy(*argv)
        assert ran.code == 1 and "a minor is named" in ran.err and "Port Hallow" not in ran.out
    assert "its content is restricted" in copy("list").out and "lowest tide" not in copy("list").out
    assert "lowest tide" not in copy("changes", "--since", "52w").out + copy("history", "tide").out
    assert copy("search", "tide").out == ""
    shown = copy("show", "tide", "--restricted", "for a study of tides")
    assert shown.code == 0 and "lowest tide" in shown.out
    event = copy("events", "--kind", "dissemination", "--json").lines()[0]
    assert (event["agent"]["name"], event["reason"]) == ("Ada Bell", "for a study of tides")
    assert copy("rebuild").code == 0
    assert copy("show", "tide").code == 1
    assert copy("restrict", "tide", "--lift", "--reason", "public now").code == 0
    assert copy("show", "tide").code == 0
    told = copy("events", "--kind", "restriction").out
    assert told.count("restriction  scope content") == 1 and told.count("restriction  lifted  scope content") == 1


def test_a_note_on_restricted_content_is_not_told_and_its_collections_are(copy: Run) -> None:
    assert copy("note", "tide", "a minor, Nell Quayle, stands in line two").code == 0
    assert copy("collection", "add", "harbor", "tide").code == 0
    assert "Nell Quayle" in copy("history", "tide").out
    assert copy("restrict", "tide", "--reason", "a court order").code == 0
    tellings = [
        ("history", "tide"), ("history", "tide", "--json"), ("history", "tide", "--known-at", "2999"), ("show", "tide"),
        ("show", "tide", "--json"), ("events", "tide"), ("events", "tide", "--json"), ("list", "--json"),
        ("search", "Quayle", "--json"), ("search", "collection:harbor"), ("diff", "tide", "1", "1", "--json"),
    ]  # fmt: skip
    for argv in tellings:
        ran = copy(*argv)
        assert "Quayle" not in ran.out + ran.err, argv
    (told,) = copy("history", "tide", "--json").lines()
    assert [(x["kind"], x["text"]) for x in told["labels"]] == [("collection", "harbor")]
    assert "Nell Quayle" in copy("history", "tide", "--restricted", "for the court").out
    assert "Nell Quayle" in copy("show", "tide", "--restricted", "for the court").out


def test_what_is_restricted_is_taken_in_again_without_being_shown(pressmark: Any, tmp_path: Path) -> None:
    told = "The quay at Port Hallow was open to boats again on Monday, after a year in which nothing moored there but gulls."
    for number, headline in enumerate(("Quay reopens", "Quay opens again")):
        paragraphs = "".join(f"<p>{told} It was day {n} of the works.</p>" for n in range(9))
        head = f'<meta property="og:type" content="article"><title>{headline}</title>'
        page = tmp_path / f"{number}.html"
        page.write_text(
            f"<!doctype html><html><head>{head}</head><body><article><h1>{headline}</h1>{paragraphs}</article></body></html>"
        )
    url = "https://paper.example/quay"
    kept = ("--archive", str(tmp_path / "archive"))
    first = pressmark("ingest", str(tmp_path / "0.html"), "--url", url, *kept)
    assert first.code == 0 and "Quay reopens" in first.out
    assert pressmark("restrict", url, "--reason", "an embargo", *kept, environ=ADA).code == 0
    again = pressmark("ingest", str(tmp_path / "1.html"), "--url", url, *kept)
    assert (again.code, again.out.split()[0]) == (0, "changed") and "Quay" not in again.out


def test_notes_and_collections(copy: Run) -> None:
    assert "noted with" in copy("note", "tide", "cropped in print").out
    assert "has this very note already" in copy("note", "tide", "cropped in print").out
    assert copy("collection", "list").err.startswith("no collections yet")
    assert copy("collection", "add", "harbor", "tide", "lamp").out.count("added to harbor") == 2
    assert copy("collection", "list").out == "harbor  2 records\n"
    assert "removed from harbor" in copy("collection", "remove", "harbor", "lamp").out
    told = copy("events", "--kind", "collection").out
    assert told.count("added to  name harbor") == 2 and told.count("removed from  name harbor") == 1
    assert [hit["line"]["record"] for hit in copy("search", "collection:harbor", "--json").lines()] != []
    assert copy("collection", "list", "--json").lines() == [{"collection": "harbor", "records": 1}]


def test_an_announced_change_and_the_state_of_a_moment_are_told(demo: Any) -> None:
    budget = demo.records["budget"]
    assert "announced with it by a correction, which names 3.8, 4.1" in demo("history", budget).out
    first = json.loads(demo("history", budget, "--json").out)["states"][0]
    card = demo("show", budget, "--as-of", first["first_seen"]).out
    assert f"{budget}@1.1" in card and "in force, as looks before and after found it" in card
    assert "$4.1 million" in demo("diff", budget, "--as-of", first["first_seen"]).out
    assert len(json.loads(demo("history", budget, "--as-of", first["first_seen"], "--json").out)["states"]) == 1


def test_this_release_has_read_what_it_took_in(copy: Run) -> None:
    dry = copy("reprocess", "--dry-run", "--json").lines()[0]
    assert (dry["dry_run"], dry["readings"], dry["findings"], dry["problems"]) == (True, 0, [], [])
    assert copy("reprocess", "lamp").out == "nothing to read: this release has read it all\n"
    assert copy("reprocess", "night", "skerry").code == 0


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026", "2026-12-31T23:59:59.999999+00:00"),
        ("2026-02", "2026-02-28T23:59:59.999999+00:00"),
        ("2026-11-20", "2026-11-20T23:59:59.999999+00:00"),
        ("2026-11-20T08:00", "2026-11-20T08:00:59.999999+00:00"),
        ("2026-11-20T08:00:01Z", "2026-11-20T08:00:01.999999+00:00"),
        ("2026-11-20T08:00+02:00", "2026-11-20T06:00:59.999999+00:00"),
        ("2026-11-20T08:00:01.250000Z", "2026-11-20T08:00:01.250000+00:00"),
        ("2026-11-20T08:00:01.25", "2026-11-20T08:00:01.250000+00:00"),
    ],
)
def test_a_moment_is_the_last_instant_of_what_was_said(text: str, instant: str) -> None:
    assert parse_moment("--as-of", text).isoformat(timespec="microseconds") == instant
