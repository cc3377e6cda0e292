"""A real Prefect server on loopback, a small newspaper, and the flow run in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flows.server import running_server

_TRIES = 10
_STEP = 10.0
_PAGE = """<!doctype html>
<html lang="en"><head><title>{title} - The Reed Bank Post</title>
<meta property="og:type" content="article"><meta property="og:site_name" content="The Reed Bank Post">
<meta property="og:title" content="{title}"><meta name="author" content="Odile Farrow">
<meta property="article:published_time" content="2024-04-0{day}T08:00:00+01:00"></head>
<body><header><a href="/">The Reed Bank Post</a></header><main><article><h1>{title}</h1>
<p class="byline">By Odile Farrow</p>
<p>The lock keepers of Reed Bank met on Monday to settle how the {thing} should be looked after this year.</p>
<p>After two hours they agreed on {outcome}, and asked the parish to find the money before the spring tides return.</p>
<p>"Nobody here wants to argue about the {thing} for another winter," said the oldest of them, Jory Penn.</p>
</article></main></body></html>"""

_CALLS = """
import json, sys
from flows.deployments import FLOWS
for name, call in json.load(sys.stdin):
    state = FLOWS[name](**call, return_state=True)
    print(json.dumps({"type": state.type.value, "message": state.message, "run": str(state.state_details.flow_run_id)}))
"""


@dataclass
class Site:
    """Three pages on loopback; ``outcome`` is what the publisher can change, ``asked`` what was requested, ``status``
    what pages are answered with.
    """

    base: str = ""
    outcome: str = "a new coat of tar"
    asked: list[str] = field(default_factory=list)
    status: int = 200
    robots: str | None = None

    @property
    def urls(self) -> list[str]:
        return [f"{self.base}/{name}" for name in ("lock-gates", "tow-path", "bell-buoy")]

    def feed(self) -> bytes:
        """What lists the pages."""
        items = "".join(f"<item><title>{url}</title><link>{url}</link></item>" for url in self.urls)
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Reed Bank</title>{items}</channel></rss>'.encode()

    def page(self, path: str) -> bytes | None:
        things = {"/lock-gates": 1, "/tow-path": 2, "/bell-buoy": 3}
        if path not in things:
            return None
        thing = path.strip("/").replace("-", " ")
        title = f"Keepers agree on the {thing}"
        return _PAGE.format(title=title, thing=thing, day=things[path], outcome=self.outcome).encode()


@pytest.fixture
def site(answering: Callable[..., str]) -> Site:
    """The newspaper, open while the test lasts."""
    site = Site()

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        site.asked.append(request.path)
        page = site.page(request.path)
        status = 404 if page is None else site.status
        if request.path == "/robots.txt" and site.robots is not None:
            status, page = 200, site.robots.encode()
        if request.path == "/feed.xml":
            status, page = site.status, site.feed()
        kind = "application/rss+xml" if request.path == "/feed.xml" else "text/html; charset=utf-8"
        return status, {"Content-Type": kind}, (page or b"") if status == 200 else b""

    site.base = answering(answer)
    return site


@dataclass(frozen=True)
class Prefect:
    """A running server, told what ``pressmark schedule up`` tells its own."""

    home: Path
    environ: Mapping[str, str]

    def ask(self, path: str, **body: Any) -> Any:
        """One call of the server's API."""
        return ask(self.environ["PREFECT_API_URL"], path, **body)

    def ingest(self, *calls: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The flow that takes sources in, called once for each of ``calls``: how each run ended."""
        return self.call(*(("ingest", call) for call in calls))

    def call(self, *calls: tuple[str, Mapping[str, Any]], cwd: Path | None = None) -> list[dict[str, Any]]:
        """Flows, one after the other in one process, in a folder: how each run ended."""
        done = subprocess.run(
            [sys.executable, "-c", _CALLS],
            input=json.dumps(calls),
            env=self.environ,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def ask(api: str, path: str, **body: Any) -> Any:
    """One call of a Prefect server's API: POST where there is a body, else GET; again where its database is busy."""
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{api}{path}", data, {"Content-Type": "application/json"})
    left = _TRIES
    while True:
        left -= 1
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503 or not left:
                raise
        time.sleep(1)


def quiet_environ() -> dict[str, str]:
    """Our own environment without what would point Prefect or Pressmark elsewhere."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "PRESSMARK_"))}
    return ours | {"PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8", "PRESSMARK_HOST_GAP": "0", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """An environment in which loopback may be fetched without a gap."""
    return quiet_environ()


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Prefect]:
    """A server of its own, once for all tests of this folder, ended with them."""
    if "PYTEST_XDIST_WORKER" in os.environ:  # not reached where tests/conftest.py shares tests out as it says
        (tmp_path_factory.getbasetemp().parent / "the Prefect server of the suite").touch(exist_ok=False)
    home = tmp_path_factory.mktemp("prefect")
    with running_server(home, None, environ) as settings:
        yield Prefect(home, environ | settings)


Until = Callable[..., Any]


@pytest.fixture
def until() -> Until:
    """Asks again and again until the answer is something, and returns it; ``said`` is asked what goes into the failure."""

    def wait(answer: Callable[[], Any], seconds: float = 60, said: Callable[[], object] = lambda: "") -> Any:
        left = seconds
        while True:
            begun = time.monotonic()
            if found := answer():
                return found
            if left <= 0:
                pytest.fail(f"nothing came within {seconds} s: {said()}")
            time.sleep(0.3)
            # a virtual machine may stand still for a minute, and then nobody had time to do anything
            left -= min(time.monotonic() - begun, _STEP)

    return wait
