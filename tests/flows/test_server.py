"""Two Prefect servers of our own that begin at once: each caller gets the one of its folder."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from flows.server import running_server

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]


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
