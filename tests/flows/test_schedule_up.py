"""``pressmark schedule up`` from nothing: a server of its own, a first round, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.heartbeats import watch_heartbeats
from flows.prefect_api import PrefectApi
from storage import Archive

# a busy machine takes minutes for what takes seconds
pytestmark = pytest.mark.timeout(1200)

_PRESSMARK = [sys.executable, "-P", "-c", "from pressmark.cli import main; main()"]


def _started_by(mark: str) -> list[int]:
    """Ids of processes whose environment has ``mark``: everything a call started, and no one else's."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what was started is looked up in /proc")
def test_from_nothing_to_a_first_round_and_back_to_nothing(
    site: Any, environ: dict[str, str], tmp_path: Path, until: Callable[..., Any]
) -> None:
    # a person's own folder of this name must not be taken for ours
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "__init__.py").write_text("raise SystemExit('not this one')\n")
    # settings are those of the folder of the call, though runs start elsewhere
    (tmp_path / "pressmark.toml").write_text('allow_addresses = ["127.0.0.0/8"]\nhost_gap = 0\n')
    (tmp_path / "papers.txt").write_text("\n".join(site.urls))
    mark = f"PRESSMARK_TEST_MARK={tmp_path}"
    ours = {k: v for k, v in environ.items() if not k.startswith("PRESSMARK_")} | dict([mark.split("=", 1)])
    said = tmp_path / "said"
    with said.open("wb") as out:
        up = subprocess.Popen(
            [*_PRESSMARK, "schedule", "up", "@papers.txt", "--every", "10m"],
            env=ours,
            cwd=tmp_path,
            stdout=out,
            stderr=out,
        )
    try:
        until(lambda: "Finished in state Completed('3 new')" in said.read_text() or up.poll() is not None, 300, said.read_text)
        assert up.poll() is None, said.read_text()
        assert len(_started_by(mark)) >= 5  # us, the server, what serves, and a keeper of each
        second = subprocess.run(
            [*_PRESSMARK, "schedule", "up", "@papers.txt", "--every", "10m"],
            env=ours,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert (second.returncode, second.stderr) == (
            2,
            f"pressmark: this archive has a schedule running already (process {up.pid}): end that one first\n",
        )
    finally:
        up.send_signal(signal.SIGTERM)
        code = up.wait(200)
    text = said.read_text()
    assert code == 0, text
    assert text.index("3 pages of 127.0.0.1 every 10 min") < text.index("starting a Prefect server")
    assert "127.0.0.1: 3 pages, up to 576 requests a day, robots.txt among them" in text
    assert re.search(r"watch the runs at http://127\.0\.0\.1:\d+\n", text)
    assert "schedule stopped" in text
    assert "Traceback" not in text, text
    until(lambda: not _started_by(mark), 30, lambda: _started_by(mark))
    assert {path.name for path in tmp_path.iterdir()} == {
        "archive",
        "archive.schedule",
        "flows",
        "papers.txt",
        "pressmark.toml",
        "said",
    }
    with Archive.open(tmp_path / "archive") as archive:
        assert {line.url for line in archive.list()} == set(site.urls)


def test_on_a_server_of_ones_own_runs_are_registered_and_no_other_is_started(
    prefect: Any, site: Any, environ: dict[str, str], tmp_path: Path, until: Callable[..., Any]
) -> None:
    api = prefect.environ["PREFECT_API_URL"]
    ours, said = environ | {"PREFECT_API_URL": api}, tmp_path / "said"
    (tmp_path / "papers.txt").write_text("\n".join(site.urls))
    command = [*_PRESSMARK, "schedule", "up", "@papers.txt", "--every", "10m", "--name", "of one's own"]
    with said.open("wb") as out:
        up = subprocess.Popen(command, env=ours, cwd=tmp_path, stdout=out, stderr=out)
    try:
        until(lambda: "Finished in state Completed('3 new')" in said.read_text() or up.poll() is not None, 300, said.read_text)
        with Archive.open(tmp_path / "archive") as archive:
            [one] = PrefectApi(api).deployed(archive.id)
    finally:
        up.send_signal(signal.SIGTERM)
        code = up.wait(200)
    text = said.read_text()
    assert (code, one.flow, one.name, one.paused) == (0, "ingest", "of one's own", False), text
    assert f"Prefect server: {api}\n" in text and "starting a Prefect server" not in text
    assert not (tmp_path / "archive.schedule" / "server.log").exists()


def test_a_detached_schedule_watches_and_is_asked_paused_and_ended(
    site: Any, environ: dict[str, str], tmp_path: Path, until: Callable[..., Any]
) -> None:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        where = [*_PRESSMARK, *arguments]
        return subprocess.run(where, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=400, check=False)

    def ended() -> dict[str, Any]:
        """What the status says of each flow, once it says that the first round has ended."""
        status = call("schedule", "status", "--json")
        assert status.returncode == 0, status.stdout + status.stderr
        told = json.loads(status.stdout)
        watch = next((flow for flow in told["flows"] if flow["flow"] == "watch"), None)
        over = watch and watch["next"] and watch["last"] and watch["last"]["state"] in {"Completed", "Failed", "Crashed"}
        return told if over else {}

    (tmp_path / "pressmark.toml").write_text('[schedule]\nwatch = "1h"\nrevisit = false\n')
    assert call("watch", "add", f"{site.base}/feed.xml", "--every", "10s").returncode == 0
    up = call("schedule", "up", "--detach")
    log = tmp_path / "archive.schedule" / "schedule.log"
    try:
        assert up.returncode == 0, up.stderr
        assert "Ctrl-C" not in up.stdout
        assert "1 watch, up to 24 requests a day" in up.stdout and "and 960 kB a day as things stand" in up.stdout
        kept = Archive.open(tmp_path / "archive")
        listed = call("schedule", "status")
        assert "watch  " in listed.stdout and "audit  " in listed.stdout and "paused" not in listed.stdout, listed.stdout
        seen = until(ended, 300, lambda: (log.read_text(), kept.rounds.all()))
        assert [this.said for this in kept.rounds.all()] == ["3 new"]
        assert seen["running"]["api"].removesuffix("/api") in up.stdout
        assert watch_heartbeats(PrefectApi(seen["running"]["api"])) is False  # it is watched already
        told = {flow["flow"]: flow for flow in seen["flows"]}
        assert told.keys() == {"watch", "audit"}
        assert told["watch"]["last"]["message"] == "3 new" and told["audit"]["last"] is None
        assert told["watch"]["next"]["state"] == "Scheduled"

        paused = call("schedule", "pause", "watch")
        assert paused.stdout == "watch is paused\n", paused.stderr
        assert "3 new; paused" in call("schedule", "status").stdout
        resumed = call("schedule", "resume")
        assert resumed.stdout == "audit goes on\nwatch goes on\n", resumed.stderr
        ran = call("schedule", "run", "audit", "--wait")
        assert (ran.returncode, "as they were kept" in ran.stdout) == (0, True), ran.stdout + ran.stderr
        wrong = call("schedule", "run", "watches")
        assert (wrong.returncode, wrong.stderr) == (
            2,
            "pressmark: no flow 'watches' is scheduled for this archive, only audit, watch\n",
        )
    finally:
        down = call("schedule", "down")
    assert (down.returncode, "has ended" in down.stdout) == (0, True), down.stderr
    assert call("schedule", "status").returncode == 1
    assert "Traceback" not in log.read_text() and "schedule stopped" in log.read_text(), log.read_text()
    assert {line.url for line in kept.list()} == set(site.urls)
    assert [event.type for event in kept.events(kind="fixity")] == ["fixity check"]
    kept.close()


def test_of_two_schedules_that_start_at_once_one_is_refused(site: Any, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pressmark.toml").write_text('[schedule]\nwatch = "1h"\nrevisit = false\naudit = false\n')
    Archive.create(tmp_path / "archive").close()
    command = [*_PRESSMARK, "schedule", "up", "--detach"]
    both = [
        subprocess.Popen(command, env=environ, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [(*up.communicate(timeout=400), up.returncode) for up in both]
    log = tmp_path / "archive.schedule" / "schedule.log"
    try:
        assert sorted(code for *_, code in told) == [0, 2], (told, log.read_text())
        ((started, _, _),) = [one for one in told if one[2] == 0]
        ((_, refused, _),) = [one for one in told if one[2] != 0]
        assert "it goes on as process" in started
        assert refused.count("\n") <= 2, refused
        line = re.sub(r" \(process \d+\)", "", refused.splitlines()[-1])
        assert line == "pressmark: this archive has a schedule running already: end that one first"
    finally:
        down = subprocess.run([*_PRESSMARK, "schedule", "down"], env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert down.returncode == 0, down.stderr
    assert "Traceback" not in log.read_text(), log.read_text()
