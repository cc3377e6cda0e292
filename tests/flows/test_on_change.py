"""Listeners that are told of changes: a program and an address, real ones, that take, fail and are away."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.changes_feed import keep_feed
from flows.on_change import IN_A_ROW, OVERLAP, begin, tell_changes
from flows.pipeline import Pipeline
from flows.program import run_program
from flows.settings import Settings
from model.errors import StorageUnavailable, Unreachable
from storage import Archive

HOSTILE = "$(touch hacked); `touch hacked` | \"touch hacked\" 'and' && a new coat"


@dataclass
class Ear:
    """What a webhook heard; ``status`` is what it answers, after ``slow`` seconds."""

    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    status: int = 204
    slow: float = 0.0


@pytest.fixture
def ear(answering: Callable[..., str]) -> Ear:
    ear = Ear()

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        time.sleep(ear.slow)
        ear.heard.append(json.loads(body) | {"type": request.headers["Content-Type"]})
        return ear.status, {"Location": request.path} if 300 <= ear.status < 400 else {}, b""

    ear.url = answering(answer) + "/hook?secret=1"
    return ear


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.create(tmp_path / "papers") as made:
        yield made


def settings(**said: Any) -> Settings:
    return Settings(**{"allow_addresses": ("127.0.0.0/8",), "host_gap": 0, **said})


def take(archive: Archive, site: Any) -> None:
    said = settings()
    list(Pipeline.from_settings(archive, said, processes=1).ingest(site.urls))


def program(folder: Path, text: str) -> str:
    path = folder / "listener.py"
    path.write_text(text)
    return shlex.join([sys.executable, str(path)])


def test_a_listener_hears_of_each_change_once_and_of_nothing_older(archive: Archive, site: Any, ear: Ear) -> None:
    take(archive, site)
    said = settings(on_change_webhook=ear.url)
    begin(archive, said)
    assert [(t.told, t.left) for t in tell_changes(archive, said)] == [(0, 0)]
    site.outcome = HOSTILE
    take(archive, site)
    assert [t.line for t in tell_changes(archive, said)] == ["the webhook was told of 3 changes"]
    assert [(t.told, t.left) for t in tell_changes(archive, said)] == [(0, 0)]
    lines = {line.record: line for line in archive.changes(datetime(2020, 1, 1, tzinfo=UTC)) if line.kind == "changed"}
    assert len(ear.heard) == 3 and {x["record"] for x in ear.heard} == set(lines)
    for heard in ear.heard:
        line = lines[heard["record"]]
        more = {"id": line.id, "archive": archive.id, "headline_before": line.headline, "type": "application/json"}
        assert heard == json.loads(json.dumps(line.to_json())) | more
        assert heard["announcement"]["announced"] == "not" and heard["change"]["fields"][0]["field"] == "body"
    (known,) = archive.listeners.all()
    assert (known.name, known.told, known.waiting, known.failing_since) == ("webhook", 3, 0, None)


def test_of_two_that_tell_at_once_one_tells(archive: Archive, site: Any, ear: Ear) -> None:
    said = settings(on_change_webhook=ear.url, on_change_kinds=("new",))
    begin(archive, said)
    take(archive, site)
    ear.slow = 0.3
    told: list[int] = []

    def tell() -> None:
        with Archive.open(archive.where, write=True) as mine:
            told.extend(one.told for one in tell_changes(mine, said))

    threads = [threading.Thread(target=tell, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(told) == [0, 0, 3] and len({one["id"] for one in ear.heard}) == len(ear.heard) == 3


def test_one_that_fails_hears_later_and_says_why(archive: Archive, site: Any, ear: Ear) -> None:
    said = settings(on_change_webhook=ear.url, on_change_kinds=("new",))
    begin(archive, said)
    take(archive, site)
    ear.status = 500
    (told,) = tell_changes(archive, said)
    assert told.line == "the webhook was told of 0 changes; 3 are told later: 127.0.0.1 answered 500"
    assert len(ear.heard) == IN_A_ROW
    (known,) = archive.listeners.all()
    assert known.failing_since is not None and (known.reason, known.waiting) == ("127.0.0.1 answered 500", 3)
    ear.status = 200
    (told,) = tell_changes(archive, said)
    assert (told.told, told.left) == (3, 0) and len(ear.heard) == IN_A_ROW + 3
    (known,) = archive.listeners.all()
    assert (known.told, known.waiting, known.failing_since, known.reason) == (3, 0, None, None)


def test_what_nobody_takes_is_given_up_in_the_end_and_what_was_told_is_forgotten(archive: Archive, site: Any, ear: Ear) -> None:
    said = settings(on_change_webhook=ear.url, on_change_kinds=("new",))
    begin(archive, said)
    take(archive, site)
    ear.status = 410
    for _ in range(8):
        assert tell_changes(archive, said)[0].left == 3
    later = datetime.now(UTC) + timedelta(days=8)
    assert tell_changes(archive, said, lambda: later)[0].left == 0
    (known,) = archive.listeners.all()
    assert (known.given_up, known.waiting) == (3, 0)
    assert datetime.fromisoformat(known.since) == later - OVERLAP
    assert tell_changes(archive, said, lambda: later)[0].line == "the webhook was told of 0 changes"


def test_the_address_guard_holds_for_webhooks_and_their_address_stays_secret(archive: Archive, site: Any, ear: Ear) -> None:
    said = settings(on_change_webhook=ear.url, on_change_kinds=("new",), allow_addresses=())
    begin(archive, said)
    take(archive, site)
    (told,) = tell_changes(archive, said)
    assert ear.heard == [] and told.left == 3
    assert "127.0.0.1 is not a public address" in told.line and "secret" not in told.line


@pytest.mark.parametrize(
    "url", ["http://desk .example/secret", "http://desk.example\x00/secret", "http://desk%2e.example/secret"]
)
def test_an_address_that_cannot_be_asked_is_not_repeated_either(archive: Archive, site: Any, url: str) -> None:
    said = settings(on_change_webhook=url, on_change_kinds=("new",))
    begin(archive, said)
    take(archive, site)
    (told,) = tell_changes(archive, said)
    assert told.left == 3 and told.reason is not None and "secret" not in told.line
    assert all("secret" not in (known.reason or "") for known in archive.listeners.all())


def test_a_redirect_is_not_followed_and_not_taken(archive: Archive, site: Any, ear: Ear) -> None:
    said = settings(on_change_webhook=ear.url, on_change_kinds=("new",))
    begin(archive, said)
    take(archive, site)
    ear.status = 307
    (told,) = tell_changes(archive, said)
    assert (told.told, told.left, told.reason) == (0, 3, "127.0.0.1 answered 307") and len(ear.heard) == IN_A_ROW


def test_a_program_gets_the_words_of_a_page_on_standard_input_only(archive: Archive, site: Any, tmp_path: Path) -> None:
    site.outcome = HOSTILE
    heard = tmp_path / "heard.jsonl"
    command = program(tmp_path, f"import sys\nassert len(sys.argv) == 1\nopen({str(heard)!r}, 'a').write(sys.stdin.read())")
    said = settings(on_change_command=command, on_change_kinds=("new",))
    begin(archive, said)
    take(archive, site)
    assert tell_changes(archive, said)[0].told == 3
    assert {json.loads(line)["url"] for line in heard.read_text().splitlines()} == set(site.urls)
    assert not list(tmp_path.rglob("hacked")) and not Path("hacked").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys\nsys.exit('the desk is closed')", "the program ended with 1: the desk is closed"),
        ("import os\nos.kill(os.getpid(), 9)", "the program was ended by signal 9"),
        ("import sys\nsys.stderr.write('x' * 3_000_000 + '\\nthe end\\n')\nsys.exit(2)", "the program ended with 2: the end"),
        ("print('x' * 9_000_000)", None),
        ("import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])", None),
        ("pass", None),  # it need not read what it is given
    ],
)
def test_how_a_program_ends_says_whether_it_took_a_change(text: str, said: str | None, tmp_path: Path) -> None:
    if said is None:
        run_program(program(tmp_path, text), b"{}\n" * 100_000, 30)
        return
    with pytest.raises(Unreachable) as error:
        run_program(program(tmp_path, text), b"{}\n", 30)
    assert str(error.value) == said
    with pytest.raises(Unreachable, match="the program cannot be started: No such file"):
        run_program(str(tmp_path / "nobody"), b"{}", 30)


def test_a_kill_in_the_middle_loses_nothing(site: Any, tmp_path: Path) -> None:
    heard, killed = tmp_path / "heard", tmp_path / "killed"
    text = f"""
import json, os, signal, sys
told = json.load(sys.stdin)["id"]
with open({str(heard)!r}, "a") as file:
    file.write(told + "\\n")
if len(open({str(heard)!r}).readlines()) == 2 and not os.path.exists({str(killed)!r}):
    open({str(killed)!r}, "w").close()
    os.kill(os.getppid(), signal.SIGKILL)
"""
    said = {
        "PRESSMARK_ON_CHANGE_COMMAND": program(tmp_path, text), "PRESSMARK_ON_CHANGE_KINDS": "new",
        "PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8", "PRESSMARK_HOST_GAP": "0", "PRESSMARK_LEASE_SECONDS": "3",
    }  # fmt: skip
    ours = {k: v for k, v in os.environ.items() if not k.startswith("PRESSMARK_")}
    pressmark = [str(Path(sys.executable).with_name("pressmark")), "ingest"]

    def call(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*pressmark, *argv], env=ours | said, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    first = call(*site.urls)
    assert first.returncode == -9 and len(heard.read_text().split()) == 2, first.stderr
    again = call(site.urls[0])
    assert again.returncode == 0 and "the command was told of 2 changes" in again.stderr, again.stderr
    told = heard.read_text().split()
    assert len(told) == 4 and len(set(told)) == 3 and told[1] == told[2]


def test_the_feed_is_written_where_there_is_news_and_only_then(archive: Archive, site: Any, tmp_path: Path) -> None:
    path = tmp_path / "changes.atom"
    said, now = settings(changes_feed=str(path)), datetime.now(UTC)
    assert keep_feed(archive, said, now) and not keep_feed(archive, said, now)
    take(archive, site)
    assert not keep_feed(archive, said, now)
    site.outcome = "a coat of paint"
    take(archive, site)
    assert keep_feed(archive, said, now) and path.read_bytes().count(b"<entry>") == 3
    assert not keep_feed(archive, said, now + timedelta(minutes=1))
    with pytest.raises(StorageUnavailable, match=r"the feed of changes cannot be written to .*: No such file"):
        keep_feed(archive, settings(changes_feed=str(tmp_path / "nowhere" / "x")), now)


def test_a_round_says_what_listeners_took_and_does_not_fail_with_them(
    prefect: Any, site: Any, tmp_path: Path, archive: Archive
) -> None:
    toml = tmp_path / "pressmark.toml"
    toml.write_text(
        'changes_feed = "changes.atom"\non_change_kinds = ["new"]\n'
        f"on_change_command = {json.dumps(program(tmp_path, 'raise SystemExit(1)'))}\n"
    )
    (ended,) = prefect.call(("ingest", {"sources": site.urls, "archive": str(archive.where)}), cwd=tmp_path)
    assert (ended["type"], ended["message"]) == ("COMPLETED", "3 new")
    (page,) = prefect.ask(
        "/artifacts/filter", artifacts={"flow_run_id": {"any_": [ended["run"]]}, "type": {"any_": ["markdown"]}}
    )
    assert "Told of changes" in page["data"] and "3 are told later: the program ended with 1" in page["data"]
    assert "brought up to date" in page["data"] and (tmp_path / "changes.atom").is_file()
    (known,) = archive.listeners.all()
    assert (known.name, known.waiting) == ("command", 3)
