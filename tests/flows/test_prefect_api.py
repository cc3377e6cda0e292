"""A Prefect server that is away for a while: asked again, and a run begun once however often it is asked for."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from flows.heartbeats import NAME, watch_heartbeats
from flows.prefect_api import PrefectApi
from flows.server import free_port
from model.errors import BadCall, NotFound, Unreachable

BEFORE, AFTER = "before it is asked", "after it was asked"
Mishap = int | str
"""A status instead of the answer, or when the connection breaks."""


@contextmanager
def stumbling(api: str, mishaps: dict[str, list[Mishap]]) -> Iterator[str]:
    """A server before another one, to which these things happen in turn, by the end of what is asked for."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def _pass_on(self, body: bytes | None) -> None:
            ours = next((those for end, those in mishaps.items() if self.path.endswith(end) and those), None)
            mishap = ours.pop(0) if ours else None
            if mishap == BEFORE:
                return
            status, said = (mishap, b"") if isinstance(mishap, int) else self._asked(body)
            if mishap == AFTER:
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def _asked(self, body: bytes | None) -> tuple[int, bytes]:
            request = urllib.request.Request(f"{api}{self.path}", body, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return int(answer.status), bytes(answer.read())
            except urllib.error.HTTPError as error:
                return error.code, error.read()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def archive(prefect: Any) -> str:
    """An archive's id for which a flow is deployed."""
    flow = prefect.ask("/flows/", name="patience")["id"]
    prefect.ask("/deployments/", name="of a test", flow_id=flow, tags=["pressmark", "archive b3k9xx"])
    return "b3k9xx"


def test_a_run_is_begun_once_though_its_server_breaks_off(prefect: Any, archive: str) -> None:
    heard: list[str] = []
    mishaps: dict[str, list[Mishap]] = {
        "/deployments/filter": [503],
        "/create_flow_run": [BEFORE, AFTER, AFTER, 500],
        "/pause_deployment": [502, AFTER],
        "/resume_deployment": [BEFORE],
    }
    before = prefect.ask("/flow_runs/count", flows={"name": {"any_": ["patience"]}})
    with stumbling(prefect.environ["PREFECT_API_URL"], mishaps) as door:
        api = PrefectApi(door, tell=heard.append)
        one = api.named(archive, "patience")
        ran = api.run(one)
        mishaps[f"/flow_runs/{ran.id}"] = [500, BEFORE, AFTER, 504]
        assert api.read(ran.id).id == ran.id  # its state says after some seconds that it is late
        api.pause(one)
        assert api.named(archive, "patience").paused
        api.resume(one)
        assert not api.named(archive, "patience").paused
    assert not any(mishaps.values())
    assert prefect.ask("/flow_runs/count", flows={"name": {"any_": ["patience"]}}) == before + 1
    # once each time, of ten times that it was asked; a busy machine may make the server itself wait, too
    assert 5 <= len(heard) <= 10 and all(line.endswith("; waiting for it") for line in heard), heard


def test_one_that_is_busy_is_waited_for_longer_than_one_that_is_away(prefect: Any, archive: str) -> None:
    with stumbling(prefect.environ["PREFECT_API_URL"], {"/pause_deployment": [503, 503, 500]}) as door:
        api = PrefectApi(door, patience=0.5)
        api.pause(api.named(archive, "patience"))
        assert api.named(archive, "patience").paused
    with stumbling(prefect.environ["PREFECT_API_URL"], {"/pause_deployment": [503, 503, BEFORE]}) as door:
        api = PrefectApi(door, patience=1.5)  # it is started anew while it is busy: this is waited for from then on
        api.pause(api.named(archive, "patience"))
    breaking = stumbling(prefect.environ["PREFECT_API_URL"], {"/deployments/filter": [BEFORE]})
    with breaking as door, pytest.raises(Unreachable, match="does not answer"):
        PrefectApi(door, patience=0.5).deployed(archive)


def test_one_that_stays_away_is_told_when_patience_ends(prefect: Any) -> None:
    with pytest.raises(Unreachable, match=r"does not answer \(Connection refused\)$"):
        PrefectApi(f"http://127.0.0.1:{free_port()}/api", patience=1.5).deployed("b3k9xx")


def test_a_refusal_is_not_waited_out(prefect: Any) -> None:
    heard: list[str] = []
    refusing = stumbling(prefect.environ["PREFECT_API_URL"], {"/deployments/filter": [404]})
    with refusing as door, pytest.raises(Unreachable, match="answered 404 to /deployments/filter"):
        PrefectApi(door, tell=heard.append).deployed("b3k9xx")
    assert heard == []


def test_the_automation_on_silent_runs_is_added_once_and_kept_as_somebody_changed_it(prefect: Any) -> None:
    api = PrefectApi(prefect.environ["PREFECT_API_URL"])
    assert watch_heartbeats(api) is True
    (added,) = prefect.ask("/automations/filter", automations={"name": {"any_": [NAME]}})
    assert added["trigger"]["within"] == 90 and added["actions"][0]["state"] == "CRASHED" and added["enabled"]
    assert watch_heartbeats(api) is False
    assert prefect.ask("/automations/filter", automations={"name": {"any_": [NAME]}}) == [added]


def test_an_archive_for_which_nothing_is_scheduled_is_told_as_that(prefect: Any) -> None:
    with pytest.raises(NotFound, match=r"^nothing is scheduled for this archive at http.*/api: pressmark schedule up$"):
        PrefectApi(prefect.environ["PREFECT_API_URL"]).named("nobody", "watch")


def test_no_address_is_a_wrong_call() -> None:
    with pytest.raises(BadCall, match="no address of a Prefect server"):
        PrefectApi("http://[half/api")
