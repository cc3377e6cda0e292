"""Two Prefect servers of our own that begin at once: each caller gets the one of its folder."""

from __future__ import annotations

import json
import socket
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from flows.server import free_port, running_server
from model.errors import Unreachable

pytestmark = pytest.mark.timeout(600)


def test_two_that_begin_at_once_have_a_port_each(tmp_path: Path, environ: dict[str, str]) -> None:
    begin, end = Barrier(2), Barrier(2, timeout=400)

    def run(name: str) -> tuple[str, Path]:
        home = tmp_path / name
        home.mkdir()
        begin.wait()
        with running_server(home, None, environ) as settings:
            end.wait()  # both are there
            api = settings["PREFECT_API_URL"]
            with urllib.request.urlopen(f"{api}/admin/settings", timeout=60) as answer:
                return api, Path(json.load(answer)["home"])

    with ThreadPoolExecutor(2) as pool:
        (one, its), (other, others) = pool.map(run, ["one", "other"])
    assert one != other
    assert (its, others) == (tmp_path / "one", tmp_path / "other")


def test_a_port_that_the_system_may_give_to_others_is_not_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port(5280)))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port) < port + 100


def test_what_ended_a_server_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    broken = environ | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": "nonsense"}
    with (
        pytest.raises(Unreachable, match=r"ended while starting \(.+\); all that it said is in .*server\.log"),
        running_server(tmp_path, None, broken),
    ):
        pass
