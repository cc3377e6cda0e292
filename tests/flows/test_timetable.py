"""What ``pressmark.toml`` schedules, and what is refused, each in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.cron import parse_cron
from flows.plan import Plan, Planned, planned
from flows.timetable import Entry, read_timetable
from model.edtf import utc_text
from model.errors import BadCall
from model.revisit import Round


def _said(folder: Path, text: str) -> tuple[Entry, ...]:
    (folder / "pressmark.toml").write_text(text)
    return read_timetable(folder)


def test_nothing_said_is_watch_revisit_and_audit(tmp_path: Path) -> None:
    told = [(x.flow, x.every) for x in read_timetable(tmp_path)]
    assert told == [("watch", 900), ("revisit", 900), ("audit", 604_800)]
    assert read_timetable(tmp_path) == _said(tmp_path, 'archive = "papers"\n[schedule]\n')


def test_what_is_said_is_taken(tmp_path: Path) -> None:
    text = """
[schedule]
watch = "5m"
revisit = false
audit = { cron = "30 3 * * mon-fri,sun", timezone = "Europe/Vienna", days = 30 }
[schedule.ingest]
every = "6h"
sources = ["@papers.txt"]
collection = "elections"
"""
    watch, ingest, audit = _said(tmp_path, text)
    assert watch == Entry("watch", 300)
    assert ingest == Entry("ingest", 21_600, parameters={"sources": ["@papers.txt"], "collection": "elections"})
    assert audit == Entry("audit", None, "30 3 * * mon-fri,sun", "Europe/Vienna", {"days": 30})
    plan = Plan("/papers", "b3k9xx", "archive-b3k9xx", (Planned(watch), Planned(audit, 600)))
    assert Plan.from_json(plan.to_json()) == plan


def test_what_is_written_is_found_from_the_folder_of_the_file(tmp_path: Path) -> None:
    table = "[schedule]\nwatch = false\nrevisit = false\naudit = false\n[schedule.export]\nevery = '1d'\nformat = 'csv'\n"
    [export] = _said(tmp_path, table + "output = 'out/{time}.csv'\n")
    assert export.parameters["output"] == str(tmp_path / "out" / "{time}.csv")
    [export] = _said(tmp_path, table + "output = '/srv/{time}.csv'\n")
    assert export.parameters["output"] == "/srv/{time}.csv"
    [export] = _said(tmp_path, table + "output = '~/out/{time}.csv'\n")
    assert export.parameters["output"] == str(Path.home() / "out" / "{time}.csv")


_EXPORT = '[schedule.export]\nevery = "1d"\nformat = "ocfl"\noutput = "x"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('schedule = "15m"', r"schedule is a table: \[schedule\]"),
        ('[schedule]\nwatches = "15m"', "there is no flow 'watches' to schedule; did you mean watch?"),
        ('[schedule]\nwatch = "soon"', "schedule.watch.every takes an interval such as 15m, 6h or 1d, not 'soon'"),
        ("[schedule]\nwatch = 900", "schedule.watch takes an interval such as 15m, a table, or false, not 900"),
        ('[schedule]\nwatch = "1s"', "takes 5s or more"),
        ('[schedule]\naudit = { cron = "0 3 * *" }', "a cron line has five fields"),
        ('[schedule]\naudit = { cron = "0 25 * * *" }', r"'25' is no hour \(0 to 23"),
        ('[schedule]\naudit = { cron = "0 3 * * *", every = "1d" }', "takes every or cron, one of them"),
        ("[schedule]\naudit = { days = 3 }", "takes every or cron, one of them"),
        ('[schedule]\naudit = { cron = "0 3 * * *", timezone = "Mars" }', "timezone is 'Mars': give one such as"),
        ('[schedule]\naudit = { every = "1d", years = 3 }', "schedule.audit has no 'years': it takes"),
        ('[schedule]\naudit = { every = "1d", days = "x" }', "schedule.audit.days is 'x': give a number"),
        ('[schedule]\ningest = "1d"', "schedule.ingest needs sources"),
        ('[schedule]\nexport = "1d"', "schedule.export needs format"),
        ('[schedule.export]\nevery = "1d"\nformat = "pdf"\noutput = "x"', "schedule.export: there is no format 'pdf'"),
        ('[schedule.export]\nevery = "1d"\nformat = "csv"\noutput = "x"', r"output needs \{time\} in it"),
        ('[schedule.export]\nevery = "1d"\nformat = "ocfl"\noutput = "x"\nversion = "1"', "all or latest, not '1'"),
        (_EXPORT + 'query = "writer:quill"', "pressmark.toml: schedule.export.query: there is no search field writer:"),
        (_EXPORT + 'query = "tide since:soon"', "schedule.export.query: since: takes a date such as"),
        (_EXPORT[:-4] + '"s3://vault/x"', "schedule.export.output: an export is written into a folder of this machine, not to"),
        (_EXPORT[:-4] + '"~no-such-person/x"', "schedule.export.output: there is nobody here whose home ~no-such-person/x"),
        ('[schedule.ingest]\nevery = "1d"\nsources = ["x"]\ncollection = "a\\nb"', "schedule.ingest: a collection's name is one"),
        ('[schedule.ingest]\nevery = "1d"\nsources = ["x"]\nnote = " "', "schedule.ingest: an empty note says nothing"),
        ('[schedule]\naudit = { cron = "0 3 31 2 *" }', "schedule.audit.cron is '0 3 31 2 [*]': that day never comes"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadCall, match=why):
        _said(tmp_path, text)


@pytest.mark.parametrize("line", ["0 3 31 2 *", "0 3 30-31 feb */1", "0 3 31 4,6,9,11 *"])
def test_a_day_that_never_comes(line: str) -> None:
    with pytest.raises(BadCall, match="that day never comes"):
        parse_cron(line, "cron")


@pytest.mark.parametrize("line", ["0 3 29 2 *", "0 3 31 2 mon", "0 3 31 2,3 *", "0 3 31 */2 *"])
def test_a_day_that_comes_now_and_then(line: str) -> None:
    assert parse_cron(line, "cron") == line


@pytest.mark.parametrize("line", ["* * * * *", "*/15 * * * *", "0 3 1,15 jan-mar/2 *", "5-50/5 0 * * 7"])
def test_cron_lines(line: str) -> None:
    assert parse_cron(f" {line} ", "cron") == line


@pytest.mark.parametrize(
    "line", ["", "@daily", "60 * * * *", "* * 0 * *", "*/0 * * * *", "9-5 * * * *", "* * * 13 *", "a * * * *"]
)
def test_what_is_no_cron_line(line: str) -> None:
    with pytest.raises(BadCall, match=r"^cron is "):
        parse_cron(line, "cron")


def test_short_rounds_begin_at_once_one_after_the_other_and_an_audit_when_its_time_has_come() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    entries = [Entry("watch", 900), Entry("revisit", 900), Entry("audit", 604_800)]
    firsts = [x.first for x in planned(entries, [], now)]
    assert firsts == [1, 61, 600]
    began = utc_text(now - timedelta(days=3))
    firsts = [x.first for x in planned(entries, [Round("audit", began, None, None, 0, None, None)], now)]
    assert firsts == [1, 61, 4 * 86_400]
