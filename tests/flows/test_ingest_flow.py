"""The flow against a real Prefect server: records, names, artifacts, how runs end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.drift import BEFORE_LEAST, WINDOW, watch_for
from flows.keeper import kept, python
from flows.plan import Plan, Planned
from flows.timetable import Entry
from model.edtf import utc_text
from model.watch import Watch, WatchKind
from storage import Archive

# a busy machine takes minutes for what takes seconds
pytestmark = pytest.mark.timeout(900)

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A new archive, for reading."""
    with Archive.create(tmp_path / "papers"):
        pass
    return Archive.open(tmp_path / "papers")


def _artifacts(prefect: Any, run: str) -> dict[str, Any]:
    found = prefect.ask("/artifacts/filter", flow_runs={"id": {"any_": [run]}})
    return {artifact["type"]: artifact for artifact in found}


def test_the_flow_takes_sources_in_and_says_so_where_people_look(
    prefect: Any, site: Any, archive: Archive, tmp_path: Path
) -> None:
    (tmp_path / "papers.txt").write_text("\n".join([*site.urls[1:], f"{site.base}/never-was", "http://127.0.0.1:9/closed"]))
    where, sources = str(archive.where), [site.urls[0], f"@{tmp_path}/papers.txt"]
    first, second, none, away = prefect.ingest(
        {"archive": where, "sources": sources},
        {"archive": where, "sources": sources},
        {"archive": where, "sources": ["http://127.0.0.1:9/closed"]},
        {"archive": str(tmp_path / "nowhere"), "sources": sources},
    )

    assert (first["type"], first["message"]) == ("COMPLETED", "3 new, 2 failed")
    assert (second["type"], second["message"]) == ("COMPLETED", "3 unchanged, 2 failed")
    assert {line.url for line in archive.list()} == set(site.urls)
    assert all(line.versions == 1 for line in archive.list())

    run = prefect.ask(f"/flow_runs/{first['run']}")
    assert run["name"] == "ingest 5 pages of 127.0.0.1"
    (task,) = prefect.ask("/task_runs/filter", flow_runs={"id": {"any_": [first["run"]]}})
    assert (task["name"], task["state"]["message"]) == ("5 pages of 127.0.0.1", "3 new, 2 failed")

    artifacts = _artifacts(prefect, first["run"])
    assert artifacts.keys() == {"markdown", "table"}
    assert artifacts["markdown"]["key"] == f"ingest-{archive.id}-summary"
    said = artifacts["markdown"]["data"]
    assert said.startswith("# 3 new, 2 failed\n\nIngest 5 pages of 127.0.0.1 into archive")
    assert f"archive `{archive.id}`" in said
    assert all(f"<{url}>" in said for url in site.urls)
    rows = json.loads(artifacts["table"]["data"])
    assert [(row["outcome"], row["sources"]) for row in rows] == [("new", 3), ("failed", 1), ("failed", 1), ("field missing", 3)]
    assert all(row["reason"] for row in rows if row["outcome"] == "failed")

    assert none["type"] == "FAILED"
    assert none["message"].startswith("nothing could be taken, 1 failed: no connection")
    assert away["type"] == "FAILED"
    assert away["message"].startswith("there is no archive at")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("collection", "note", "said"),
    [("a\nb", None, "a collection's name is one line"), (None, " ", "an empty note says nothing")],
)
def test_labels_that_nothing_can_have_are_told_before_anything_is_done(
    collection: str | None, note: str | None, said: str
) -> None:
    from flows.ingest import ingest

    state = ingest.fn(["https://paper.example/"], "no-archive-is-here", collection, note)
    assert state.is_failed() and said in (state.message or "")


def test_the_flows_of_a_schedule_say_what_they_did_and_what_went_wrong(prefect: Any, site: Any, tmp_path: Path) -> None:
    where, away = str(tmp_path / "papers"), {"archive": str(tmp_path / "nowhere")}
    with Archive.create(where) as archive:
        archive.watches.add(Watch(f"{site.base}/feed.xml", WatchKind.FEED, 3600))
        archive.watches.add(Watch("http://127.0.0.1:9/feed.xml", WatchKind.FEED, 3600))
    flows = ("watch", "watch", "revisit", "reprocess", "audit")
    ended = prefect.call(*((name, {"archive": where}) for name in flows), *((name, away) for name in ("watch", "audit")))
    assert [(run["type"], run["message"].partition(" records, ")[0]) for run in ended[:3]] == [
        ("COMPLETED", "3 new"),
        ("COMPLETED", "no watch is due"),
        ("COMPLETED", "no piece is due"),
    ]
    assert ended[3]["message"] == "0 records, 0 readings, 0 read otherwise"
    assert ended[4]["type"] == "COMPLETED" and ended[4]["message"].endswith("are as they were kept")
    assert all(run["type"] == "FAILED" and run["message"].startswith("there is no archive at") for run in ended[5:])

    tasks = prefect.ask("/task_runs/filter", flow_runs={"id": {"any_": [ended[0]["run"]]}}, sort="NAME_DESC")
    assert [(task["name"], task["state"]["message"]) for task in tasks] == [
        ("3 pages of 127.0.0.1", "3 new"),
        ("2 watches of 127.0.0.1", "2 looks, 3 new addresses, 1 failed"),
    ]
    artifacts = _artifacts(prefect, ended[0]["run"])
    assert artifacts.keys() == {"markdown", "table"}
    assert "## Watches that could not be looked at\n\n- http://127.0.0.1:9/feed.xml: " in artifacts["markdown"]["data"].replace(
        "\\", ""
    )
    with Archive.open(where) as archive:
        assert archive.revisits.count("2000-01-01T00:00:00.000000Z").planned == 3
        told = {this.flow: this.said for this in archive.rounds.all()}
        assert told["watch"] == "no watch is due" and told.keys() == {"watch", "revisit", "reprocess", "audit"}


def test_exports_are_written_by_a_flow_each_under_a_name_of_its_own(prefect: Any, site: Any, tmp_path: Path) -> None:
    where, out = str(tmp_path / "papers"), tmp_path / "out"
    out.mkdir()
    with Archive.create(where):
        pass
    said = {"archive": where, "format": "jsonl", "output": str(out / "papers-{time}.jsonl")}
    repository = {"archive": where, "format": "ocfl", "output": str(out / "repository")}
    ended = prefect.call(
        ("ingest", {"sources": site.urls, "archive": where}),
        ("export", said),
        ("export", repository),
        ("export", repository),
        ("export", said | {"output": str(out / "repository")}),
        ("export", said | {"format": "pdf"}),
    )
    (lines,) = out.glob("papers-*T*Z.jsonl")
    assert len(lines.read_text().splitlines()) == 3
    assert [(x["type"], x["message"].partition(",")[0]) for x in ended[1:4]] == [
        ("COMPLETED", f"3 records and 3 versions in {lines.name}"),
        *[("COMPLETED", "3 records and 3 versions in repository")] * 2,
    ]
    assert [x["type"] for x in ended[4:]] == ["FAILED", "FAILED"]
    assert "is not written over" in ended[4]["message"] and "there is no format 'pdf'" in ended[5]["message"]
    artifacts = _artifacts(prefect, ended[1]["run"])
    assert "## Written" in artifacts["markdown"]["data"] and str(tmp_path) not in ended[1]["message"]


def test_an_export_that_would_be_the_last_one_again_is_not_written(prefect: Any, site: Any, tmp_path: Path) -> None:
    where, out = str(tmp_path / "papers"), tmp_path / "out"
    out.mkdir()
    with Archive.create(where):
        pass
    said = {"archive": where, "format": "jsonl", "output": str(out / "papers-{time}.jsonl")}
    _, first, again = prefect.call(("ingest", {"sources": site.urls[:2], "archive": where}), ("export", said), ("export", said))
    (lines,) = out.glob("papers-*.jsonl")
    assert (first["type"], again["type"]) == ("COMPLETED", "COMPLETED"), (first, again)
    assert again["message"] == f"nothing has changed since {lines.name}: nothing was written"
    assert "## Not written" in _artifacts(prefect, again["run"])["markdown"]["data"]
    _, more = prefect.call(("ingest", {"sources": site.urls[2:3], "archive": where}), ("export", said))
    assert more["message"].startswith("3 records and 3 versions in papers-")


def test_a_field_that_pages_lose_is_an_event_that_an_automation_can_mail(
    prefect: Any, site: Any, archive: Archive, until: Callable[..., Any]
) -> None:
    had, lacks = {"headline": False, "images": False}, {"headline": False, "images": True}
    with Archive.open(archive.where, write=True) as kept:
        watch_for(kept, {"127.0.0.1": [had] * (BEFORE_LEAST + 3) + [lacks] * (WINDOW - 3)}, datetime.now(UTC))
    (ended,) = prefect.ingest({"archive": str(archive.where), "sources": site.urls})  # three pages without a picture
    assert (ended["type"], ended["message"]) == ("COMPLETED", "3 new"), ended
    line = "127.0.0.1: images on 0% of the last 10 pages, 100% before: look at how it is read"
    assert f"## Fields that pages have lost\n\n- {line}" in _artifacts(prefect, ended["run"])["markdown"]["data"].replace(
        "\\", ""
    )

    def told() -> Any:
        return prefect.ask("/events/filter", filter={"event": {"name": ["pressmark.field.lost"]}})["events"]

    (event,) = until(told, 60)
    assert event["resource"]["prefect.resource.id"] == f"pressmark.archive.{archive.id}.site.127.0.0.1"
    assert event["payload"]["field"] == "images" and event["payload"]["said"] == line


def test_the_server_is_as_a_schedule_needs_it(prefect: Any) -> None:
    said = prefect.ask("/admin/settings")["server"]
    assert said["analytics_enabled"] is False
    services = said["services"]
    assert (services["task_run_recorder"]["batch_size"], services["task_run_recorder"]["flush_interval"]) == (100, 2.0)
    assert set(services["db_vacuum"]["enabled"]) == {"events", "flow_runs"}


def test_those_with_their_own_server_deploy_all_at_once(prefect: Any, archive: Archive) -> None:
    """``prefect.yaml``, as its first lines say."""
    ours = {"PRESSMARK_POOL": "papers", "PRESSMARK_ARCHIVE": str(archive.where), "PRESSMARK_EXPORT": "repository"}
    prefect.ask("/work_pools/", name="papers", type="process")
    command = python("prefect", "--no-prompt", "deploy", "--all")
    done = subprocess.run(command, env={**prefect.environ, **ours}, cwd=_ROOT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    found = prefect.ask("/deployments/filter", deployments={"name": {"any_": ["pressmark"]}})
    assert {x["entrypoint"] for x in found} == {
        f"flows.{x}" for x in ("watch.watch", "revisit.revisit", "audit.audit", "reread.reprocess", "export.export")
    }
    assert all(x["parameters"]["archive"] == str(archive.where) and x["work_pool_name"] == "papers" for x in found)
    assert all(x["concurrency_options"]["collision_strategy"] == "CANCEL_NEW" for x in found)


def test_an_interval_really_gets_its_runs_scheduled_and_carried_out(
    prefect: Any, site: Any, archive: Archive, tmp_path: Path, until: Callable[..., Any]
) -> None:
    entry = Entry("ingest", 5, parameters={"sources": site.urls})
    plan = Plan(str(archive.where), archive.id, "each five seconds", (Planned(entry),))
    with (tmp_path / "serve.log").open("wb") as log:
        command = python("flows.serving", json.dumps(plan.to_json()))
        with kept(command, environ=prefect.environ, cwd=tmp_path, output=log):

            def carried_out() -> list[dict[str, Any]]:
                of_it = {"deployments": {"name": {"any_": [plan.name]}}}
                runs = prefect.ask("/flow_runs/filter", sort="EXPECTED_START_TIME_ASC", **of_it)
                done = [run for run in runs if run["state_type"] == "COMPLETED"]
                return runs if len(done) >= 2 else []

            runs = until(carried_out, 400, (tmp_path / "serve.log").read_text)
    done = [run for run in runs if run["state_type"] == "COMPLETED"]
    assert [run["state"]["message"] for run in done[:2]] == ["3 new", "3 unchanged"], (tmp_path / "serve.log").read_text()
    assert all(run["auto_scheduled"] and run["created_by"]["type"] == "SCHEDULE" for run in runs)
    assert {"pressmark", f"archive {archive.id}"} <= set(done[0]["tags"])
    due = [run["expected_start_time"] for run in runs]
    assert len(set(due)) == len(due) > 3  # made ahead, one an interval
    assert len(list(archive.list())) == 3

    (deployment,) = prefect.ask("/deployments/filter", deployments={"name": {"any_": [plan.name]}})
    assert deployment["paused"], (tmp_path / "serve.log").read_text()
    left = prefect.ask(
        "/flow_runs/filter",
        deployments={"name": {"any_": [plan.name]}},
        flow_runs={"state": {"type": {"any_": ["PENDING", "RUNNING"]}}},
    )
    assert left == []
    log_of_server = (prefect.home / "server.log").read_text()
    assert "Can't evaluate bulk DML" not in log_of_server
    # of its own database, which is busy on a busy machine, a server may complain
    errors = re.findall(r"^(?:\w+\.)*\w+(?:Error|Exception)\b.*", log_of_server, re.MULTILINE)
    assert not [error for error in errors if "locked" not in error and "Timeout" not in error], log_of_server


@pytest.mark.timeout(1200)  # a busy Prefect server plans runs late
@pytest.mark.skipif(not Path("/proc").exists(), reason="what serves is looked up in /proc")
def test_who_wakes_from_a_sleep_makes_up_for_all_it_missed_with_one_round(
    prefect: Any, site: Any, archive: Archive, tmp_path: Path, until: Callable[..., Any]
) -> None:
    plan = Plan(str(archive.where), archive.id, "a sleeper", (Planned(Entry("ingest", 5, parameters={"sources": site.urls})),))
    log = tmp_path / "serve.log"

    def runs(*states: str) -> list[dict[str, Any]]:
        of_it = {"deployments": {"name": {"any_": [plan.name]}}}
        return list(prefect.ask("/flow_runs/filter", flow_runs={"state": {"type": {"any_": states}}}, **of_it))

    with (
        log.open("wb") as out,
        kept(python("flows.serving", json.dumps(plan.to_json())), environ=prefect.environ, cwd=tmp_path, output=out) as keeper,
    ):
        until(lambda: runs("COMPLETED"), 400, log.read_text)
        serves = int(Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children").read_text().split()[0])
        os.kill(serves, signal.SIGSTOP)
        try:
            asleep = utc_text(datetime.now(UTC))

            def missed() -> list[str]:
                os.kill(serves, signal.SIGSTOP)  # whoever lets a whole machine go on lets it go on, too
                now = utc_text(datetime.now(UTC))
                return [run["id"] for run in runs("SCHEDULED") if asleep < run["expected_start_time"] < now]

            until(
                lambda: len(missed()) >= 6,
                400,
                lambda: [(r["state"]["name"], r["expected_start_time"]) for r in runs("SCHEDULED")],
            )
            ours = set(missed())
        finally:
            os.kill(serves, signal.SIGCONT)
        ended = "COMPLETED", "FAILED", "CRASHED", "CANCELLED"
        until(lambda: ours <= {run["id"] for run in runs(*ended)}, 400, log.read_text)
        told = Counter(run["state"]["type"] for run in runs(*ended) if run["id"] in ours)
        assert told["COMPLETED"] <= 1 and told["CANCELLED"] >= len(ours) - 1, (told, log.read_text())
        until(lambda: list(archive.events(kind="schedule gap")), 120, log.read_text)
