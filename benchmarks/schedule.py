"""What Prefect costs: ``python -m benchmarks.schedule [--articles 2000] [--watches 500]``.

A made site is on loopback, in a process of its own, its hosts addresses of 127.0.0.0/8 of 40 articles each. The same
articles are taken in twice, each time into a new archive by a new process: by the pipeline alone, and by the flow on a
Prefect server that was started for it. Told are processor seconds of the process that fetches and writes (those of
the processes that read pages are the same in both), its import of Prefect apart, and of the server's processes.
Then a round over watches with nothing new, by the flow ``watch``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from flows.server import free_port, running_server
from model.watch import Watch, WatchKind
from storage import Archive

PER_HOST = 40
_TEXT = "The keepers of the marsh met on Monday and agreed on a new coat of tar for gate {n}, to be paid for by the parish. " * 3


def page(n: str) -> bytes:
    """A made article."""
    body = "".join(f"<p>{_TEXT.format(n=n)} Paragraph {k}.</p>" for k in range(12))
    head = f'<title>Gate {n}</title><meta property="og:type" content="article"><meta name="author" content="Odile Farrow">'
    told = f'<meta property="article:published_time" content="2024-04-01T08:00:00+01:00">{head}'
    text = f"<body><article><h1>Gate {n}</h1>{body}</article></body>"
    return f'<!doctype html><html lang="en"><head>{told}</head>{text}</html>'.encode()


class Desk(BaseHTTPRequestHandler):
    """The made site."""

    def do_GET(self) -> None:
        kind, status, body = "text/html", 200, b""
        if self.path.startswith("/gate/"):
            body = page(self.path.rpartition("/")[2])
        elif self.path.startswith("/feed"):
            kind, body = (
                "application/rss+xml",
                b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>',
            )
        else:
            status = 404
        self.say(kind, body, status)

    def say(self, kind: str, body: bytes, status: int = 200) -> None:
        """One answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def _serve(pipe: Connection) -> None:
    server = ThreadingHTTPServer(("0.0.0.0", 0), Desk)
    server.socket.listen(512)
    pipe.send(server.server_address[1])
    server.serve_forever()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def part(name: str, archive: str, sources: str) -> None:
    """One measured process: prints its figures as JSON."""
    urls = json.loads(Path(sources).read_text()) if sources else []
    import flows.pipeline

    begun = _cpu()
    if name == "plain":
        from flows.settings import load

        with Archive.open(archive, write=True) as kept:
            pipeline = flows.pipeline.Pipeline.from_settings(kept, load(os.environ, Path.cwd()))
            started, clock = _cpu(), time.monotonic()
            found = sum(1 for result in pipeline.ingest(urls) if result.outcome.value == "new")
        print(json.dumps({"import": started - begun, "cpu": _cpu() - started, "seconds": time.monotonic() - clock, "new": found}))
        return
    from flows.ingest import ingest
    from flows.watch import watch

    started, clock = _cpu(), time.monotonic()
    state: Any = (
        ingest(urls, archive=archive, return_state=True)
        if name == "ingest"
        else watch(archive=archive, all_watches=True, return_state=True)
    )
    said = {"import": started - begun, "cpu": _cpu() - started, "seconds": time.monotonic() - clock, "said": state.message}
    print(json.dumps(said | {"run": str(state.state_details.flow_run_id)}))


def _measured(name: str, archive: Path, sources: Path | None, environ: dict[str, str]) -> dict[str, Any]:
    code = f"from benchmarks.schedule import part; part({name!r}, {str(archive)!r}, {str(sources or '')!r})"
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    told: dict[str, Any] = json.loads([x for x in done.stdout.splitlines() if x.startswith("{")][-1])
    return told


def _server_cpu(home: Path) -> float:
    """Processor seconds of the server's processes: those that have its home in their environment."""
    total = 0.0
    for process in psutil.process_iter():
        try:
            if process.environ().get("PREFECT_HOME") == str(home):
                total += sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return total


def _tasks(api: str, run: str) -> int:
    body = json.dumps({"flow_runs": {"id": {"any_": [run]}}}).encode()
    request = urllib.request.Request(f"{api}/task_runs/count", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(json.load(answer))


def measure(articles: int, watches: int, port: int, home: Path) -> None:
    """Prints the figures."""
    hosts = [f"127.0.{n // 200 + 1}.{n % 200 + 1}:{port}" for n in range(max(articles // PER_HOST, 1, watches))]
    urls = [f"http://{hosts[n // PER_HOST]}/gate/{n}" for n in range(articles)]
    sources = home / "sources.json"
    sources.write_text(json.dumps(urls))
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "PRESSMARK_"))}
    environ |= {"PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8", "PRESSMARK_HOST_GAP": "0", "PYTHONPATH": str(Path.cwd())}
    for name in ("plain", "flow", "watches"):
        with Archive.create(home / name) as archive:
            for n in range(watches if name == "watches" else 0):
                archive.watches.add(Watch(f"http://{hosts[n]}/feed{n}.xml", WatchKind.FEED))
    plain = _measured("plain", home / "plain", sources, environ)
    ms = 1000 / articles
    print(
        f"pipeline alone   {plain['cpu'] * ms:6.2f} ms an article, {plain['seconds']:.1f} s by the clock, {plain['new']} new",
        flush=True,
    )
    server = home / "prefect"
    server.mkdir()
    with running_server(server, free_port(), environ) as told:
        time.sleep(5)
        idle, clock = _server_cpu(server), time.monotonic()
        time.sleep(10)
        rest = (_server_cpu(server) - idle) / (time.monotonic() - clock)
        before, clock = _server_cpu(server), time.monotonic()
        flow = _measured("ingest", home / "flow", sources, environ | told)
        time.sleep(5)  # what is recorded in batches comes after the run
        served = _server_cpu(server) - before - rest * (time.monotonic() - clock)
        print(f"as a flow        {flow['cpu'] * ms:6.2f} ms an article, {flow['seconds']:.1f} s by the clock: {flow['said']}")
        print(f"Prefect, client  {(flow['cpu'] - plain['cpu']) * ms:6.2f} ms an article, import {flow['import']:.2f} s apart")
        tasks = _tasks(told["PREFECT_API_URL"], flow["run"])
        print(
            f"Prefect, server  {served * ms:6.2f} ms an article over {rest * 100:.1f} % of a core at rest; {tasks} tasks",
            flush=True,
        )
        _measured("watch", home / "watches", None, environ | told)  # robots.txt read, bytes known
        again = _measured("watch", home / "watches", None, environ | told)
        tasks = _tasks(told["PREFECT_API_URL"], again["run"])
        each = again["cpu"] * 1000 / watches
        print(f"{watches} watches, nothing new: {each:.2f} ms a watch, with network and Prefect; {tasks} tasks: {again['said']}")


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--watches", type=int, default=500)
    told = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as home:
            measure(told.articles, told.watches, ours.recv(), Path(home))
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
